// The upload queue: which files travel now, which wait, and what became of the others. It knows no React; components
// read it through subscribe and snapshot, which change at most every `interval` ms however many files there are.
import { toApiError, type ApiError } from "@/api/errors";
import { newProgress, sendFile, type UploadProgress } from "./steps";
import type { UploadTarget, UploadTransport } from "./transport";

export type UploadState = "waiting" | "uploading" | "paused" | "failed" | "done";

export interface UploadItem {
  readonly id: number;
  readonly target: UploadTarget;
  readonly size: number;
  readonly state: UploadState;
  readonly sent: number;
  readonly error: ApiError | null;
}

export interface NewUpload {
  target: UploadTarget;
  file: File;
  direct?: boolean;
  /** Called once the file is stored. */
  onStored?: () => void;
}

export interface QueueSnapshot {
  readonly items: readonly UploadItem[];
  readonly counts: Readonly<Record<UploadState, number>>;
  readonly bytes: number;
  readonly sent: number;
}

interface Held {
  item: UploadItem;
  upload: NewUpload;
  progress: UploadProgress;
  stop: AbortController | null;
}

interface Settings {
  /** Files in flight at once: browsers open six connections to a host, and pages need some. */
  parallel: number;
  attempts: number;
  interval: number;
  wait: (milliseconds: number) => Promise<void>;
}

const defaults: Settings = {
  parallel: 4,
  attempts: 4,
  interval: 150,
  wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

export class UploadQueue {
  private readonly held = new Map<number, Held>();
  private waiting: number[] = [];
  private running = 0;
  private nextId = 1;
  private readonly listeners = new Set<() => void>();
  private current: QueueSnapshot = summary([]);
  private timer: ReturnType<typeof setTimeout> | null = null;
  private readonly settings: Settings;
  private readonly transport: UploadTransport;

  constructor(transport: UploadTransport, settings: Partial<Settings> = {}) {
    this.transport = transport;
    this.settings = { ...defaults, ...settings };
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): QueueSnapshot => this.current;

  add(uploads: readonly NewUpload[]): void {
    for (const upload of uploads) {
      const id = this.nextId++;
      const item = { id, target: upload.target, size: upload.file.size, state: "waiting" as const, sent: 0, error: null };
      this.held.set(id, { item, upload, progress: newProgress(), stop: null });
      this.waiting.push(id);
    }
    this.announce(true);
    this.startMore();
  }

  pause(id: number): void {
    const held = this.held.get(id);
    if (!held || (held.item.state !== "waiting" && held.item.state !== "uploading")) return;
    this.change(held, { state: "paused" });
    held.stop?.abort();
  }

  /** Go on with a paused file, or try a failed one again. */
  resume(id: number): void {
    const held = this.held.get(id);
    if (!held || (held.item.state !== "paused" && held.item.state !== "failed")) return;
    this.change(held, { state: "waiting", error: null });
    this.waiting.push(id);
    this.startMore();
  }

  pauseAll(): void {
    for (const id of this.held.keys()) this.pause(id);
  }

  resumeAll(): void {
    for (const id of this.held.keys()) this.resume(id);
  }

  /** Take a file out of the queue; what the server holds of it is discarded. */
  remove(id: number): void {
    const held = this.held.get(id);
    if (!held) return;
    this.held.delete(id);
    held.stop?.abort();
    const { uploadId } = held.progress;
    // The server forgets abandoned uploads by itself: this only makes it sooner.
    if (uploadId && held.item.state !== "done") this.transport.discard(held.item.target, uploadId).catch(() => undefined);
    this.announce(true);
  }

  clearDone(): void {
    for (const [id, { item }] of this.held) if (item.state === "done") this.held.delete(id);
    this.announce(true);
  }

  private startMore(): void {
    while (this.running < this.settings.parallel && this.waiting.length > 0) {
      const held = this.held.get(this.waiting.shift() ?? 0);
      // A file may have been paused or removed since, or wait for its stopped attempt to wind down.
      if (!held || held.item.state !== "waiting" || held.stop) continue;
      this.running += 1;
      held.stop = new AbortController();
      this.change(held, { state: "uploading" });
      void this.run(held, held.stop).finally(() => {
        this.running -= 1;
        held.stop = null;
        if (held.item.state === "waiting") this.waiting.push(held.item.id);
        this.startMore();
      });
    }
  }

  private async run(held: Held, stop: AbortController): Promise<void> {
    const job = { target: held.item.target, file: held.upload.file, direct: held.upload.direct ?? false, progress: held.progress };
    for (let attempt = 1; ; attempt += 1) {
      try {
        await sendFile(this.transport, job, (sent) => this.change(held, { sent }), stop.signal);
        if (!this.held.has(held.item.id)) return;
        this.change(held, { state: "done", sent: held.item.size, error: null });
        held.upload.onStored?.();
        return;
      } catch (thrown) {
        if (stop.signal.aborted) return;
        const error = toApiError(thrown);
        const passing = error.status === 0 || error.status === 429 || error.status >= 500;
        if (!passing || attempt >= this.settings.attempts) {
          // What may pass waits to be resumed; what the server refused has failed.
          this.change(held, { state: passing ? "paused" : "failed", error });
          return;
        }
        this.change(held, { error });
        await this.settings.wait(500 * 2 ** attempt);
        if (stop.signal.aborted) return;
        this.change(held, { error: null });
      }
    }
  }

  private change(held: Held, change: Partial<UploadItem>): void {
    held.item = { ...held.item, ...change };
    this.announce(change.state !== undefined && change.state !== "done");
  }

  private announce(now: boolean): void {
    if (this.settings.interval === 0 || (now && this.held.size < 200)) return this.publish();
    this.timer ??= setTimeout(() => this.publish(), this.settings.interval);
  }

  private publish(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    this.current = summary([...this.held.values()].map(({ item }) => item));
    this.listeners.forEach((listener) => listener());
  }
}

function summary(items: readonly UploadItem[]): QueueSnapshot {
  const counts: Record<UploadState, number> = { waiting: 0, uploading: 0, paused: 0, failed: 0, done: 0 };
  let bytes = 0;
  let sent = 0;
  for (const item of items) {
    counts[item.state] += 1;
    bytes += item.size;
    sent += item.sent;
  }
  return { items, counts, bytes, sent };
}
