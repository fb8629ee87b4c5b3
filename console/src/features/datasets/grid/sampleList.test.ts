import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { knownSamples, patchSamples, type Chunk } from "./chunks";
import type { Sample } from "./labelling";
import { chunkSize } from "./pages";
import { SampleList } from "./sampleList";
import { samplesKey } from "../queries";

const total = 100_000;
const sample = (index: number) => ({ sample_id: `s${index}`, revision: 0, labels: [], metadata: {} }) as unknown as Sample;
const chunk = (number: number): Chunk => ({
  sample_count: total,
  samples: Array.from({ length: chunkSize }, (_, place) => sample(number * chunkSize + place)),
});

let client: QueryClient;
beforeEach(() => {
  vi.useFakeTimers();
  client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
});
afterEach(() => {
  client.clear();
  vi.useRealTimers();
});

function opened(read: (number: number, signal: AbortSignal) => Promise<Chunk> = async (number) => chunk(number)) {
  const asked = vi.fn(read);
  const list = new SampleList(client, [...samplesKey("d"), {}], asked);
  const heard = vi.fn();
  const close = list.subscribe(heard);
  return { list, asked, heard, close, chunks: () => asked.mock.calls.map(([number]) => number) };
}
const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

describe("SampleList", () => {
  it("learns the total with its first chunk and finds samples by position", async () => {
    const { list, chunks } = opened();
    expect(list.total).toBeUndefined();
    await pass(0);
    expect(list.total).toBe(total);
    expect(list.at(99)?.sample_id).toBe("s99");
    expect(list.at(100)).toBeUndefined();
    expect(chunks()).toEqual([0]);
  });

  it("does not ask for what only flies by", async () => {
    const { list, chunks } = opened();
    await pass(0);
    list.look(0, 50);
    for (let first = 1_000; first < 11_000; first += 1_000) {
      list.look(first, first + 50);
      await pass(16);
    }
    await pass(200);
    // Where the reader is at last, with what lies beside it.
    expect(chunks()).toEqual([0, 1, 99, 100, 101]);
  });

  it("gives up a chunk on its way that nobody looks at any more", async () => {
    const signals: AbortSignal[] = [];
    const { list } = opened((number, signal) => {
      signals.push(signal);
      return number === 0 ? Promise.resolve(chunk(0)) : new Promise(() => undefined);
    });
    await pass(300);
    list.look(5_000, 5_020);
    await pass(300);
    list.look(9_000, 9_020);
    await pass(0);
    expect(signals.slice(1).map(({ aborted }) => aborted)).toEqual([true, true, false, false]);
  });

  it("tells of chunks in sight, and keeps its total and error the same meanwhile", async () => {
    const { list, heard } = opened();
    await pass(300);
    const before = list.version;
    list.look(5_000, 5_020);
    await pass(0);
    expect(list.version).toBeGreaterThan(before);
    expect(list.total).toBe(total);
    expect(list.error).toBeNull();
    const calls = heard.mock.calls.length;
    patchSamples(client, "d", (each) => (each.sample_id === "s5001" ? { ...each, revision: 1 } : each));
    await pass(0);
    expect(heard.mock.calls.length).toBe(calls + 1);
    expect(list.at(5_001)?.revision).toBe(1);
  });

  it("keeps the total after an error, says why, and can be tried again", async () => {
    let broken = true;
    const { list } = opened(async (number) => {
      if (number > 0 && broken) throw new Error("away");
      return chunk(number);
    });
    await pass(300);
    list.look(5_000, 5_020);
    await pass(0);
    expect([list.total, String(list.error)]).toEqual([total, "Error: away"]);
    broken = false;
    list.retry();
    await pass(0);
    expect([list.error, list.at(5_000)?.sample_id]).toEqual([null, "s5000"]);
  });

  it("loads a range across chunks, once", async () => {
    const { list, chunks } = opened();
    const found = await list.load(98, 201);
    expect([found.length, found[0]?.sample_id, found.at(-1)?.sample_id]).toEqual([104, "s98", "s201"]);
    await list.load(98, 201);
    expect(chunks()).toEqual([0, 1, 2]);
    expect(list.loaded()).toHaveLength(300);
  });
});

it("hears of known samples only when one of them changes", async () => {
  const { list } = opened();
  await pass(300);
  const known = knownSamples(client, "d", new Set(["s1", "s7"]));
  const heard = vi.fn();
  const stop = known.subscribe(heard);
  list.look(5_000, 5_020);
  await pass(300);
  expect(heard).not.toHaveBeenCalled();
  patchSamples(client, "d", (each) => (each.sample_id === "s7" ? { ...each, revision: 3 } : each));
  expect(heard).toHaveBeenCalledTimes(1);
  expect(known.snapshot().map(({ revision }) => revision)).toEqual([0, 3]);
  stop();
});
