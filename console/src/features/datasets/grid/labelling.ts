// What a labelling step does to samples. Pure: from what they carry to what they shall carry.
import type { components } from "@/api/schema";

/** Labels of images all have a name. */
export type SampleLabel = components["schemas"]["SampleLabel"] & { name: string };
export type Sample = Omit<components["schemas"]["SampleItem"], "labels"> & { labels: SampleLabel[] };
export type SampleChange = components["schemas"]["SampleChange"];

export const hardKey = "@modelarts:hard";
/** Since when (ms) the sample's file is gone. */
export const missingKey = "@maquette:missing";

/** What labelling changes of a sample. */
export interface Marks {
  labels: SampleLabel[];
  hard: boolean;
  /** One of the contract's usages, or nothing. */
  usage: string;
}

export interface Change {
  id: string;
  before: Marks;
  after: Marks;
}

/** "all", "some" or "none" of the samples. */
export type Share = "all" | "some" | "none";

export function isHard(sample: Sample): boolean {
  const flag = sample.metadata[hardKey];
  return flag === 1 || flag === true || flag === "1" || flag === "true";
}

export function marksOf(sample: Sample): Marks {
  return { labels: sample.labels, hard: isHard(sample), usage: sample.sample_usage ?? "" };
}

/** The sample with these marks, as the server would describe it after the change. */
export function withMarks(sample: Sample, { labels, hard, usage }: Marks): Sample {
  const metadata = Object.fromEntries(Object.entries(sample.metadata).filter(([key]) => key !== hardKey));
  return {
    ...sample,
    labels,
    metadata: hard ? { ...metadata, [hardKey]: 1 } : metadata,
    sample_usage: usage === "" ? null : usage,
    sample_status: labels.length > 0 ? "MANUAL_ANNOTATION" : "UN_ANNOTATION",
  };
}

function has(sample: Sample, name: string): boolean {
  return sample.labels.some((label) => label.name === name);
}

export function shareOf(samples: readonly Sample[], name: string): Share {
  const count = samples.filter((sample) => has(sample, name)).length;
  return count === 0 ? "none" : count === samples.length ? "all" : "some";
}

/** How many of the samples carry each label, most first. */
export function labelCounts(samples: readonly Sample[]): [name: string, count: number][] {
  const counts = new Map<string, number>();
  for (const { labels } of samples)
    for (const name of new Set(labels.map((label) => label.name)))
      if (name !== "") counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort(([a, m], [b, n]) => n - m || a.localeCompare(b));
}

/**
 * Give every sample the label, or take it off all of them when all have it. With `only` it takes the place of the
 * labels that were there. `type` is the contract's label type.
 */
export function toggleLabel(samples: readonly Sample[], name: string, type: number, { only = false } = {}): Change[] {
  const fresh: SampleLabel = { name, type, annotated_by: "human", property: {} };
  const done = (sample: Sample) => has(sample, name) && (!only || sample.labels.length === 1);
  if (samples.every(done)) return removeLabel(samples, name);
  return changes(samples, (sample) => {
    const own = sample.labels.find((label) => label.name === name) ?? fresh;
    if (only) return { labels: [own] };
    return has(sample, name) ? {} : { labels: [...sample.labels, fresh] };
  });
}

export function removeLabel(samples: readonly Sample[], name: string): Change[] {
  return changes(samples, ({ labels }) => ({ labels: labels.filter((label) => label.name !== name) }));
}

export function removeLabels(samples: readonly Sample[]): Change[] {
  return changes(samples, () => ({ labels: [] }));
}

/** Mark all as hard, or none when all are. */
export function toggleHard(samples: readonly Sample[]): Change[] {
  const hard = !samples.every(isHard);
  return changes(samples, () => ({ hard }));
}

/** Give all of them this usage; an empty one takes theirs away. */
export function setUsage(samples: readonly Sample[], usage: string): Change[] {
  return changes(samples, () => ({ usage }));
}

/** The changes of those samples that really change. */
function changes(samples: readonly Sample[], next: (sample: Sample) => Partial<Marks>): Change[] {
  return samples.flatMap((sample) => {
    const before = marksOf(sample);
    const after = { ...before, ...next(sample) };
    return sameMarks(before, after) ? [] : [{ id: sample.sample_id, before, after }];
  });
}

export function sameMarks(a: Marks, b: Marks): boolean {
  return a.hard === b.hard && a.usage === b.usage && sameLabels(a, b);
}

function sameLabels(a: Marks, b: Marks): boolean {
  const names = (marks: Marks) => marks.labels.map(({ name }) => name).join("\n");
  return names(a) === names(b);
}

export function reversed(changes: readonly Change[]): Change[] {
  return changes.map(({ id, before, after }) => ({ id, before: after, after: before }));
}

/** The change as UpdateSamples takes it: only what differs is sent. */
export function toRequest({ id, before, after }: Change, revision: number | undefined): SampleChange {
  return {
    sample_id: id,
    ...(!sameLabels(before, after) && { labels: after.labels }),
    ...(before.usage !== after.usage && { sample_usage: after.usage }),
    ...(before.hard !== after.hard && { metadata: { [hardKey]: after.hard ? 1 : null } }),
    ...(revision !== undefined && { revision }),
  };
}
