// The label set of a dataset that is about to be made: a form control over a list of labels. Triplets have two lists in
// one, entities and the relations between them.
import { DeleteOutlined, PlusOutlined, UnorderedListOutlined } from "@ant-design/icons";
import { Badge, Button, Flex, Input, Typography, theme } from "antd";
import { useState } from "react";
import { useTranslation } from "@/lib/i18n";
import { hasAttributes, tripletEntity, type DatasetType } from "../types";
import { AttributeEditor } from "./AttributeEditor";
import { isRelation, labelTypesOf, type LabelEdit } from "./edits";
import { labelNameProblem, longestName, nextColor } from "./palette";
import { RelationEnds } from "./RelationEnds";
import { ShortcutField } from "./ShortcutField";
import { labelKeys } from "./shortcuts";
import { ColorField } from "./Swatch";

interface LabelSetEditorProps {
  value?: LabelEdit[];
  onChange?: (labels: LabelEdit[]) => void;
  type: DatasetType;
}

export function LabelSetEditor({ value = [], onChange, type }: LabelSetEditorProps) {
  const { t } = useTranslation("datasetTypes");
  const kinds = labelTypesOf(type);
  return (
    <Flex vertical gap={16}>
      {kinds.map((kind) => (
        <section key={kind} aria-label={kinds.length > 1 ? t(isRelation(type, kind) ? "create.relations" : "create.entities") : undefined}>
          {kinds.length > 1 && (
            <Typography.Title level={3} style={{ fontSize: 14, margin: "0 0 8px" }}>
              {t(isRelation(type, kind) ? "create.relations" : "create.entities")}
            </Typography.Title>
          )}
          <LabelLines kind={kind} all={value} type={type} onChange={(labels) => onChange?.(labels)} />
        </section>
      ))}
    </Flex>
  );
}

interface LabelLinesProps {
  kind: number;
  all: LabelEdit[];
  type: DatasetType;
  onChange: (labels: LabelEdit[]) => void;
}

/** The labels of one kind; the others of the set stay where they are. */
function LabelLines({ kind, all, type, onChange }: LabelLinesProps) {
  const { t } = useTranslation(["datasets", "datasetTypes"]);
  const relation = isRelation(type, kind);
  const own = all.filter((label) => label.type === kind);
  const entities = all.filter((label) => label.type === tripletEntity && label.name.trim() !== "").map(({ name }) => name.trim());
  const keys = labelKeys(own.filter(({ name }) => name));
  const add = () => onChange([...all, { name: "", color: nextColor(all.map(({ color }) => color)), shortcut: "", type: kind }]);
  if (relation && entities.length === 0)
    return <Typography.Text type="secondary">{t("datasetTypes:relation.needEntities")}</Typography.Text>;
  return (
    <Flex vertical gap={8}>
      {own.length > 0 && <LabelHeads middle={relation ? relationWidth : 0} end={hasAttributes(type) ? 72 : 32} />}
      {own.map((label, index) => (
        <LabelLine
          key={index}
          label={label}
          place={index + 1}
          type={type}
          entities={relation ? entities : null}
          taken={own.slice(0, index).map(({ name }) => name)}
          fallback={keys.get(label.name) ?? ""}
          onChange={(part) => onChange(all.map((each) => (each === label ? { ...label, ...part } : each)))}
          onRemove={() => onChange(all.filter((each) => each !== label))}
          onEnter={() => index === own.length - 1 && label.name && add()}
        />
      ))}
      <div>
        <Button icon={<PlusOutlined aria-hidden />} onClick={add}>
          {relation ? t("datasetTypes:relation.add") : t("datasets:label.add")}
        </Button>
      </div>
    </Flex>
  );
}

interface LabelLineProps {
  label: LabelEdit;
  place: number;
  type: DatasetType;
  /** What a relation may stand between; null for other labels. */
  entities: string[] | null;
  taken: string[];
  fallback: string;
  onChange: (part: Partial<LabelEdit>) => void;
  onRemove: () => void;
  onEnter: () => void;
}

function LabelLine({ label, place, type, entities, taken, fallback, onChange, onRemove, onEnter }: LabelLineProps) {
  const { t } = useTranslation(["datasets", "datasetTypes", "common"]);
  const { token } = theme.useToken();
  const [open, setOpen] = useState(false);
  const problem = label.name === "" ? null : labelNameProblem(label.name, taken);
  const attributes = label.attributes ?? [];
  const name = label.name || String(place);
  return (
    <div>
      <Flex gap={8} align="center">
        <ColorField value={label.color} label={`${t("datasets:label.color")} ${place}`} onChange={(color) => onChange({ color })} />
        <Input
          value={label.name}
          status={problem ? "error" : undefined}
          maxLength={longestName}
          spellCheck={false}
          placeholder={t("datasets:label.name")}
          aria-label={`${t("datasets:label.name")} ${place}`}
          autoFocus={label.name === "" && place > 1}
          onChange={(event) => onChange({ name: event.target.value })}
          onKeyDown={(event) => {
            // Enter goes on to the next label instead of sending the form.
            if (event.key !== "Enter") return;
            event.preventDefault();
            onEnter();
          }}
        />
        {entities && <RelationEnds from={label.from} to={label.to} entities={entities} label={name} onChange={onChange} />}
        <ShortcutField
          value={label.shortcut}
          fallback={fallback}
          label={`${t("datasets:label.shortcut")} ${place}`}
          onChange={(shortcut) => onChange({ shortcut })}
        />
        {hasAttributes(type) && (
          <Badge count={attributes.length} size="small" color={token.colorPrimary}>
            <Button
              type={open ? "default" : "text"}
              icon={<UnorderedListOutlined aria-hidden />}
              aria-expanded={open}
              aria-label={t("datasetTypes:attribute.ofLabel", { name })}
              title={t("datasetTypes:attribute.title")}
              onClick={() => setOpen(!open)}
            />
          </Badge>
        )}
        <Button
          type="text"
          icon={<DeleteOutlined aria-hidden />}
          aria-label={`${t("common:action.remove")}: ${name}`}
          title={t("common:action.remove")}
          onClick={onRemove}
        />
      </Flex>
      {problem && <Typography.Text type="danger">{t(`datasets:label.problem.${problem}`)}</Typography.Text>}
      {open && <AttributeEditor value={attributes} label={name} onChange={(next) => onChange({ attributes: next })} />}
    </div>
  );
}

/** The width of a relation's ends. */
export const relationWidth = 290;

/** The heads over the fields of a label: `middle` is the width of what stands before its key, `end` of what is behind. */
export function LabelHeads({ middle = 0, end }: { middle?: number; end: number }) {
  const { t } = useTranslation("datasets");
  const { token } = theme.useToken();
  return (
    <Flex gap={8} style={{ fontSize: 13, color: token.colorTextSecondary }} aria-hidden>
      <span style={{ width: 32 }} />
      <span style={{ flex: 1, paddingInlineStart: 12 }}>{t("label.name")}</span>
      {middle > 0 && <span style={{ width: middle }} />}
      <span style={{ width: 56, textAlign: "center" }}>{t("label.key")}</span>
      <span style={{ width: end }} />
    </Flex>
  );
}
