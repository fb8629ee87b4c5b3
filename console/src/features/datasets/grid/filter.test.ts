import { describe, expect, it } from "vitest";
import { typeOf } from "../types";
import { isFiltered, leaves, readSearch, sampleQuery, tabsOf } from "./filter";

describe("readSearch", () => {
  it("takes over what has a meaning", () => {
    const search = { tab: "unlabelled", labels: ["cat", 7], hard: false, usage: "TRAIN", name: 12, newest: true };
    expect(readSearch(search)).toEqual({
      tab: "unlabelled",
      labels: ["cat", "7"],
      hard: false,
      usage: "TRAIN",
      name: "12",
      newest: true,
    });
  });

  it("leaves the rest out", () => {
    expect(readSearch({ tab: "all", labels: [], hard: "yes", usage: "X", name: "", every: 1, project: "p" })).toEqual({});
  });
});

describe("sampleQuery", () => {
  it("asks for everything in the order of arrival", () => {
    expect(sampleQuery({})).toEqual({ order: "asc" });
  });

  it("puts the filters into one search condition", () => {
    const query = sampleQuery({ tab: "labelled", labels: ["cat", "dog"], hard: true, name: "a", newest: true });
    expect(query.sample_state).toBe("MANUAL_ANNOTATION");
    expect(query.order).toBe("desc");
    expect(JSON.parse(query.search_conditions ?? "")).toEqual([
      { label_list: { op: "OR", labels: [{ name: "cat" }, { name: "dog" }] }, hard: "1", sample_name: "a" },
    ]);
  });
});

it("asks for entities of triplets by their type", () => {
  const query = sampleQuery({ labels: ["person", "knows"] }, new Set(["person"]));
  expect(JSON.parse(query.search_conditions ?? "")[0].label_list.labels).toEqual([{ name: "person", type: 103 }, { name: "knows" }]);
});

it("divides only what is annotated", () => {
  expect(tabsOf(typeOf(1))).toHaveLength(3);
  expect(tabsOf(typeOf(400))).toEqual(["all"]);
});

it("knows when a label takes a sample out of sight", () => {
  expect(leaves({ hard: true }, ["cat"])).toBe(false);
  expect(leaves({ tab: "unlabelled" }, ["cat"])).toBe(true);
  expect(leaves({ tab: "labelled" }, ["cat"])).toBe(false);
  expect(leaves({ tab: "labelled" }, [])).toBe(true);
  expect(leaves({ labels: ["cat", "dog"] }, ["dog"])).toBe(false);
  expect(leaves({ labels: ["cat", "dog"], every: true }, ["dog"])).toBe(true);
});

it("tells tabs and order from filters", () => {
  expect(isFiltered({ tab: "labelled", newest: true })).toBe(false);
  expect(isFiltered({ folder: "/b/a/" })).toBe(true);
});
