// The samples that are known, as they lie in Query's cache: chunk by chunk under the key of their list. Pure bookkeeping
// over that cache; what is asked for, and when, is sampleList.ts.
import type { QueryClient } from "@tanstack/react-query";
import { samplesKey } from "../queries";
import { withMarks, type Marks, type Sample } from "./labelling";

export interface Chunk {
  /** Samples of the whole list. */
  sample_count: number;
  samples: Sample[];
}

/** Known samples by id, from every list of the dataset that is in the cache. */
export function findSamples(client: QueryClient, datasetId: string, ids: ReadonlySet<string>): Sample[] {
  const found = new Map<string, Sample>();
  for (const [, chunk] of client.getQueriesData<Chunk>({ queryKey: samplesKey(datasetId) }))
    for (const sample of chunk?.samples ?? [])
      if (ids.has(sample.sample_id) && (found.get(sample.sample_id)?.revision ?? -1) <= sample.revision)
        found.set(sample.sample_id, sample);
  return [...found.values()];
}

/** Change samples in every list that shows them; chunks without any of them stay the same objects. */
export function patchSamples(client: QueryClient, datasetId: string, change: (sample: Sample) => Sample): void {
  for (const [key, chunk] of client.getQueriesData<Chunk>({ queryKey: samplesKey(datasetId) })) {
    if (!chunk) continue;
    const samples = chunk.samples.map(change);
    if (samples.some((sample, index) => sample !== chunk.samples[index]))
      // With the old time: this is our own idea of the change, and must not pass for a newer answer.
      client.setQueryData<Chunk>(key, { ...chunk, samples }, { updatedAt: client.getQueryState(key)?.dataUpdatedAt });
  }
}

/** Show these marks on the samples. */
export function applyMarks(client: QueryClient, datasetId: string, marks: ReadonlyMap<string, Marks>): void {
  patchSamples(client, datasetId, (sample) => {
    const own = marks.get(sample.sample_id);
    return own ? withMarks(sample, own) : sample;
  });
}

export interface KnownSamples {
  subscribe: (listener: () => void) => () => void;
  snapshot: () => Sample[];
}

/** The samples behind these ids, followed: listeners hear only of changes to them, not of every chunk that arrives. */
export function knownSamples(client: QueryClient, datasetId: string, ids: ReadonlySet<string>): KnownSamples {
  const ours = samplesKey(datasetId);
  let found = findSamples(client, datasetId, ids);
  return {
    snapshot: () => found,
    subscribe: (listener) =>
      client.getQueryCache().subscribe((event) => {
        if (ids.size === 0 || event.type !== "updated" || event.action.type !== "success") return;
        if (!ours.every((part, index) => event.query.queryKey[index] === part)) return;
        const chunk = event.query.state.data as Chunk | undefined;
        if (!chunk?.samples.some(({ sample_id: id }) => ids.has(id))) return;
        const now = findSamples(client, datasetId, ids);
        if (now.length === found.length && now.every((sample, index) => sample === found[index])) return;
        found = now;
        listener();
      }),
  };
}
