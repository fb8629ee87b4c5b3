// One sample in the list of those that are no pictures: what it is, what it carries, and a way to see it large.
import { EyeOutlined, FireFilled, WarningFilled } from "@ant-design/icons";
import { Button } from "antd";
import { memo, type CSSProperties, type ReactNode } from "react";
import { useFormat, useTranslation } from "@/lib/i18n";
import { contentOf, countLabels, formatOf, relationsOf, segmentsOf, textOf } from "../annotations";
import { AnnotatedText } from "../AnnotatedText";
import { isHard, missingKey, type Sample } from "../grid/labelling";
import { LabelChips } from "../LabelChips";
import type { DatasetType, Scene } from "../types";

export const rowHeights: Record<Scene, number> = { image: 104, audio: 60, text: 100, table: 44, video: 104, free: 44 };

interface SampleRowProps {
  sample: Sample | undefined;
  type: DatasetType;
  index: number;
  top: number;
  selected: boolean;
  active: boolean;
  colors: ReadonlyMap<string, string>;
  onOpen: (index: number) => void;
}

export function rowId(index: number): string {
  return `row-${index}`;
}

export const SampleRow = memo(function SampleRow({ sample, type, index, top, selected, active, colors, onOpen }: SampleRowProps) {
  const { t } = useTranslation("datasets");
  const classes = ["ds-line", selected && "ds-selected", active && "ds-active"].filter(Boolean).join(" ");
  const style: CSSProperties = { top, height: rowHeights[type.scene] };
  if (!sample)
    return (
      <div id={rowId(index)} className={classes} style={style} role="row" aria-rowindex={index + 1} data-index={index}>
        <span role="gridcell" className="ds-note">
          {t("grid.loading")}
        </span>
      </div>
    );
  return (
    <div
      id={rowId(index)}
      className={classes}
      style={style}
      role="row"
      aria-rowindex={index + 1}
      aria-selected={selected}
      aria-label={sample.sample_name}
      data-index={index}
    >
      <span role="gridcell" className="ds-tick" data-check aria-label={t("keys.toggle")} />
      <Subject sample={sample} type={type} colors={colors} />
      <Carried sample={sample} type={type} colors={colors} />
      <span role="gridcell" className="ds-flags">
        {isHard(sample) && <FireFilled aria-label={t("hard.mark")} title={t("hard.mark")} />}
        {sample.metadata[missingKey] !== undefined && <WarningFilled aria-label={t("grid.missing")} title={t("grid.missing")} />}
      </span>
      <Measure sample={sample} scene={type.scene} />
      <span role="gridcell">
        <Button
          type="text"
          size="small"
          icon={<EyeOutlined aria-hidden />}
          aria-label={`${t("keys.open")}: ${sample.sample_name}`}
          title={t("keys.open")}
          onClick={(event) => {
            event.stopPropagation();
            onOpen(index);
          }}
        />
      </span>
    </div>
  );
});

interface PartProps {
  sample: Sample;
  type: DatasetType;
  colors: ReadonlyMap<string, string>;
}

function Cell({ children }: { children: ReactNode }) {
  return (
    <div role="gridcell" className="ds-main">
      {children}
    </div>
  );
}

/** The sample itself, as far as a row has room for it. */
function Subject({ sample, type, colors }: PartProps) {
  const { t } = useTranslation("datasets");
  const name = <span className="ds-one" title={sample.obs_url}>{sample.sample_name}</span>;
  if (type.scene === "text")
    return (
      <Cell>
        <span className="ds-fold">
          <AnnotatedText text={textOf(sample.source)} annotations={type.shape === "class" ? [] : sample.labels} colors={colors} />
          {sample.truncated && "…"}
        </span>
        <span className="ds-note ds-one">{sample.sample_name}</span>
      </Cell>
    );
  if (type.scene === "audio") {
    const content = contentOf(sample.labels);
    const segments = segmentsOf(sample.labels);
    return (
      <>
        <Cell>
          {name}
          {content && <span className="ds-note ds-one" title={content}>{content}</span>}
          {segments.length > 0 && <span className="ds-note ds-one">{t("rows.segments", { count: segments.length })}</span>}
        </Cell>
        <span role="gridcell">
          <audio key={sample.sample_id} controls preload="none" src={sample.media_url} aria-label={sample.sample_name} />
        </span>
      </>
    );
  }
  if (type.scene === "video")
    return (
      <>
        <span role="gridcell" style={{ lineHeight: 0 }}>
          {sample.thumbnail_url ? (
            <img key={sample.sample_id} src={sample.thumbnail_url} alt={sample.sample_name} loading="lazy" />
          ) : (
            <video key={sample.sample_id} controls preload="none" src={sample.media_url} aria-label={sample.sample_name} />
          )}
        </span>
        <Cell>{name}</Cell>
      </>
    );
  return <Cell>{name}</Cell>;
}

/** Its labels; of texts with relations these too. */
function Carried({ sample, type, colors }: PartProps) {
  const { t } = useTranslation("datasets");
  if (type.shape === "none") return null;
  if (type.shape === "triplet") {
    const relations = relationsOf(textOf(sample.source), sample.labels);
    return (
      <span role="gridcell" className="ds-carried">
        {relations.slice(0, 4).map(({ name, from, to }, index) => (
          <span key={index} className="ds-one" style={{ width: "100%" }} title={`${from} → ${name} → ${to}`}>
            {from} → {name} → {to}
          </span>
        ))}
        {relations.length === 0 && <LabelChips labels={countLabels(sample.labels)} colors={colors} />}
      </span>
    );
  }
  if (type.shape === "content" && sample.labels.length > 0) return null;
  return (
    <span role="gridcell" className="ds-carried">
      {sample.labels.length === 0 ? <span className="ds-note">{t("tab.unlabelled")}</span> : <LabelChips labels={countLabels(sample.labels)} colors={colors} />}
    </span>
  );
}

/** Its size, and of files of any kind their format. */
function Measure({ sample, scene }: { sample: Sample; scene: Scene }) {
  const { t } = useTranslation("datasets");
  const format = useFormat();
  const size = scene === "text" ? t("rows.characters", { count: sample.sample_size }) : format.bytes(sample.sample_size);
  return (
    <>
      {scene === "free" && (
        <span role="gridcell" className="ds-facts">
          {formatOf(sample.sample_name)}
        </span>
      )}
      <span role="gridcell" className="ds-facts">
        {size}
      </span>
    </>
  );
}
