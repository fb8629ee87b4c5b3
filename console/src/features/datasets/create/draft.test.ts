import { describe, expect, it } from "vitest";
import { tripletEntity, typeOf } from "../types";
import { columnProblem, createBody, firstLabels, type Draft } from "./draft";

const draft: Draft = { name: " cats ", description: " ", input: "/b/in/", output: "/b/out/" };
const label = (name: string, type: number, more: object = {}) => ({ name, type, color: "#3399ff", shortcut: "", ...more });

describe("createBody", () => {
  it("sends the places and the labels that have a name", () => {
    const body = createBody({ ...draft, labels: [label("cat", 1), label(" ", 1)] }, typeOf(1), "0");
    expect(body).toMatchObject({ dataset_name: "cats", dataset_type: 1, description: "", work_path: "/b/out/", workspace_id: "0" });
    expect(body.data_sources).toEqual([{ data_type: 0, data_path: "/b/in/" }]);
    expect(body.labels).toEqual([{ name: "cat", type: 1, property: { "@modelarts:color": "#3399ff" } }]);
  });

  it("sends attributes as the contract writes them", () => {
    const attributes = [
      { name: "colour", type: "select" as const, values: ["black", "white"], defaultValue: "black" },
      { name: "", type: "text" as const, values: [], defaultValue: "x" },
    ];
    const body = createBody({ ...draft, labels: [label("cat", 1, { attributes })] }, typeOf(1), null);
    expect(body.labels?.[0]?.attributes).toEqual([
      { name: "colour", type: "select", default_value: "black", values: [{ value: "black" }, { value: "white" }] },
    ]);
    expect(body).not.toHaveProperty("workspace_id");
  });

  it("tells entities from the relations between them", () => {
    const labels = [label("person", tripletEntity), label("firm", tripletEntity), label("works at", 102, { from: "person", to: "firm" })];
    expect(createBody({ ...draft, labels }, typeOf(102), null).labels?.map(({ type, property }) => [type, property?.["@modelarts:from_type"]])).toEqual([
      [103, undefined],
      [103, undefined],
      [102, "person"],
    ]);
  });

  it("leaves out what the type has not", () => {
    const all: Draft = { ...draft, labels: [label("x", 0)], columns: [{ name: "a", type: "Int" }], content: true };
    for (const number of [201, 400, 900]) expect(createBody(all, typeOf(number), null)).not.toHaveProperty("labels");
    expect(createBody(all, typeOf(0), null)).not.toHaveProperty("schema");
    expect(createBody(all, typeOf(202), null).content_labeling).toBe(true);
    expect(createBody(all, typeOf(101), null)).not.toHaveProperty("label_format");
    expect(createBody(all, typeOf(900), null)).not.toHaveProperty("content_labeling");
  });

  it("gives tables their columns, and texts their separators", () => {
    const table = createBody({ ...draft, header: false, columns: [{ name: " id ", type: "Long" }] }, typeOf(400), null);
    expect(table.schema).toEqual([{ name: "id", type: "Long" }]);
    expect(table.data_sources[0]?.with_column_header).toBe(false);
    const text = createBody({ ...draft, labelType: "0", labelSeparator: ";" }, typeOf(100), null);
    expect(text.label_format).toEqual({ label_type: "0", text_sample_separator: "\\t", text_label_separator: ";" });
  });
});

it("begins with a line of the first kind of label, where there are labels", () => {
  expect(firstLabels(typeOf(102)).map(({ type }) => type)).toEqual([tripletEntity]);
  expect(firstLabels(typeOf(400))).toEqual([]);
});

it("finds what is wrong with columns", () => {
  expect(columnProblem([])).toEqual({ kind: "missing" });
  expect(columnProblem([{ name: " ", type: "Int" }])).toEqual({ kind: "unnamed" });
  expect(columnProblem([{ name: "a", type: "Int" }, { name: "a ", type: "Long" }])).toEqual({ kind: "twice", name: "a" });
  expect(columnProblem([{ name: "a", type: "Int" }])).toBeNull();
});
