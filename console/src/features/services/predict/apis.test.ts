import { describe, expect, it } from "vitest";
import { apisOf, classificationOf, detectionsOf } from "./apis";

const upload = {
  url: "/",
  method: "post",
  request: {
    "Content-type": "multipart/form-data",
    data: { type: "object", properties: { images: { type: "file" }, note: { type: "string" } } },
  },
};
const json = {
  url: "/v2/text",
  request: {
    "Content-Type": "application/json",
    data: { type: "object", properties: { data: { type: "object", properties: { rows: { type: "array", items: { type: "number" } } } } } },
  },
};

describe("apisOf", () => {
  it("reads form fields and takes an interface once", () => {
    expect(apisOf([{ apis: [upload] }, { apis: [upload] }])).toEqual([
      {
        key: "POST /",
        method: "POST",
        path: "",
        input: { kind: "form", fields: [{ name: "images", file: true }, { name: "note", file: false }] },
      },
    ]);
  });

  it("makes a JSON text to begin with", () => {
    const [api] = apisOf([{ apis: [json] }]);
    expect(api).toMatchObject({ path: "/v2/text", input: { kind: "json" } });
    expect(JSON.parse((api?.input as { example: string }).example)).toEqual({ data: { rows: [0] } });
  });

  it("accepts an interface that says nothing", () => {
    expect(apisOf([{ apis: [{}] }])[0]?.input).toEqual({ kind: "json", example: "{}" });
    expect(apisOf([{ apis: [{ method: "get", url: "/health" }] }])[0]?.input).toEqual({ kind: "none" });
  });
});

it("finds a classification, best class first", () => {
  expect(classificationOf({ predicted_label: "7", scores: [["1", "0.25"], ["7", "0.75"]] })).toEqual({
    label: "7",
    scores: [{ label: "7", score: 0.75 }, { label: "1", score: 0.25 }],
  });
  for (const other of [null, "text", {}, { predicted_label: "a" }, { scores: [[]] }, { predicted_label: "a", scores: [1] }])
    expect(classificationOf(other)).toBeNull();
});

it("finds boxes", () => {
  const answer = { detection_classes: ["cat"], detection_boxes: [[10, 20, 30, 40]], detection_scores: ["0.9"] };
  expect(detectionsOf(answer)).toEqual([{ label: "cat", score: 0.9, box: [20, 10, 40, 30] }]);
  expect(detectionsOf({})).toBeNull();
});
