// The dialog of an import: what to import, a check that writes nothing, and the import itself.
import { Button, Flex, Form, Modal, Steps, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "@/lib/i18n";
import { FormError } from "@/ui/FormError";
import type { Dataset } from "../queries";
import { typeOf } from "../types";
import { ImportForm } from "./ImportForm";
import { ImportRun } from "./ImportRun";
import { isUnfinished, useImport, useStartImport } from "./queries";
import { importBody, type ImportDraft } from "./request";

interface ImportDialogProps {
  dataset: Dataset;
  open: boolean;
  onClose: () => void;
}

export function ImportDialog({ dataset, open, onClose }: ImportDialogProps) {
  const { t } = useTranslation("imports");
  return (
    <Modal
      title={t("title", { name: dataset.dataset_name })}
      open={open}
      onCancel={onClose}
      width={920}
      footer={null}
      destroyOnHidden
      // A slip beside the dialog must not lose what was chosen.
      mask={{ closable: false }}
    >
      <Import dataset={dataset} onClose={onClose} />
    </Modal>
  );
}

interface Started {
  taskId: string;
  dryRun: boolean;
}

function Import({ dataset, onClose }: Omit<ImportDialogProps, "open">) {
  const { t } = useTranslation("imports");
  const type = typeOf(dataset.dataset_type);
  const [form] = Form.useForm<ImportDraft>();
  const [draft, setDraft] = useState<ImportDraft | null>(null);
  const [started, setStarted] = useState<Started | null>(null);
  const { start, isPending, error, reset } = useStartImport(dataset.dataset_id);

  function run(chosen: ImportDraft, dryRun: boolean) {
    setDraft(chosen);
    start(importBody(chosen, type, dryRun)).then(
      ({ task_id: taskId }) => setStarted({ taskId, dryRun }),
      // The dialog shows it.
      () => undefined,
    );
  }
  const submit = (dryRun: boolean) =>
    // Fields without a place on the form keep what they were.
    void form.validateFields().then(
      (fields) => run({ ...(form.getFieldsValue(true) as ImportDraft), ...fields }, dryRun),
      () => undefined,
    );
  function back() {
    reset();
    setStarted(null);
  }
  const step = started === null ? 0 : started.dryRun ? 1 : 2;
  return (
    <>
      <Steps size="small" current={step} items={(["form", "check", "import"] as const).map((each) => ({ title: t(`step.${each}`) }))} style={{ margin: "12px 0 16px" }} />
      {started === null ? (
        <ImportForm dataset={dataset} form={form} draft={draft} onChange={reset} />
      ) : (
        <ImportRun key={started.taskId} datasetId={dataset.dataset_id} taskId={started.taskId} started />
      )}
      <FormError error={error} />
      {started === null ? (
        <Flex justify="space-between" align="center" gap={12} style={{ marginTop: 16 }}>
          <Typography.Text type="secondary">{t("checkHint")}</Typography.Text>
          <Flex gap={8}>
            <Button loading={isPending} onClick={() => submit(false)}>
              {t("start")}
            </Button>
            <Button type="primary" loading={isPending} onClick={() => submit(true)}>
              {t("check")}
            </Button>
          </Flex>
        </Flex>
      ) : (
        <Ending
          datasetId={dataset.dataset_id}
          started={started}
          pending={isPending}
          onBack={back}
          onStart={() => draft && run(draft, false)}
          onClose={onClose}
        />
      )}
    </>
  );
}

interface EndingProps {
  datasetId: string;
  started: Started;
  pending: boolean;
  onBack: () => void;
  onStart: () => void;
  onClose: () => void;
}

/** The ways on from a run: after a check the import itself, after an import another one. */
function Ending({ datasetId, started, pending, onBack, onStart, onClose }: EndingProps) {
  const { t } = useTranslation(["imports", "common"]);
  const { data } = useImport(datasetId, started.taskId);
  const moving = !data || isUnfinished(data);
  const useful = data?.status === "COMPLETED" && (data.imported_sample_count ?? 0) + (data.changed_sample_count ?? 0) > 0;
  return (
    <Flex justify="flex-end" gap={8} style={{ marginTop: 16 }}>
      <Button onClick={onClose}>{t("common:action.close")}</Button>
      <Button disabled={moving} onClick={onBack}>
        {started.dryRun ? t("imports:back") : t("imports:again")}
      </Button>
      {started.dryRun && (
        <Button type="primary" disabled={!useful} loading={pending} onClick={onStart}>
          {t("imports:startNow")}
        </Button>
      )}
    </Flex>
  );
}
