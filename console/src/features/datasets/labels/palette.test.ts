import { expect, it } from "vitest";
import { labelNameProblem, nextColor, palette } from "./palette";

it("takes the colours in turn", () => {
  expect(nextColor([])).toBe(palette[0]);
  expect(nextColor([palette[0].toUpperCase()])).toBe(palette[1]);
  expect(nextColor([...palette])).toBe(palette[0]);
});

it("holds the guide's rule for label names", () => {
  expect(labelNameProblem("太阳花_a-1", [])).toBeNull();
  expect(labelNameProblem("  ", [])).toBe("empty");
  expect(labelNameProblem("a b", [])).toBe("invalid");
  expect(labelNameProblem("x".repeat(33), [])).toBe("invalid");
  expect(labelNameProblem("cat ", ["cat"])).toBe("taken");
});
