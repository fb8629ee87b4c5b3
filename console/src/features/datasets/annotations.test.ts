import { describe, expect, it } from "vitest";
import { contentOf, countLabels, formatOf, outlineOf, pictureSize, piecesOf, relationsOf, segmentsOf } from "./annotations";

const shape = (kind: string, feature: unknown, more: object = {}) =>
  outlineOf({ name: "cat", property: { "@modelarts:shape": kind, "@modelarts:feature": feature, ...more } });

describe("outlineOf", () => {
  it("draws every shape of the manifest", () => {
    expect(shape("bndbox", [[1, 2], [5, 8]])).toEqual({ name: "cat", kind: "area", path: "M1 2H5V8H1Z" });
    expect(shape("polygon", [[0, 0], [4, 0], [4, 4]])?.path).toBe("M0 0L4 0L4 4Z");
    expect(shape("circle", [[5, 5], [2]])?.path).toBe("M3 5a2 2 0 1 0 4 0a2 2 0 1 0 -4 0Z");
    expect(shape("line", [[0, 0], [9, 9]])).toMatchObject({ kind: "line", path: "M0 0L9 9" });
    expect(shape("dashed", [[0, 0], [9, 9]])?.kind).toBe("dashed");
    expect(shape("polyline", [[0, 0], [1, 1], [2, 0]])?.path).toBe("M0 0L1 1L2 0");
    expect(shape("point", [[3, 4]])).toMatchObject({ kind: "point", path: "M3 4h0" });
  });

  it("cuts the holes out of a polygon", () => {
    const hole = [[1, 1], [2, 1], [2, 2]];
    expect(shape("polygon", [[0, 0], [4, 0], [4, 4]], { "@maquette:holes": [hole] })?.path).toBe("M0 0L4 0L4 4ZM1 1L2 1L2 2Z");
  });

  it("draws nothing of what is no shape", () => {
    expect(outlineOf({ name: "cat" })).toBeNull();
    expect(shape("bndbox", "here")).toBeNull();
    expect(shape("circle", [[5, 5], [0]])).toBeNull();
    expect(shape("heart", [[0, 0], [1, 1]])).toBeNull();
  });
});

it("reads the size of a picture where it is known", () => {
  expect(pictureSize({ "@modelarts:size": [640, 480, 3] })).toEqual([640, 480]);
  expect(pictureSize({ "@modelarts:size": [0, 0, 0] })).toBeNull();
  expect(pictureSize({})).toBeNull();
});

it("counts labels by name and type", () => {
  const found = countLabels([{ name: "cat", type: 1 }, { name: "dog", type: 1 }, { name: "cat", type: 1 }, { name: "", type: 201 }]);
  expect(found).toEqual([
    { name: "cat", type: 1, count: 2 },
    { name: "dog", type: 1, count: 1 },
  ]);
});

const span = (name: string, start: number, end: number, id?: string) => ({
  name,
  id,
  type: 103,
  property: { "@modelarts:start_index": start, "@modelarts:end_index": end },
});

describe("piecesOf", () => {
  it("counts in code points, not in UTF-16 units", () => {
    expect(piecesOf("😀张三 here", [span("person", 1, 3)])).toEqual([
      { text: "😀", names: [], ends: [] },
      { text: "张三", names: ["person"], ends: ["person"] },
      { text: " here", names: [], ends: [] },
    ]);
  });

  it("cuts spans that overlap at every end", () => {
    const pieces = piecesOf("abcdef", [span("x", 0, 4), span("y", 2, 6)]);
    expect(pieces.map(({ text, names, ends }) => [text, names.join(), ends.join()])).toEqual([
      ["ab", "x", ""],
      ["cd", "x,y", "x"],
      ["ef", "y", "y"],
    ]);
  });

  it("ends with a text that was shortened", () => {
    expect(piecesOf("abc", [span("x", 2, 9), span("y", 5, 6)]).map(({ text }) => text)).toEqual(["ab", "c"]);
    expect(piecesOf("", [])).toEqual([]);
  });
});

it("names the words that a relation stands between", () => {
  const relation = { name: "works at", type: 102, property: { "@modelarts:from": "E1", "@modelarts:to": "E2" } };
  expect(relationsOf("Ann at ACME", [span("person", 0, 3, "E1"), span("company", 7, 11, "E2"), relation])).toEqual([
    { name: "works at", from: "Ann", to: "ACME" },
  ]);
});

it("orders segments by time and tells a content from them", () => {
  const segment = (start: string, content?: string) => ({
    name: "speech",
    property: { "@modelarts:start_time": start, "@modelarts:end_time": "00:01:00.000", ...(content && { "@modelarts:content": content }) },
  });
  const annotations = [segment("00:00:09.000"), segment("00:00:01.500", "hello")];
  expect(segmentsOf(annotations).map(({ start, content }) => [start, content])).toEqual([
    ["00:00:01.500", "hello"],
    ["00:00:09.000", ""],
  ]);
  expect(contentOf(annotations)).toBe("");
  expect(contentOf([{ name: "", property: { "@modelarts:content": "good morning" } }])).toBe("good morning");
});

it("names the format of a file by its ending", () => {
  expect(formatOf("a/b.tar.gz")).toBe("GZ");
  expect(formatOf("README")).toBe("");
  expect(formatOf(".bashrc")).toBe("");
});
