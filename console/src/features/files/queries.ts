// What the pages of this feature change through the files API. What every feature needs of it (buckets, listings, making
// a folder) is api/files.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { $api, api } from "@/api/client";
import { useRefreshListing } from "@/api/files";
import { useScope } from "@/api/session";
import { useRefreshTasks } from "@/api/tasks";

const bucketsPath = "/v1/{project_id}/buckets";

export function useRefreshBuckets(): () => void {
  const client = useQueryClient();
  return () => void client.invalidateQueries({ queryKey: ["get", bucketsPath] });
}

const deletePath = "/v1/{project_id}/buckets/{bucket}/delete";
const deleteBatch = 1000;

/** Delete objects and whole folders; answers how many objects went, and how many large folders a task deletes. */
export function useDeleteEntries(bucket: string) {
  const { projectId } = useScope();
  const refresh = useRefreshListing();
  const refreshTasks = useRefreshTasks();
  const params = { path: { project_id: projectId, bucket } };
  return useMutation({
    mutationFn: async (keys: readonly string[]) => {
      let deleted = 0;
      let later = 0;
      const objects = keys.filter((key) => !key.endsWith("/"));
      for (let start = 0; start < objects.length; start += deleteBatch) {
        const body = { keys: objects.slice(start, start + deleteBatch) };
        const { data } = await api.POST(deletePath, { params, body });
        if (data && "deleted" in data) deleted += data.deleted;
      }
      for (const prefix of keys.filter((key) => key.endsWith("/"))) {
        const { data } = await api.POST(deletePath, { params, body: { prefix } });
        if (data && "deleted" in data) deleted += data.deleted;
        else later += 1;
      }
      return { deleted, later };
    },
    onSettled: () => {
      refresh(projectId, bucket);
      refreshTasks();
    },
  });
}

/** Extract a ZIP into `prefix`, as a platform task. */
export function useExtract() {
  const refresh = useRefreshTasks();
  return $api.useMutation("post", "/v1/{project_id}/buckets/{bucket}/extract", { onSuccess: refresh });
}
