import { afterEach, expect, it } from "vitest";
import { localPath, takeCode } from "./link";

afterEach(() => window.history.replaceState(null, "", "/"));

it.each([
  [undefined, "/"],
  ["/files/photos?prefix=a%2F", "/files/photos?prefix=a%2F"],
  ["//evil.example/x", "/"],
  ["/\\evil.example", "/"],
  ["https://evil.example/", "/"],
  ["javascript:alert(1)", "/"],
])("after signing in with next=%s the reader lands on %s", (next, landing) => {
  expect(localPath(next)).toBe(landing);
});

it("takes the code out of the address", () => {
  window.history.replaceState(null, "", "/sign-in?next=%2Ffiles#code=abc-123");
  expect(takeCode()).toBe("abc-123");
  expect(window.location.href).toContain("/sign-in?next=%2Ffiles");
  expect(window.location.hash).toBe("");
  expect(takeCode()).toBeNull();
});
