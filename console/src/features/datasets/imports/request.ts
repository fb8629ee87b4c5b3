// What the import dialog asks, and the request that it becomes. Pure.
import { parsePlace } from "@/api/files";
import type { Body } from "@/api/client";
import { firstSeparators, hasTextFormat } from "../create/draft";
import type { Dataset } from "../queries";
import { isAnnotated, type DatasetType, type ImportFormat } from "../types";

export type ImportBody = Body<"/v2/{project_id}/datasets/{dataset_id}/import-tasks", "post">;

export interface ImportDraft {
  format: ImportFormat;
  path: string;
  annotations: boolean;
  samples: boolean;
  hard: boolean;
  labels: string[];
  header: boolean;
  labelType?: "0" | "1";
  sampleSeparator?: string;
  labelSeparator?: string;
}

export function firstDraft(type: DatasetType, dataset: Pick<Dataset, "label_format">): ImportDraft {
  const { label_type, text_sample_separator, text_label_separator } = dataset.label_format ?? {};
  return {
    format: type.formats[0] ?? "dir",
    path: "",
    annotations: true,
    samples: true,
    hard: false,
    labels: [],
    header: true,
    labelType: label_type === "0" ? "0" : "1",
    sampleSeparator: text_sample_separator ?? firstSeparators.sampleSeparator,
    labelSeparator: text_label_separator ?? firstSeparators.labelSeparator,
  };
}

/** Directories and YOLO data sets are folders; everything else is one file. */
export function placeKind(format: ImportFormat): "folder" | "file" {
  return format === "dir" || format === "yolo" ? "folder" : "file";
}

const endings: Partial<Record<ImportFormat, string[]>> = {
  manifest: [".manifest", ".jsonl", ".json"],
  coco: [".json"],
  labelstudio: [".json"],
  csv: [".csv"],
  jsonl: [".jsonl", ".json", ".ndjson"],
};

/** Whether a file of this name may be of the format. */
export function acceptedName(format: ImportFormat): (name: string) => boolean {
  return (name) => (endings[format] ?? [""]).some((ending) => name.toLowerCase().endsWith(ending));
}

export type PlaceProblem = "missingFolder" | "missingFile" | "folderInvalid" | "fileInvalid";

export function placeProblem(path: string, format: ImportFormat): PlaceProblem | null {
  const folder = placeKind(format) === "folder";
  if (path.trim() === "") return folder ? "missingFolder" : "missingFile";
  const place = parsePlace(path);
  if (folder) return place && path.trim().endsWith("/") ? null : "folderInvalid";
  return place && place.key !== "" && !place.key.endsWith("/") ? null : "fileInvalid";
}

export type Hint = "classImages" | "shapes" | "sounds" | "classTexts" | "texts" | "tables" | "files" | Exclude<ImportFormat, "dir">;

/** Which sentence explains the source: what lies where in a directory depends on the type. */
export function hintOf(format: ImportFormat, { scene, shape }: DatasetType): Hint {
  if (format !== "dir") return format;
  if (scene === "image") return shape === "class" ? "classImages" : "shapes";
  if (scene === "text") return shape === "class" ? "classTexts" : "texts";
  if (scene === "table") return "tables";
  return scene === "audio" && shape === "class" ? "sounds" : "files";
}

export interface Offered {
  annotations: boolean;
  hard: boolean;
  labels: boolean;
  header: boolean;
  textFormat: boolean;
}

/** The options that have a meaning for a source and a type. */
export function offeredOptions(format: ImportFormat, type: DatasetType): Offered {
  const hint = hintOf(format, type);
  const annotations = isAnnotated(type) && hint !== "files" && hint !== "texts";
  return {
    annotations,
    hard: format === "manifest" && annotations,
    labels: annotations && type.shape !== "content",
    header: type.key === "table",
    textFormat: format === "dir" && hasTextFormat(type),
  };
}

export function importBody(draft: ImportDraft, type: DatasetType, dryRun: boolean): ImportBody {
  const offered = offeredOptions(draft.format, type);
  return {
    import_type: draft.format,
    import_path: draft.path.trim(),
    dry_run: dryRun,
    ...(offered.annotations && { import_annotations: draft.annotations, import_samples: draft.samples }),
    ...(offered.hard && { difficult_only: draft.hard }),
    ...(offered.labels && draft.annotations && draft.labels.length > 0 && { included_labels: draft.labels }),
    ...(offered.header && { with_column_header: draft.header }),
    ...(offered.textFormat && {
      label_format: {
        label_type: draft.labelType ?? "1",
        text_sample_separator: draft.sampleSeparator || firstSeparators.sampleSeparator,
        text_label_separator: draft.labelSeparator || firstSeparators.labelSeparator,
      },
    }),
  };
}
