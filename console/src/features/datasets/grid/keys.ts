// The data page's keys that work wherever the focus is, except where text is typed and in dialogs.
import { useEffect, useEffectEvent } from "react";
import { labelOfKey } from "../labels/shortcuts";

export interface KeyActions {
  label: (name: string) => void;
  hard: () => void;
  next: () => void;
  undo: () => void;
  redo: () => void;
  help: () => void;
  /** Absent in the preview. */
  selectLoaded?: () => void;
  clear?: () => void;
  remove?: () => void;
  search?: () => void;
  size?: (direction: 1 | -1) => void;
}

const typing = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable=true]";
const dialogs = "[role=dialog], .ant-dropdown, .ant-popover, .ant-select-dropdown, .ant-color-picker";

/** What a key means, or null. Pure. */
export function actionOf(
  { key, ctrlKey, metaKey, altKey, shiftKey }: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">,
  labels: ReadonlyMap<string, string>,
  actions: KeyActions,
): (() => void) | null {
  const lower = key.toLowerCase();
  if (altKey) return null;
  if (ctrlKey || metaKey) {
    if (lower === "z") return shiftKey ? actions.redo : actions.undo;
    if (lower === "y") return actions.redo;
    if (lower === "a") return actions.selectLoaded ?? null;
    return null;
  }
  const { size } = actions;
  const fixed: Record<string, (() => void) | undefined> = {
    "?": actions.help,
    h: actions.hard,
    n: actions.next,
    escape: actions.clear,
    delete: actions.remove,
    "/": actions.search,
    "+": size && (() => size(1)),
    "=": size && (() => size(1)),
    "-": size && (() => size(-1)),
  };
  const action = fixed[lower];
  if (action) return action;
  const name = labelOfKey(labels, key);
  return name === null ? null : () => actions.label(name);
}

/** Listen while `enabled`; keys inside of `within` (a selector) count even if it is a dialog. */
export function useKeys(enabled: boolean, labels: ReadonlyMap<string, string>, actions: KeyActions, within?: string): void {
  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    const target = event.target instanceof Element ? event.target : null;
    if (event.defaultPrevented || target?.closest(typing)) return;
    if (within ? !target?.closest(within) : target?.closest(dialogs)) return;
    const action = actionOf(event, labels, actions);
    if (!action) return;
    event.preventDefault();
    action();
  });
  useEffect(() => {
    if (!enabled) return undefined;
    const listener = (event: KeyboardEvent) => onKeyDown(event);
    window.addEventListener("keydown", listener);
    return () => window.removeEventListener("keydown", listener);
  }, [enabled]);
}
