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

/** More lines than this do not fit into a row. */
const mostRelations = 3;

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
        {isHard(sample) && <Flag icon={<FireFilled aria-hidden />} text={t("hard.mark")} />}
        {sample.metadata[missingKey] !== undefined && <Flag icon={<WarningFilled aria-hidden />} text={t("grid.missing")} />}
      </span>
      {type.shape === "none" && <Measures sample={sample} />}
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

function Flag({ icon, text }: { icon: ReactNode; text: string }) {
  return (
    <span title={text}>
      {icon}
      <span className="maquette-hidden">{text}</span>
    </span>
  );
}

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
  const format = useFormat();
  const name = <span className="ds-one" title={sample.obs_url}>{sample.sample_name}</span>;
  const size = format.bytes(sample.sample_size);
  if (type.scene === "text")
    return (
      <Cell>
        <span className="ds-fold">
          <AnnotatedText text={textOf(sample.source)} annotations={type.shape === "class" ? [] : sample.labels} colors={colors} />
          {sample.truncated && "…"}
        </span>
        <span className="ds-note ds-one">
          {sample.sample_name} · {t("rows.characters", { count: sample.sample_size })}
        </span>
      </Cell>
    );
  if (type.scene === "audio") {
    const content = contentOf(sample.labels);
    const segments = segmentsOf(sample.labels);
    return (
      <>
        <Cell>
          {name}
          <span className="ds-note ds-one" title={content || undefined}>
            {content || (segments.length > 0 ? t("rows.segments", { count: segments.length }) : type.shape === "content" ? t("tab.unlabelled") : size)}
          </span>
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
        <Cell>
          {name}
          <span className="ds-note">{size}</span>
        </Cell>
      </>
    );
  return <Cell>{name}</Cell>;
}

/** What it carries, unless the sample itself shows it: the names of parts stand in a text, a content under its file. */
function Carried({ sample, type, colors }: PartProps) {
  const { t } = useTranslation("datasets");
  if (type.shape === "none" || type.shape === "content") return null;
  const relations = type.shape === "triplet" ? relationsOf(textOf(sample.source), sample.labels) : [];
  const labels = type.shape === "span" || type.shape === "triplet" ? [] : countLabels(sample.labels);
  return (
    <span role="gridcell" className={type.shape === "triplet" ? "ds-carried ds-wide" : "ds-carried"}>
      {sample.labels.length === 0 && <span className="ds-note">{t("tab.unlabelled")}</span>}
      {relations.slice(0, mostRelations).map(({ name, from, to }, index) => (
        <span key={index} className="ds-one" style={{ width: "100%" }} title={`${from} → ${name} → ${to}`}>
          {from} → {name} → {to}
        </span>
      ))}
      <LabelChips labels={labels} colors={colors} />
    </span>
  );
}

/** Format and size of a file. */
function Measures({ sample }: { sample: Sample }) {
  const format = useFormat();
  return (
    <>
      <span role="gridcell" className="ds-facts">
        {formatOf(sample.sample_name)}
      </span>
      <span role="gridcell" className="ds-facts">
        {format.bytes(sample.sample_size)}
      </span>
    </>
  );
}
