// The attributes of a label: a form control over a list of names, with what may be said of each.
import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Flex, Input, Select, Typography } from "antd";
import { useTranslation } from "@/lib/i18n";
import "../samples.css";
import { emptyAttribute, type AttributeEdit } from "./edits";

interface AttributeEditorProps {
  value?: AttributeEdit[];
  onChange: (attributes: AttributeEdit[]) => void;
  /** The label's name, for those who do not see where the fields stand. */
  label: string;
}

const longest = 1024;

export function AttributeEditor({ value = [], onChange, label }: AttributeEditorProps) {
  const { t } = useTranslation(["datasetTypes", "common"]);
  const change = (index: number, part: Partial<AttributeEdit>) =>
    onChange(value.map((attribute, place) => (place === index ? { ...attribute, ...part } : attribute)));
  const named = (field: "name" | "type" | "values" | "default", index: number) => `${t(`datasetTypes:attribute.${field}`)} ${index + 1}`;
  return (
    <Flex vertical gap={8} role="group" aria-label={t("datasetTypes:attribute.ofLabel", { name: label })} className="ds-attributes">
      <Typography.Text type="secondary">{t("datasetTypes:attribute.hint")}</Typography.Text>
      {value.map((attribute, index) => (
        <Flex key={index} gap={8} wrap>
          <Input
            value={attribute.name}
            maxLength={longest}
            spellCheck={false}
            placeholder={t("datasetTypes:attribute.name")}
            aria-label={named("name", index)}
            style={{ flex: "1 1 120px" }}
            onChange={(event) => change(index, { name: event.target.value })}
          />
          <Select
            value={attribute.type}
            aria-label={named("type", index)}
            style={{ width: 96 }}
            options={(["text", "select"] as const).map((type) => ({ value: type, label: t(`datasetTypes:attribute.${type}`) }))}
            onChange={(type) => change(index, { type, defaultValue: "" })}
          />
          {attribute.type === "select" ? (
            <>
              <Select
                mode="tags"
                value={attribute.values}
                open={false}
                suffixIcon={null}
                placeholder={t("datasetTypes:attribute.values")}
                aria-label={named("values", index)}
                style={{ flex: "2 1 180px" }}
                tokenSeparators={[",", "，"]}
                onChange={(values: string[]) =>
                  change(index, { values, ...(!values.includes(attribute.defaultValue) && { defaultValue: "" }) })
                }
              />
              <Select
                value={attribute.defaultValue || undefined}
                allowClear
                placeholder={t("datasetTypes:attribute.default")}
                aria-label={named("default", index)}
                style={{ flex: "1 1 120px" }}
                options={attribute.values.map((value) => ({ value, label: value }))}
                onChange={(defaultValue: string | undefined) => change(index, { defaultValue: defaultValue ?? "" })}
              />
            </>
          ) : (
            <Input
              value={attribute.defaultValue}
              maxLength={longest}
              placeholder={t("datasetTypes:attribute.default")}
              aria-label={named("default", index)}
              style={{ flex: "3 1 180px" }}
              onChange={(event) => change(index, { defaultValue: event.target.value })}
            />
          )}
          <Button
            type="text"
            icon={<DeleteOutlined aria-hidden />}
            aria-label={`${t("common:action.remove")}: ${attribute.name || index + 1}`}
            title={t("common:action.remove")}
            onClick={() => onChange(value.filter((_, place) => place !== index))}
          />
        </Flex>
      ))}
      <div>
        <Button size="small" icon={<PlusOutlined aria-hidden />} onClick={() => onChange([...value, emptyAttribute()])}>
          {t("datasetTypes:attribute.add")}
        </Button>
      </div>
    </Flex>
  );
}
