// What the data page shows of a dataset: the tab and the filters, as they stand in the page's address and as the API
// takes them. Pure.

import { isAnnotated, tripletEntity, type DatasetType } from "../types";

export const tabs = ["all", "unlabelled", "labelled"] as const;
export type Tab = (typeof tabs)[number];
export const usages = ["TRAIN", "EVAL", "TEST", "INFERENCE", "NONE"] as const;
export type Usage = (typeof usages)[number];
export const periods = ["day", "month"] as const;
export type Period = (typeof periods)[number];

/** The search part of the page's address; what is absent is not filtered. */
export interface SampleSearch {
  tab?: Exclude<Tab, "all">;
  labels?: string[];
  /** Samples with every one of the labels instead of any. */
  every?: true;
  hard?: boolean;
  usage?: Usage;
  added?: Period;
  name?: string;
  folder?: string;
  newest?: true;
}

/** Only what has a meaning is taken over from an address. */
export function readSearch(search: Record<string, unknown>): SampleSearch {
  const { tab, labels, every, hard, usage, added, name, folder, newest } = search;
  const one = <T extends string>(value: unknown, of: readonly T[]) => of.find((each) => each === value);
  const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
  const names = Array.isArray(labels) ? labels.map(String).filter(Boolean) : [];
  const read: SampleSearch = {
    tab: one(tab, ["unlabelled", "labelled"] as const),
    labels: names.length > 0 ? names : undefined,
    every: every === true || undefined,
    hard: typeof hard === "boolean" ? hard : undefined,
    usage: one(usage, usages),
    added: one(added, periods),
    name: typeof name === "number" ? String(name) : text(name),
    folder: text(folder),
    newest: newest === true || undefined,
  };
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined));
}

export interface SampleQuery {
  sample_state?: string;
  search_conditions?: string;
  order: "asc" | "desc";
}

const states: Record<Tab, string | undefined> = { all: undefined, unlabelled: "UN_ANNOTATION", labelled: "MANUAL_ANNOTATION" };

/** The tabs of a type: what is not annotated is not divided. */
export function tabsOf(type: DatasetType): readonly Tab[] {
  return isAnnotated(type) ? tabs : ["all"];
}

/**
 * The query of ListSamples. In the order of arrival, so that a list that grows does not move what is in sight.
 * `entities` are the labels of triplets that name parts of texts: the API finds labels by their type.
 */
export function sampleQuery(search: SampleSearch, entities: ReadonlySet<string> = new Set()): SampleQuery {
  const { tab = "all", labels, every, hard, usage, added, name, folder, newest } = search;
  const searched = (label: string) => ({ name: label, ...(entities.has(label) && { type: tripletEntity }) });
  const condition = {
    ...(labels && { label_list: { op: every ? "AND" : "OR", labels: labels.map(searched) } }),
    ...(hard !== undefined && { hard: hard ? "1" : "0" }),
    ...(usage && { usage }),
    ...(added && { sample_time: added }),
    ...(name && { sample_name: name }),
    ...(folder && { sample_dir: folder }),
  };
  return {
    ...(states[tab] && { sample_state: states[tab] }),
    ...(Object.keys(condition).length > 0 && { search_conditions: JSON.stringify([condition]) }),
    order: newest ? "desc" : "asc",
  };
}

/** Whether a sample that now carries these labels no longer belongs to what is shown. */
export function leaves({ tab, labels, every }: SampleSearch, carried: readonly string[]): boolean {
  if (tab === "unlabelled" && carried.length > 0) return true;
  if (tab === "labelled" && carried.length === 0) return true;
  if (!labels) return false;
  return every ? !labels.every((label) => carried.includes(label)) : !labels.some((label) => carried.includes(label));
}

/** Whether anything beside the tab and the order narrows what is shown. */
export function isFiltered(search: SampleSearch): boolean {
  return Object.entries(search).some(([name, value]) => name !== "tab" && name !== "newest" && value !== undefined);
}
