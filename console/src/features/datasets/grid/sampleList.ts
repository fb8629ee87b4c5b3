// One list of samples, loaded in chunks around what is in sight. It knows no React: chunks live in Query's cache, where
// positions are looked up while drawing, and whoever draws hears when a chunk in sight changed. Only that one draws anew;
// the page around it reads the total and the error, which change seldom.
import { QueriesObserver, type QueryClient, type QueryObserverResult } from "@tanstack/react-query";
import type { Chunk } from "./chunks";
import type { Sample } from "./labelling";
import { chunkOf, chunksAround, chunkSize } from "./pages";

/** Scrolling rests once it has not moved for so long. */
const restMs = 90;
/** While it goes on, chunks are asked for this often at most. */
const everyMs = 250;

export class SampleList {
  /** Samples that match; undefined before the first answer. */
  total: number | undefined;
  /** Why what is in sight could not be loaded, or null. */
  error: unknown = null;
  /** Grows with every change of the chunks in sight. */
  version = 0;
  private readonly client: QueryClient;
  private readonly key: readonly unknown[];
  private readonly read: (chunk: number, signal: AbortSignal) => Promise<Chunk>;
  private readonly observer: QueriesObserver;
  private readonly listeners = new Set<() => void>();
  private readonly stop: (() => void)[] = [];
  private wanted: number[] = [0];
  private inSight: (Chunk | undefined)[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private lookedAt = -Infinity;

  constructor(client: QueryClient, key: readonly unknown[], read: (chunk: number, signal: AbortSignal) => Promise<Chunk>) {
    this.client = client;
    this.key = key;
    this.read = read;
    this.observer = new QueriesObserver(client, this.wanted.map(this.options));
    this.update();
  }

  /** What is in sight is loaded, and loaded again when it becomes stale, as long as somebody listens. */
  subscribe = (listener: () => void): (() => void) => {
    if (this.listeners.size === 0) {
      this.stop.push(this.observer.subscribe(this.update));
      this.update();
    }
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size > 0) return;
      clearTimeout(this.timer);
      this.stop.splice(0).forEach((stop) => stop());
    };
  };

  at = (index: number): Sample | undefined =>
    this.client.getQueryData<Chunk>(this.keyOf(chunkOf(index)))?.samples[index % chunkSize];

  /** Say which positions are in sight. What only flies by is not asked for: chunks are, now and then and at rest. */
  look = (first: number, last: number): void => {
    clearTimeout(this.timer);
    if (performance.now() - this.lookedAt > everyMs) this.want(first, last);
    else this.timer = setTimeout(() => this.want(first, last), restMs);
  };

  /** Load what is missing of these positions and give their samples. */
  load = async (first: number, last: number): Promise<Sample[]> => {
    const found: Sample[] = [];
    for (let chunk = chunkOf(first); chunk <= chunkOf(last); chunk += 1) {
      const { samples } = await this.client.ensureQueryData(this.options(chunk));
      found.push(...samples.slice(Math.max(0, first - chunk * chunkSize), last + 1 - chunk * chunkSize));
    }
    return found;
  };

  /** Every sample of this list that is loaded, in order. */
  loaded = (): Sample[] =>
    this.client
      .getQueriesData<Chunk>({ queryKey: this.key })
      .sort(([a], [b]) => Number(a.at(-1)) - Number(b.at(-1)))
      .flatMap(([, chunk]) => chunk?.samples ?? []);

  retry = (): void => this.results().forEach((result) => void (result.isError && result.refetch()));

  private keyOf(chunk: number): readonly unknown[] {
    return [...this.key, chunk];
  }

  private options = (chunk: number) => ({
    queryKey: this.keyOf(chunk),
    // A chunk that was scrolled past is not waited for: Query aborts what nobody looks at.
    queryFn: ({ signal }: { signal: AbortSignal }) => this.read(chunk, signal),
    // What changes is invalidated; looking away and back is no reason to ask again.
    staleTime: Infinity,
    gcTime: 30 * 60_000,
  });

  private results(): QueryObserverResult<Chunk>[] {
    return this.observer.getCurrentResult() as QueryObserverResult<Chunk>[];
  }

  private want(first: number, last: number): void {
    this.lookedAt = performance.now();
    const next = chunksAround(first, last, this.total ?? 0);
    if (next.join() === this.wanted.join()) return;
    this.wanted = next;
    this.observer.setQueries(next.map(this.options));
  }

  private update = (): void => {
    const results = this.results();
    // The newest answer knows the total best; chunks out of sight may be older.
    const answered = results.filter(({ data }) => data).sort((a, b) => b.dataUpdatedAt - a.dataUpdatedAt);
    const total = answered[0]?.data?.sample_count ?? this.total;
    const error = results.find(({ isError }) => isError)?.error ?? null;
    const chunks = results.map(({ data }) => data);
    const same = chunks.length === this.inSight.length && chunks.every((chunk, index) => chunk === this.inSight[index]);
    if (same && total === this.total && error === this.error) return;
    this.total = total;
    this.error = error;
    this.inSight = chunks;
    this.version += 1;
    this.listeners.forEach((listener) => listener());
  };
}
