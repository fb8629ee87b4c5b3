// The platform's own long operations (imports, publishing, extraction …), as every page needs them: the list, a way to
// cancel, and the moment when one ends. The drawer that shows them is features/tasks.
import { useQueryClient } from "@tanstack/react-query";
import { pollWhile } from "@/lib/poll";
import { $api, type Answer } from "./client";
import { useScope } from "./session";

const path = "/v1/{project_id}/platform-tasks";

export type PlatformTask = Answer<typeof path, "get">["tasks"][number];
export type TaskState = "waiting" | "running" | "succeeded" | "failed" | "cancelled";
type Tasks = Answer<typeof path, "get">;

export function isActive(task: { state: string }): boolean {
  return task.state === "waiting" || task.state === "running";
}

/** The newest tasks; polled every 1.5 s while one of them is active, else every 20 s. */
export function useTasks(state: "active" | "all", limit = 100) {
  const { projectId } = useScope();
  return $api.useQuery(
    "get",
    path,
    { params: { path: { project_id: projectId }, query: { state, limit } } },
    { refetchInterval: pollWhile<Tasks>((data) => data.tasks.some(isActive), 1500, 20_000) },
  );
}

/** Look at the tasks now: call it after starting one, so that the header shows it at once. */
export function useRefreshTasks(): () => void {
  const client = useQueryClient();
  return () => void client.invalidateQueries({ queryKey: ["get", path] });
}

export function useCancelTask() {
  const refresh = useRefreshTasks();
  return $api.useMutation("post", "/v1/{project_id}/platform-tasks/{task_id}/cancel", { onSettled: refresh });
}
