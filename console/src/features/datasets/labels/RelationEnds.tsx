// Where a relation begins and where it ends: two of the dataset's entity labels.
import { ArrowRightOutlined } from "@ant-design/icons";
import { Flex, Select } from "antd";
import { useTranslation } from "@/lib/i18n";

interface RelationEndsProps {
  from: string | undefined;
  to: string | undefined;
  entities: readonly string[];
  /** What the fields belong to: the relation's name, or its place. */
  label: string;
  size?: "small" | "middle";
  onChange: (ends: { from?: string; to?: string }) => void;
}

export function RelationEnds({ from, to, entities, label, size = "middle", onChange }: RelationEndsProps) {
  const { t } = useTranslation("datasetTypes");
  const options = [...new Set(entities)].map((value) => ({ value, label: value }));
  const field = (end: "from" | "to", value: string | undefined) => (
    <Select
      size={size}
      // One that is no longer there is asked for again.
      value={value !== undefined && entities.includes(value) ? value : undefined}
      options={options}
      placeholder={t(`relation.${end}`)}
      aria-label={`${t(`relation.${end}`)}: ${label}`}
      style={{ width: 132, flex: "none" }}
      onChange={(chosen) => onChange(end === "from" ? { from: chosen } : { to: chosen })}
    />
  );
  return (
    <Flex gap={6} align="center">
      {field("from", from)}
      <ArrowRightOutlined aria-hidden />
      {field("to", to)}
    </Flex>
  );
}
