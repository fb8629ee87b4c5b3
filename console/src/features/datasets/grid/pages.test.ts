import { describe, expect, it } from "vitest";
import { cellsInBox, chunksAround, gridGeometry, moved, rowsAround, thumbnailUrl } from "./pages";

describe("chunksAround", () => {
  it("asks for the first chunk while nothing is known", () => {
    expect(chunksAround(0, 0, 0)).toEqual([0]);
  });

  it("takes what is in sight and half a chunk on either side", () => {
    expect(chunksAround(0, 40, 100_000)).toEqual([0]);
    expect(chunksAround(0, 60, 100_000)).toEqual([0, 1]);
    expect(chunksAround(5020, 5080, 100_000)).toEqual([49, 50, 51]);
  });

  it("ends where the list ends", () => {
    expect(chunksAround(950, 999, 1000)).toEqual([9]);
    expect(chunksAround(950, 1020, 1001)).toEqual([9, 10]);
  });
});

describe("gridGeometry", () => {
  it("fills the width with columns of one size", () => {
    const { columns, columnWidth, rows, rowHeight } = gridGeometry(740, 120, 100_000);
    expect(columns).toBe(5);
    expect(columnWidth).toBe(149);
    expect(rows).toBe(20_000);
    expect(rowHeight).toBe(149 + 24);
  });

  it("keeps a million samples within what browsers can scroll", () => {
    const { columns, rows, rowHeight } = gridGeometry(740, 200, 1_000_000);
    expect(columns).toBeGreaterThan(3);
    expect(rows * rowHeight).toBeLessThanOrEqual(17_000_000);
  });

  it("has one column however narrow it is", () => {
    expect(gridGeometry(50, 120, 3)).toMatchObject({ columns: 1, rows: 3 });
  });
});

describe("cellsInBox", () => {
  const geometry = gridGeometry(740, 120, 12);

  it("finds the cells that the box touches", () => {
    expect(cellsInBox({ left: 10, top: 10, right: 160, bottom: 20 }, geometry, 12)).toEqual([0, 1]);
    expect(cellsInBox({ left: 10, top: 10, right: 20, bottom: 180 }, geometry, 12)).toEqual([0, 5]);
  });

  it("finds nothing in a gap and nothing behind the last sample", () => {
    expect(cellsInBox({ left: 142, top: 10, right: 147, bottom: 20 }, geometry, 12)).toEqual([]);
    expect(cellsInBox({ left: 0, top: 350, right: 740, bottom: 900 }, geometry, 12)).toEqual([10, 11]);
  });
});

describe("moved", () => {
  const geometry = gridGeometry(740, 120, 12);

  it("walks by cell, row, page and to the ends", () => {
    expect(moved("ArrowRight", 3, geometry, 2, 12)).toBe(4);
    expect(moved("ArrowDown", 3, geometry, 2, 12)).toBe(8);
    expect(moved("PageDown", 3, geometry, 3, 12)).toBe(11);
    expect(moved("Home", 7, geometry, 2, 12)).toBe(0);
    expect(moved("End", 0, geometry, 2, 12)).toBe(11);
  });

  it("stays where there is no row, and ignores other keys", () => {
    expect(moved("ArrowUp", 3, geometry, 2, 12)).toBe(3);
    expect(moved("ArrowDown", 8, geometry, 2, 12)).toBe(8);
    expect(moved("a", 3, geometry, 2, 12)).toBeNull();
  });
});

it("asks for a thumbnail of about the cell's size", () => {
  expect(thumbnailUrl("/t?v=1&edge=200", 120, 1)).toBe("/t?v=1&edge=200");
  expect(thumbnailUrl("/t?v=1&edge=200", 108, 1)).toBe("/t?v=1&edge=100");
  expect(thumbnailUrl("/t?v=1&edge=200", 300, 2)).toBe("/t?v=1&edge=800");
});

describe("rowsAround", () => {
  const geometry = gridGeometry(740, 120, 1_000);

  it("covers the window with rows to spare, within the list", () => {
    const { rowHeight, rows } = geometry;
    expect(rowsAround(0, 3 * rowHeight, geometry)).toMatchObject({ first: 0, last: 5 });
    expect(rowsAround(20, 3 * rowHeight, geometry)).toMatchObject({ first: 18, last: 25 });
    expect(rowsAround(rows - 1, 3 * rowHeight, geometry).last).toBe(rows - 1);
  });

  it("never has more rows than the pool that they are taken from", () => {
    for (let row = 0; row < geometry.rows; row += 1) {
      const { first, last, pool } = rowsAround(row, 555, geometry);
      expect(last - first + 1).toBeLessThanOrEqual(pool);
    }
  });
});
