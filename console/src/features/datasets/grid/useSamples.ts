// The samples that the grid shows, loaded in chunks around what is in sight. Chunks live in Query's cache; positions
// are looked up there while drawing, so that what was seen before is there at once.
import { hashKey, queryOptions, useQueries, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { api } from "@/api/client";
import { useScope } from "@/api/session";
import { samplesKey } from "../queries";
import { sampleQuery, type SampleSearch } from "./filter";
import { withMarks, type Marks, type Sample } from "./labelling";
import { chunkOf, chunksAround, chunkSize } from "./pages";

interface Chunk {
  sample_count: number;
  samples: Sample[];
}

function chunkOptions(projectId: string, datasetId: string, search: SampleSearch, chunk: number) {
  const query = sampleQuery(search);
  return queryOptions({
    queryKey: [...samplesKey(datasetId), query, chunk],
    queryFn: async ({ signal }): Promise<Chunk> => {
      const { data } = await api.GET("/v2/{project_id}/datasets/{dataset_id}/data-annotations/samples", {
        params: { path: { project_id: projectId, dataset_id: datasetId }, query: { ...query, limit: chunkSize, offset: chunk } },
        // A chunk that was scrolled past is not waited for: Query aborts what nobody looks at.
        signal,
      });
      return data as Chunk;
    },
    // What changes is invalidated; looking away and back is no reason to ask again.
    staleTime: Infinity,
    gcTime: 30 * 60_000,
  });
}

export interface SampleList {
  /** Samples that match; undefined before the first answer. */
  total: number | undefined;
  at: (index: number) => Sample | undefined;
  /** Say which positions are in sight; chunks around them are loaded once scrolling slows down. */
  look: (first: number, last: number) => void;
  /** Load what is missing of these positions and give their samples. */
  load: (first: number, last: number) => Promise<Sample[]>;
  /** Every sample of this list that is loaded, in order. */
  loaded: () => Sample[];
  error: unknown;
  retry: () => void;
}

const restMs = 90;
const everyMs = 250;

export function useSamples(datasetId: string, search: SampleSearch): SampleList {
  const { projectId } = useScope();
  const client = useQueryClient();
  const key = JSON.stringify(sampleQuery(search));
  const [wanted, setWanted] = useState<{ key: string; chunks: number[] }>({ key, chunks: [0] });
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const chunks = wanted.key === key ? wanted.chunks : [0];
  const options = (chunk: number) => chunkOptions(projectId, datasetId, search, chunk);
  const results = useQueries({ queries: chunks.map(options) });

  // The newest answer knows the total best; chunks out of sight may be older.
  const newest = results.reduce<(typeof results)[number] | undefined>(
    (best, result) => (result.data && result.dataUpdatedAt > (best?.dataUpdatedAt ?? -1) ? result : best),
    undefined,
  );
  const [counted, setCounted] = useState<{ key: string; total: number | undefined }>({ key, total: undefined });
  const total = newest?.data?.sample_count ?? (counted.key === key ? counted.total : undefined);
  if (counted.key !== key || counted.total !== total) setCounted({ key, total });

  const keyOf = useCallback(
    // The key is all that matters of a search; it is rebuilt only when the query it stands for changes.
    (chunk: number) => [...samplesKey(datasetId), JSON.parse(key) as object, chunk],
    [datasetId, key],
  );
  const at = useCallback(
    (index: number) => client.getQueryData<Chunk>(keyOf(chunkOf(index)))?.samples[index % chunkSize],
    [client, keyOf],
  );
  const totalNow = useRef(total);
  useEffect(() => {
    totalNow.current = total;
  }, [total]);
  const lastLook = useRef(0);
  const look = useCallback(
    (first: number, last: number) => {
      const take = () => {
        lastLook.current = performance.now();
        const next = chunksAround(first, last, totalNow.current ?? 0);
        setWanted((old) => (old.key === key && old.chunks.join() === next.join() ? old : { key, chunks: next }));
      };
      if (timer.current) clearTimeout(timer.current);
      // Now and then while scrolling goes on, and always once it rests: what only flies by is not asked for.
      if (performance.now() - lastLook.current > everyMs) take();
      else timer.current = setTimeout(take, restMs);
    },
    [key],
  );
  useEffect(() => () => void (timer.current && clearTimeout(timer.current)), []);

  const load = async (first: number, last: number) => {
    const numbers = Array.from({ length: chunkOf(last) - chunkOf(first) + 1 }, (_, step) => chunkOf(first) + step);
    const found: Sample[] = [];
    for (const number of numbers) {
      const { samples } = await client.ensureQueryData(options(number));
      found.push(...samples.filter((_, place) => number * chunkSize + place >= first && number * chunkSize + place <= last));
    }
    return found;
  };
  const loaded = () =>
    client
      .getQueriesData<Chunk>({ queryKey: keyOf(0).slice(0, -1) })
      .sort(([a], [b]) => Number(a.at(-1)) - Number(b.at(-1)))
      .flatMap(([, chunk]) => chunk?.samples ?? []);
  const failed = results.find(({ isError }) => isError);
  return { total, at, look, load, loaded, error: failed?.error ?? null, retry: () => void failed?.refetch() };
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

/** The samples behind these ids, as they are shown now. */
export function useKnownSamples(datasetId: string, ids: ReadonlySet<string>): Sample[] {
  const client = useQueryClient();
  const [version, setVersion] = useState(0);
  useEffect(
    () =>
      client.getQueryCache().subscribe((event) => {
        if (event.type !== "updated" || event.action.type !== "success") return;
        if (hashKey(event.query.queryKey.slice(0, 3)) === hashKey(samplesKey(datasetId))) setVersion((old) => old + 1);
      }),
    [client, datasetId],
  );
  return useMemo(() => {
    void version;
    return ids.size === 0 ? [] : findSamples(client, datasetId, ids);
  }, [client, datasetId, ids, version]);
}
