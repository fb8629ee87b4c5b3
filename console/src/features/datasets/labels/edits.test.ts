import { describe, expect, it } from "vitest";
import type { LabelStats } from "../queries";
import { tripletEntity, typeOf } from "../types";
import { editOf, labelBody, labelSetProblem, labelTypesOf } from "./edits";

const label = (name: string, type = 1, more: object = {}) => ({ name, type, color: "#3399ff", shortcut: "", ...more });

it("keeps what the API said of a label", () => {
  const stats = {
    name: "cat",
    type: 1,
    count: 3,
    sample_count: 2,
    property: { "@modelarts:color": "#e6550d", "@modelarts:shortcut": "c" },
    attributes: [{ name: "colour", type: "select", default_value: "black", values: [{ value: "black" }] }],
  } as LabelStats;
  const edit = editOf(stats);
  expect(edit).toMatchObject({ name: "cat", shortcut: "c", attributes: [{ name: "colour", values: ["black"] }] });
  expect(labelBody({ ...edit, shortcut: "" }, "kitten")).toEqual({
    name: "cat",
    type: 1,
    property: { "@modelarts:color": "#e6550d", "@modelarts:shortcut": "", "@modelarts:rename_to": "kitten" },
    attributes: [{ name: "colour", type: "select", default_value: "black", values: [{ value: "black" }] }],
  });
});

it("edits entities before the relations between them", () => {
  expect(labelTypesOf(typeOf(102))).toEqual([tripletEntity, 102]);
  expect(labelTypesOf(typeOf(0))).toEqual([0]);
  expect(labelTypesOf(typeOf(201))).toEqual([]);
});

describe("labelSetProblem", () => {
  it("wants names of a kind, once each; empty lines do not count", () => {
    expect(labelSetProblem([label("cat"), label(""), label("traffic light")], typeOf(1))).toBeNull();
    expect(labelSetProblem([label("cat"), label("cat ")], typeOf(1))).toBe("taken");
    expect(labelSetProblem([label("a\tb")], typeOf(1))).toBe("invalid");
  });

  it("lets an entity and a relation have the same name", () => {
    const labels = [label("part", tripletEntity), label("part", 102, { from: "part", to: "part" })];
    expect(labelSetProblem(labels, typeOf(102))).toBeNull();
  });

  it("wants a relation to stand between entities of the set", () => {
    const person = label("person", tripletEntity);
    expect(labelSetProblem([person, label("knows", 102, { from: "person" })], typeOf(102))).toBe("incomplete");
    expect(labelSetProblem([person, label("knows", 102, { from: "person", to: "cat" })], typeOf(102))).toBe("incomplete");
    expect(labelSetProblem([person, label("knows", 102, { from: "person", to: "person" })], typeOf(102))).toBeNull();
  });
});
