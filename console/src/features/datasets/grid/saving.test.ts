import { describe, expect, it, vi } from "vitest";
import { ApiError } from "@/api/errors";
import type { Change, Marks, Sample, SampleChange } from "./labelling";
import { SaveQueue, type Failure, type Outcome } from "./saving";

const none: Marks = { labels: [], hard: false, usage: "" };
const marks = (...names: string[]): Marks => ({ labels: names.map((name) => ({ name })), hard: false, usage: "" });
const change = (id: string, before: Marks, after: Marks): Change => ({ id, before, after });
const revisions = (entries: Record<string, number>) => new Map(Object.entries(entries));

function queue(send: (items: SampleChange[]) => Promise<Outcome[]>, onSettled = async () => {}) {
  const failures: Failure[] = [];
  const made = new SaveQueue({ send, onFailure: (failure) => failures.push(failure), onSettled });
  const settled = new Promise<void>((resolve) => made.subscribe(() => made.snapshot().state !== "saving" && resolve()));
  return { made, failures, settled };
}

describe("SaveQueue", () => {
  it("sends one request per thousand, with the revisions that were read", async () => {
    const send = vi.fn(async (items: SampleChange[]) => items.map(() => ({ ok: true })));
    const { made, settled } = queue(send);
    const many = Array.from({ length: 1500 }, (_, n) => change(`s${n}`, none, marks("cat")));
    made.add(many, revisions({ s0: 4 }));
    expect(made.snapshot()).toEqual({ waiting: 1500, state: "saving" });
    await settled;
    expect(send.mock.calls.map(([items]) => items.length)).toEqual([1000, 500]);
    expect(send.mock.calls[0]?.[0][0]).toEqual({ sample_id: "s0", labels: [{ name: "cat" }], revision: 4 });
    expect(made.snapshot()).toEqual({ waiting: 0, state: "saved" });
  });

  it("keeps the order and uses the revision of the answer before", async () => {
    let revision = 4;
    const send = vi.fn(async (items: SampleChange[]) => items.map(() => ({ ok: true, revision: (revision += 1) })));
    const { made, settled } = queue(send);
    made.add([change("a", none, marks("cat"))], revisions({ a: 4 }));
    made.add([change("a", marks("cat"), marks("cat", "dog"))], revisions({ a: 4 }));
    await settled;
    expect(send.mock.calls.map(([items]) => items[0]?.revision)).toEqual([4, 5]);
  });

  it("reports what somebody else changed, with its present state", async () => {
    const current = { sample_id: "b", revision: 9 } as Sample;
    const error = new ApiError({ status: 409, code: "ModelArts.4358", message: "stale", requestId: null });
    const { made, failures, settled } = queue(async () => [{ ok: true, revision: 1 }, { ok: false, current, error }]);
    const [a, b] = [change("a", none, marks("cat")), change("b", none, marks("cat"))];
    made.add([a, b], revisions({ a: 0, b: 0 }));
    await settled;
    expect(failures).toEqual([{ changes: [b], current: [current], error }]);
    expect(made.snapshot().state).toBe("failed");
  });

  it("hands a whole step back when no answer came, and goes on with the next", async () => {
    const send = vi.fn<(items: SampleChange[]) => Promise<Outcome[]>>();
    send.mockRejectedValueOnce(new TypeError("Failed to fetch")).mockResolvedValueOnce([{ ok: true }]);
    const { made, failures, settled } = queue(send);
    const lost = change("a", none, marks("cat"));
    made.add([lost], revisions({}));
    made.add([change("b", none, marks("cat"))], revisions({}));
    await settled;
    expect(failures[0]?.changes).toEqual([lost]);
    expect(failures[0]?.error.offline).toBe(true);
    expect(send).toHaveBeenCalledTimes(2);
  });

  it("calls a step saved only once the counts include it", async () => {
    const counts: (() => void)[] = [];
    const send = async (items: SampleChange[]) => items.map(() => ({ ok: true }));
    const { made, settled } = queue(send, () => new Promise<void>((resolve) => counts.push(resolve)));
    made.add([change("a", none, marks("cat"))], revisions({}));
    await vi.waitFor(() => expect(counts).toHaveLength(1));
    expect(made.snapshot()).toEqual({ waiting: 1, state: "saving" });
    // The counts of the first step are not those of the second.
    made.add([change("b", none, marks("cat"))], revisions({}));
    counts[0]?.();
    await vi.waitFor(() => expect(counts).toHaveLength(2));
    expect(made.snapshot().state).toBe("saving");
    counts[1]?.();
    await settled;
    expect(made.snapshot()).toEqual({ waiting: 0, state: "saved" });
  });
});
