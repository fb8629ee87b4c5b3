import { expect, it } from "vitest";
import { nextVersionName, ratioText, sides, splitRatio } from "./ratio";

it("names versions in turn and passes over names that are taken", () => {
  expect(nextVersionName(1, [])).toBe("V001");
  expect(nextVersionName(2, ["V001", "V002", "V003"])).toBe("V004");
  expect(nextVersionName(1000, [])).toBe("V1000");
});

it("reads and writes shares", () => {
  expect(ratioText(0.8)).toBe("0.80");
  expect(ratioText(1 - 0.8)).toBe("0.20");
  expect(splitRatio("0.8")).toBe(0.8);
  expect(splitRatio("1.00")).toBeNull();
  expect(splitRatio("")).toBeNull();
});

it("divides without losing a sample", () => {
  expect(sides(1787, 0.8)).toEqual([1430, 357]);
});
