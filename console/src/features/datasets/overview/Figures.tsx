// The numbers of a dataset as tiles: samples, labelled and unlabelled ones, hard examples, versions.
import { Progress, theme } from "antd";
import type { ReactNode } from "react";
import { useFormat, useTranslation } from "@/lib/i18n";
import type { Dataset, Stats } from "../queries";

interface FiguresProps {
  dataset: Dataset;
  stats: Stats;
  /** Whether samples of its type are labelled at all. */
  annotated: boolean;
}

export function Figures({ dataset, stats, annotated }: FiguresProps) {
  const { t } = useTranslation("datasets");
  const format = useFormat();
  const { total = 0, manual_annotation: labelled = 0, un_annotation: unlabelled = 0, auto_annotation: unconfirmed = 0 } = stats.sample_stats;
  const annotations = stats.label_stats.reduce((sum, { count }) => sum + count, 0);
  return (
    <dl style={{ display: "grid", gridTemplateColumns: "repeat(auto-fit, minmax(150px, 1fr))", gap: 12, margin: 0 }}>
      <Figure label={t("version.samples")} value={format.number(total)} />
      {annotated && (
        <Figure label={t("tab.labelled")} value={format.number(labelled)}>
          <Progress
            percent={total === 0 ? 0 : (labelled / total) * 100}
            showInfo={false}
            size="small"
            style={{ margin: 0 }}
            aria-label={t("list.progress")}
          />
        </Figure>
      )}
      {annotated && <Figure label={t("tab.unlabelled")} value={format.number(unlabelled)} />}
      {unconfirmed > 0 && <Figure label={t("overview.unconfirmed")} value={format.number(unconfirmed)} />}
      {annotations > 0 && <Figure label={t("overview.annotations")} value={format.number(annotations)} />}
      {annotated && <Figure label={t("filter.hard")} value={format.number(stats.key_sample_stats.key_sample ?? 0)} />}
      <Figure label={t("version.title")} value={format.number(dataset.dataset_version_count ?? 0)} />
    </dl>
  );
}

function Figure({ label, value, children }: { label: string; value: string; children?: ReactNode }) {
  const { token } = theme.useToken();
  return (
    <div className="maquette-panel" style={{ display: "flex", flexDirection: "column-reverse", justifyContent: "flex-end" }}>
      <dt style={{ color: token.colorTextSecondary, fontSize: 13 }}>{label}</dt>
      <dd style={{ margin: 0, fontSize: 22, fontVariantNumeric: "tabular-nums" }}>
        {value}
        {children}
      </dd>
    </div>
  );
}
