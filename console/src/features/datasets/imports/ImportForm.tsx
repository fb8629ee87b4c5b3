// What to import: the source, its place, and the options that apply to it.
import { Flex, Form, Select, Radio, Switch } from "antd";
import type { FormInstance } from "antd";
import { useTranslation } from "@/lib/i18n";
import { FolderPicker } from "@/ui";
import { TextFormatFields } from "../create/TextFormatFields";
import { useStats, type Dataset } from "../queries";
import { typeOf, type ImportFormat } from "../types";
import { acceptedName, firstDraft, hintOf, offeredOptions, placeKind, placeProblem, type ImportDraft } from "./request";

interface ImportFormProps {
  dataset: Dataset;
  form: FormInstance<ImportDraft>;
  /** What was chosen before, when the reader comes back to it. */
  draft: ImportDraft | null;
  onChange: () => void;
}

export function ImportForm({ dataset, form, draft, onChange }: ImportFormProps) {
  const { t } = useTranslation("imports");
  const type = typeOf(dataset.dataset_type);
  const initial = draft ?? firstDraft(type, dataset);
  const format = (Form.useWatch("format", form) as ImportFormat | undefined) ?? initial.format;
  const offered = offeredOptions(format, type);
  const kind = placeKind(format);

  function revise(changed: Partial<ImportDraft>) {
    onChange();
    // A folder is no file: the place is chosen anew.
    if (changed.format && placeProblem(form.getFieldValue("path") as string, changed.format)) form.resetFields(["path"]);
    else if (form.getFieldError("path").length > 0) void form.validateFields(["path"]).catch(() => undefined);
  }
  return (
    <Form<ImportDraft> form={form} layout="vertical" initialValues={initial} onValuesChange={revise} style={{ marginTop: 16 }}>
      <Form.Item name="format" label={t("format.label")} extra={t(`hint.${hintOf(format, type)}`)}>
        <Radio.Group optionType="button" options={type.formats.map((each) => ({ value: each, label: t(`format.${each}`) }))} />
      </Form.Item>
      <Form.Item
        name="path"
        label={t(`path.${kind}`)}
        validateTrigger="onSubmit"
        rules={[
          {
            required: true,
            validator: (_, path: string) => {
              const problem = placeProblem(path, format);
              return problem ? Promise.reject(new Error(t(`path.${problem}`))) : Promise.resolve();
            },
          },
        ]}
      >
        <FolderPicker kind={kind} start={dataset.data_url} accept={acceptedName(format)} />
      </Form.Item>
      {offered.textFormat && <TextFormatFields />}
      {offered.header && (
        <Form.Item name="header" valuePropName="checked" label={t("option.header")}>
          <Switch />
        </Form.Item>
      )}
      {offered.annotations && <Options dataset={dataset} form={form} hard={offered.hard} labels={offered.labels} />}
    </Form>
  );
}

interface OptionsProps extends Pick<ImportFormProps, "dataset" | "form"> {
  hard: boolean;
  labels: boolean;
}

function Options({ dataset, form, hard, labels }: OptionsProps) {
  const { t } = useTranslation("imports");
  const stats = useStats(dataset.dataset_id);
  const annotations = (Form.useWatch("annotations", form) as boolean | undefined) ?? true;
  return (
    <>
      <Flex gap="0 32px" wrap>
        <Form.Item name="annotations" valuePropName="checked" label={t("option.annotations")} extra={t("option.annotationsHint")} style={{ flex: "1 1 280px" }}>
          <Switch />
        </Form.Item>
        <Form.Item
          name="samples"
          valuePropName="checked"
          label={t("option.samples")}
          extra={t("option.samplesHint")}
          dependencies={["annotations"]}
          style={{ flex: "1 1 280px" }}
          rules={[
            {
              validator: (_, samples: boolean) =>
                samples || annotations ? Promise.resolve() : Promise.reject(new Error(t("option.nothing"))),
            },
          ]}
        >
          <Switch />
        </Form.Item>
        {hard && (
          <Form.Item name="hard" valuePropName="checked" label={t("option.hard")} style={{ flex: "1 1 160px" }}>
            <Switch />
          </Form.Item>
        )}
      </Flex>
      {labels && annotations && (
        <Form.Item name="labels" label={t("option.labels")} extra={t("option.labelsHint")}>
          <Select
            mode="tags"
            allowClear
            tokenSeparators={[","]}
            options={[...new Set(stats.data?.label_stats.map(({ name }) => name))].map((name) => ({ value: name, label: name }))}
          />
        </Form.Item>
      )}
    </>
  );
}
