// The question that deleting a label asks: what becomes of the samples that carry it.
import { Alert, Flex, Modal, Radio } from "antd";
import { useState } from "react";
import { useTranslation } from "@/lib/i18n";
import { ErrorState, useNotify } from "@/ui";
import type { LabelStats } from "../queries";
import { useLabelChanges, type DeletePolicy } from "./queries";

interface DeleteLabelProps {
  datasetId: string;
  /** null while nothing is to be deleted. */
  label: LabelStats | null;
  onClose: () => void;
}

export function DeleteLabel({ datasetId, label, onClose }: DeleteLabelProps) {
  const { t } = useTranslation(["datasets", "common"]);
  const [policy, setPolicy] = useState<DeletePolicy>(0);
  const { remove } = useLabelChanges(datasetId);
  const notify = useNotify();

  function submit() {
    if (!label) return;
    remove.mutate(
      { name: label.name, type: label.type, policy },
      {
        onSuccess: ({ task_id }) => {
          if (task_id) notify.info(t("datasets:label.deletingTask"));
          onClose();
        },
      },
    );
  }
  return (
    <Modal
      title={t("datasets:label.deleteTitle", { name: label?.name ?? "" })}
      open={label !== null}
      onCancel={onClose}
      onOk={submit}
      okText={t("common:action.delete")}
      okButtonProps={{ danger: true }}
      cancelText={t("common:action.cancel")}
      confirmLoading={remove.isPending}
      afterClose={() => {
        setPolicy(0);
        remove.reset();
      }}
      destroyOnHidden
    >
      <p>{t("datasets:label.deleteHint", { count: label?.sample_count ?? 0 })}</p>
      <Radio.Group value={policy} onChange={(event) => setPolicy(event.target.value as DeletePolicy)}>
        <Flex vertical gap={8}>
          <Radio value={0}>{t("datasets:label.policyOnly")}</Radio>
          <Radio value={1}>{t("datasets:label.policySamples")}</Radio>
          <Radio value={2}>{t("datasets:label.policyFiles")}</Radio>
        </Flex>
      </Radio.Group>
      {policy === 2 && <Alert type="warning" showIcon style={{ marginTop: 12 }} title={t("datasets:delete.sourceWarning")} />}
      {remove.error && <ErrorState error={remove.error} />}
    </Modal>
  );
}
