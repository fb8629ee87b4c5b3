import { describe, expect, it, vi } from "vitest";
import { ApiError } from "@/api/errors";
import { UploadQueue, type UploadState } from "./queue";
import { wholeLimit } from "./steps";
import type { ChunkPut, OnSent, UploadTarget, UploadTransport } from "./transport";

const chunkSize = 1024 * 1024;
const big = 3 * chunkSize + wholeLimit + 17;

function failure(status: number): ApiError {
  return new ApiError({ status, code: `E${status}`, message: "no", requestId: null });
}

/** A server in memory; `trouble` may throw before any call takes effect. */
class MemoryServer implements UploadTransport {
  stored = new Map<string, number>();
  open = new Map<string, { key: string; size: number; offset: number }>();
  calls: string[] = [];
  inFlight = 0;
  mostInFlight = 0;
  directUrl: string | null = null;
  trouble: (call: string, offset?: number) => void | Promise<void> = () => undefined;

  private async step<T>(call: string, effect: () => T, offset?: number): Promise<T> {
    this.calls.push(call);
    this.inFlight += 1;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    try {
      await Promise.resolve();
      await this.trouble(call, offset);
      return effect();
    } finally {
      this.inFlight -= 1;
    }
  }

  putWhole({ key }: UploadTarget, file: Blob, onSent: OnSent, signal: AbortSignal) {
    return this.step("whole", () => {
      signal.throwIfAborted();
      onSent(file.size);
      this.stored.set(key, file.size);
    });
  }
  create({ key }: UploadTarget, size: number) {
    return this.step("create", () => {
      const uploadId = `u${this.open.size}`;
      this.open.set(uploadId, { key, size, offset: 0 });
      return { uploadId, offset: 0, chunkSize, direct: this.directUrl ? { url: this.directUrl } : null };
    });
  }
  offset(_target: UploadTarget, uploadId: string) {
    return this.step("offset", () => {
      const upload = this.open.get(uploadId);
      if (!upload) throw failure(404);
      return upload.offset;
    });
  }
  putChunk({ uploadId, offset, chunk }: ChunkPut, onSent: OnSent, signal: AbortSignal) {
    return this.step(
      "chunk",
      () => {
        signal.throwIfAborted();
        const upload = this.open.get(uploadId);
        if (!upload) throw failure(404);
        if (upload.offset !== offset) throw failure(409);
        onSent(chunk.size);
        upload.offset += chunk.size;
        return upload.offset;
      },
      offset,
    );
  }
  putDirect(_url: string, file: Blob, onSent: OnSent) {
    return this.step("direct", () => {
      onSent(file.size);
      for (const upload of this.open.values()) upload.offset = file.size;
    });
  }
  complete({ key }: UploadTarget, uploadId: string) {
    return this.step("complete", () => {
      const upload = this.open.get(uploadId);
      if (!upload || upload.offset !== upload.size) throw failure(409);
      this.stored.set(key, upload.size);
    });
  }
  discard(_target: UploadTarget, uploadId: string) {
    return this.step("discard", () => void this.open.delete(uploadId));
  }
}

function setUp(parallel = 2) {
  const server = new MemoryServer();
  const queue = new UploadQueue(server, { parallel, interval: 0, wait: () => Promise.resolve() });
  const add = (key: string, size: number, more: { direct?: boolean; onStored?: () => void } = {}) =>
    queue.add([{ target: { projectId: "p", bucket: "b", key }, file: new File([new Uint8Array(size)], key), ...more }]);
  const states = () => queue.snapshot().items.map((item) => item.state);
  const until = (...expected: UploadState[]) => vi.waitFor(() => expect(states()).toEqual(expected));
  return { server, queue, add, until };
}

