import { describe, expect, it } from "vitest";
import { contentUrl, folderEntries, parsePlace, placePath } from "./files";

it("encodes the segments of a key and keeps its slashes", () => {
  expect(contentUrl("p", "b", "图片/a b#2?.jpg")).toBe("/v1/p/buckets/b/objects/%E5%9B%BE%E7%89%87/a%20b%232%3F.jpg");
});

it("lists folders first, over all pages, without the folder's own marker", () => {
  const object = (key: string) => ({ key, size: 1, last_modified: 1, etag: "e" });
  const pages = [
    { objects: [object("a/"), object("a/1.txt")], prefixes: ["a/x/"], next_after: "a/x/" },
    { objects: [object("a/z.txt")], prefixes: ["a/x/", "a/y/"], next_after: null },
  ];
  expect(folderEntries(pages, "a/").map(({ name, folder }) => [name, folder])).toEqual([
    ["x", true],
    ["y", true],
    ["1.txt", false],
    ["z.txt", false],
  ]);
});

describe("places", () => {
  it.each(["/b/a/1.png", "obs://b/a/1.png", "s3://b/a/1.png"])("reads %s", (address) => {
    const place = parsePlace(address);
    expect(place).toEqual({ bucket: "b", key: "a/1.png" });
    expect(place && placePath(place)).toBe("/b/a/1.png");
  });

  it("knows what names none", () => expect(parsePlace("b/a")).toBeNull());
});
