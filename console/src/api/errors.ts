// What the console knows about a request that failed: the server's stable code and message, the request id to look it
// up by, and the details (a 409 carries both versions, an upload its true offset).

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly requestId: string | null;
  readonly details: unknown;

  constructor(init: { status: number; code: string; message: string; requestId: string | null; details?: unknown }) {
    super(init.message);
    this.name = "ApiError";
    this.status = init.status;
    this.code = init.code;
    this.requestId = init.requestId;
    this.details = init.details;
  }

  /** True when no answer came at all. */
  get offline(): boolean {
    return this.status === 0;
  }
}

/** Build an ApiError from a status, the body's text and the request id; the body may be anything. */
export function errorFrom(status: number, text: string, requestId: string | null): ApiError {
  let body: Record<string, unknown> = {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (parsed && typeof parsed === "object") body = parsed as Record<string, unknown>;
  } catch {
    // A proxy in between answers with a page of its own: the status says enough.
  }
  // Training v1 answers error_message, everything else error_msg.
  const message = body.error_msg ?? body.error_message;
  return new ApiError({
    status,
    code: typeof body.error_code === "string" ? body.error_code : `HTTP ${status}`,
    message: typeof message === "string" ? message : `HTTP ${status}`,
    requestId,
    details: body.error_details,
  });
}

/** Any thrown value as an ApiError; a failed fetch becomes an offline one. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const message = error instanceof Error ? error.message : String(error);
  // fetch rejects with a TypeError, and only then, when no answer came.
  const code = error instanceof TypeError ? "offline" : "console";
  return new ApiError({ status: code === "offline" ? 0 : -1, code, message, requestId: null });
}