describe("the upload queue", () => {
  it("sends small files with one request each, at most `parallel` at once", async () => {
    const { server, add, until } = setUp(2);
    for (const key of ["a", "b", "c", "d", "e"]) add(key, 10);
    await until("done", "done", "done", "done", "done");
    expect(server.calls).toEqual(Array(5).fill("whole"));
    expect(server.mostInFlight).toBe(2);
  });

  it("sends a big file in chunks and tells when it is stored", async () => {
    const { server, queue, add, until } = setUp();
    const onStored = vi.fn();
    add("big", big, { onStored });
    await until("done");
    expect(server.stored.get("big")).toBe(big);
    expect(server.calls.filter((call) => call === "chunk")).toHaveLength(8);
    expect(queue.snapshot()).toMatchObject({ bytes: big, sent: big });
    expect(onStored).toHaveBeenCalledOnce();
  });

  it("repeats what failed in passing, from the server's offset", async () => {
    const { server, add, until } = setUp();
    let broken = 2;
    server.trouble = (call, offset) => {
      if (call === "chunk" && (offset ?? 0) > chunkSize && broken-- > 0) throw failure(0);
    };
    add("big", big);
    await until("done");
    expect(server.stored.get("big")).toBe(big);
    expect(server.calls.filter((call) => call === "create")).toHaveLength(1);
  });

  it("pauses when the trouble stays and goes on when resumed", async () => {
    const { server, queue, add, until } = setUp();
    server.trouble = (call, offset) => {
      if (call === "chunk" && (offset ?? 0) >= 2 * chunkSize) throw failure(503);
    };
    add("big", big);
    await until("paused");
    expect(queue.snapshot().items[0]?.error?.status).toBe(503);
    server.trouble = () => undefined;
    const before = server.calls.length;
    queue.resume(1);
    await until("done");
    expect(server.calls.slice(before)[0]).toBe("offset");
    expect(server.stored.get("big")).toBe(big);
  });

  it("follows the server's offset after a lost answer", async () => {
    const { server, add, until } = setUp();
    let lose = true;
    server.trouble = () => {
      const upload = [...server.open.values()][0];
      // The bytes arrived although the answer did not.
      if (upload && upload.offset === chunkSize && lose) {
        lose = false;
        upload.offset += chunkSize;
      }
    };
    add("big", big);
    await until("done");
    expect(server.stored.get("big")).toBe(big);
  });

  it("fails at once on a refusal, and the next file goes on", async () => {
    const { server, queue, add, until } = setUp(1);
    server.trouble = () => {
      if (server.calls.length === 1) throw failure(403);
    };
    add("denied", 5);
    add("fine", 5);
    await until("failed", "done");
    expect(queue.snapshot().items[0]?.error?.code).toBe("E403");
  });

  it("goes through the server when the direct way fails", async () => {
    const { server, add, until } = setUp();
    server.directUrl = "https://store.example/put";
    add("direct", 100, { direct: true });
    await until("done");
    expect(server.calls).toEqual(["create", "direct", "complete"]);

    server.calls = [];
    server.trouble = (call) => {
      if (call === "direct") throw failure(0);
    };
    add("blocked", 100, { direct: true });
    await until("done", "done");
    expect(server.calls).toEqual(["create", "direct", "chunk", "complete"]);
  });

  it("begins anew when the server no longer knows the upload", async () => {
    const { server, queue, add, until } = setUp();
    server.trouble = (call) => {
      if (call === "chunk") throw failure(500);
    };
    add("big", big);
    await until("paused");
    server.open.clear();
    server.trouble = () => undefined;
    queue.resume(1);
    await until("done");
    expect(server.stored.get("big")).toBe(big);
  });

  it("stops a file in flight, resumes it, and discards what is removed", async () => {
    const { server, queue, add, until } = setUp();
    let release = () => undefined as void;
    server.trouble = (call) => (call === "chunk" ? new Promise((resolve) => (release = resolve)) : undefined);
    add("big", big);
    await vi.waitFor(() => expect(server.calls).toContain("chunk"));
    queue.pause(1);
    // Resumed before the stopped attempt has wound down.
    queue.resume(1);
    server.trouble = () => undefined;
    release();
    await until("done");

    server.trouble = (call) => {
      if (call === "chunk") throw failure(500);
    };
    add("other", big);
    await until("done", "paused");
    queue.remove(2);
    await vi.waitFor(() => expect(server.calls.at(-1)).toBe("discard"));
    queue.clearDone();
    expect(queue.snapshot().items).toEqual([]);
  });

  it("keeps announcing rarely however many files there are", async () => {
    const server = new MemoryServer();
    const queue = new UploadQueue(server, { parallel: 4, interval: 20 });
    const announced = vi.fn();
    queue.subscribe(announced);
    queue.add(
      Array.from({ length: 3000 }, (_, i) => ({
        target: { projectId: "p", bucket: "b", key: `f${i}` },
        file: new File(["x"], `f${i}`),
      })),
    );
    await vi.waitFor(() => expect(queue.snapshot().counts.done).toBe(3000), { timeout: 10_000 });
    expect(announced.mock.calls.length).toBeLessThan(300);
  });
});
