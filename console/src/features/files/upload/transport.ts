// The upload calls of the files API, one function each. Bodies go by XMLHttpRequest: fetch cannot report how much of a
// body has been sent.
import { api, commonHeaders } from "@/api/client";
import { ApiError, errorFrom } from "@/api/errors";
import { contentUrl } from "@/api/files";

export interface UploadTarget {
  projectId: string;
  bucket: string;
  key: string;
}

export interface UploadStart {
  uploadId: string;
  offset: number;
  chunkSize: number;
  direct: { url: string } | null;
}

export type OnSent = (bytes: number) => void;

/** What the queue needs of a server; tests put a fake in its place. */
export interface UploadTransport {
  /** Store a small file with one request. */
  putWhole(target: UploadTarget, file: Blob, onSent: OnSent, signal: AbortSignal): Promise<void>;
  create(target: UploadTarget, size: number): Promise<UploadStart>;
  /** How many bytes the server holds. */
  offset(target: UploadTarget, uploadId: string): Promise<number>;
  /** Append at `offset`; answers the new offset. */
  putChunk(part: ChunkPut, onSent: OnSent, signal: AbortSignal): Promise<number>;
  /** Send the whole file straight to the store by its presigned address. */
  putDirect(url: string, file: Blob, onSent: OnSent, signal: AbortSignal): Promise<void>;
  complete(target: UploadTarget, uploadId: string): Promise<void>;
  discard(target: UploadTarget, uploadId: string): Promise<void>;
}

export interface ChunkPut {
  target: UploadTarget;
  uploadId: string;
  offset: number;
  chunk: Blob;
}

function send(url: string, headers: Record<string, string>, body: Blob, onSent: OnSent, signal: AbortSignal) {
  return new Promise<string>((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    request.open("PUT", url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => onSent(event.loaded);
    request.onload = () => {
      const { status, responseText } = request;
      if (status >= 200 && status < 300) resolve(responseText);
      else reject(errorFrom(status, responseText, request.getResponseHeader("X-Request-Id")));
    };
    request.onerror = () =>
      reject(new ApiError({ status: 0, code: "offline", message: "The connection was lost.", requestId: null }));
    request.onabort = () => reject(new DOMException("The upload was stopped.", "AbortError"));
    request.onloadend = () => signal.removeEventListener("abort", abort);
    signal.addEventListener("abort", abort);
    if (signal.aborted) abort();
    else request.send(body);
  });
}

function pathOf({ projectId, bucket }: UploadTarget, uploadId: string) {
  return { path: { project_id: projectId, bucket, upload_id: uploadId } };
}

const bytes = { "Content-Type": "application/octet-stream" };

export const httpTransport: UploadTransport = {
  async putWhole({ projectId, bucket, key }, file, onSent, signal) {
    await send(contentUrl(projectId, bucket, key), { ...commonHeaders(), ...bytes }, file, onSent, signal);
  },
  async create({ projectId, bucket, key }, size) {
    const { data } = await api.POST("/v1/{project_id}/buckets/{bucket}/uploads", {
      params: { path: { project_id: projectId, bucket } },
      body: { key, size },
    });
    if (!data) throw new Error("The server gave no upload.");
    return { uploadId: data.upload_id, offset: data.offset, chunkSize: data.chunk_size, direct: data.direct };
  },
  async offset(target, uploadId) {
    const { data } = await api.GET("/v1/{project_id}/buckets/{bucket}/uploads/{upload_id}", {
      params: pathOf(target, uploadId),
    });
    return data?.offset ?? 0;
  },
  async putChunk({ target, uploadId, offset, chunk }, onSent, signal) {
    const { projectId, bucket } = target;
    const path = [projectId, "buckets", bucket, "uploads", uploadId].map(encodeURIComponent).join("/");
    const answer = await send(`/v1/${path}?offset=${offset}`, { ...commonHeaders(), ...bytes }, chunk, onSent, signal);
    return (JSON.parse(answer) as { offset: number }).offset;
  },
  async putDirect(url, file, onSent, signal) {
    // No header of ours: a presigned address covers exactly the headers it was made for.
    await send(url, {}, file, onSent, signal);
  },
  async complete(target, uploadId) {
    await api.POST("/v1/{project_id}/buckets/{bucket}/uploads/{upload_id}/complete", {
      params: pathOf(target, uploadId),
    });
  },
  async discard(target, uploadId) {
    await api.DELETE("/v1/{project_id}/buckets/{bucket}/uploads/{upload_id}", { params: pathOf(target, uploadId) });
  },
};
