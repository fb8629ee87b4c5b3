// What a sample's annotations say beyond their labels, as the pages show it: shapes on pictures, parts of texts and the
// relations between them, stretches of recordings. Pure. Points are pixels of the picture; offsets in texts are code
// points, which are not the UTF-16 units that JavaScript counts in.
import { tripletEntity } from "./types";

export interface Annotation {
  name?: string;
  type?: number | null;
  id?: string | null;
  property?: Record<string, unknown> | null;
}

export interface LabelCount {
  name: string;
  type: number;
  count: number;
}

/** How often each label is on a sample, in the order of first appearance; what has no label is left out. */
export function countLabels(annotations: readonly Annotation[]): LabelCount[] {
  const counts = new Map<string, LabelCount>();
  for (const { name = "", type } of annotations) {
    if (name === "") continue;
    const key = `${type ?? ""} ${name}`;
    const found = counts.get(key);
    if (found) found.count += 1;
    else counts.set(key, { name, type: type ?? -1, count: 1 });
  }
  return [...counts.values()];
}

export interface Outline {
  /** The data of an SVG path, in pixels of the picture. */
  path: string;
  name: string;
  kind: "area" | "line" | "dashed" | "point";
}

type Points = [number, number][];

function points(feature: unknown): Points {
  if (!Array.isArray(feature)) return [];
  return feature.filter((point): point is [number, number] => Array.isArray(point) && point.length === 2 && point.every(Number.isFinite));
}

function chain(corners: Points): string {
  return corners.map(([x, y], index) => `${index === 0 ? "M" : "L"}${x} ${y}`).join("");
}

/** The outline of one annotation, or null for what is no shape. */
export function outlineOf({ name = "", property }: Annotation): Outline | null {
  const shape = property?.["@modelarts:shape"];
  const feature = property?.["@modelarts:feature"];
  if (shape === "circle") {
    const [centre, radius] = Array.isArray(feature) ? (feature as [unknown, unknown]) : [];
    const [[x, y] = []] = points([centre]);
    const r = Array.isArray(radius) ? Number(radius[0]) : NaN;
    if (x === undefined || y === undefined || !(r > 0)) return null;
    return { name, kind: "area", path: `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z` };
  }
  const corners = points(feature);
  const [first, last] = [corners[0], corners[corners.length - 1]];
  if (!first || !last) return null;
  switch (shape) {
    case "bndbox":
      return { name, kind: "area", path: `M${first[0]} ${first[1]}H${last[0]}V${last[1]}H${first[0]}Z` };
    case "polygon": {
      const holes = property?.["@maquette:holes"];
      const rings = [corners, ...(Array.isArray(holes) ? holes.map(points) : [])].filter((ring) => ring.length > 2);
      return { name, kind: "area", path: rings.map((ring) => `${chain(ring)}Z`).join("") };
    }
    case "point":
      return { name, kind: "point", path: `M${first[0]} ${first[1]}h0` };
    case "dashed":
      return { name, kind: "dashed", path: chain(corners) };
    case "line":
    case "polyline":
      return { name, kind: "line", path: chain(corners) };
    default:
      return null;
  }
}

/** The outlines of a sample, at most `most`: a small picture shows no more. */
export function outlinesOf(annotations: readonly Annotation[], most = Infinity): Outline[] {
  const found: Outline[] = [];
  for (const annotation of annotations) {
    if (found.length >= most) break;
    const outline = outlineOf(annotation);
    if (outline) found.push(outline);
  }
  return found;
}

/** Width and height of the picture behind a sample, where they are known. */
export function pictureSize(metadata: Record<string, unknown>): [width: number, height: number] | null {
  const size = metadata["@modelarts:size"];
  if (!Array.isArray(size)) return null;
  const [width, height] = size.map(Number);
  return width && height && width > 0 && height > 0 ? [width, height] : null;
}

interface Span {
  start: number;
  end: number;
  name: string;
}

function spanOf({ name = "", property }: Annotation): Span | null {
  const start = Number(property?.["@modelarts:start_index"] ?? NaN);
  const end = Number(property?.["@modelarts:end_index"] ?? NaN);
  return start >= 0 && end > start ? { start, end, name } : null;
}

export interface Piece {
  text: string;
  /** The labels of the spans that cover it. */
  names: string[];
  /** The labels of the spans that end with it: said once, behind the last piece of each. */
  ends: string[];
}

/** A text cut where spans begin and end. Spans beyond the text, as of one that was shortened, end with it. */
export function piecesOf(text: string, annotations: readonly Annotation[]): Piece[] {
  const letters = Array.from(text);
  const spans = annotations.flatMap((each) => spanOf(each) ?? []).filter(({ start }) => start < letters.length);
  const cuts = new Set([0, letters.length]);
  for (const { start, end } of spans) cuts.add(start).add(Math.min(end, letters.length));
  const places = [...cuts].sort((a, b) => a - b);
  return places.slice(1).map((end, index) => {
    const start = places[index] ?? 0;
    const over = spans.filter((span) => span.start <= start && span.end >= end);
    return {
      text: letters.slice(start, end).join(""),
      names: over.map(({ name }) => name),
      ends: over.filter((span) => span.end === end).map(({ name }) => name),
    };
  });
}

export interface Relation {
  name: string;
  from: string;
  to: string;
}

/** The relations of a text with the words that they stand between. */
export function relationsOf(text: string, annotations: readonly Annotation[]): Relation[] {
  const letters = Array.from(text);
  const words = new Map<string, string>();
  for (const annotation of annotations) {
    const span = annotation.type === tripletEntity ? spanOf(annotation) : null;
    if (span && annotation.id) words.set(annotation.id, letters.slice(span.start, span.end).join(""));
  }
  return annotations.flatMap(({ name = "", property }) => {
    const from = property?.["@modelarts:from"];
    const to = property?.["@modelarts:to"];
    if (typeof from !== "string" || typeof to !== "string") return [];
    return { name, from: words.get(from) ?? from, to: words.get(to) ?? to };
  });
}

export interface Segment {
  start: string;
  end: string;
  name: string;
  content: string;
  speaker: string;
}

function said(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The segments of a recording in the order of time. */
export function segmentsOf(annotations: readonly Annotation[]): Segment[] {
  return annotations
    .filter(({ property }) => typeof property?.["@modelarts:start_time"] === "string")
    .map(({ name = "", property }) => ({
      start: said(property?.["@modelarts:start_time"]),
      end: said(property?.["@modelarts:end_time"]),
      name,
      content: said(property?.["@modelarts:content"]),
      speaker: said(property?.["@modelarts:source"]),
    }))
    .sort((a, b) => a.start.localeCompare(b.start));
}

/** What is said in a whole recording, or nothing. */
export function contentOf(annotations: readonly Annotation[]): string {
  const own = annotations.find(({ property }) => property && "@modelarts:content" in property && !("@modelarts:start_time" in property));
  return said(own?.property?.["@modelarts:content"]);
}

const textPrefix = "content://";

/** The text that a sample of a text dataset is; its source is the text itself. */
export function textOf(source: string): string {
  return source.startsWith(textPrefix) ? source.slice(textPrefix.length) : source;
}

/** The ending of a file's name in capitals, as its format is called; empty where there is none. */
export function formatOf(name: string): string {
  const match = /[^./]\.([A-Za-z0-9]{1,8})$/.exec(name);
  return match?.[1]?.toUpperCase() ?? "";
}
