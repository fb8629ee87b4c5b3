// The form for a new dataset, whose parts follow its type. What it makes fills from its input path at once, so the next
// page is the data.
import { useNavigate } from "@tanstack/react-router";
import { Button, Flex, Form } from "antd";
import { useState } from "react";
import { toApiError } from "@/api/errors";
import { useScope } from "@/api/session";
import { useTranslation } from "@/lib/i18n";
import { Page, Panel } from "@/ui";
import { FormError } from "@/ui/FormError";
import { useCreateDataset } from "../queries";
import { datasetTypes, typeOf } from "../types";
import { BasicFields } from "./BasicFields";
import { createBody, firstLabels, firstSeparators, type Draft } from "./draft";
import { fieldOfError, type FormField } from "./rules";
import { TypeCards } from "./TypeCards";
import { TypeFields } from "./TypeFields";

const firstType = datasetTypes[0]?.number ?? 0;

export function CreateDatasetPage() {
  const { t } = useTranslation(["datasets", "datasetTypes", "common"]);
  const { projectId, workspaceId } = useScope();
  const navigate = useNavigate();
  const [form] = Form.useForm<Draft>();
  const [number, setNumber] = useState(firstType);
  const create = useCreateDataset();
  const type = typeOf(number);
  const error = create.error ? toApiError(create.error) : null;
  const field = error && fieldOfError(error);

  function chooseType(next: number) {
    setNumber(next);
    create.reset();
    // Labels of another type are other labels; what was named goes along where it can.
    const kept = (form.getFieldValue("labels") as Draft["labels"])?.filter(({ name }) => name.trim() !== "") ?? [];
    const [first] = firstLabels(typeOf(next));
    form.setFieldValue("labels", first ? (kept.length > 0 ? kept.map((label) => ({ ...label, type: first.type })) : [first]) : []);
  }
  function submit(draft: Draft) {
    create.mutate(
      { params: { path: { project_id: projectId } }, body: createBody(draft, type, workspaceId) },
      {
        onSuccess: (made) =>
          void navigate({ to: "/datasets/$datasetId", params: { datasetId: made?.dataset_id ?? "" }, search: {} }),
      },
    );
  }
  function revise(changed: Partial<Draft>) {
    if (create.error) create.reset();
    // What was wrong is looked at again with every change; what was not yet wrong waits for the button.
    const names = Object.keys(changed) as (keyof Draft)[];
    const wrong = names.filter((name) => form.getFieldError(name).length > 0);
    if (wrong.length > 0) void form.validateFields(wrong).catch(() => undefined);
  }
  /** What the server refused stands at its field until the field is changed. */
  const refused = (name: FormField) => (field === name ? { validateStatus: "error" as const, help: error?.message } : {});
  return (
    <Page title={t("datasets:create.button")} crumbs={[{ label: t("datasets:title"), link: { to: "/datasets" } }]}>
      <Form<Draft>
        form={form}
        layout="vertical"
        scrollToFirstError
        initialValues={{ labels: firstLabels(typeOf(firstType)), header: true, columns: [], content: false, labelType: "1", ...firstSeparators }}
        onFinish={submit}
        onValuesChange={revise}
        style={{ maxWidth: 860 }}
      >
        <Flex vertical gap={12}>
          <Panel title={t("datasetTypes:create.type")}>
            <TypeCards value={number} onChange={chooseType} />
          </Panel>
          <BasicFields type={type} refused={refused} />
          <TypeFields type={type} refused={refused} />
          <FormError error={error && !field ? error : null} />
          <Flex gap={8}>
            <Button type="primary" htmlType="submit" loading={create.isPending}>
              {t("common:action.create")}
            </Button>
            <Button onClick={() => void navigate({ to: "/datasets" })}>{t("common:action.cancel")}</Button>
          </Flex>
        </Flex>
      </Form>
    </Page>
  );
}
