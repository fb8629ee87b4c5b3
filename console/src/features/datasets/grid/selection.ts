// Which samples are selected, and where a range begins. Pure: every gesture gives a new selection. Samples are known by
// id, because their positions change when others come, go or no longer match the filter.

export interface Selection {
  readonly ids: ReadonlySet<string>;
  /** Position from which a shift-click reaches; the last one that was clicked without shift. */
  readonly anchor: number | null;
}

export const nothing: Selection = { ids: new Set(), anchor: null };

/** The sample at a position, as far as it is loaded. */
export type IdAt = (index: number) => string | undefined;

export interface Modifiers {
  shift: boolean;
  /** Ctrl, or Cmd on a Mac. */
  toggle: boolean;
}

/** A click on the sample at `index`. */
export function click(selection: Selection, index: number, idAt: IdAt, { shift, toggle }: Modifiers): Selection {
  const id = idAt(index);
  if (id === undefined) return selection;
  if (shift && selection.anchor !== null) return extend(selection, index, idAt, { keep: toggle });
  if (toggle) return toggleOne(selection, index, id);
  return { ids: new Set([id]), anchor: index };
}

/** Everything from the anchor to `index`; `keep` adds to what is selected elsewhere. */
export function extend(selection: Selection, index: number, idAt: IdAt, { keep = false } = {}): Selection {
  const anchor = selection.anchor ?? index;
  return { ids: new Set([...(keep ? selection.ids : []), ...between(anchor, index, idAt)]), anchor };
}

export function toggleOne(selection: Selection, index: number, id: string): Selection {
  const ids = new Set(selection.ids);
  if (!ids.delete(id)) ids.add(id);
  return { ids, anchor: index };
}

/** A lasso around these samples: alone, added to, or taken off what was selected when it began. */
export function lasso(before: Selection, inside: readonly string[], { shift, toggle }: Modifiers): Selection {
  if (!shift && !toggle) return { ids: new Set(inside), anchor: before.anchor };
  const ids = new Set(before.ids);
  for (const id of inside) {
    if (toggle && before.ids.has(id)) ids.delete(id);
    else ids.add(id);
  }
  return { ids, anchor: before.anchor };
}

export function addAll(selection: Selection, ids: Iterable<string>): Selection {
  return { ids: new Set([...selection.ids, ...ids]), anchor: selection.anchor };
}

export function without(selection: Selection, ids: Iterable<string>): Selection {
  const left = new Set(selection.ids);
  for (const id of ids) left.delete(id);
  return { ids: left, anchor: selection.anchor };
}

function between(from: number, to: number, idAt: IdAt): string[] {
  const ids: string[] = [];
  for (let index = Math.min(from, to); index <= Math.max(from, to); index += 1) {
    const id = idAt(index);
    if (id !== undefined) ids.push(id);
  }
  return ids;
}
