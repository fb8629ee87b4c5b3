// One sample in the grid: thumbnail, marks and a caption of one line. Drawn often, so it is kept small and memoised.
// Nothing in it subscribes to anything: its words come from the grid. A cell that goes out of sight becomes another
// one's, so what belongs to its sample alone (the picture) is keyed by it.
import { FireFilled, PictureOutlined, WarningFilled } from "@ant-design/icons";
import { memo, useEffect, useRef, useState } from "react";
import { countLabels, pictureSize } from "../annotations";
import { LabelChips } from "../LabelChips";
import { ShapeLayer } from "../ShapeLayer";
import { isHard, missingKey, type Sample } from "./labelling";
import { thumbnailUrl } from "./pages";

export interface CellTexts {
  loading: string;
  unlabelled: string;
  hard: string;
  missing: string;
}

export interface SampleCellProps {
  sample: Sample | undefined;
  index: number;
  total: number;
  /** Edge of the picture in CSS pixels. */
  size: number;
  selected: boolean;
  active: boolean;
  /** Colours by label name; the same object as long as the label set does not change. */
  colors: ReadonlyMap<string, string>;
  /** The same object as long as the language does not change. */
  texts: CellTexts;
}

/** In a thumbnail more shapes would hide what they are on. */
const mostShapes = 60;

export function cellId(index: number): string {
  return `sample-${index}`;
}

export const SampleCell = memo(function SampleCell({ sample, index, total, size, selected, active, colors, texts }: SampleCellProps) {
  const labels = sample ? countLabels(sample.labels) : [];
  const names = labels.map(({ name, count }) => (count > 1 ? `${name} × ${count}` : name));
  const pixels = sample && pictureSize(sample.metadata);
  const label = !sample
    ? texts.loading
    : [sample.sample_name, names.join(", ") || texts.unlabelled, isHard(sample) && texts.hard].filter(Boolean).join(", ");
  const classes = ["ds-cell", selected && "ds-selected", active && "ds-active"].filter(Boolean).join(" ");
  return (
    <div
      id={cellId(index)}
      className={classes}
      role="option"
      aria-selected={selected}
      aria-setsize={total}
      aria-posinset={index + 1}
      aria-label={label}
      data-index={index}
      title={sample?.sample_name}
    >
      <div className="ds-frame">
        {sample && <Thumbnail key={sample.sample_id} url={sample.thumbnail_url} size={size} />}
        {sample && pixels && <ShapeLayer annotations={sample.labels} size={pixels} colors={colors} most={mostShapes} />}
        <span className="ds-check" data-check aria-hidden />
        {sample && isHard(sample) && (
          <span className="ds-mark" title={texts.hard} aria-hidden>
            <FireFilled aria-hidden />
          </span>
        )}
        {sample?.metadata[missingKey] !== undefined && (
          <span className="ds-missing" title={texts.missing} aria-hidden>
            <WarningFilled aria-hidden />
          </span>
        )}
      </div>
      <div className="ds-caption" aria-hidden>
        {sample && names.length === 0 && <span className="ds-name">{size >= 90 ? sample.sample_name : ""}</span>}
        <LabelChips labels={labels} colors={colors} named={size >= 72} />
      </div>
    </div>
  );
});

const settleMs = 50;

/** Asks for its picture only after it has stayed for a moment, and stops asking when it is scrolled away. */
function Thumbnail({ url, size }: { url: string; size: number }) {
  const image = useRef<HTMLImageElement>(null);
  const [broken, setBroken] = useState<string | null>(null);
  const src = thumbnailUrl(url, size, window.devicePixelRatio);
  useEffect(() => {
    const element = image.current;
    if (!element) return undefined;
    const timer = setTimeout(() => {
      element.src = src;
    }, settleMs);
    return () => {
      clearTimeout(timer);
      // An image that is on its way would keep its connection otherwise.
      if (!element.complete) element.removeAttribute("src");
    };
  }, [src]);
  if (broken === src) return <PictureOutlined className="ds-broken" aria-hidden />;
  return <img ref={image} alt="" decoding="async" draggable={false} onError={() => setBroken(src)} />;
}
