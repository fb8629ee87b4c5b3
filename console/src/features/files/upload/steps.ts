// How one file travels: small ones with one request, others in chunks that survive a lost connection, and straight to
// an S3 store where the server offers it. The queue decides when; retrying is its business too.
import { toApiError } from "@/api/errors";
import type { OnSent, UploadTarget, UploadTransport } from "./transport";

/** What must be remembered of a file between two attempts. */
export interface UploadProgress {
  uploadId: string | null;
  chunkSize: number;
  /** The direct way was tried and failed: the rest goes through the server. */
  directFailed: boolean;
}

export function newProgress(): UploadProgress {
  return { uploadId: null, chunkSize: 0, directFailed: false };
}

/** Up to this size one request is quicker than three, and little is lost when it must be repeated. */
export const wholeLimit = 4 * 1024 * 1024;

export interface UploadJob {
  target: UploadTarget;
  file: Blob;
  /** The bucket's store takes uploads itself. */
  direct: boolean;
  progress: UploadProgress;
}

/** Send one file, going on where `job.progress` left off; `onSent` hears the total of bytes sent. */
export async function sendFile(
  transport: UploadTransport,
  job: UploadJob,
  onSent: OnSent,
  signal: AbortSignal,
): Promise<void> {
  const { target, file, progress } = job;
  if (file.size <= wholeLimit && !job.direct && !progress.uploadId) {
    await transport.putWhole(target, file, onSent, signal);
    return;
  }
  let offset = 0;
  let directUrl: string | null = null;
  if (progress.uploadId) {
    offset = await knownOffset(transport, target, progress);
  }
  if (!progress.uploadId) {
    const start = await transport.create(target, file.size);
    progress.uploadId = start.uploadId;
    progress.chunkSize = start.chunkSize;
    offset = start.offset;
    directUrl = start.direct?.url ?? null;
  }
  signal.throwIfAborted();
  const sentDirectly =
    directUrl !== null && !progress.directFailed && (await tryDirect(transport, directUrl, job, onSent, signal));
  if (!sentDirectly) await sendChunks(transport, job, offset, onSent, signal);
  await transport.complete(target, progress.uploadId);
}

/** The server's offset; an upload that it no longer knows begins anew. */
async function knownOffset(transport: UploadTransport, target: UploadTarget, progress: UploadProgress) {
  try {
    return await transport.offset(target, progress.uploadId ?? "");
  } catch (error) {
    if (toApiError(error).status !== 404) throw error;
    progress.uploadId = null;
    return 0;
  }
}

async function tryDirect(
  transport: UploadTransport,
  url: string,
  { file, progress }: UploadJob,
  onSent: OnSent,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await transport.putDirect(url, file, onSent, signal);
    return true;
  } catch (error) {
    if (signal.aborted) throw error;
    // Often the store refuses the browser (CORS) or cannot be reached from here: the server can still.
    progress.directFailed = true;
    onSent(0);
    return false;
  }
}

async function sendChunks(
  transport: UploadTransport,
  { target, file, progress }: UploadJob,
  from: number,
  onSent: OnSent,
  signal: AbortSignal,
): Promise<void> {
  const uploadId = progress.uploadId ?? "";
  const size = Math.max(progress.chunkSize, 64 * 1024);
  let offset = from;
  let corrections = 0;
  while (offset < file.size) {
    const at = offset;
    const chunk = file.slice(at, at + size);
    try {
      offset = await transport.putChunk({ target, uploadId, offset: at, chunk }, (n) => onSent(at + n), signal);
      corrections = 0;
    } catch (error) {
      // An answer was lost and the server is further than we know: it tells its true offset.
      if (toApiError(error).status !== 409 || corrections >= 3) throw error;
      corrections += 1;
      offset = await transport.offset(target, uploadId);
    }
    onSent(offset);
  }
}
