import { expect, it } from "vitest";
import { labelNameProblem, nextColor, palette } from "./palette";

it("takes the colours in turn", () => {
  expect(nextColor([])).toBe(palette[0]);
  expect(nextColor([palette[0].toUpperCase()])).toBe(palette[1]);
  expect(nextColor([...palette])).toBe(palette[0]);
});

it("takes printable names of up to 64 characters", () => {
  expect(labelNameProblem("太阳花_a-1", [])).toBeNull();
  expect(labelNameProblem("traffic light", [])).toBeNull();
  expect(labelNameProblem("😀".repeat(64), [])).toBeNull();
  expect(labelNameProblem("  ", [])).toBe("empty");
  expect(labelNameProblem("a\u00a0b", [])).toBe("invalid");
  expect(labelNameProblem("a\tb", [])).toBe("invalid");
  expect(labelNameProblem("x".repeat(65), [])).toBe("invalid");
  expect(labelNameProblem("cat ", ["cat"])).toBe("taken");
});
