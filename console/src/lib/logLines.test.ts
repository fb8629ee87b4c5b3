import { describe, expect, it } from "vitest";
import { LogLines, matchingLines, stripAnsi, visibleLine } from "./logLines";

const escape = String.fromCharCode(27);

describe("terminal codes", () => {
  it("strips colours, titles and links", () => {
    expect(stripAnsi(`${escape}[1;31mloss${escape}[0m 0.5`)).toBe("loss 0.5");
    expect(stripAnsi(`${escape}]0;title${String.fromCharCode(7)}text`)).toBe("text");
    expect(stripAnsi("训练 🎉")).toBe("训练 🎉");
  });

  it("keeps what a progress bar showed last", () => {
    expect(visibleLine("10%\r50%\r100%")).toBe("100%");
    expect(visibleLine("windows\r")).toBe("windows");
  });
});

describe("LogLines", () => {
  it("joins pieces that break inside a line and inside a code", () => {
    const log = new LogLines();
    log.append(`epoch 1\nepo${escape}[3`);
    log.append("2mch 2\n");
    expect(log.snapshot().lines).toEqual(["epoch 1", "epoch 2"]);
    expect(log.snapshot().width).toBe(7);
  });

  it("shows a line that goes on", () => {
    const log = new LogLines();
    log.append("a\nb");
    expect(log.snapshot().lines).toEqual(["a", "b"]);
    log.append("c\n");
    expect(log.snapshot().lines).toEqual(["a", "bc"]);
  });

  it("puts earlier lines first and forgets the oldest over the limit", () => {
    const log = new LogLines(3);
    log.reset(false);
    log.append("c\nd\n");
    log.prepend("a\nb\n", true);
    expect(log.snapshot()).toMatchObject({ lines: ["a", "b", "c", "d"], fromStart: true });
    log.append("e\n");
    expect(log.snapshot()).toMatchObject({ lines: ["c", "d", "e"], fromStart: false });
  });

  it("tells its listeners and gives a new snapshot", () => {
    const log = new LogLines();
    const before = log.snapshot();
    let told = 0;
    const stop = log.subscribe(() => (told += 1));
    log.append("x\n");
    stop();
    log.append("y\n");
    expect(told).toBe(1);
    expect(log.snapshot()).not.toBe(before);
  });
});

it("finds lines in any case", () => {
  expect(matchingLines(["Loss 1", "acc", "LOSS 2"], "loss")).toEqual([0, 2]);
  expect(matchingLines(["a"], "")).toEqual([]);
});
