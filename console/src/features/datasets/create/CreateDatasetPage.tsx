// The form for a new dataset. What it makes fills from its input path at once, so the next page is the data.
import { useNavigate } from "@tanstack/react-router";
import { Button, Flex, Form, Input } from "antd";
import { useScope } from "@/api/session";
import { toApiError } from "@/api/errors";
import { useTranslation } from "@/lib/i18n";
import { ErrorState, FolderPicker, Page, Panel } from "@/ui";
import { LabelSetEditor, labelSetProblem } from "../labels/LabelSetEditor";
import { nextColor } from "../labels/palette";
import { labelBody, type LabelEdit } from "../labels/queries";
import { imageClassification, useCreateDataset } from "../queries";
import { fieldOfError, pathProblem, type FormField } from "./rules";

interface Fields {
  name: string;
  description?: string;
  input: string;
  output: string;
  labels?: LabelEdit[];
}

const firstLabels: LabelEdit[] = [{ name: "", color: nextColor([]), shortcut: "" }];

export function CreateDatasetPage() {
  const { t } = useTranslation(["datasets", "common"]);
  const { projectId, workspaceId } = useScope();
  const navigate = useNavigate();
  const [form] = Form.useForm<Fields>();
  const create = useCreateDataset();
  const error = create.error ? toApiError(create.error) : null;
  const field = error && fieldOfError(error);

  function submit({ name, description, input, output, labels = [] }: Fields) {
    const body = {
      dataset_name: name.trim(),
      dataset_type: imageClassification,
      description: description?.trim() ?? "",
      data_sources: [{ data_type: 0, data_path: input.trim() }],
      work_path: output.trim(),
      work_path_type: 0,
      labels: labels.filter((label) => label.name.trim() !== "").map((label) => labelBody({ ...label, name: label.name.trim() })),
      ...(workspaceId !== null && { workspace_id: workspaceId }),
    };
    create.mutate(
      { params: { path: { project_id: projectId } }, body },
      {
        onSuccess: (made) =>
          void navigate({ to: "/datasets/$datasetId", params: { datasetId: made?.dataset_id ?? "" }, search: {} }),
      },
    );
  }

  /** What the server refused stands at its field until the field is changed. */
  const refused = (name: FormField) => (field === name ? { validateStatus: "error" as const, help: error?.message } : {});
  const folder = (value: string | undefined, other?: string) => {
    const problem = pathProblem(value ?? "", other);
    return problem ? Promise.reject(new Error(t(`datasets:create.path.${problem}`))) : Promise.resolve();
  };
  return (
    <Page title={t("datasets:create.button")} crumbs={[{ label: t("datasets:title"), link: { to: "/datasets" } }]}>
      <Form<Fields>
        form={form}
        layout="vertical"
        scrollToFirstError
        initialValues={{ labels: firstLabels }}
        onFinish={submit}
        onValuesChange={(changed: Partial<Fields>) => {
          if (create.error) create.reset();
          // What was wrong is looked at again with every change; what was not yet wrong waits for the button.
          const names = Object.keys(changed) as (keyof Fields)[];
          const wrong = names.filter((name) => form.getFieldError(name).length > 0);
          if (wrong.length > 0) void form.validateFields(wrong).catch(() => undefined);
        }}
        style={{ maxWidth: 760 }}
      >
        <Flex vertical gap={12}>
          <Panel title={t("datasets:create.basics")}>
            <Form.Item label={t("datasets:create.type")}>
              <strong>{t("datasets:type.imageClassification")}</strong>
              <div>{t("datasets:create.typeHint")}</div>
            </Form.Item>
            <Form.Item
              name="name"
              label={t("common:field.name")}
              extra={t("datasets:create.nameRule")}
              rules={[{ required: true, whitespace: true, pattern: /^[A-Za-z0-9_-]{1,100}$/, message: t("datasets:create.nameInvalid") }]}
              {...refused("name")}
            >
              <Input autoFocus maxLength={100} spellCheck={false} autoComplete="off" />
            </Form.Item>
            <Form.Item name="description" label={t("common:field.description")} style={{ marginBottom: 22 }}>
              <Input.TextArea maxLength={256} showCount autoSize={{ minRows: 2, maxRows: 4 }} />
            </Form.Item>
          </Panel>
          <Panel title={t("datasets:create.places")}>
            <Form.Item
              name="input"
              label={t("datasets:field.input")}
              extra={t("datasets:create.inputHint")}
              rules={[{ required: true, validator: (_, value: string) => folder(value) }]}
              validateTrigger="onSubmit"
              {...refused("input")}
            >
              <FolderPicker kind="folder" />
            </Form.Item>
            <Form.Item
              name="output"
              label={t("datasets:field.output")}
              extra={t("datasets:create.outputHint")}
              dependencies={["input"]}
              rules={[{ required: true, validator: (_, value: string) => folder(value, form.getFieldValue("input") as string) }]}
              validateTrigger="onSubmit"
              style={{ marginBottom: 0 }}
              {...refused("output")}
            >
              <FolderPicker kind="folder" />
            </Form.Item>
          </Panel>
          <Panel title={t("datasets:create.labels")}>
            <p style={{ marginTop: 0 }}>{t("datasets:create.labelsHint")}</p>
            <Form.Item
              name="labels"
              style={{ marginBottom: 0 }}
              rules={[
                {
                  validator: (_, labels: LabelEdit[] = []) => {
                    const problem = labelSetProblem(labels);
                    return problem ? Promise.reject(new Error(t(`datasets:label.problem.${problem}`))) : Promise.resolve();
                  },
                },
              ]}
              validateTrigger="onSubmit"
              {...refused("labels")}
            >
              <LabelSetEditor />
            </Form.Item>
          </Panel>
          {error && !field && <ErrorState error={error} />}
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
