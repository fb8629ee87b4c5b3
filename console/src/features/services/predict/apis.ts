// What a model's interfaces ask for, read from the schema in its config.json, and what its answers look like. Pure.

export interface PredictField {
  name: string;
  file: boolean;
}

export interface PredictApi {
  key: string;
  method: string;
  /** Below the access address; empty for the address itself. */
  path: string;
  /** Fields of a multipart form, or a JSON text to begin with. */
  input: { kind: "form"; fields: PredictField[] } | { kind: "json"; example: string } | { kind: "none" };
}

interface Schema {
  type?: string;
  properties?: Record<string, Schema>;
  items?: Schema | Schema[];
  default?: unknown;
  example?: unknown;
}

interface RawApi {
  url?: string;
  method?: string;
  request?: Record<string, unknown>;
}

/** The interfaces of a service's models, each once. */
export function apisOf(config: readonly { apis: readonly unknown[] }[]): PredictApi[] {
  const found = new Map<string, PredictApi>();
  for (const raw of config.flatMap(({ apis }) => apis as RawApi[])) {
    const api = apiOf(raw);
    if (!found.has(api.key)) found.set(api.key, api);
  }
  return [...found.values()];
}

function apiOf(raw: RawApi): PredictApi {
  const method = (raw.method ?? "post").toUpperCase();
  const url = raw.url ?? "/";
  const path = url === "/" ? "" : url;
  return { key: `${method} ${url}`, method, path, input: inputOf(method, raw.request ?? {}) };
}

function inputOf(method: string, request: Record<string, unknown>): PredictApi["input"] {
  if (method === "GET") return { kind: "none" };
  const name = Object.keys(request).find((key) => key.toLowerCase() === "content-type");
  const contentType = String(name ? request[name] : "").toLowerCase();
  const schema = (request.data ?? {}) as Schema;
  if (contentType.startsWith("multipart/"))
    return {
      kind: "form",
      fields: Object.entries(schema.properties ?? {}).map(([field, { type }]) => ({ name: field, file: type === "file" })),
    };
  return { kind: "json", example: JSON.stringify(exampleOf(schema), null, 2) };
}

/** A value that fits the schema, to be filled in. */
export function exampleOf(schema: Schema): unknown {
  if (schema.example !== undefined) return schema.example;
  if (schema.default !== undefined) return schema.default;
  switch (schema.type) {
    case "array": {
      const items = Array.isArray(schema.items) ? schema.items : schema.items ? [schema.items] : [];
      return items.map(exampleOf);
    }
    case "string":
      return "";
    case "number":
    case "integer":
      return 0;
    case "boolean":
      return false;
    default:
      return Object.fromEntries(Object.entries(schema.properties ?? {}).map(([key, value]) => [key, exampleOf(value)]));
  }
}

export interface Classification {
  label: string;
  scores: { label: string; score: number }[];
}

/** The classes of an answer {predicted_label, scores: [[label, score], …]}, best first; null for other answers. */
export function classificationOf(answer: unknown): Classification | null {
  const { predicted_label: label, scores } = (answer ?? {}) as Record<string, unknown>;
  if (!Array.isArray(scores) || (typeof label !== "string" && typeof label !== "number")) return null;
  const pairs = scores
    .map((pair: unknown) => (Array.isArray(pair) ? { label: String(pair[0]), score: Number(pair[1]) } : null))
    .filter((pair) => pair !== null && Number.isFinite(pair.score)) as Classification["scores"];
  if (pairs.length === 0) return null;
  return { label: String(label), scores: pairs.sort((a, b) => b.score - a.score) };
}

export interface Detection {
  label: string;
  score: number | null;
  /** Pixels of the picture: left, top, right, bottom. */
  box: [number, number, number, number];
}

/** The boxes of an answer {detection_classes, detection_boxes: [[top, left, bottom, right], …], detection_scores}. */
export function detectionsOf(answer: unknown): Detection[] | null {
  const { detection_classes: classes, detection_boxes: boxes, detection_scores: scores } = (answer ?? {}) as Record<string, unknown>;
  if (!Array.isArray(classes) || !Array.isArray(boxes)) return null;
  return boxes.flatMap((box: unknown, index): Detection[] => {
    if (!Array.isArray(box) || box.length !== 4) return [];
    const [top = 0, left = 0, bottom = 0, right = 0] = box.map(Number);
    const score = Array.isArray(scores) ? Number(scores[index]) : NaN;
    return [{ label: String(classes[index] ?? ""), score: Number.isFinite(score) ? score : null, box: [left, top, right, bottom] }];
  });
}
