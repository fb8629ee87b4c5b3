// The panel beside the grid: every label with its colour, count and key, and the labels of what is selected.
import { CloseOutlined, SettingOutlined } from "@ant-design/icons";
import { Button, Flex, Switch, theme, Tooltip, Typography } from "antd";
import { useState, type ReactNode } from "react";
import { useFormat, useTranslation } from "@/lib/i18n";
import { AddLabel } from "../labels/AddLabel";
import { LabelManager } from "../labels/LabelManager";
import { Swatch } from "../labels/Swatch";
import type { LabelStats } from "../queries";
import { isClassified, type DatasetType } from "../types";
import { Key } from "./Key";
import { labelCounts, shareOf, type Sample, type Share } from "./labelling";

interface LabelPanelProps {
  datasetId: string;
  type: DatasetType;
  labels: LabelStats[];
  keys: ReadonlyMap<string, string>;
  colors: ReadonlyMap<string, string>;
  /** The samples that labels are put on. */
  samples: Sample[];
  /** How many are selected, also those that are not loaded. */
  selected: number;
  onToggle: (name: string) => void;
  onRemove: (name: string) => void;
  onRemoveAll: () => void;
  single: boolean;
  onSingle: (single: boolean) => void;
}

export function LabelPanel(props: LabelPanelProps) {
  const { datasetId, type, labels, keys, samples, selected, onToggle, single, onSingle } = props;
  const { t } = useTranslation("datasets");
  const { token } = theme.useToken();
  const [managing, setManaging] = useState(false);
  // Labels of other types belong to parts of a sample: here they are shown and managed.
  const labelling = isClassified(type);
  return (
    <aside
      aria-label={t("label.title")}
      className="maquette-panel"
      style={{ width: 264, flex: "none", display: "flex", flexDirection: "column", gap: 10, minHeight: 0, padding: 12 }}
    >
      <Flex justify="space-between" align="center">
        <Typography.Title level={2} style={{ fontSize: 15, margin: 0 }}>
          {t("label.title")}
        </Typography.Title>
        <Button size="small" type="text" icon={<SettingOutlined aria-hidden />} onClick={() => setManaging(true)}>
          {t("label.manage")}
        </Button>
      </Flex>
      {labelling && (
        <Typography.Text type="secondary" style={{ fontSize: 13 }}>
          {labels.length === 0 ? t("label.noneHint") : selected === 0 ? t("label.selectFirst") : t("label.press")}
        </Typography.Text>
      )}
      <div style={{ flex: "1 1 auto", minHeight: 80, overflow: "auto", margin: "0 -8px" }}>
        {labels.length === 0 && !labelling && (
          <Typography.Text type="secondary" style={{ padding: "0 8px" }}>
            {t("label.none")}
          </Typography.Text>
        )}
        {labels.map((label) => (
          <LabelRow
            key={`${label.type} ${label.name}`}
            label={label}
            shortcut={keys.get(label.name)}
            share={labelling && samples.length > 0 ? shareOf(samples, label.name) : "none"}
            disabled={selected === 0}
            onToggle={labelling ? () => onToggle(label.name) : undefined}
          />
        ))}
      </div>
      {labelling && (
        <>
          <AddLabel datasetId={datasetId} type={type} labels={labels} compact />
          <Flex justify="space-between" align="center" gap={8}>
            <Tooltip title={t("label.singleHint")}>
              <span id="ds-single">{t("label.single")}</span>
            </Tooltip>
            <Switch size="small" checked={single} onChange={onSingle} aria-labelledby="ds-single" />
          </Flex>
        </>
      )}
      {selected > 0 && (
        <div style={{ borderTop: `1px solid ${token.colorBorderSecondary}`, paddingTop: 10, maxHeight: "32%", overflow: "auto" }}>
          <SelectionLabels {...props} />
        </div>
      )}
      <LabelManager datasetId={datasetId} type={type} labels={labels} open={managing} onClose={() => setManaging(false)} />
    </aside>
  );
}

interface LabelRowProps {
  label: LabelStats;
  shortcut: string | undefined;
  share: Share;
  disabled?: boolean;
  /** Absent where labels are only looked at. */
  onToggle?: () => void;
  count?: ReactNode;
}

const pressed = { all: true, some: "mixed", none: false } as const;

export function LabelRow({ label, shortcut, share, disabled, onToggle, count }: LabelRowProps) {
  const { token } = theme.useToken();
  const format = useFormat();
  const color = label.property["@modelarts:color"];
  const name = (
    <span style={{ flex: 1, minWidth: 0, overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" }} title={label.name}>
      {label.name}
    </span>
  );
  const number = (
    <span style={{ color: token.colorTextSecondary, fontVariantNumeric: "tabular-nums" }}>{count ?? format.number(label.sample_count)}</span>
  );
  if (!onToggle)
    return (
      <div className="ds-labelrow" style={{ cursor: "default" }}>
        <Swatch color={color} />
        {name}
        {number}
      </div>
    );
  return (
    <button
      type="button"
      className="ds-labelrow"
      disabled={disabled}
      aria-pressed={pressed[share]}
      aria-keyshortcuts={shortcut}
      onClick={onToggle}
      style={{
        ["--ds-hover" as string]: token.colorFillTertiary,
        ["--ds-border" as string]: token.colorBorder,
        background: share === "all" ? token.controlItemBgActive : undefined,
      }}
    >
      <Swatch color={color} />
      {name}
      {share !== "none" && <span aria-hidden>{share === "all" ? "✓" : "–"}</span>}
      {number}
      {shortcut ? <Key>{shortcut.toUpperCase()}</Key> : <span style={{ width: 20 }} />}
    </button>
  );
}

function SelectionLabels({ type, samples, selected, colors, onRemove, onRemoveAll }: LabelPanelProps) {
  const { t } = useTranslation("datasets");
  const labelling = isClassified(type);
  const format = useFormat();
  const counts = labelCounts(samples);
  return (
    <Flex vertical gap={4}>
      <Flex justify="space-between" align="center">
        <Typography.Text strong>{t("label.ofSelection", { count: selected })}</Typography.Text>
        {labelling && (
          <Button type="link" size="small" disabled={counts.length === 0} onClick={onRemoveAll}>
            {t("label.removeAll")}
          </Button>
        )}
      </Flex>
      {counts.length === 0 && <Typography.Text type="secondary">{t("tab.unlabelled")}</Typography.Text>}
      {counts.map(([name, count]) => (
        <Flex key={name} align="center" gap={8}>
          <Swatch color={colors.get(name)} />
          <Typography.Text ellipsis={{ tooltip: name }} style={{ flex: 1 }}>
            {name}
          </Typography.Text>
          <span>{format.number(count)}</span>
          {labelling && (
            <Button
              type="text"
              size="small"
              icon={<CloseOutlined aria-hidden />}
              aria-label={t("label.takeOff", { name })}
              title={t("label.takeOff", { name })}
              onClick={() => onRemove(name)}
            />
          )}
        </Flex>
      ))}
    </Flex>
  );
}
