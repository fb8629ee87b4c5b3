// What the data page looks up of a dataset's labels again and again: colours, keys, and which of them name parts of texts.
import { useMemo } from "react";
import { editOf } from "../labels/edits";
import { labelKeys } from "../labels/shortcuts";
import type { LabelStats } from "../queries";
import { isClassified, tripletEntity, typeOf } from "../types";

interface LabelSet {
  /** By name; the same object as long as no name and no colour changes. */
  colors: ReadonlyMap<string, string>;
  /** Of the labels that are put on whole samples. */
  keys: ReadonlyMap<string, string>;
  entities: ReadonlySet<string>;
}

export function useLabelSet(labels: LabelStats[], typeNumber: number): LabelSet {
  const colorKey = JSON.stringify(labels.map(({ name, property }) => [name, property["@modelarts:color"] ?? ""]));
  const colors = useMemo(() => new Map(JSON.parse(colorKey) as [string, string][]), [colorKey]);
  const keys = useMemo(() => labelKeys(isClassified(typeOf(typeNumber)) ? labels.map(editOf) : []), [labels, typeNumber]);
  const entities = useMemo(() => new Set(labels.filter(({ type }) => type === tripletEntity).map(({ name }) => name)), [labels]);
  return { colors, keys, entities };
}
