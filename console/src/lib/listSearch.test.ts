import { expect, it } from "vitest";
import { listSearch } from "./listSearch";

it("keeps what a list understands and nothing else", () => {
  expect(listSearch({ q: 12, status: "failed", page: "3", size: 50, tab: "log" })).toEqual({
    q: "12",
    status: "failed",
    page: 3,
    size: 50,
  });
  expect(listSearch({ page: 0, size: "many" })).toEqual({});
  expect(listSearch({ page: 1.5, size: -20 })).toEqual({});
});
