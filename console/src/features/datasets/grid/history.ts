// The labelling steps of this visit, for undo and redo. Pure.
import { reversed, type Change } from "./labelling";

export interface History {
  readonly done: readonly Change[][];
  readonly undone: readonly Change[][];
}

export const emptyHistory: History = { done: [], undone: [] };
const kept = 100;

export function recorded(history: History, step: Change[]): History {
  return step.length === 0 ? history : { done: [...history.done, step].slice(-kept), undone: [] };
}

/** The changes that undo the last step, and the history after it; null when there is none. */
export function undo({ done, undone }: History): { changes: Change[]; history: History } | null {
  const step = done.at(-1);
  return step ? { changes: reversed(step), history: { done: done.slice(0, -1), undone: [...undone, step] } } : null;
}

/** The step that was undone last, to be done again. */
export function redo({ done, undone }: History): { changes: Change[]; history: History } | null {
  const step = undone.at(-1);
  return step ? { changes: step, history: { done: [...done, step], undone: undone.slice(0, -1) } } : null;
}

/** Without the changes that the server refused: they must not be undone. */
export function withoutFailed({ done, undone }: History, failed: ReadonlySet<Change>): History {
  const clean = (steps: readonly Change[][]) =>
    steps.map((step) => step.filter((change) => !failed.has(change))).filter((step) => step.length > 0);
  return { done: clean(done), undone: clean(undone) };
}
