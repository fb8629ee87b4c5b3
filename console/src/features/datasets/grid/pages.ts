// The arithmetic of a list that is loaded in chunks around what is in sight, and of the cells it is shown in. Pure.

/** Samples a request brings; the API's pages are counted in it. */
export const chunkSize = 100;

export function chunkOf(index: number): number {
  return Math.floor(index / chunkSize);
}

/** The chunks that hold positions `first` to `last`, with the one before and after as far as they exist. */
export function chunksAround(first: number, last: number, total: number): number[] {
  // Without a total yet the first chunk tells it.
  if (total <= 0) return [0];
  const end = chunkOf(total - 1);
  const from = Math.max(0, chunkOf(Math.max(0, first - chunkSize / 2)));
  const to = Math.min(end, chunkOf(Math.max(0, last + chunkSize / 2)));
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, step) => from + step);
}

export interface Geometry {
  columns: number;
  /** Width of a column, so that the columns fill the row. */
  columnWidth: number;
  rowHeight: number;
  rows: number;
}

export const gap = 8;
export const captionHeight = 24;

/** Browsers lay out no taller element: Chromium ends at 33,554,428 pixels, Firefox at about half of that. */
const tallest = 17_000_000;
const narrowest = 40;

/**
 * As many columns of at least `size` as fit, widened until they fill the width. A list that would be taller than a
 * browser can scroll gets more, narrower columns.
 */
export function gridGeometry(width: number, size: number, total: number): Geometry {
  for (let columns = Math.max(1, Math.floor((width + gap) / (size + gap))); ; columns += 1) {
    const columnWidth = Math.max(1, Math.floor((width + gap) / columns));
    const rowHeight = columnWidth + captionHeight;
    const rows = Math.ceil(total / columns);
    if (rows * rowHeight <= tallest || columnWidth < narrowest) return { columns, columnWidth, rowHeight, rows };
  }
}

/** Rows beyond sight that exist already, on either side. */
const spare = 2;

export interface Rows {
  first: number;
  last: number;
  /** Rows that exist at once at most: one that goes out of sight becomes the row `pool` further on. */
  pool: number;
}

/** The rows that exist while `row` is the first in sight of a window of this height. */
export function rowsAround(row: number, height: number, { rows, rowHeight }: Geometry): Rows {
  const inSight = Math.ceil(height / rowHeight) + 1;
  const pool = inSight + 2 * spare;
  return { first: Math.max(0, row - spare), last: Math.min(rows - 1, row + inSight - 1 + spare), pool };
}

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** The positions of the cells that a box in the content touches. */
export function cellsInBox(box: Box, { columns, columnWidth, rowHeight, rows }: Geometry, total: number): number[] {
  const firstRow = Math.max(0, Math.floor((box.top + gap) / rowHeight));
  const lastRow = Math.min(rows - 1, Math.floor(box.bottom / rowHeight));
  const firstColumn = Math.max(0, Math.floor((box.left + gap) / columnWidth));
  const lastColumn = Math.min(columns - 1, Math.floor(box.right / columnWidth));
  const found: number[] = [];
  for (let row = firstRow; row <= lastRow; row += 1)
    for (let column = firstColumn; column <= lastColumn; column += 1) {
      const index = row * columns + column;
      if (index < total) found.push(index);
    }
  return found;
}

/** Where a key moves the focus; null for keys that do not move it. */
export function moved(key: string, index: number, { columns }: Geometry, rowsInSight: number, total: number): number | null {
  const page = columns * Math.max(1, rowsInSight - 1);
  const steps: Record<string, number> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -columns,
    ArrowDown: columns,
    PageUp: -page,
    PageDown: page,
    Home: -index,
    End: total - 1 - index,
  };
  const step = steps[key];
  if (step === undefined || total === 0) return null;
  const next = index + step;
  // Up and down stay in their column: no step where there is no row.
  if ((key === "ArrowUp" && next < 0) || (key === "ArrowDown" && next >= total)) return index;
  return Math.min(total - 1, Math.max(0, next));
}

const edges = [64, 100, 200, 400, 800, 1600];

/** The thumbnail's address for a cell of this size on this screen. */
export function thumbnailUrl(url: string, size: number, pixelRatio: number): string {
  const wanted = size * Math.min(2, Math.max(1, pixelRatio));
  // A tenth too small is not seen, and four times the pixels are slow.
  const edge = edges.find((each) => each * 1.1 >= wanted) ?? edges[edges.length - 1];
  return url.replace(/([?&]edge=)\d+$/, `$1${edge}`);
}
