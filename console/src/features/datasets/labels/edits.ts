// A label while it is edited, and as the API takes and gives it. Pure.
import type { LabelBody, LabelStats } from "../queries";
import { hasLabels, tripletEntity, type DatasetType } from "../types";
import { labelNameProblem } from "./palette";

export interface AttributeEdit {
  name: string;
  type: "text" | "select";
  values: string[];
  defaultValue: string;
}

export interface LabelEdit {
  name: string;
  color: string;
  shortcut: string;
  /** The contract's label type. */
  type: number;
  attributes?: AttributeEdit[];
  /** Of relations: the entities at their ends. */
  from?: string;
  to?: string;
}

export function emptyAttribute(): AttributeEdit {
  return { name: "", type: "text", values: [], defaultValue: "" };
}

/** The label types of a dataset type's set, in the order in which they are edited. */
export function labelTypesOf(type: DatasetType): number[] {
  if (!hasLabels(type)) return [];
  return type.shape === "triplet" ? [tripletEntity, type.number] : [type.number];
}

/** Whether a label of this type stands between two entities. */
export function isRelation(type: DatasetType, labelType: number): boolean {
  return type.shape === "triplet" && labelType !== tripletEntity;
}

export function editOf({ name, type, property, attributes }: LabelStats): LabelEdit {
  return {
    name,
    type,
    color: property["@modelarts:color"] ?? "#7f7f7f",
    shortcut: property["@modelarts:shortcut"] ?? "",
    ...(attributes && { attributes: attributes.map(attributeEdit) }),
    ...(property["@modelarts:from_type"] && { from: property["@modelarts:from_type"] }),
    ...(property["@modelarts:to_type"] && { to: property["@modelarts:to_type"] }),
  };
}

function attributeEdit({ name, type, values, default_value }: NonNullable<LabelStats["attributes"]>[number]): AttributeEdit {
  return {
    name: name ?? "",
    type: type === "select" ? "select" : "text",
    values: (values ?? []).flatMap(({ value }) => value ?? []),
    defaultValue: default_value ?? "",
  };
}

/** The label as the API takes it; of attributes only those with a name. */
export function labelBody({ name, color, shortcut, type, attributes, from, to }: LabelEdit, renameTo?: string): LabelBody {
  return {
    name: name.trim(),
    type,
    property: {
      "@modelarts:color": color,
      // An empty one takes the key of an existing label away.
      ...((shortcut || renameTo !== undefined) && { "@modelarts:shortcut": shortcut }),
      ...(renameTo !== undefined && renameTo !== name && { "@modelarts:rename_to": renameTo }),
      ...(from && { "@modelarts:from_type": from }),
      ...(to && { "@modelarts:to_type": to }),
    },
    ...(attributes && { attributes: attributes.filter((each) => each.name.trim() !== "").map(attributeBody) }),
  };
}

function attributeBody({ name, type, values, defaultValue }: AttributeEdit) {
  return {
    name: name.trim(),
    type,
    ...(defaultValue && { default_value: defaultValue }),
    ...(type === "select" && { values: values.map((value) => ({ value })) }),
  };
}

export type LabelSetProblem = "invalid" | "taken" | "incomplete";

/** What keeps a label set from being saved; lines without a name do not count. */
export function labelSetProblem(labels: readonly LabelEdit[], type: DatasetType): LabelSetProblem | null {
  const named = labels.filter(({ name }) => name.trim() !== "");
  for (const [index, label] of named.entries()) {
    const others = named.slice(0, index).filter((other) => other.type === label.type);
    const problem = labelNameProblem(label.name, others.map(({ name }) => name));
    if (problem === "invalid" || problem === "taken") return problem;
  }
  const entities = new Set(named.filter((label) => label.type === tripletEntity).map(({ name }) => name.trim()));
  const broken = ({ type: labelType, from = "", to = "" }: LabelEdit) =>
    isRelation(type, labelType) && !(entities.has(from) && entities.has(to));
  return named.some(broken) ? "incomplete" : null;
}
