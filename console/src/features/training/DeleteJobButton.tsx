// Deleting a job with all its versions, after asking.
import { DeleteOutlined } from "@ant-design/icons";
import { App, Button } from "antd";
import { $api } from "@/api/client";
import { useScope } from "@/api/session";
import { useTranslation } from "@/lib/i18n";
import { useNotify } from "@/ui";
import { useRefreshJobs } from "./queries";

export interface DeleteJobButtonProps {
  jobId: number;
  name: string;
  /** An icon for table rows. */
  compact?: boolean;
  onDeleted?: () => void;
}

export function DeleteJobButton({ jobId, name, compact = false, onDeleted }: DeleteJobButtonProps) {
  const { t } = useTranslation(["training", "common", "parts"]);
  const { projectId } = useScope();
  const { modal } = App.useApp();
  const notify = useNotify();
  const refresh = useRefreshJobs();
  const remove = $api.useMutation("delete", "/v1/{project_id}/training-jobs/{job_id}");

  function confirm() {
    modal.confirm({
      title: t("training:deleteJob"),
      content: t("training:deleteJobConfirm", { name }),
      okText: t("common:action.delete"),
      cancelText: t("common:action.cancel"),
      okButtonProps: { danger: true },
      onOk: async () => {
        try {
          await remove.mutateAsync({ params: { path: { project_id: projectId, job_id: jobId } } });
          notify.success(t("training:jobDeleted", { name }));
          onDeleted?.();
          if (!onDeleted) await refresh();
        } catch (error) {
          notify.error(error);
        }
      },
    });
  }
  if (compact)
    return (
      <Button
        type="text"
        size="small"
        icon={<DeleteOutlined aria-hidden />}
        aria-label={`${t("training:deleteJob")}: ${name}`}
        title={t("training:deleteJob")}
        onClick={confirm}
      />
    );
  return (
    <Button icon={<DeleteOutlined aria-hidden />} onClick={confirm}>
      {t("training:deleteJob")}
    </Button>
  );
}
