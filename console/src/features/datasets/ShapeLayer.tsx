// The shapes of a picture over it: a layer of the picture's own pixels, fitted as the picture is (object-fit: contain).
import { memo } from "react";
import { outlinesOf, type Annotation } from "./annotations";
import "./samples.css";

interface ShapeLayerProps {
  annotations: readonly Annotation[];
  /** Of the picture whose pixels the shapes are in. */
  size: readonly [width: number, height: number];
  /** Colours by label name. */
  colors: ReadonlyMap<string, string>;
  /** At most so many are drawn. */
  most?: number;
  large?: boolean;
}

const nameless = "#7f7f7f";

export const ShapeLayer = memo(function ShapeLayer({ annotations, size: [width, height], colors, most, large = false }: ShapeLayerProps) {
  const outlines = outlinesOf(annotations, most);
  if (outlines.length === 0) return null;
  return (
    <svg className={large ? "ds-shapes ds-large" : "ds-shapes"} viewBox={`0 0 ${width} ${height}`} aria-hidden>
      {outlines.map(({ path, name, kind }, index) => {
        const color = colors.get(name) || nameless;
        return (
          <path key={index} d={path} className={`ds-${kind}`} stroke={color} fill={kind === "area" ? color : undefined}>
            {large && <title>{name}</title>}
          </path>
        );
      })}
    </svg>
  );
});
