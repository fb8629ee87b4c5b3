import { describe, expect, it } from "vitest";
import { addAll, click, extend, lasso, nothing, without, type Selection } from "./selection";

const idAt = (index: number) => (index >= 0 && index < 10 && index !== 5 ? `s${index}` : undefined);
const plain = { shift: false, toggle: false };
const shift = { shift: true, toggle: false };
const toggle = { shift: false, toggle: true };
const ids = (selection: Selection) => [...selection.ids].sort();

describe("clicks", () => {
  it("selects one, and only it", () => {
    const one = click(click(nothing, 3, idAt, plain), 7, idAt, plain);
    expect(ids(one)).toEqual(["s7"]);
    expect(one.anchor).toBe(7);
  });

  it("toggles with ctrl or cmd", () => {
    const two = click(click(nothing, 3, idAt, plain), 7, idAt, toggle);
    expect(ids(two)).toEqual(["s3", "s7"]);
    expect(ids(click(two, 3, idAt, toggle))).toEqual(["s7"]);
  });

  it("reaches from the anchor in both directions and passes over what is not loaded", () => {
    const start = click(nothing, 4, idAt, plain);
    expect(ids(click(start, 7, idAt, shift))).toEqual(["s4", "s6", "s7"]);
    const down = click(start, 7, idAt, shift);
    expect(ids(click(down, 2, idAt, shift))).toEqual(["s2", "s3", "s4"]);
  });

  it("adds a range with shift and ctrl together", () => {
    const start = click(click(nothing, 0, idAt, plain), 2, idAt, toggle);
    expect(ids(click(start, 3, idAt, { shift: true, toggle: true }))).toEqual(["s0", "s2", "s3"]);
  });

  it("ignores a place that is not loaded", () => {
    const start = click(nothing, 4, idAt, plain);
    expect(click(start, 5, idAt, plain)).toBe(start);
  });
});

it("extends from the place itself without an anchor", () => {
  expect(ids(extend(nothing, 3, idAt))).toEqual(["s3"]);
});

describe("lasso", () => {
  const before = click(click(nothing, 1, idAt, plain), 2, idAt, toggle);

  it("replaces, adds or toggles", () => {
    expect(ids(lasso(before, ["s2", "s3"], plain))).toEqual(["s2", "s3"]);
    expect(ids(lasso(before, ["s2", "s3"], shift))).toEqual(["s1", "s2", "s3"]);
    expect(ids(lasso(before, ["s2", "s3"], toggle))).toEqual(["s1", "s3"]);
  });
});

it("adds and takes away", () => {
  const some = addAll(nothing, ["a", "b", "c"]);
  expect(ids(without(some, ["b", "z"]))).toEqual(["a", "c"]);
});
