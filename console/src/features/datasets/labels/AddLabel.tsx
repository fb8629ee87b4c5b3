// A line with a name for a new label; the label panel has it too. Triplets are asked which kind it is, and relations
// what they stand between.
import { PlusOutlined } from "@ant-design/icons";
import { Button, Flex, Form, Input, Segmented } from "antd";
import { useState } from "react";
import { useTranslation } from "@/lib/i18n";
import type { LabelStats } from "../queries";
import { tripletEntity, type DatasetType } from "../types";
import { isRelation, labelBody, labelTypesOf } from "./edits";
import { labelNameProblem, longestName, nextColor } from "./palette";
import { useLabelChanges } from "./queries";
import { RelationEnds } from "./RelationEnds";

interface AddLabelProps {
  datasetId: string;
  type: DatasetType;
  labels: LabelStats[];
  compact?: boolean;
}

export function AddLabel({ datasetId, type, labels, compact = false }: AddLabelProps) {
  const { t } = useTranslation(["datasets", "datasetTypes"]);
  const kinds = labelTypesOf(type);
  const [kind, setKind] = useState(kinds[0] ?? type.number);
  const [name, setName] = useState("");
  const [ends, setEnds] = useState<{ from?: string; to?: string }>({});
  const { create } = useLabelChanges(datasetId);
  const relation = isRelation(type, kind);
  const entities = labels.filter((label) => label.type === tripletEntity).map((label) => label.name);
  const others = labels.filter((label) => label.type === kind).map((label) => label.name);
  const problem = name === "" ? null : labelNameProblem(name, others);
  const incomplete = relation && !(ends.from && ends.to);
  const color = nextColor(labels.map((label) => label.property["@modelarts:color"] ?? ""));
  const size = compact ? "small" : "middle";

  function submit() {
    if (name.trim() === "" || problem || incomplete) return;
    create.mutate([labelBody({ name, color, shortcut: "", type: kind, ...(relation && ends) })], { onSuccess: () => setName("") });
  }
  const message = problem ? t(`datasets:label.problem.${problem}`) : create.error?.message;
  return (
    <Form.Item validateStatus={message ? "error" : undefined} help={message} style={{ margin: 0 }}>
      <Flex vertical gap={8}>
        {kinds.length > 1 && (
          <Flex gap={8} align="center" wrap>
            <Segmented
              size={size}
              value={kind}
              options={kinds.map((each) => ({ value: each, label: t(isRelation(type, each) ? "datasetTypes:relation.relation" : "datasetTypes:relation.entity") }))}
              onChange={setKind}
            />
            {relation && (
              <RelationEnds from={ends.from} to={ends.to} size={size} entities={entities} label={name || t("datasets:label.new")} onChange={(part) => setEnds({ ...ends, ...part })} />
            )}
          </Flex>
        )}
        <Flex gap={8}>
          <Input
            size={size}
            value={name}
            maxLength={longestName}
            spellCheck={false}
            placeholder={t("datasets:label.new")}
            aria-label={t("datasets:label.new")}
            onChange={(event) => {
              setName(event.target.value);
              create.reset();
            }}
            onPressEnter={submit}
          />
          <Button
            size={size}
            icon={<PlusOutlined aria-hidden />}
            disabled={name.trim() === "" || problem !== null || incomplete}
            loading={create.isPending}
            aria-label={t("datasets:label.add")}
            title={t("datasets:label.add")}
            onClick={submit}
          >
            {compact ? null : t("datasets:label.add")}
          </Button>
        </Flex>
      </Flex>
    </Form.Item>
  );
}
