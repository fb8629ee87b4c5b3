// From picked files to the queue: their keys below the folder, and what happens once they are stored.
import { useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { api } from "@/api/client";
import { useBucketList, useRefreshListing } from "@/api/files";
import { useScope } from "@/api/session";
import { useRefreshTasks } from "@/api/tasks";
import { useNotify } from "@/ui";
import type { PickedFile } from "./upload/dropped";
import { uploads } from "./upload/uploads";

const refreshEvery = 2000;

/** `start(files)` uploads below `prefix`; with `extract` each stored ZIP is extracted there and then deleted. */
export function useStartUpload(bucket: string, prefix: string) {
  const { projectId } = useScope();
  const buckets = useBucketList();
  const client = useQueryClient();
  const refreshListing = useRefreshListing();
  const refreshTasks = useRefreshTasks();
  const notify = useNotify();
  const due = useRef(false);
  const direct = buckets.data?.buckets.find(({ name }) => name === bucket)?.direct_upload ?? false;

  // A folder of many small files must not reload its listing for each of them.
  function stored() {
    if (due.current) return;
    due.current = true;
    setTimeout(() => {
      due.current = false;
      if (client.isMutating() === 0) refreshListing(projectId, bucket);
    }, refreshEvery);
  }

  async function extractArchive(key: string) {
    try {
      await api.POST("/v1/{project_id}/buckets/{bucket}/extract", {
        params: { path: { project_id: projectId, bucket } },
        body: { key, prefix, delete_archive: true },
      });
      refreshTasks();
    } catch (error) {
      notify.error(error);
    }
  }

  function start(files: PickedFile[], { extract = false } = {}) {
    uploads.add(
      files.map(({ file, path }) => {
        const key = prefix + path;
        return {
          target: { projectId, bucket, key },
          file,
          direct,
          onStored: () => {
            stored();
            if (extract) void extractArchive(key);
          },
        };
      }),
    );
  }
  return { start };
}
