// The operations on the imports of a dataset.
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { $api, type Answer } from "@/api/client";
import { useScope } from "@/api/session";
import { useRefreshTasks } from "@/api/tasks";
import { pollWhile } from "@/lib/poll";
import { refreshDataset } from "../queries";
import type { ImportBody } from "./request";

const listPath = "/v2/{project_id}/datasets/{dataset_id}/import-tasks";
const onePath = "/v2/{project_id}/datasets/{dataset_id}/import-tasks/{task_id}";

export type ImportState = Answer<typeof onePath, "get">;
type ImportList = Answer<typeof listPath, "get">;

export function isUnfinished({ status }: Pick<ImportState, "status">): boolean {
  return status === "QUEUING" || status === "RUNNING";
}

export const pageSize = 50;

/** The imports and checks of a dataset, newest first; `page` counts from 0. */
export function useImports(datasetId: string, page = 0, limit = pageSize) {
  const { projectId } = useScope();
  return $api.useQuery(
    "get",
    listPath,
    { params: { path: { project_id: projectId, dataset_id: datasetId }, query: { offset: page, limit } } },
    { refetchInterval: pollWhile<ImportList>((data) => data.import_tasks.some(isUnfinished), 1500) },
  );
}

/** One import, polled until it has ended; then the dataset is looked at again. */
export function useImport(datasetId: string, taskId: string) {
  const { projectId } = useScope();
  const client = useQueryClient();
  const refreshTasks = useRefreshTasks();
  const query = $api.useQuery(
    "get",
    onePath,
    { params: { path: { project_id: projectId, dataset_id: datasetId, task_id: taskId } } },
    { refetchInterval: pollWhile<ImportState>(isUnfinished, 700) },
  );
  const ended = query.data && !isUnfinished(query.data) ? query.data : undefined;
  const written = ended && !ended.dry_run;
  useEffect(() => {
    if (!ended) return;
    void refreshDataset(client, datasetId, { samples: written });
    refreshTasks();
    // Once for each import that has ended: the answer itself is read again and again.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [client, datasetId, taskId, ended?.status]);
  return query;
}

export function useStartImport(datasetId: string) {
  const { projectId } = useScope();
  const client = useQueryClient();
  const refreshTasks = useRefreshTasks();
  const start = $api.useMutation("post", listPath, {
    onSuccess: () => {
      refreshTasks();
      void refreshDataset(client, datasetId);
    },
  });
  const params = { path: { project_id: projectId, dataset_id: datasetId } };
  return { ...start, start: (body: ImportBody) => start.mutateAsync({ params, body }) };
}

/** Where the whole report of an import is, one JSON object a line. */
export function reportUrl(projectId: string, { dataset_id: datasetId, task_id: taskId }: Pick<ImportState, "dataset_id" | "task_id">): string {
  return `/v2/${encodeURIComponent(projectId)}/datasets/${encodeURIComponent(datasetId)}/import-tasks/${encodeURIComponent(taskId)}/report`;
}
