// Names and shares of versions. Pure.

/** The next of V001, V002 … that no version has; the server counts on from `next`. */
export function nextVersionName(next: number, taken: readonly string[]): string {
  for (let number = Math.max(1, next); ; number += 1) {
    const name = `V${String(number).padStart(3, "0")}`;
    if (!taken.includes(name)) return name;
  }
}

/** A share as the contract writes it: two digits behind the point. */
export function ratioText(ratio: number): string {
  return ratio.toFixed(2);
}

/** The share of training samples, or null when a version was not divided. */
export function splitRatio(text: string): number | null {
  const ratio = Number(text);
  return text.trim() === "" || !Number.isFinite(ratio) || ratio <= 0 || ratio >= 1 ? null : ratio;
}

/** About how many of the labelled samples will train and how many evaluate. */
export function sides(labelled: number, ratio: number): [train: number, evaluate: number] {
  const train = Math.round(labelled * ratio);
  return [train, labelled - train];
}
