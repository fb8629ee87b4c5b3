import { expect, it, vi } from "vitest";
import { actionOf, type KeyActions } from "./keys";

function actions(): KeyActions {
  return { label: vi.fn(), hard: vi.fn(), next: vi.fn(), undo: vi.fn(), redo: vi.fn(), help: vi.fn(), size: vi.fn() };
}
const key = (key: string, held: Partial<Record<"ctrlKey" | "metaKey" | "altKey" | "shiftKey", boolean>> = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});
const labels = new Map([
  ["cat", "1"],
  ["owl", "o"],
]);

it("finds labels by their keys", () => {
  const all = actions();
  actionOf(key("1"), labels, all)?.();
  actionOf(key("O"), labels, all)?.();
  expect(all.label).toHaveBeenNthCalledWith(1, "cat");
  expect(all.label).toHaveBeenNthCalledWith(2, "owl");
});

it("undoes and does again with ctrl or cmd, and leaves the browser its own keys", () => {
  const all = actions();
  expect(actionOf(key("z", { ctrlKey: true }), labels, all)).toBe(all.undo);
  expect(actionOf(key("Z", { metaKey: true, shiftKey: true }), labels, all)).toBe(all.redo);
  expect(actionOf(key("1", { ctrlKey: true }), labels, all)).toBeNull();
  expect(actionOf(key("1", { altKey: true }), labels, all)).toBeNull();
});

it("does nothing for a key without a meaning here", () => {
  expect(actionOf(key("Escape"), labels, actions())).toBeNull();
  expect(actionOf(key("q"), labels, actions())).toBeNull();
});
