// The question before a dataset is deleted: it names what goes and what stays.
import { Modal } from "antd";
import { useScope } from "@/api/session";
import { useTranslation } from "@/lib/i18n";
import { CopyText, ErrorState, useNotify } from "@/ui";
import { useDeleteDataset, type Dataset } from "../queries";

export function DeleteDataset({ dataset, onClose }: { dataset: Dataset | null; onClose: () => void }) {
  const { t } = useTranslation(["datasets", "common"]);
  const { projectId } = useScope();
  const remove = useDeleteDataset();
  const notify = useNotify();
  const name = dataset?.dataset_name ?? "";

  function submit() {
    if (!dataset) return;
    remove.mutate(
      { params: { path: { project_id: projectId, dataset_id: dataset.dataset_id } } },
      {
        onSuccess: () => {
          notify.success(t("datasets:delete.done", { name }));
          onClose();
        },
      },
    );
  }
  return (
    <Modal
      title={t("datasets:delete.title", { name })}
      open={dataset !== null}
      onCancel={onClose}
      onOk={submit}
      okText={t("common:action.delete")}
      okButtonProps={{ danger: true }}
      cancelText={t("common:action.cancel")}
      confirmLoading={remove.isPending}
      afterClose={() => remove.reset()}
      destroyOnHidden
    >
      {dataset && (
        <>
          <p>{t("datasets:delete.goes", { samples: dataset.total_sample_count, versions: dataset.dataset_version_count ?? 0 })}</p>
          <p style={{ marginBottom: 4 }}>{t("datasets:delete.stays")}</p>
          <ul style={{ margin: 0, paddingInlineStart: 20 }}>
            <li>
              {t("datasets:field.input")}: <CopyText text={dataset.data_url} />
            </li>
            <li>
              {t("datasets:field.output")}: <CopyText text={dataset.inner_work_path} />
            </li>
          </ul>
        </>
      )}
      {remove.error && <ErrorState error={remove.error} />}
    </Modal>
  );
}
