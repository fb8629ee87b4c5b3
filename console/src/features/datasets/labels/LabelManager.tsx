// The dialog that manages the labels of a dataset: rename, recolour, give a key, add and delete.
import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Flex, Form, Input, Modal, theme } from "antd";
import { useState } from "react";
import { useTranslation } from "@/lib/i18n";
import { EmptyState, ErrorState } from "@/ui";
import type { LabelStats } from "../queries";
import { DeleteLabel } from "./DeleteLabel";
import { LabelHeads, ShortcutField } from "./LabelSetEditor";
import { labelNameProblem, nextColor } from "./palette";
import { labelBody, useLabelChanges, type LabelEdit } from "./queries";
import { labelKeys } from "./shortcuts";
import { ColorField } from "./Swatch";

interface LabelManagerProps {
  datasetId: string;
  labels: LabelStats[];
  open: boolean;
  onClose: () => void;
}

export function editOf({ name, property }: LabelStats): LabelEdit {
  return { name, color: property["@modelarts:color"] ?? "#7f7f7f", shortcut: property["@modelarts:shortcut"] ?? "" };
}

export function LabelManager({ datasetId, labels, open, onClose }: LabelManagerProps) {
  const { t } = useTranslation(["datasets", "common"]);
  const { change } = useLabelChanges(datasetId);
  const [deleting, setDeleting] = useState<LabelStats | null>(null);
  const keys = labelKeys(labels.map(editOf));
  return (
    <Modal
      title={t("datasets:label.manage")}
      open={open}
      onCancel={onClose}
      width={640}
      footer={<Button onClick={onClose}>{t("common:action.close")}</Button>}
      destroyOnHidden
      afterClose={() => change.reset()}
    >
      <AddLabel datasetId={datasetId} labels={labels} />
      {labels.length === 0 && <EmptyState title={t("datasets:label.none")} hint={t("datasets:label.noneHint")} />}
      {labels.length > 0 && (
        <div style={{ marginTop: 14 }}>
          <LabelHeads end={124} />
        </div>
      )}
      <ul style={{ listStyle: "none", margin: "4px 0 0", padding: 0, maxHeight: "52vh", overflow: "auto" }}>
        {labels.map((label) => (
          <LabelLine
            key={label.name}
            label={label}
            others={labels.filter((other) => other !== label).map(({ name }) => name)}
            autoKey={keys.get(label.name) ?? ""}
            onChange={(edit) => change.mutate([labelBody({ ...edit, name: label.name }, edit.name)])}
            onDelete={() => setDeleting(label)}
          />
        ))}
      </ul>
      {change.error && <ErrorState error={change.error} />}
      <DeleteLabel datasetId={datasetId} label={deleting} onClose={() => setDeleting(null)} />
    </Modal>
  );
}

interface LabelLineProps {
  label: LabelStats;
  others: string[];
  autoKey: string;
  onChange: (edit: LabelEdit) => void;
  onDelete: () => void;
}

function LabelLine({ label, others, autoKey, onChange, onDelete }: LabelLineProps) {
  const { t } = useTranslation(["datasets", "common"]);
  const { token } = theme.useToken();
  const saved = editOf(label);
  const [name, setName] = useState(saved.name);
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
          maxLength={32}
          spellCheck={false}
          onChange={(event) => setName(event.target.value)}
          onBlur={rename}
          onPressEnter={(event) => event.currentTarget.blur()}
        />
        <ShortcutField
          value={saved.shortcut}
          fallback={autoKey}
          label={`${t("datasets:label.shortcut")}: ${saved.name}`}
          onChange={(shortcut) => onChange({ ...saved, shortcut })}
        />
        <span style={{ width: 84, flex: "none", textAlign: "end", color: token.colorTextSecondary }}>
          {t("datasets:count.samples", { count: label.sample_count })}
        </span>
        <Button
          type="text"
          danger
          icon={<DeleteOutlined aria-hidden />}
          aria-label={`${t("common:action.delete")}: ${saved.name}`}
          title={t("common:action.delete")}
          onClick={onDelete}
        />
      </Flex>
    </li>
  );
}

/** A line with a name for a new label; used by the label panel too. */
export function AddLabel({ datasetId, labels, compact = false }: { datasetId: string; labels: LabelStats[]; compact?: boolean }) {
  const { t } = useTranslation("datasets");
  const [name, setName] = useState("");
  const { create } = useLabelChanges(datasetId);
  const problem = name === "" ? null : labelNameProblem(name, labels.map((label) => label.name));
  const color = nextColor(labels.map((label) => label.property["@modelarts:color"] ?? ""));

  function submit() {
    if (name.trim() === "" || problem) return;
    create.mutate([labelBody({ name: name.trim(), color, shortcut: "" })], { onSuccess: () => setName("") });
  }
  const message = problem ? t(`label.problem.${problem}`) : create.error?.message;
  return (
    <Form.Item validateStatus={message ? "error" : undefined} help={message} style={{ margin: 0 }}>
      <Flex gap={8}>
        <Input
          size={compact ? "small" : "middle"}
          value={name}
          maxLength={32}
          spellCheck={false}
          placeholder={t("label.new")}
          aria-label={t("label.new")}
          onChange={(event) => {
            setName(event.target.value);
            create.reset();
          }}
          onPressEnter={submit}
        />
        <Button
          size={compact ? "small" : "middle"}
          icon={<PlusOutlined aria-hidden />}
          disabled={name.trim() === "" || problem !== null}
          loading={create.isPending}
          aria-label={t("label.add")}
          title={t("label.add")}
          onClick={submit}
        >
          {compact ? null : t("label.add")}
        </Button>
      </Flex>
    </Form.Item>
  );
}
