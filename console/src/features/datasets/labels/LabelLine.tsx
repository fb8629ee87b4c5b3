// One label of a dataset in the label manager: every change is saved as it is made.
import { DeleteOutlined, UnorderedListOutlined } from "@ant-design/icons";
import { Badge, Button, Flex, Input, theme } from "antd";
import { useState } from "react";
import { useTranslation } from "@/lib/i18n";
import type { LabelStats } from "../queries";
import { hasAttributes, type DatasetType } from "../types";
import { AttributeEditor } from "./AttributeEditor";
import { editOf, type LabelEdit } from "./edits";
import { labelNameProblem, longestName } from "./palette";
import { RelationEnds } from "./RelationEnds";
import { ShortcutField } from "./ShortcutField";
import { ColorField } from "./Swatch";

interface LabelLineProps {
  label: LabelStats;
  type: DatasetType;
  others: string[];
  /** What a relation may stand between; null for other labels. */
  entities: string[] | null;
  /** The key it gets without one of its own; null where labels have no keys. */
  autoKey: string | null;
  onChange: (edit: LabelEdit) => void;
  onDelete: () => void;
}

export function LabelLine({ label, type, others, entities, autoKey, onChange, onDelete }: LabelLineProps) {
  const { t } = useTranslation(["datasets", "datasetTypes", "common"]);
  const { token } = theme.useToken();
  const saved = editOf(label);
  const [name, setName] = useState(saved.name);
  const [open, setOpen] = useState(false);
  const problem = labelNameProblem(name, others);

  function rename() {
    const next = name.trim();
    if (problem) setName(saved.name);
    else if (next !== saved.name) onChange({ ...saved, name: next });
  }
  return (
    <li style={{ padding: "5px 0", borderBottom: `1px solid ${token.colorBorderSecondary}` }}>
      <Flex gap={8} align="center">
        <ColorField value={saved.color} label={`${t("datasets:label.color")}: ${saved.name}`} onChange={(color) => onChange({ ...saved, color })} />
        <Input
          value={name}
          status={problem ? "error" : undefined}
          title={problem ? t(`datasets:label.problem.${problem}`) : undefined}
          aria-label={`${t("datasets:label.name")}: ${saved.name}`}
          maxLength={longestName}
          spellCheck={false}
          onChange={(event) => setName(event.target.value)}
          onBlur={rename}
          onPressEnter={(event) => event.currentTarget.blur()}
        />
        {entities && (
          <RelationEnds from={saved.from} to={saved.to} entities={entities} label={saved.name} onChange={(ends) => onChange({ ...saved, ...ends })} />
        )}
        {autoKey !== null && (
          <ShortcutField
            value={saved.shortcut}
            fallback={autoKey}
            label={`${t("datasets:label.shortcut")}: ${saved.name}`}
            onChange={(shortcut) => onChange({ ...saved, shortcut })}
          />
        )}
        <span style={{ width: 84, flex: "none", textAlign: "end", color: token.colorTextSecondary }}>
          {t("datasets:count.samples", { count: label.sample_count })}
        </span>
        {hasAttributes(type) && (
          <Badge count={saved.attributes?.length ?? 0} size="small" color={token.colorPrimary}>
            <Button
              type={open ? "default" : "text"}
              icon={<UnorderedListOutlined aria-hidden />}
              aria-expanded={open}
              aria-label={t("datasetTypes:attribute.ofLabel", { name: saved.name })}
              title={t("datasetTypes:attribute.title")}
              onClick={() => setOpen(!open)}
            />
          </Badge>
        )}
        <Button
          type="text"
          danger
          icon={<DeleteOutlined aria-hidden />}
          aria-label={`${t("common:action.delete")}: ${saved.name}`}
          title={t("common:action.delete")}
          onClick={onDelete}
        />
      </Flex>
      {open && (
        <Attributes
          saved={saved}
          onSave={(attributes) => {
            onChange({ ...saved, attributes });
            setOpen(false);
          }}
        />
      )}
    </li>
  );
}

/** Attributes are several fields each: they are saved together, by a button. */
function Attributes({ saved, onSave }: { saved: LabelEdit; onSave: (attributes: NonNullable<LabelEdit["attributes"]>) => void }) {
  const { t } = useTranslation("common");
  const [draft, setDraft] = useState(saved.attributes ?? []);
  return (
    <>
      <AttributeEditor value={draft} label={saved.name} onChange={setDraft} />
      <Flex justify="flex-end">
        <Button type="primary" size="small" onClick={() => onSave(draft)}>
          {t("action.save")}
        </Button>
      </Flex>
    </>
  );
}
