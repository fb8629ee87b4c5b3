// What the pages of this feature ask of the files API and change through it.
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { $api, api, type Answer } from "@/api/client";
import { useScope } from "@/api/session";
import { useRefreshTasks } from "@/api/tasks";
import { baseName } from "./address";
import { httpTransport } from "./upload/transport";

const bucketsPath = "/v1/{project_id}/buckets";
const objectsPath = "/v1/{project_id}/buckets/{bucket}/objects";

export type Bucket = Answer<typeof bucketsPath, "get">["buckets"][number];
export type Listing = Answer<typeof objectsPath, "get">;

/** One line of a folder: a folder below it (key ends in "/") or an object. */
export interface Entry {
  key: string;
  name: string;
  folder: boolean;
  size: number | null;
  modified: number | null;
}

export function useBuckets() {
  const { projectId } = useScope();
  return $api.useQuery("get", bucketsPath, { params: { path: { project_id: projectId } } });
}

function listingKey(projectId: string, bucket: string, prefix?: string) {
  return ["files", projectId, bucket, ...(prefix === undefined ? [] : [prefix])];
}

/** A folder's entries, a thousand at a time: folders first, each group in key order. */
export function useListing(bucket: string, prefix: string) {
  const { projectId } = useScope();
  return useInfiniteQuery({
    queryKey: listingKey(projectId, bucket, prefix),
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam, signal }) => {
      const { data } = await api.GET(objectsPath, {
        params: {
          path: { project_id: projectId, bucket },
          query: { prefix, delimited: true, limit: 1000, ...(pageParam !== null && { after: pageParam }) },
        },
        signal,
      });
      return data as Listing;
    },
    getNextPageParam: (page) => page.next_after ?? undefined,
    select: ({ pages }) => entriesOf(pages, prefix),
  });
}

/** The pages of a listing as lines; the marker of the folder itself is left out. */
export function entriesOf(pages: readonly Listing[], prefix: string): Entry[] {
  const folders = new Set(pages.flatMap((page) => page.prefixes));
  const objects = pages.flatMap((page) => page.objects).filter(({ key }) => key !== prefix && !folders.has(key));
  return [
    ...[...folders].map((key) => ({ key, name: baseName(key), folder: true, size: null, modified: null })),
    ...objects.map(({ key, size, last_modified: modified }) => ({ key, name: baseName(key), folder: false, size, modified })),
  ];
}

/** Look at a bucket's listings again, after something in it changed. */
export function useRefreshListing(): (projectId: string, bucket: string) => void {
  const client = useQueryClient();
  return (projectId, bucket) => void client.invalidateQueries({ queryKey: listingKey(projectId, bucket) });
}

export function useRefreshBuckets(): () => void {
  const client = useQueryClient();
  return () => void client.invalidateQueries({ queryKey: ["get", bucketsPath] });
}

const deleteBatch = 1000;

/** Delete objects and whole folders; answers how many objects went. */
export function useDeleteEntries(bucket: string) {
  const { projectId } = useScope();
  const refresh = useRefreshListing();
  const params = { path: { project_id: projectId, bucket } };
  return useMutation({
    mutationFn: async (keys: readonly string[]) => {
      let deleted = 0;
      const objects = keys.filter((key) => !key.endsWith("/"));
      for (let start = 0; start < objects.length; start += deleteBatch) {
        const body = { keys: objects.slice(start, start + deleteBatch) };
        const { data } = await api.POST("/v1/{project_id}/buckets/{bucket}/delete", { params, body });
        deleted += data?.deleted ?? 0;
      }
      for (const prefix of keys.filter((key) => key.endsWith("/"))) {
        // One call deletes at most 10,000 objects and says whether more are left.
        for (let more = true; more; ) {
          const { data } = await api.POST("/v1/{project_id}/buckets/{bucket}/delete", { params, body: { prefix } });
          deleted += data?.deleted ?? 0;
          more = data?.more === true;
        }
      }
      return deleted;
    },
    onSettled: () => refresh(projectId, bucket),
  });
}

export function useCreateFolder(bucket: string) {
  const { projectId } = useScope();
  const refresh = useRefreshListing();
  return useMutation({
    // An empty object whose key ends in "/" is a folder's marker.
    mutationFn: (key: string) =>
      httpTransport.putWhole({ projectId, bucket, key }, new Blob([]), () => undefined, new AbortController().signal),
    onSuccess: () => refresh(projectId, bucket),
  });
}

/** Extract a ZIP into `prefix`, as a platform task. */
export function useExtract() {
  const refresh = useRefreshTasks();
  return $api.useMutation("post", "/v1/{project_id}/buckets/{bucket}/extract", { onSuccess: refresh });
}
