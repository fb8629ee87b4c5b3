// Buckets and the files in them, as far as every feature needs them: choosing a place, making a folder in it, reading
// the beginning of an object, and asking for uploads. The pages of the files themselves are features/files.
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { $api, api, commonHeaders, type Answer } from "./client";
import { errorFrom } from "./errors";
import { useScope } from "./session";

const bucketsPath = "/v1/{project_id}/buckets";
const objectsPath = "/v1/{project_id}/buckets/{bucket}/objects";

export type Bucket = Answer<typeof bucketsPath, "get">["buckets"][number];
type Listing = Answer<typeof objectsPath, "get">;

/** One line of a folder: a folder below it (key ends in "/") or an object. */
export interface FolderEntry {
  key: string;
  name: string;
  folder: boolean;
  size: number | null;
  modified: number | null;
}

/** The buckets that the user may see. */
export function useBucketList() {
  const { projectId } = useScope();
  return $api.useQuery("get", bucketsPath, { params: { path: { project_id: projectId } } });
}

/** Look at a bucket's listings again, after something in it changed. */
export function useRefreshListing(): (projectId: string, bucket: string) => void {
  const client = useQueryClient();
  return (projectId, bucket) => void client.invalidateQueries({ queryKey: ["files", projectId, bucket] });
}

/** What lies directly in a folder, a thousand entries at a time. */
export function useFolder(bucket: string, prefix: string) {
  const { projectId } = useScope();
  return useInfiniteQuery({
    queryKey: ["files", projectId, bucket, prefix],
    enabled: bucket !== "",
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
    select: ({ pages }) => folderEntries(pages, prefix),
  });
}

/** Folders first, each group in key order, without the folder's own marker. */
export function folderEntries(pages: readonly Listing[], prefix: string): FolderEntry[] {
  const folders = new Set(pages.flatMap((page) => page.prefixes));
  const objects = pages.flatMap((page) => page.objects).filter(({ key }) => key !== prefix && !folders.has(key));
  const name = (key: string) => key.slice(prefix.length).replace(/\/$/, "");
  return [
    ...[...folders].map((key) => ({ key, name: name(key), folder: true, size: null, modified: null })),
    ...objects.map(({ key, size, last_modified: modified }) => ({ key, name: name(key), folder: false, size, modified })),
  ];
}

/** Make a folder: an empty object whose key ends in "/". */
export function useMakeFolder(bucket: string) {
  const { projectId } = useScope();
  const refresh = useRefreshListing();
  return useMutation({
    mutationFn: async (key: string) => {
      const response = await fetch(contentUrl(projectId, bucket, key), { method: "PUT", headers: commonHeaders(), body: "" });
      if (!response.ok) throw await failure(response);
    },
    onSuccess: () => refresh(projectId, bucket),
  });
}

/** Where an object's bytes are; every segment is encoded, the slashes between them are not. */
export function contentUrl(projectId: string, bucket: string, key: string): string {
  const path = key.split("/").map(encodeURIComponent).join("/");
  return `/v1/${encodeURIComponent(projectId)}/buckets/${encodeURIComponent(bucket)}/objects/${path}`;
}

/** The first bytes of an object as text, and whether there is more. */
export async function readBeginning(url: string, bytes: number, signal?: AbortSignal) {
  const response = await fetch(url, { headers: { ...commonHeaders(), Range: `bytes=0-${bytes - 1}` }, signal });
  // An empty object satisfies no range.
  if (response.status === 416) return { text: "", more: false };
  if (!response.ok) throw await failure(response);
  const content = await response.arrayBuffer();
  const total = Number(response.headers.get("Content-Range")?.split("/")[1] ?? content.byteLength);
  const more = total > content.byteLength;
  // A cut may fall inside a character: streaming mode keeps the broken end back.
  return { text: new TextDecoder().decode(content, { stream: more }), more };
}

async function failure(response: Response) {
  return errorFrom(response.status, await response.text(), response.headers.get("X-Request-Id"));
}

export interface Place {
  bucket: string;
  /** A prefix (ends in "/", or empty for the bucket itself) or an object's key. */
  key: string;
}

/** "/bucket/key", "obs://bucket/key" and "s3://bucket/key" name the same place; null for what names none. */
export function parsePlace(address: string): Place | null {
  const match = /^(?:(?:obs|s3):\/\/|\/)([^/]+)(?:\/(.*))?$/s.exec(address.trim());
  return match?.[1] ? { bucket: match[1], key: match[2] ?? "" } : null;
}

/** The address as the contract writes it: "/bucket/key". */
export function placePath({ bucket, key }: Place): string {
  return `/${bucket}/${key}`;
}

export interface WantedUpload {
  target: { projectId: string; bucket: string; key: string };
  file: File;
  direct?: boolean;
  onStored?: () => void;
}

let queue: ((uploads: readonly WantedUpload[]) => void) | null = null;

/** Called once by the owner of the upload queue. */
export function provideUploads(add: (uploads: readonly WantedUpload[]) => void): void {
  queue = add;
}

/** Hand files to the console's upload queue, which shows their progress on every page. */
export function requestUploads(uploads: readonly WantedUpload[]): void {
  if (!queue) throw new Error("No upload queue was provided.");
  queue(uploads);
}
