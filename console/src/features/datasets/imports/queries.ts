// The operations on the imports of a dataset.
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
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

/** One import, polled until it has ended. */
export function useImport(datasetId: string, taskId: string) {
  const { projectId } = useScope();
  return $api.useQuery(
    "get",
    onePath,
    { params: { path: { project_id: projectId, dataset_id: datasetId, task_id: taskId } } },
    { refetchInterval: pollWhile<ImportState>(isUnfinished, 700) },
  );
}

/**
 * Look again at the dataset once an import has ended that was seen at work, or was `started` here a moment ago; at its
 * samples too, unless it was a check.
 */
export function useRefreshAfter(run: ImportState, started: boolean): void {
  const client = useQueryClient();
  const refreshTasks = useRefreshTasks();
  const moving = useRef(started);
  useEffect(() => {
    if (moving.current && !isUnfinished(run)) {
      void refreshDataset(client, run.dataset_id, { samples: !run.dry_run });
      refreshTasks();
    }
    moving.current = isUnfinished(run);
  }, [client, refreshTasks, run]);
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
