// What every dataset has: a name, a description, and its two places.
import { Form, Input, type FormItemProps } from "antd";
import { useTranslation } from "@/lib/i18n";
import { FolderPicker, Panel } from "@/ui";
import type { DatasetType } from "../types";
import { PathRules } from "./PathRules";
import { pathProblem, type FormField } from "./rules";

export interface FieldsProps {
  type: DatasetType;
  /** What the server said against a field. */
  refused: (field: FormField) => Pick<FormItemProps, "validateStatus" | "help">;
}

export function BasicFields({ type, refused }: FieldsProps) {
  const { t } = useTranslation(["datasets", "datasetTypes", "common"]);
  const form = Form.useFormInstance();
  const input = (Form.useWatch("input", form) as string | undefined) ?? "";
  const output = (Form.useWatch("output", form) as string | undefined) ?? "";
  const folder = (value: string | undefined, other?: string) => {
    const problem = pathProblem(value ?? "", other);
    return problem ? Promise.reject(new Error(t(`datasets:create.path.${problem}`))) : Promise.resolve();
  };
  return (
    <>
      <Panel title={t("datasets:create.basics")}>
        <Form.Item
          name="name"
          label={t("common:field.name")}
          extra={t("datasets:create.nameRule")}
          rules={[{ required: true, whitespace: true, pattern: /^[A-Za-z0-9_-]{1,100}$/, message: t("datasets:create.nameInvalid") }]}
          {...refused("name")}
        >
          <Input maxLength={100} spellCheck={false} autoComplete="off" />
        </Form.Item>
        <Form.Item name="description" label={t("common:field.description")} style={{ marginBottom: 22 }}>
          <Input.TextArea maxLength={256} showCount autoSize={{ minRows: 2, maxRows: 4 }} />
        </Form.Item>
      </Panel>
      <Panel title={t("datasets:create.places")}>
        <PathRules input={input} output={output} />
        <Form.Item
          name="input"
          label={t("datasets:field.input")}
          extra={t(`datasetTypes:input.${type.scene}`)}
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
          rules={[{ required: true, validator: (_, value: string) => folder(value, input) }]}
          validateTrigger="onSubmit"
          style={{ marginBottom: 0 }}
          {...refused("output")}
        >
          <FolderPicker kind="folder" start={input} />
        </Form.Item>
      </Panel>
    </>
  );
}
