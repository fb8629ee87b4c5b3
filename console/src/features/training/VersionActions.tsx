// What can be done with a version: make a model of it, run it again with other settings, stop it, delete it.
import { DeleteOutlined, DeploymentUnitOutlined, RedoOutlined, StopOutlined } from "@ant-design/icons";
import { Link, useNavigate } from "@tanstack/react-router";
import { App, Button, Flex } from "antd";
import { $api } from "@/api/client";
import { useScope } from "@/api/session";
import { useTranslation } from "@/lib/i18n";
import { useNotify } from "@/ui";
import { useRefreshJobs, type VersionDetails } from "./queries";
import { canStop, COMPLETED } from "./states";

export function VersionActions({ version }: { version: VersionDetails }) {
  const { t } = useTranslation(["training", "common"]);
  const { job_id: jobId, version_id: versionId, version_name: name, status } = version;
  const { projectId } = useScope();
  const { modal } = App.useApp();
  const navigate = useNavigate({ from: "/training/$jobId" });
  const notify = useNotify();
  const refresh = useRefreshJobs();
  const stop = $api.useMutation("post", "/v1/{project_id}/training-jobs/{job_id}/versions/{version_id}/stop");
  const remove = $api.useMutation("delete", "/v1/{project_id}/training-jobs/{job_id}/versions/{version_id}");
  const params = { path: { project_id: projectId, job_id: jobId, version_id: versionId } };

  function confirm(title: string, content: string, act: () => Promise<unknown>) {
    modal.confirm({
      title,
      content,
      okText: title,
      cancelText: t("common:action.cancel"),
      okButtonProps: { danger: true },
      onOk: () => act().catch((error: unknown) => notify.error(error)),
    });
  }

  const confirmStop = () =>
    confirm(t("training:stop"), t("training:stopConfirm", { name }), async () => {
      await stop.mutateAsync({ params });
      await refresh();
    });
  const confirmDelete = () =>
    confirm(t("training:deleteVersion"), t("training:deleteVersionConfirm", { name }), async () => {
      await remove.mutateAsync({ params });
      await navigate({ search: (old) => ({ ...old, version: undefined }), replace: true });
      await refresh();
    });

  return (
    <Flex gap={8} wrap>
      {status === COMPLETED && (
        <Link to="/models/create" search={{ job: jobId, version: versionId }}>
          <Button type="primary" icon={<DeploymentUnitOutlined aria-hidden />} tabIndex={-1} disabled={!version.train_url}>
            {t("training:createModel")}
          </Button>
        </Link>
      )}
      <Link to="/training/$jobId/create" params={{ jobId }} search={{ from: versionId }}>
        <Button icon={<RedoOutlined aria-hidden />} tabIndex={-1}>
          {t("training:newVersion")}
        </Button>
      </Link>
      {canStop(status) && (
        <Button icon={<StopOutlined aria-hidden />} danger onClick={confirmStop}>
          {t("training:stop")}
        </Button>
      )}
      <Button icon={<DeleteOutlined aria-hidden />} onClick={confirmDelete}>
        {t("training:deleteVersion")}
      </Button>
    </Flex>
  );
}
