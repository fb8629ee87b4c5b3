// Lists of samples and selected samples, for components.
import { useQueryClient } from "@tanstack/react-query";
import { useMemo, useSyncExternalStore } from "react";
import { api } from "@/api/client";
import { useScope } from "@/api/session";
import { samplesKey } from "../queries";
import { knownSamples, type Chunk } from "./chunks";
import { sampleQuery, type SampleQuery, type SampleSearch } from "./filter";
import type { Sample } from "./labelling";
import { chunkSize } from "./pages";
import { SampleList } from "./sampleList";

const none: ReadonlySet<string> = new Set();

/** The list that a search describes: the same object as long as the search says the same. `entities` as in sampleQuery. */
export function useSampleList(datasetId: string, search: SampleSearch, entities = none): SampleList {
  const { projectId } = useScope();
  const client = useQueryClient();
  const key = JSON.stringify(sampleQuery(search, entities));
  return useMemo(() => {
    const query = JSON.parse(key) as SampleQuery;
    return new SampleList(client, [...samplesKey(datasetId), query], async (chunk, signal) => {
      const { data } = await api.GET("/v2/{project_id}/datasets/{dataset_id}/data-annotations/samples", {
        params: { path: { project_id: projectId, dataset_id: datasetId }, query: { ...query, limit: chunkSize, offset: chunk } },
        signal,
      });
      return data as Chunk;
    });
  }, [client, projectId, datasetId, key]);
}

/** One fact about a list; the component draws anew only when this fact changes. */
export function useListFact<K extends "total" | "error" | "version">(list: SampleList, fact: K): SampleList[K] {
  return useSyncExternalStore(list.subscribe, () => list[fact]);
}

/** The samples behind these ids, as they are shown now. */
export function useKnownSamples(datasetId: string, ids: ReadonlySet<string>): Sample[] {
  const client = useQueryClient();
  const known = useMemo(() => knownSamples(client, datasetId, ids), [client, datasetId, ids]);
  return useSyncExternalStore(known.subscribe, known.snapshot);
}
