// Deleting an AI application. The server answers 200 and names what it kept, and why.
import { DeleteOutlined } from "@ant-design/icons";
import { App, Button } from "antd";
import { $api } from "@/api/client";
import { ApiError } from "@/api/errors";
import { useScope } from "@/api/session";
import { useTranslation } from "@/lib/i18n";
import { useNotify } from "@/ui";
import { useRefreshModels, type Model } from "./queries";

export interface DeleteModelButtonProps {
  model: Pick<Model, "model_id" | "model_name" | "model_version">;
  compact?: boolean;
  onDeleted?: () => void;
}

export function DeleteModelButton({ model, compact = false, onDeleted }: DeleteModelButtonProps) {
  const { t } = useTranslation(["models", "common"]);
  const { projectId } = useScope();
  const { modal } = App.useApp();
  const notify = useNotify();
  const refresh = useRefreshModels();
  const remove = $api.useMutation("delete", "/v1/{project_id}/models/{model_id}");
  const name = `${model.model_name} ${model.model_version}`;

  async function act() {
    try {
      const answer = await remove.mutateAsync({ params: { path: { project_id: projectId, model_id: model.model_id } } });
      const [kept] = answer.delete_failed_list;
      if (kept) throw new ApiError({ status: 409, code: kept.error_code, message: kept.error_msg, requestId: null });
      notify.success(t("models:deleted", { name }));
      onDeleted?.();
      if (!onDeleted) await refresh();
    } catch (error) {
      notify.error(error, t("models:notDeleted", { name }));
    }
  }
  const confirm = () =>
    modal.confirm({
      title: t("models:delete"),
      content: t("models:deleteConfirm", { name }),
      okText: t("common:action.delete"),
      cancelText: t("common:action.cancel"),
      okButtonProps: { danger: true },
      onOk: act,
    });
  return (
    <Button
      type={compact ? "text" : "default"}
      size={compact ? "small" : "medium"}
      icon={<DeleteOutlined aria-hidden />}
      aria-label={`${t("models:delete")}: ${name}`}
      title={t("models:delete")}
      onClick={confirm}
    >
      {compact ? null : t("common:action.delete")}
    </Button>
  );
}
