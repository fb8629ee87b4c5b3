// What only some types have: a label set, columns, how text files hold labels, contents of segments.
import { Form, Switch } from "antd";
import { useTranslation } from "@/lib/i18n";
import { Panel } from "@/ui";
import { labelSetProblem, type LabelEdit } from "../labels/edits";
import { LabelSetEditor } from "../labels/LabelSetEditor";
import { hasLabels } from "../types";
import type { FieldsProps } from "./BasicFields";
import { columnProblem, hasTextFormat, type Column } from "./draft";
import { SchemaEditor } from "./SchemaEditor";
import { TextFormatFields } from "./TextFormatFields";

export function TypeFields(props: FieldsProps) {
  const { t } = useTranslation(["datasets", "datasetTypes"]);
  const { type } = props;
  return (
    <>
      {type.key === "table" && <Columns {...props} />}
      {hasLabels(type) && <Labels key={type.number} {...props} />}
      {type.key === "speechSegmentation" && (
        <Panel>
          <Form.Item
            name="content"
            valuePropName="checked"
            label={t("datasetTypes:create.content")}
            extra={t("datasetTypes:create.contentHint")}
            style={{ margin: 0 }}
          >
            <Switch />
          </Form.Item>
        </Panel>
      )}
      {hasTextFormat(type) && (
        <Panel title={t("datasetTypes:create.texts")}>
          <TextFormatFields />
        </Panel>
      )}
    </>
  );
}

function Labels({ type, refused }: FieldsProps) {
  const { t } = useTranslation(["datasets", "datasetTypes"]);
  const check = (labels: LabelEdit[] = []) => {
    const problem = labelSetProblem(labels, type);
    if (!problem) return Promise.resolve();
    const text = problem === "incomplete" ? t("datasetTypes:relation.incomplete") : t(`datasets:label.problem.${problem}`);
    return Promise.reject(new Error(text));
  };
  return (
    <Panel title={t("datasets:create.labels")}>
      <p style={{ marginTop: 0 }}>{t("datasets:create.labelsHint")}</p>
      <Form.Item
        name="labels"
        style={{ marginBottom: 0 }}
        rules={[{ validator: (_, labels: LabelEdit[]) => check(labels) }]}
        validateTrigger="onSubmit"
        {...refused("labels")}
      >
        <LabelSetEditor type={type} />
      </Form.Item>
    </Panel>
  );
}

function Columns({ refused }: FieldsProps) {
  const { t } = useTranslation("datasetTypes");
  const form = Form.useFormInstance();
  const input = (Form.useWatch("input", form) as string | undefined) ?? "";
  const header = (Form.useWatch("header", form) as boolean | undefined) ?? true;
  const check = (columns: Column[] = []) => {
    const problem = columnProblem(columns);
    if (!problem) return Promise.resolve();
    return Promise.reject(new Error(problem.kind === "twice" ? t("schema.twice", { name: problem.name }) : t(`schema.${problem.kind}`)));
  };
  return (
    <Panel title={t("schema.title")}>
      <p style={{ marginTop: 0 }}>{t("schema.hint")}</p>
      <Form.Item name="header" valuePropName="checked" label={t("schema.header")}>
        <Switch />
      </Form.Item>
      <Form.Item
        name="columns"
        style={{ marginBottom: 0 }}
        rules={[{ validator: (_, columns: Column[]) => check(columns) }]}
        validateTrigger="onSubmit"
        {...refused("columns")}
      >
        <SchemaEditor input={input} header={header} />
      </Form.Item>
    </Panel>
  );
}
