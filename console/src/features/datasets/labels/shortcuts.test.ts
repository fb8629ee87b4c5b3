import { describe, expect, it } from "vitest";
import { labelKeys, labelOfKey } from "./shortcuts";

const names = (...list: string[]) => list.map((name) => ({ name }));

describe("labelKeys", () => {
  it("gives the digits in keyboard order, ten at most", () => {
    const keys = labelKeys(names(..."abcdefghijk"));
    expect(keys.get("a")).toBe("1");
    expect(keys.get("j")).toBe("0");
    expect(keys.has("k")).toBe(false);
  });

  it("puts a label's own shortcut first and skips its digit", () => {
    const keys = labelKeys([{ name: "cat" }, { name: "dog", shortcut: "1" }, { name: "owl", shortcut: "O" }]);
    expect([...keys]).toEqual([
      ["dog", "1"],
      ["owl", "o"],
      ["cat", "2"],
    ]);
  });

  it("gives a label named like a digit that digit", () => {
    const keys = labelKeys(names("0", "1", "2", "other"));
    expect(keys.get("0")).toBe("0");
    expect(keys.get("1")).toBe("1");
    expect(keys.get("other")).toBe("3");
  });

  it("falls back to a digit when a shortcut is the page's own or already taken", () => {
    const keys = labelKeys([{ name: "a", shortcut: "n" }, { name: "b", shortcut: "k" }, { name: "c", shortcut: "k" }]);
    expect(Object.fromEntries(keys)).toEqual({ a: "1", b: "k", c: "2" });
  });
});

it("finds the label of a key in either case", () => {
  const keys = labelKeys([{ name: "owl", shortcut: "o" }]);
  expect(labelOfKey(keys, "O")).toBe("owl");
  expect(labelOfKey(keys, "q")).toBeNull();
});
