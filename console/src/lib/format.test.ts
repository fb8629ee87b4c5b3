import { describe, expect, it } from "vitest";
import { formatBytes, formatDuration, formatPercent, formatRelative, toDate } from "./format";

describe("sizes", () => {
  it.each([
    [0, "0 B"],
    [1023, "1,023 B"],
    [1024, "1 KiB"],
    [1536, "1.5 KiB"],
    [1024 * 1024 - 1, "1 MiB"],
    [10.25 * 1024 ** 2, "10.3 MiB"],
    [512 * 1024 ** 3, "512 GiB"],
    [3 * 1024 ** 6, "3,072 PiB"],
  ])("%d is %s", (bytes, text) => {
    expect(formatBytes(bytes, "en")).toBe(text);
  });
});

describe("durations", () => {
  it.each([
    [0, "0 ms"],
    [450, "450 ms"],
    [59_400, "59 sec"],
    [3_600_000, "1 hr"],
    [3_900_000, "1 hr 5 min"],
    [90_061_000, "1 day 1 hr"],
  ])("%d ms is %s", (milliseconds, text) => {
    expect(formatDuration(milliseconds, "en")).toBe(text);
  });

  it("speaks Chinese", () => {
    expect(formatDuration(3_900_000, "zh-CN")).toBe("1小时5分钟");
  });
});

describe("times", () => {
  it("reads milliseconds, their string and ISO alike", () => {
    const expected = new Date("2024-05-01T00:00:00Z");
    for (const value of [expected.getTime(), String(expected.getTime()), "2024-05-01T00:00:00Z", expected])
      expect(toDate(value)).toEqual(expected);
    for (const value of [null, undefined, "", "soon"]) expect(toDate(value)).toBeNull();
  });

  it("counts back in the largest unit", () => {
    const now = Date.UTC(2024, 4, 1, 12);
    expect(formatRelative(now - 200_000, "en", now)).toBe("3 minutes ago");
    expect(formatRelative(now - 200_000, "zh-CN", now)).toBe("3分钟前");
    expect(formatRelative(now - 100, "en", now)).toBe("now");
    expect(formatRelative(now - 90 * 86_400_000, "en", now)).toBe("Feb 1, 2024");
  });

  it("shows fractions as percentages", () => {
    expect(formatPercent(0.256, "en")).toBe("26%");
  });
});
