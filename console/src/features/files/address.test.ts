import { describe, expect, it } from "vitest";
import { ancestors, baseName, previewKind } from "./address";

describe("addresses", () => {
  it("knows the levels of a prefix", () => {
    expect(ancestors("")).toEqual([]);
    expect(ancestors("a/b c/")).toEqual(["a/", "a/b c/"]);
    expect(baseName("a/b/")).toBe("b");
    expect(baseName("a/b.txt")).toBe("b.txt");
  });

  it.each([
    ["x/photo.JPG", "image"],
    ["train.manifest", "text"],
    ["clip.mp4", "video"],
    ["model.bin", null],
    ["README", null],
  ])("previews %s as %s", (key, kind) => {
    expect(previewKind(key)).toBe(kind);
  });
});
