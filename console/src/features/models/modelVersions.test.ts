import { expect, it } from "vitest";
import { nextVersion } from "./modelVersions";

it.each([
  [[], "1.0.0"],
  [["1.0.0"], "1.0.1"],
  [["1.0.9", "1.0.10", "0.9.999"], "1.0.11"],
  [["1.2.999"], "1.3.0"],
  [["1.999.999"], "2.0.0"],
  [["odd", "2.0.0"], "2.0.1"],
])("after %j comes %s", (versions, next) => {
  expect(nextVersion(versions)).toBe(next);
});
