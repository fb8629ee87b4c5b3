// The line above the grid: what is selected and what can be done with it, whether all is saved, and the cells' size.
import { DeleteOutlined, DownOutlined, FireOutlined, QuestionCircleOutlined, RedoOutlined, UndoOutlined } from "@ant-design/icons";
import { Button, Dropdown, Flex, Slider, Typography } from "antd";
import { useTranslation } from "@/lib/i18n";
import { StatusTag } from "@/ui";
import { usages } from "./filter";
import type { SaveState } from "./saving";
import type { Labelling } from "./useLabelling";

export const sizes = { least: 56, most: 320, step: 24 };

interface ToolbarProps {
  selected: number;
  total: number | undefined;
  labelling: Labelling;
  /** Of the cells; null where there are rows instead. */
  size: number | null;
  onSize: (size: number) => void;
  onSelectVisible: () => void;
  onSelectLoaded: () => void;
  onClear: () => void;
  onHard: () => void;
  /** An empty usage takes the samples' own away. */
  onUsage: (usage: string) => void;
  onDelete: () => void;
  onKeys: () => void;
}

export function Toolbar(props: ToolbarProps) {
  const { selected, total, labelling, size, onSize, onKeys } = props;
  const { t } = useTranslation(["datasets", "common"]);
  return (
    <Flex justify="space-between" align="center" gap="4px 12px" wrap style={{ minHeight: 32 }}>
      <Flex align="center" gap={8} wrap>
        <Typography.Text strong={selected > 0} role="status" style={{ minWidth: 96 }}>
          {selected > 0
            ? t("common:table.selected", { count: selected })
            : total !== undefined && t("datasets:count.samples", { count: total })}
        </Typography.Text>
        <SelectMenu {...props} />
        {selected > 0 && (
          <>
            <Button size="small" icon={<FireOutlined aria-hidden />} onClick={props.onHard}>
              {t("datasets:hard.toggle")}
            </Button>
            <Dropdown
              trigger={["click"]}
              menu={{
                items: usages.map((usage) => ({
                  key: usage,
                  label: t(`datasets:usage.${usage}`),
                  onClick: () => props.onUsage(usage === "NONE" ? "" : usage),
                })),
              }}
            >
              <Button size="small" aria-haspopup="menu" icon={<DownOutlined aria-hidden />} iconPlacement="end">
                {t("datasets:filter.usage")}
              </Button>
            </Dropdown>
            <Button size="small" danger icon={<DeleteOutlined aria-hidden />} onClick={props.onDelete}>
              {t("common:action.delete")}
            </Button>
          </>
        )}
      </Flex>
      <Flex align="center" gap={6}>
        <Saved saving={labelling.saving} />
        <Button
          type="text"
          size="small"
          icon={<UndoOutlined aria-hidden />}
          disabled={!labelling.canUndo}
          aria-label={t("datasets:keys.undo")}
          title={`${t("datasets:keys.undo")} (Ctrl+Z)`}
          onClick={labelling.undo}
        />
        <Button
          type="text"
          size="small"
          icon={<RedoOutlined aria-hidden />}
          disabled={!labelling.canRedo}
          aria-label={t("datasets:keys.redo")}
          title={`${t("datasets:keys.redo")} (Ctrl+Shift+Z)`}
          onClick={labelling.redo}
        />
        {size !== null && (
          <Slider
            value={size}
            min={sizes.least}
            max={sizes.most}
            step={sizes.step}
            style={{ width: 96, margin: "0 8px" }}
            tooltip={{ open: false }}
            ariaLabelForHandle={t("datasets:grid.size")}
            onChange={onSize}
          />
        )}
        <Button
          type="text"
          size="small"
          icon={<QuestionCircleOutlined aria-hidden />}
          aria-label={t("datasets:keys.title")}
          title={`${t("datasets:keys.title")} (?)`}
          onClick={onKeys}
        />
      </Flex>
    </Flex>
  );
}

function SelectMenu({ selected, total, onSelectVisible, onSelectLoaded, onClear }: ToolbarProps) {
  const { t } = useTranslation(["datasets", "common"]);
  return (
    <Dropdown
      trigger={["click"]}
      menu={{
        items: [
          { key: "visible", label: t("datasets:select.visible"), disabled: !total, onClick: onSelectVisible },
          { key: "loaded", label: t("datasets:select.loaded"), disabled: !total, onClick: onSelectLoaded },
          { key: "clear", label: t("common:table.clearSelection"), disabled: selected === 0, onClick: onClear },
        ],
      }}
    >
      <Button size="small" aria-haspopup="menu">
        {t("datasets:select.title")}
      </Button>
    </Dropdown>
  );
}

/** The visible mark that everything is on the server. */
function Saved({ saving }: { saving: SaveState }) {
  const { t } = useTranslation("datasets");
  const { state, waiting } = saving;
  return (
    <span role="status" aria-live="polite" style={{ fontSize: 13, minWidth: 64 }}>
      {state === "saving" && <StatusTag tone="active">{t("save.saving", { count: waiting })}</StatusTag>}
      {state === "saved" && <StatusTag tone="good">{t("save.saved")}</StatusTag>}
      {state === "failed" && <StatusTag tone="bad">{t("save.notSaved")}</StatusTag>}
    </span>
  );
}
