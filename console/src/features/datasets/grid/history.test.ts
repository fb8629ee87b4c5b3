import { expect, it } from "vitest";
import { emptyHistory, recorded, redo, undo, withoutFailed } from "./history";
import type { Change, Marks } from "./labelling";

const none: Marks = { labels: [], hard: false, usage: "" };
const cat: Marks = { labels: [{ name: "cat" }], hard: false, usage: "" };
const step = (...ids: string[]): Change[] => ids.map((id) => ({ id, before: none, after: cat }));

it("undoes a whole step at once and does it again", () => {
  const history = recorded(recorded(emptyHistory, step("a")), step("b", "c"));
  const back = undo(history);
  expect(back?.changes.map(({ id, after }) => [id, after])).toEqual([
    ["b", none],
    ["c", none],
  ]);
  const again = redo(back?.history ?? emptyHistory);
  expect(again?.changes.map(({ id, after }) => [id, after])).toEqual([
    ["b", cat],
    ["c", cat],
  ]);
  expect(again?.history).toEqual(history);
});

it("has nothing to undo or redo at first, and forgets what was undone at a new step", () => {
  expect(undo(emptyHistory)).toBeNull();
  expect(redo(emptyHistory)).toBeNull();
  const back = undo(recorded(emptyHistory, step("a")))?.history ?? emptyHistory;
  expect(redo(recorded(back, step("b")))).toBeNull();
});

it("records no empty step and keeps a hundred", () => {
  expect(recorded(emptyHistory, [])).toBe(emptyHistory);
  let history = emptyHistory;
  for (let n = 0; n < 130; n += 1) history = recorded(history, step(`s${n}`));
  expect(history.done).toHaveLength(100);
  expect(history.done.at(-1)?.[0]?.id).toBe("s129");
});

it("drops what the server refused", () => {
  const [a, b] = step("a", "b") as [Change, Change];
  const history = withoutFailed(recorded(recorded(emptyHistory, [a, b]), [a]), new Set([a]));
  expect(history.done).toEqual([[b]]);
});
