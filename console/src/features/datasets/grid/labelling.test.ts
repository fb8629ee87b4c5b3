import { describe, expect, it } from "vitest";
import {
  hardKey,
  labelCounts,
  removeLabel,
  reversed,
  setUsage,
  shareOf,
  toggleHard,
  toggleLabel,
  toRequest,
  withMarks,
  type Change,
  type Sample,
} from "./labelling";

function sample(sample_id: string, labels: string[], hard = false): Sample {
  return {
    sample_id,
    labels: labels.map((name) => ({ name, type: 0 })),
    metadata: hard ? { [hardKey]: 1, kept: "x" } : { kept: "x" },
  } as unknown as Sample;
}
const result = (changes: Change[]) => changes.map(({ id, after }) => [id, after.labels.map(({ name }) => name)]);

describe("toggleLabel", () => {
  it("adds the label where it is missing and leaves the others alone", () => {
    const samples = [sample("a", ["cat"]), sample("b", ["dog"]), sample("c", [])];
    expect(result(toggleLabel(samples, "cat", 0))).toEqual([
      ["b", ["dog", "cat"]],
      ["c", ["cat"]],
    ]);
  });

  it("takes it off when all have it", () => {
    const samples = [sample("a", ["cat", "dog"]), sample("b", ["cat"])];
    expect(result(toggleLabel(samples, "cat", 0))).toEqual([
      ["a", ["dog"]],
      ["b", []],
    ]);
  });

  it("replaces the labels when only one is wanted", () => {
    const samples = [sample("a", ["cat", "dog"]), sample("b", ["cat"])];
    expect(result(toggleLabel(samples, "cat", 0, { only: true }))).toEqual([["a", ["cat"]]]);
    expect(result(toggleLabel([sample("b", ["cat"])], "cat", 0, { only: true }))).toEqual([["b", []]]);
  });
});

it("tells how much of a selection carries a label", () => {
  const samples = [sample("a", ["cat"]), sample("b", ["cat", "dog"])];
  expect(shareOf(samples, "cat")).toBe("all");
  expect(shareOf(samples, "dog")).toBe("some");
  expect(shareOf(samples, "owl")).toBe("none");
  expect(labelCounts(samples)).toEqual([
    ["cat", 2],
    ["dog", 1],
  ]);
});

it("marks all as hard, and none once all are", () => {
  const mixed = [sample("a", [], true), sample("b", [])];
  expect(toggleHard(mixed).map(({ id, after }) => [id, after.hard])).toEqual([["b", true]]);
  expect(toggleHard([sample("a", [], true)]).map(({ after }) => after.hard)).toEqual([false]);
});

it("undoes by turning changes round", () => {
  const [change] = toggleLabel([sample("a", ["cat"])], "dog", 0);
  expect(result(reversed([change as Change]))).toEqual([["a", ["cat"]]]);
});

it("sends only what differs", () => {
  const [label] = removeLabel([sample("a", ["cat"], true)], "cat");
  expect(toRequest(label as Change, 3)).toEqual({ sample_id: "a", labels: [], revision: 3 });
  const [hard] = toggleHard([sample("a", ["cat"], true)]);
  expect(toRequest(hard as Change, undefined)).toEqual({ sample_id: "a", metadata: { [hardKey]: null } });
});

it("describes a sample as the server will", () => {
  const changed = withMarks(sample("a", ["cat"], true), { labels: [], hard: false, usage: "" });
  expect(changed).toMatchObject({ labels: [], metadata: { kept: "x" }, sample_status: "UN_ANNOTATION" });
  expect(changed.metadata).not.toHaveProperty(hardKey);
});

it("gives a usage and takes it away", () => {
  const [change] = setUsage([sample("a", ["cat"])], "TRAIN");
  expect(change && toRequest(change, 3)).toEqual({ sample_id: "a", sample_usage: "TRAIN", revision: 3 });
  const trained = { ...sample("a", []), sample_usage: "TRAIN" };
  expect(setUsage([trained], "TRAIN")).toEqual([]);
  expect(setUsage([trained], "").map(({ after }) => after.usage)).toEqual([""]);
});
