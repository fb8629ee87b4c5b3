// What the pages of this feature ask of the dataset operations and change through them. Samples have grid/useSamples.
import { useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { $api, api, type Answer, type Body } from "@/api/client";
import { useWorkspaces } from "@/api/platform";
import { useScope } from "@/api/session";
import { useRefreshTasks } from "@/api/tasks";
import { pollWhile } from "@/lib/poll";

const datasetsPath = "/v2/{project_id}/datasets";
const datasetPath = "/v2/{project_id}/datasets/{dataset_id}";
const statsPath = "/v2/{project_id}/datasets/{dataset_id}/data-annotations/stats";
const versionsPath = "/v2/{project_id}/datasets/{dataset_id}/versions";
const versionPath = "/v2/{project_id}/datasets/{dataset_id}/versions/{version_id}";

export type Dataset = Answer<typeof datasetsPath, "get">["datasets"][number];
export type Stats = Answer<typeof statsPath, "get">;
export type LabelStats = Stats["label_stats"][number];
export type Version = Answer<typeof versionsPath, "get">["versions"][number];
export type LabelBody = NonNullable<Body<typeof datasetsPath, "post">["labels"]>[number];
export type BatchAnswer = Answer<"/v2/{project_id}/datasets/{dataset_id}/data-annotations/labels", "post">;

/** The contract's numbers. */
export const syncing = 5;
export const publishing = 6;
export const switching = 7;
export const importing = 8;
const busy = [syncing, publishing, switching, importing];

const page = 1000;

/** Every dataset of the workspaces in sight, newest first; polled while one of them is busy. */
export function useDatasets() {
  const { projectId, workspaceId } = useScope();
  const workspaces = useWorkspaces();
  const ids = workspaceId !== null ? [workspaceId] : workspaces.data?.workspaces.map(({ id }) => id);
  return useQuery({
    queryKey: ["get", datasetsPath, projectId, ids],
    enabled: ids !== undefined,
    queryFn: async ({ signal }) => {
      const found = await Promise.all((ids ?? []).map((id) => listDatasets(projectId, id, signal)));
      return found.flat().sort((a, b) => b.create_time - a.create_time);
    },
    refetchInterval: pollWhile<Dataset[]>((data) => data.some(isBusy), 2000),
  });
}

async function listDatasets(projectId: string, workspaceId: string, signal: AbortSignal): Promise<Dataset[]> {
  const found: Dataset[] = [];
  for (let offset = 0; ; offset += 1) {
    const { data } = await api.GET(datasetsPath, {
      params: { path: { project_id: projectId }, query: { workspace_id: workspaceId, limit: page, offset } },
      signal,
    });
    found.push(...(data?.datasets ?? []));
    if (!data || data.datasets.length < page) return found;
  }
}

export function isBusy(dataset: Dataset): boolean {
  return busy.includes(dataset.status);
}

export function isPublishing(version: { status: number }): boolean {
  return version.status === 0;
}

function pathOf(projectId: string, datasetId: string) {
  return { path: { project_id: projectId, dataset_id: datasetId } };
}

/** One dataset; polled while something changes it. */
export function useDataset(datasetId: string) {
  const { projectId } = useScope();
  return $api.useQuery(
    "get",
    datasetPath,
    { params: pathOf(projectId, datasetId) },
    { refetchInterval: pollWhile<Dataset>(isBusy, 1000, 15_000) },
  );
}

/** Counts by state, label and hardness. */
export function useStats(datasetId: string) {
  const { projectId } = useScope();
  return $api.useQuery("get", statsPath, { params: pathOf(projectId, datasetId) });
}

export function useSyncStatus(datasetId: string, enabled: boolean) {
  const { projectId } = useScope();
  return $api.useQuery(
    "get",
    "/v2/{project_id}/datasets/{dataset_id}/sync-data/status",
    { params: pathOf(projectId, datasetId) },
    { enabled },
  );
}

export function useVersions(datasetId: string) {
  const { projectId } = useScope();
  return $api.useQuery(
    "get",
    versionsPath,
    { params: pathOf(projectId, datasetId) },
    { refetchInterval: pollWhile<Answer<typeof versionsPath, "get">>(({ versions }) => versions.some(isPublishing), 1500) },
  );
}

/** One version in full. It is not polled: the list of versions is, and the page asks for both when that has changed. */
export function useVersion(datasetId: string, versionId: string) {
  const { projectId } = useScope();
  const path = { project_id: projectId, dataset_id: datasetId, version_id: versionId };
  return $api.useQuery("get", versionPath, { params: { path } });
}

/** The key of every sample list of a dataset. */
export function samplesKey(datasetId: string) {
  return ["datasets", datasetId, "samples"] as const;
}

/**
 * Look again at what is known of a dataset: its numbers, labels and versions; with `samples` at its lists too. Done once
 * the numbers that are shown are the new ones; it never fails.
 */
export async function refreshDataset(client: QueryClient, datasetId: string, { samples = false } = {}): Promise<void> {
  const ours = ([method, path, rest]: readonly unknown[]) =>
    method === "get" &&
    typeof path === "string" &&
    path.startsWith(datasetsPath) &&
    (path === datasetsPath || JSON.stringify(rest).includes(datasetId));
  if (samples) void client.invalidateQueries({ queryKey: samplesKey(datasetId) });
  await client.invalidateQueries({ predicate: ({ queryKey }) => ours(queryKey) });
}

/** Look again at all of a dataset as soon as `state`, which one answer tells, has changed: the others tell of it too. */
export function useRefreshOn(datasetId: string, state: string): void {
  const client = useQueryClient();
  const seen = useRef(state);
  useEffect(() => {
    if (seen.current !== state) void refreshDataset(client, datasetId);
    seen.current = state;
  }, [client, datasetId, state]);
}

export function useCreateDataset() {
  const client = useQueryClient();
  const refreshTasks = useRefreshTasks();
  return $api.useMutation("post", datasetsPath, {
    onSuccess: () => {
      refreshTasks();
      void client.invalidateQueries({ queryKey: ["get", datasetsPath] });
    },
  });
}

export function useDeleteDataset() {
  const client = useQueryClient();
  return $api.useMutation("delete", datasetPath, {
    onSuccess: () => client.invalidateQueries({ queryKey: ["get", datasetsPath] }),
  });
}

/** Change name and description. */
export function useUpdateDataset(datasetId: string) {
  const { projectId } = useScope();
  const client = useQueryClient();
  const update = $api.useMutation("put", datasetPath, { onSuccess: () => refreshDataset(client, datasetId) });
  const save = (body: Body<typeof datasetPath, "put">) => update.mutateAsync({ params: pathOf(projectId, datasetId), body });
  return { ...update, save };
}

export function useSync(datasetId: string) {
  const { projectId } = useScope();
  const client = useQueryClient();
  const refreshTasks = useRefreshTasks();
  const sync = $api.useMutation("post", "/v2/{project_id}/datasets/{dataset_id}/sync-data", {
    onSuccess: () => {
      refreshTasks();
      void refreshDataset(client, datasetId);
    },
  });
  return { ...sync, start: () => sync.mutateAsync({ params: pathOf(projectId, datasetId) }) };
}

export function usePublish(datasetId: string) {
  const { projectId } = useScope();
  const client = useQueryClient();
  const refreshTasks = useRefreshTasks();
  const publish = $api.useMutation("post", versionsPath, {
    onSuccess: () => {
      refreshTasks();
      void refreshDataset(client, datasetId);
    },
  });
  type Publication = Body<typeof versionsPath, "post">;
  return { ...publish, start: (body: Publication) => publish.mutateAsync({ params: pathOf(projectId, datasetId), body }) };
}

export function useDeleteVersion(datasetId: string) {
  const { projectId } = useScope();
  const client = useQueryClient();
  const remove = $api.useMutation("delete", versionPath, {
    onSuccess: () => refreshDataset(client, datasetId),
  });
  return (versionId: string) =>
    remove.mutateAsync({ params: { path: { project_id: projectId, dataset_id: datasetId, version_id: versionId } } });
}
