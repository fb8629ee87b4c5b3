// The label set of a dataset that is about to be made: a form control over a list of names, colours and keys.
import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Flex, Input, theme, Typography } from "antd";
import { useTranslation } from "@/lib/i18n";
import { labelNameProblem, nextColor } from "./palette";
import type { LabelEdit } from "./queries";
import { labelKeys, reservedKeys } from "./shortcuts";
import { ColorField } from "./Swatch";

interface LabelSetEditorProps {
  value?: LabelEdit[];
  onChange?: (labels: LabelEdit[]) => void;
}

/** Names that keep the set from being saved; lines that were left empty do not count. */
export function labelSetProblem(labels: readonly LabelEdit[]): "invalid" | "taken" | null {
  const named = labels.filter(({ name }) => name.trim() !== "");
  for (const [index, { name }] of named.entries()) {
    const problem = labelNameProblem(name, named.slice(0, index).map((label) => label.name));
    if (problem === "invalid" || problem === "taken") return problem;
  }
  return null;
}

export function LabelSetEditor({ value = [], onChange }: LabelSetEditorProps) {
  const { t } = useTranslation(["datasets", "common"]);
  const change = (index: number, part: Partial<LabelEdit>) =>
    onChange?.(value.map((label, place) => (place === index ? { ...label, ...part } : label)));
  const add = () => onChange?.([...value, { name: "", color: nextColor(value.map(({ color }) => color)), shortcut: "" }]);
  const keys = labelKeys(value.filter(({ name }) => name));
  return (
    <Flex vertical gap={8}>
      {value.length > 0 && <LabelHeads end={32} />}
      {value.map((label, index) => {
        const others = value.filter((_, place) => place < index).map(({ name }) => name);
        const problem = label.name === "" ? null : labelNameProblem(label.name, others);
        return (
          <div key={index}>
            <Flex gap={8} align="center">
              <ColorField
                value={label.color}
                label={`${t("datasets:label.color")} ${index + 1}`}
                onChange={(color) => change(index, { color })}
              />
              <Input
                value={label.name}
                status={problem ? "error" : undefined}
                maxLength={32}
                spellCheck={false}
                placeholder={t("datasets:label.name")}
                aria-label={`${t("datasets:label.name")} ${index + 1}`}
                autoFocus={label.name === "" && index > 0}
                onChange={(event) => change(index, { name: event.target.value })}
                onKeyDown={(event) => {
                  // Enter goes on to the next label instead of sending the form.
                  if (event.key !== "Enter") return;
                  event.preventDefault();
                  if (index === value.length - 1 && label.name) add();
                }}
              />
              <ShortcutField
                value={label.shortcut}
                fallback={keys.get(label.name) ?? ""}
                label={`${t("datasets:label.shortcut")} ${index + 1}`}
                onChange={(shortcut) => change(index, { shortcut })}
              />
              <Button
                type="text"
                icon={<DeleteOutlined aria-hidden />}
                aria-label={`${t("common:action.remove")}: ${label.name || index + 1}`}
                title={t("common:action.remove")}
                onClick={() => onChange?.(value.filter((_, place) => place !== index))}
              />
            </Flex>
            {problem && <Typography.Text type="danger">{t(`datasets:label.problem.${problem}`)}</Typography.Text>}
          </div>
        );
      })}
      <div>
        <Button icon={<PlusOutlined aria-hidden />} onClick={add}>
          {t("datasets:label.add")}
        </Button>
      </div>
    </Flex>
  );
}

/** The heads over the fields of a label; `end` is the width of what stands behind them. */
export function LabelHeads({ end }: { end: number }) {
  const { t } = useTranslation("datasets");
  const { token } = theme.useToken();
  return (
    <Flex gap={8} style={{ fontSize: 13, color: token.colorTextSecondary }} aria-hidden>
      <span style={{ width: 32 }} />
      <span style={{ flex: 1, paddingInlineStart: 12 }}>{t("label.name")}</span>
      <span style={{ width: 56, textAlign: "center" }}>{t("label.key")}</span>
      <span style={{ width: end }} />
    </Flex>
  );
}

interface ShortcutFieldProps {
  value: string;
  /** The key that the label gets without one of its own. */
  fallback: string;
  label: string;
  onChange: (shortcut: string) => void;
}

/** One key, taken as it is pressed; keys that the page needs itself are not taken. */
export function ShortcutField({ value, fallback, label, onChange }: ShortcutFieldProps) {
  return (
    <Input
      value={value}
      placeholder={fallback}
      aria-label={label}
      title={label}
      maxLength={1}
      spellCheck={false}
      autoComplete="off"
      style={{ width: 56, flex: "none", textAlign: "center" }}
      onChange={(event) => {
        const key = event.target.value.slice(-1).toLowerCase();
        if (!reservedKeys.has(key)) onChange(key);
      }}
    />
  );
}
