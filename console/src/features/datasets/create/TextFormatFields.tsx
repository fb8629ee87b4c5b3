// How the text files of a dataset hold their labels: fields of the form around them.
import { Flex, Form, Input, Radio } from "antd";
import { useTranslation } from "@/lib/i18n";

const longest = 16;

export function TextFormatFields() {
  const { t } = useTranslation("datasetTypes");
  const separator = (name: "sampleSeparator" | "labelSeparator", other: "sampleSeparator" | "labelSeparator") => (
    <Form.Item
      name={name}
      label={t(`create.${name}`)}
      dependencies={[other]}
      style={{ flex: "1 1 200px", margin: 0 }}
      rules={[
        ({ getFieldValue }) => ({
          validator: (_, value: string) =>
            value && value === getFieldValue(other) ? Promise.reject(new Error(t("create.separatorsAlike"))) : Promise.resolve(),
        }),
      ]}
    >
      <Input maxLength={longest} spellCheck={false} autoComplete="off" />
    </Form.Item>
  );
  return (
    <>
      <Form.Item name="labelType" extra={t("create.textsHint")}>
        <Radio.Group aria-label={t("create.texts")}>
          <Flex vertical gap={6}>
            <Radio value="1">
              {t("create.combined")}. {t("create.combinedHint")}
            </Radio>
            <Radio value="0">
              {t("create.separated")}. {t("create.separatedHint")}
            </Radio>
          </Flex>
        </Radio.Group>
      </Form.Item>
      <Form.Item extra={t("create.separatorHint")} style={{ margin: 0 }}>
        <Flex gap={16} wrap>
          {separator("sampleSeparator", "labelSeparator")}
          {separator("labelSeparator", "sampleSeparator")}
        </Flex>
      </Form.Item>
    </>
  );
}
