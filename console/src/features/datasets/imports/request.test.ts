import { describe, expect, it } from "vitest";
import { datasetTypes, typeOf } from "../types";
import { acceptedName, firstDraft, hintOf, importBody, offeredOptions, placeProblem, type ImportDraft } from "./request";

const draft = (part: Partial<ImportDraft>, number = 1): ImportDraft => ({ ...firstDraft(typeOf(number), {}), path: "/b/in/", ...part });

describe("importBody", () => {
  it("asks for a check or for the import itself", () => {
    expect(importBody(draft({}), typeOf(1), true)).toEqual({
      import_type: "dir",
      import_path: "/b/in/",
      dry_run: true,
      import_annotations: true,
      import_samples: true,
    });
    expect(importBody(draft({}), typeOf(1), false).dry_run).toBe(false);
  });

  it("sends only options that have a meaning", () => {
    const all = { hard: true, labels: ["cat"], header: false };
    const manifest = importBody(draft({ ...all, format: "manifest", path: "/b/a.manifest" }), typeOf(1), false);
    expect(manifest).toMatchObject({ difficult_only: true, included_labels: ["cat"] });
    expect(manifest).not.toHaveProperty("with_column_header");
    expect(importBody(draft(all, 400), typeOf(400), false)).toEqual({ import_type: "dir", import_path: "/b/in/", dry_run: false, with_column_header: false });
    expect(importBody(draft({ ...all, annotations: false, format: "manifest" }), typeOf(1), false)).not.toHaveProperty("included_labels");
  });

  it("begins with the separators of the dataset", () => {
    const label_format = { label_type: "0", text_sample_separator: "|", text_label_separator: ";" };
    const first = firstDraft(typeOf(100), { label_format });
    expect(importBody({ ...first, path: "/b/" }, typeOf(100), true).label_format).toEqual(label_format);
  });
});

it("explains a directory by the type of the dataset", () => {
  expect(hintOf("dir", typeOf(0))).toBe("classImages");
  expect(hintOf("dir", typeOf(3))).toBe("shapes");
  expect(hintOf("dir", typeOf(101))).toBe("texts");
  expect(hintOf("dir", typeOf(201))).toBe("files");
  expect(hintOf("coco", typeOf(1))).toBe("coco");
});

it("offers no annotations where a source has none", () => {
  for (const type of datasetTypes.filter(({ shape }) => shape === "none"))
    for (const format of type.formats) expect(offeredOptions(format, type).annotations).toBe(false);
  expect(offeredOptions("dir", typeOf(101)).annotations).toBe(false);
  expect(offeredOptions("manifest", typeOf(201))).toMatchObject({ annotations: true, labels: false });
});

it("wants a folder or a file, as the source is", () => {
  expect(placeProblem("", "dir")).toBe("missingFolder");
  expect(placeProblem("/b/in", "yolo")).toBe("folderInvalid");
  expect(placeProblem("/b/in/", "dir")).toBeNull();
  expect(placeProblem(" ", "coco")).toBe("missingFile");
  expect(placeProblem("/b/in/", "manifest")).toBe("fileInvalid");
  expect(placeProblem("/b/", "csv")).toBe("fileInvalid");
  expect(placeProblem("obs://b/a.manifest", "manifest")).toBeNull();
  expect(acceptedName("coco")("A.JSON")).toBe(true);
  expect(acceptedName("csv")("a.json")).toBe(false);
});
