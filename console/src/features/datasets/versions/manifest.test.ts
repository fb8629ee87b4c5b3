import { expect, it } from "vitest";
import { firstLines } from "./manifest";

it("shows whole lines only", () => {
  expect(firstLines("a\nb\nc", 20, true)).toBe("a\nb");
  expect(firstLines("a\nb\nc\n", 20, false)).toBe("a\nb\nc");
  expect(firstLines("a\nb\nc", 2, false)).toBe("a\nb");
});

it("shows a part of a first line that is longer than what was read", () => {
  expect(firstLines("abc", 20, true)).toBe("abc");
});
