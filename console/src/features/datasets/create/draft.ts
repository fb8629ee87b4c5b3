// What the form for a new dataset holds, and the request that it becomes. Pure: of what was filled in only that is sent
// which the chosen type has.
import type { Body } from "@/api/client";
import { labelBody, labelTypesOf, type LabelEdit } from "../labels/edits";
import { nextColor } from "../labels/palette";
import { isClassified, type DatasetType } from "../types";

export type CreateBody = Body<"/v2/{project_id}/datasets", "post">;

export interface Column {
  name: string;
  type: string;
}

/** The guide's table 2-6. */
export const columnTypes = ["String", "Short", "Int", "Long", "Double", "Float", "Byte", "Date", "Timestamp", "Boolean"] as const;

export interface Draft {
  name: string;
  description?: string;
  input: string;
  output: string;
  labels?: LabelEdit[];
  /** Of tables. */
  header?: boolean;
  columns?: Column[];
  /** Of speech segments. */
  content?: boolean;
  /** Of texts that are classified: "1" labels behind each text, "0" in a file of their own. */
  labelType?: "0" | "1";
  sampleSeparator?: string;
  labelSeparator?: string;
}

export const firstSeparators = { sampleSeparator: "\\t", labelSeparator: "," } as const;

/** The labels that a form begins with: one empty line of the type's first kind. */
export function firstLabels(type: DatasetType): LabelEdit[] {
  const [kind] = labelTypesOf(type);
  return kind === undefined ? [] : [{ name: "", color: nextColor([]), shortcut: "", type: kind }];
}

export type ColumnProblem = { kind: "missing" | "unnamed" } | { kind: "twice"; name: string };

export function columnProblem(columns: readonly Column[]): ColumnProblem | null {
  if (columns.length === 0) return { kind: "missing" };
  const names = columns.map(({ name }) => name.trim());
  if (names.includes("")) return { kind: "unnamed" };
  const twice = names.find((name, index) => names.indexOf(name) < index);
  return twice === undefined ? null : { kind: "twice", name: twice };
}

/** Whether text files of this type may hold labels. */
export function hasTextFormat(type: DatasetType): boolean {
  return type.scene === "text" && isClassified(type);
}

export function createBody(draft: Draft, type: DatasetType, workspaceId: string | null): CreateBody {
  const { columns = [], labels = [] } = draft;
  const kinds = labelTypesOf(type);
  const named = labels.filter((label) => label.name.trim() !== "" && kinds.includes(label.type));
  const isTable = type.key === "table";
  return {
    dataset_name: draft.name.trim(),
    dataset_type: type.number,
    description: draft.description?.trim() ?? "",
    data_sources: [{ data_type: 0, data_path: draft.input.trim(), ...(isTable && { with_column_header: draft.header ?? true }) }],
    work_path: draft.output.trim(),
    work_path_type: 0,
    ...(kinds.length > 0 && { labels: named.map((label) => labelBody(label)) }),
    ...(isTable && { schema: columns.map(({ name, type: kind }) => ({ name: name.trim(), type: kind })) }),
    ...(type.key === "speechSegmentation" && { content_labeling: draft.content ?? false }),
    ...(hasTextFormat(type) && {
      label_format: {
        label_type: draft.labelType ?? "1",
        text_sample_separator: draft.sampleSeparator || firstSeparators.sampleSeparator,
        text_label_separator: draft.labelSeparator || firstSeparators.labelSeparator,
      },
    }),
    ...(workspaceId !== null && { workspace_id: workspaceId }),
  };
}
