// The colours that labels are given. The server's own twelve, so that both choose alike.

export const palette = [
  "#3399ff",
  "#e6550d",
  "#2ca02c",
  "#d62728",
  "#9467bd",
  "#8c564b",
  "#e377c2",
  "#17becf",
  "#bcbd22",
  "#f2b701",
  "#11457e",
  "#7f7f7f",
] as const;

/** The colour of the palette that is used least so far. */
export function nextColor(used: readonly string[]): string {
  const count = (color: string) => used.filter((each) => each.toLowerCase() === color).length;
  return palette.reduce<string>((best, color) => (count(color) < count(best) ? color : best), palette[0]);
}

/** A label's name has at most so many characters. */
export const longestName = 64;
/** What a reader can see, and single spaces of the plain kind between it. */
const printable = /^(?:[^\p{C}\p{Z}]| )+$/u;

/** What is wrong with a label's name among the other names of its set, or null. The server's rule, and one of a kind. */
export function labelNameProblem(name: string, others: readonly string[]): "empty" | "invalid" | "taken" | null {
  const trimmed = name.trim();
  if (trimmed === "") return "empty";
  if (!printable.test(trimmed) || [...trimmed].length > longestName) return "invalid";
  return others.some((other) => other.trim() === trimmed) ? "taken" : null;
}
