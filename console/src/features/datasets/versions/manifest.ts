// Cutting the beginning of a manifest at a line's end. Pure.

/** At most `count` whole lines; a last line that was cut off by the range is left out when `more` follows. */
export function firstLines(text: string, count: number, more: boolean): string {
  const lines = text.split("\n");
  const whole = more && lines.length > 1 ? lines.slice(0, -1) : lines;
  return whole.slice(0, count).join("\n").trimEnd();
}
