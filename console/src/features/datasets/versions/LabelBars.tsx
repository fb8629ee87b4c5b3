// How many samples of a version carry each label, as bars.
import { Flex, Typography } from "antd";
import { useFormat, useTranslation } from "@/lib/i18n";
import { Panel } from "@/ui";
import type { LabelStats } from "../queries";

interface LabelBarsProps {
  labels: LabelStats[];
  total: number;
  labelled: number;
}

export function LabelBars({ labels, total, labelled }: LabelBarsProps) {
  const { t } = useTranslation("datasets");
  const format = useFormat();
  const most = Math.max(1, ...labels.map(({ sample_count: count }) => count));
  const sorted = [...labels].sort((a, b) => b.sample_count - a.sample_count);
  return (
    <Panel
      title={t("version.labels")}
      extra={
        <Typography.Text type="secondary">
          {t("version.share", { labelled: format.number(labelled), total: format.number(total) })}
        </Typography.Text>
      }
    >
      {sorted.length === 0 && <Typography.Text type="secondary">{t("label.none")}</Typography.Text>}
      <Flex vertical gap={6} component="ul" style={{ listStyle: "none", margin: 0, padding: 0, maxHeight: 360, overflow: "auto" }} tabIndex={0} aria-label={t("version.labels")}>
        {sorted.map(({ name, type, sample_count: count, property }) => (
          <li key={`${type} ${name}`} style={{ display: "grid", gridTemplateColumns: "128px 1fr 64px", gap: 12, alignItems: "center" }}>
            <Typography.Text ellipsis={{ tooltip: name }}>{name}</Typography.Text>
            <span
              aria-hidden
              style={{
                width: `${Math.max(count === 0 ? 0 : 0.5, (count / most) * 100)}%`,
                height: 14,
                borderRadius: 3,
                background: property["@modelarts:color"] ?? "#7f7f7f",
              }}
            />
            <span style={{ textAlign: "end", fontVariantNumeric: "tabular-nums" }}>{format.number(count)}</span>
          </li>
        ))}
      </Flex>
    </Panel>
  );
}
