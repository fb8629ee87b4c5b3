// The question before samples are deleted, with or without their files.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Checkbox, Modal } from "antd";
import { useState } from "react";
import { api } from "@/api/client";
import { useScope } from "@/api/session";
import { useRefreshTasks } from "@/api/tasks";
import { useTranslation } from "@/lib/i18n";
import { ErrorState, useNotify } from "@/ui";
import { refreshDataset } from "../queries";

interface DeleteSamplesProps {
  datasetId: string;
  /** Empty while nothing is to be deleted. */
  ids: string[];
  onDeleted: (ids: string[]) => void;
  onClose: () => void;
}

const batch = 1000;

export function DeleteSamples({ datasetId, ids, onDeleted, onClose }: DeleteSamplesProps) {
  const { t } = useTranslation(["datasets", "common"]);
  const { projectId } = useScope();
  const client = useQueryClient();
  const refreshTasks = useRefreshTasks();
  const notify = useNotify();
  const [source, setSource] = useState(false);
  const count = ids.length;

  const remove = useMutation({
    mutationFn: async () => {
      for (let start = 0; start < ids.length; start += batch)
        await api.POST("/v2/{project_id}/datasets/{dataset_id}/data-annotations/samples/delete", {
          params: { path: { project_id: projectId, dataset_id: datasetId } },
          body: { samples: ids.slice(start, start + batch), delete_source: source },
        });
    },
    onSuccess: () => {
      notify.success(t("datasets:delete.samplesDone", { count }));
      if (source) refreshTasks();
      onDeleted(ids);
      onClose();
    },
    onSettled: () => refreshDataset(client, datasetId, { samples: true }),
  });
  return (
    <Modal
      title={t("datasets:delete.samples", { count })}
      open={count > 0}
      onCancel={onClose}
      onOk={() => remove.mutate()}
      okText={t("common:action.delete")}
      okButtonProps={{ danger: true }}
      cancelText={t("common:action.cancel")}
      confirmLoading={remove.isPending}
      afterClose={() => {
        setSource(false);
        remove.reset();
      }}
      destroyOnHidden
    >
      <p>{t("datasets:delete.samplesHint")}</p>
      <Checkbox checked={source} onChange={(event) => setSource(event.target.checked)}>
        {t("datasets:delete.source")}
      </Checkbox>
      {source && <Alert type="warning" showIcon style={{ marginTop: 12 }} title={t("datasets:delete.sourceWarning")} />}
      {remove.error && <ErrorState error={remove.error} />}
    </Modal>
  );
}
