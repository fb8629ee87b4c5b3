import { describe, expect, it } from "vitest";
import { isPaced, movedRow, rowsInSight, rowTop, topFor, trackHeight, type Track } from "./track";

const short: Track = { total: 1000, rowHeight: 100, height: 600 };
const long: Track = { total: 1_000_000, rowHeight: 92, height: 600 };

describe("a list that can be laid out", () => {
  it("has its rows where they are", () => {
    expect(isPaced(short)).toBe(false);
    expect(trackHeight(short)).toBe(100_000);
    expect(rowTop(7, 450, short)).toBe(700);
    expect(rowsInSight(1000, short, 0)).toEqual({ first: 10, last: 15 });
  });
});

describe("a list of a million", () => {
  it("stays within what a browser lays out", () => {
    expect(isPaced(long)).toBe(true);
    expect(trackHeight(long)).toBe(17_000_000);
  });

  it("shows its last row at the end of the scrollbar", () => {
    const end = trackHeight(long) - long.height;
    expect(rowsInSight(end, long, 0).last).toBe(long.total - 1);
    expect(rowTop(long.total - 1, end, long)).toBeCloseTo(trackHeight(long) - long.rowHeight, 3);
  });

  it("passes over no row by a turn of the wheel", () => {
    const here = rowsInSight(5_000_000, long, 0);
    expect(rowsInSight(5_000_100, long, 0).first).toBeLessThanOrEqual(here.last + 1);
  });
});

describe.each([short, long])("a way of %o", (track) => {
  it("brings every row into sight, by the least step", () => {
    for (const index of [0, 3, 500, track.total - 1]) {
      const top = topFor(index, 0, track);
      const { first, last } = rowsInSight(top, track, 1);
      expect(index).toBeGreaterThanOrEqual(first);
      expect(index).toBeLessThanOrEqual(last);
      expect(topFor(index, top, track)).toBeCloseTo(top, 3);
    }
  });
});

it("moves by keys within the list", () => {
  expect(movedRow("ArrowUp", 0, short)).toBe(0);
  expect(movedRow("PageDown", 0, short)).toBe(5);
  expect(movedRow("End", 3, short)).toBe(999);
  expect(movedRow("Home", 3, short)).toBe(0);
  expect(movedRow("x", 3, short)).toBeNull();
});
