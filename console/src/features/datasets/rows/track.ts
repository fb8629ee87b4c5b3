// The arithmetic of a list of rows of one height, however many: browsers lay out no element taller than some ten million
// pixels, so a longer list moves faster than its scrollbar. Pure.

/** Chromium ends at 33,554,428 pixels, Firefox at about half of that. */
const tallest = 17_000_000;

export interface Track {
  total: number;
  rowHeight: number;
  /** Of the window, in pixels. */
  height: number;
}

/** The height of the element that scrolls. */
export function trackHeight({ total, rowHeight }: Track): number {
  return Math.min(total * rowHeight, tallest);
}

/** Pixels of the list for one of the scrollbar: 1 as long as the list can be laid out as it is. */
function pace({ total, rowHeight, height }: Track): number {
  const full = total * rowHeight;
  return full <= tallest ? 1 : (full - height) / (tallest - height);
}

/** Whether rows move against their element, and have to be placed anew at every step. */
export function isPaced(track: Track): boolean {
  return pace(track) !== 1;
}

/** The rows in sight and `spare` beyond on either side, while the element is scrolled to `top`. */
export function rowsInSight(top: number, track: Track, spare = 4): { first: number; last: number } {
  const place = top * pace(track);
  const first = Math.floor(place / track.rowHeight) - spare;
  const last = Math.ceil((place + track.height) / track.rowHeight) - 1 + spare;
  return { first: Math.max(0, first), last: Math.min(track.total - 1, last) };
}

/** Where a row stands in the element. */
export function rowTop(index: number, top: number, track: Track): number {
  return index * track.rowHeight - top * pace(track) + top;
}

/** How far the element must be scrolled for a row to be in sight; the least way from `top`. */
export function topFor(index: number, top: number, track: Track): number {
  const place = top * pace(track);
  const start = index * track.rowHeight;
  if (start < place) return start / pace(track);
  const end = start + track.rowHeight - track.height;
  return end > place ? end / pace(track) : top;
}

/** Where a key moves the active row; null for keys that do not move it. */
export function movedRow(key: string, index: number, { total, rowHeight, height }: Track): number | null {
  const page = Math.max(1, Math.floor(height / rowHeight) - 1);
  const steps: Record<string, number> = { ArrowUp: -1, ArrowDown: 1, PageUp: -page, PageDown: page, Home: -total, End: total };
  const step = steps[key];
  return step === undefined || total === 0 ? null : Math.min(total - 1, Math.max(0, index + step));
}
