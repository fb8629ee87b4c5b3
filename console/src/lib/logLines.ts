// A growing log as lines: ANSI colours stripped, progress bars (\r) reduced to what they showed last, its beginning
// dropped when it gets too long for a page. Pure, with a snapshot that React can compare.

export interface LogSnapshot {
  lines: readonly string[];
  /** The longest line in characters: the width that a list of visible lines cannot know. */
  width: number;
  /** Whether the first line is the log's first: only then do line numbers mean anything. */
  fromStart: boolean;
}

const escape = String.fromCharCode(27);
const bell = String.fromCharCode(7);
// Colours and cursor moves (CSI), titles and links (OSC), and the two-character rest.
const ansi = new RegExp(
  `${escape}\\[[0-?]*[ -/]*[@-~]|${escape}\\][^${bell}${escape}]*(?:${bell}|${escape}\\\\)|${escape}[@-Z\\\\-_]`,
  "g",
);

export function stripAnsi(text: string): string {
  return text.includes(escape) ? text.replace(ansi, "") : text;
}

/** What a terminal would show of one line: without codes, and after the last carriage return. */
export function visibleLine(raw: string): string {
  const text = stripAnsi(raw.endsWith("\r") ? raw.slice(0, -1) : raw);
  const start = text.lastIndexOf("\r") + 1;
  return start ? text.slice(start) : text;
}

export const lineLimit = 100_000;

export class LogLines {
  private lines: string[] = [];
  private tail = "";
  private width = 0;
  private fromStart = true;
  private shown: LogSnapshot = { lines: [], width: 0, fromStart: true };
  private readonly listeners = new Set<() => void>();
  private readonly limit: number;

  constructor(limit = lineLimit) {
    this.limit = limit;
  }

  /** Add text at the end; the last line may still be going on. */
  append(text: string): void {
    const pieces = (this.tail + text).split("\n");
    this.tail = pieces.pop() ?? "";
    for (const piece of pieces) this.lines.push(this.measured(visibleLine(piece)));
    if (this.lines.length > this.limit) {
      this.lines.splice(0, this.lines.length - this.limit);
      this.fromStart = false;
    }
    this.publish();
  }

  /** Put whole lines before the first one. */
  prepend(text: string, fromStart: boolean): void {
    const pieces = text.split("\n");
    if (pieces.at(-1) === "") pieces.pop();
    this.lines = pieces.map((piece) => this.measured(visibleLine(piece))).concat(this.lines);
    this.fromStart = fromStart;
    this.publish();
  }

  reset(fromStart: boolean): void {
    Object.assign(this, { lines: [], tail: "", width: 0, fromStart });
    this.publish();
  }

  readonly snapshot = (): LogSnapshot => this.shown;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private measured(line: string): string {
    if (line.length > this.width) this.width = line.length;
    return line;
  }

  private publish(): void {
    const lines = this.tail ? [...this.lines, this.measured(visibleLine(this.tail))] : [...this.lines];
    this.shown = { lines, width: this.width, fromStart: this.fromStart };
    this.listeners.forEach((listener) => listener());
  }
}

/** The indexes of the lines that contain `words`, upper and lower case alike. */
export function matchingLines(lines: readonly string[], words: string): number[] {
  const wanted = words.toLowerCase();
  if (!wanted) return [];
  const found: number[] = [];
  lines.forEach((line, index) => {
    if (line.toLowerCase().includes(wanted)) found.push(index);
  });
  return found;
}
