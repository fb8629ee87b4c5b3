import { describe, expect, it } from "vitest";
import { ancestors, baseName, objectUrl, previewKind } from "./address";
import { entriesOf } from "./queries";

describe("addresses", () => {
  it("encodes segments and keeps slashes", () => {
    expect(objectUrl("p", "b", "图片/a b#2?.jpg")).toBe("/v1/p/buckets/b/objects/%E5%9B%BE%E7%89%87/a%20b%232%3F.jpg");
  });

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

it("lists folders first, over all pages, without the folder's own marker", () => {
  const object = (key: string) => ({ key, size: 1, last_modified: 1, etag: "e" });
  const pages = [
    { objects: [object("a/"), object("a/1.txt")], prefixes: ["a/x/"], next_after: "a/x/" },
    { objects: [object("a/z.txt")], prefixes: ["a/x/", "a/y/"], next_after: null },
  ];
  expect(entriesOf(pages, "a/").map(({ name, folder }) => [name, folder])).toEqual([
    ["x", true],
    ["y", true],
    ["1.txt", false],
    ["z.txt", false],
  ]);
});
