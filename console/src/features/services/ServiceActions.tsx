// Starting, stopping and deleting a service: in a row of the list, and on its page.
import { DeleteOutlined, PlayCircleOutlined, StopOutlined } from "@ant-design/icons";
import { App, Button, Flex } from "antd";
import { $api } from "@/api/client";
import { useTranslation } from "@/lib/i18n";
import { useNotify } from "@/ui";
import { useRefreshServices, useServiceParams, type Service } from "./queries";

type Target = Pick<Service, "service_id" | "service_name" | "status">;

function useActions(service: Target, onDeleted?: () => void) {
  const { t } = useTranslation(["services", "common"]);
  const { modal } = App.useApp();
  const notify = useNotify();
  const refresh = useRefreshServices();
  const params = useServiceParams(service.service_id);
  const update = $api.useMutation("put", "/v1/{project_id}/services/{service_id}");
  const remove = $api.useMutation("delete", "/v1/{project_id}/services/{service_id}");
  const name = service.service_name;

  const change = async (status: "running" | "stopped") => {
    try {
      // A service that failed still counts as wanted: only one that is stopped can be started.
      if (status === "running" && service.status === "failed")
        await update.mutateAsync({ ...params, body: { status: "stopped" } });
      await update.mutateAsync({ ...params, body: { status } });
      await refresh();
    } catch (error) {
      notify.error(error);
    }
  };
  const ask = (title: string, content: string, act: () => Promise<void>) =>
    modal.confirm({
      title,
      content,
      okText: title,
      cancelText: t("common:action.cancel"),
      okButtonProps: { danger: true },
      onOk: act,
    });
  return {
    pending: update.isPending,
    start: () => void change("running"),
    stop: () => ask(t("services:stop"), t("services:stopConfirm", { name }), () => change("stopped")),
    remove: () =>
      ask(t("services:delete"), t("services:deleteConfirm", { name }), async () => {
        try {
          await remove.mutateAsync(params);
          notify.success(t("services:deleted", { name }));
          onDeleted?.();
          if (!onDeleted) await refresh();
        } catch (error) {
          notify.error(error);
        }
      }),
  };
}

const canStart = ({ status }: Target) => status === "stopped" || status === "failed";

export function RowActions({ service }: { service: Target }) {
  const { t } = useTranslation(["services", "common"]);
  const { start, stop, remove, pending } = useActions(service);
  return (
    <Flex gap={2}>
      {canStart(service) ? (
        <Button type="link" size="small" icon={<PlayCircleOutlined aria-hidden />} loading={pending} onClick={start}>
          {t("services:start")}
        </Button>
      ) : (
        <Button type="link" size="small" icon={<StopOutlined aria-hidden />} loading={pending} onClick={stop}>
          {t("services:stop")}
        </Button>
      )}
      <Button
        type="text"
        size="small"
        icon={<DeleteOutlined aria-hidden />}
        aria-label={`${t("services:delete")}: ${service.service_name}`}
        title={t("services:delete")}
        onClick={remove}
      />
    </Flex>
  );
}

export function PageActions({ service, onDeleted }: { service: Target; onDeleted: () => void }) {
  const { t } = useTranslation(["services", "common"]);
  const { start, stop, remove, pending } = useActions(service, onDeleted);
  return (
    <>
      {canStart(service) ? (
        <Button type="primary" icon={<PlayCircleOutlined aria-hidden />} loading={pending} onClick={start}>
          {t("services:start")}
        </Button>
      ) : (
        <Button icon={<StopOutlined aria-hidden />} loading={pending} onClick={stop}>
          {t("services:stop")}
        </Button>
      )}
      <Button icon={<DeleteOutlined aria-hidden />} onClick={remove}>
        {t("common:action.delete")}
      </Button>
    </>
  );
}
