import { describe, expect, it } from "vitest";
import { chinese } from "@/lib/i18n/chinese";
import { english } from "@/lib/i18n/resources";
import { datasetTypes, isAnnotated, scenes, splitFiles, typeOf, typesOf } from "./types";

it("knows the guide's twelve types", () => {
  expect(datasetTypes.map(({ number }) => number).sort((a, b) => a - b)).toEqual([0, 1, 3, 100, 101, 102, 200, 201, 202, 400, 600, 900]);
  expect(scenes.flatMap((scene) => typesOf(scene).map(({ key }) => key))).toHaveLength(12);
});

it.each([english, chinese])("has a name and an explanation for each in both languages", ({ datasetTypes: texts }) => {
  const keys = datasetTypes.map(({ key }) => key).sort();
  expect(Object.keys(texts.name).sort()).toEqual(keys);
  expect(Object.keys(texts.hint).sort()).toEqual(keys);
});

it("takes a type that it does not know for files", () => {
  expect(typeOf(7).key).toBe("free");
  expect(isAnnotated(typeOf(7))).toBe(false);
});

describe("splitFiles", () => {
  const file = (name: string, size = 10) => ({ name, size });

  it("takes what the type takes, whatever the case", () => {
    const { accepted, refused } = splitFiles([file("a.JPG"), file("b.gif"), file("c.png", 0)], typeOf(0));
    expect(accepted.map(({ name }) => name)).toEqual(["a.JPG"]);
    expect(refused.map(({ name }) => name)).toEqual(["b.gif", "c.png"]);
  });

  it("takes any file for free format, and larger ones than pictures", () => {
    const big = 26 * 1024 * 1024;
    expect(splitFiles([file("a.jpg", big)], typeOf(0)).refused).toHaveLength(1);
    expect(splitFiles([file("model.onnx", big)], typeOf(900)).accepted).toHaveLength(1);
  });
});
