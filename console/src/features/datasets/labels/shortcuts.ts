// Which key stands for which label: a label's own shortcut first, then the digits in the order of a keyboard.

export interface Keyed {
  name: string;
  shortcut?: string | null;
}

const digits = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0"];

/** Keys that the data page needs for itself. */
export const reservedKeys: ReadonlySet<string> = new Set(["n", "h", "x", "?", "/", "+", "-", "=", " "]);

/** The key of each label, by the label's name; a label beyond the tenth without a shortcut has none. */
export function labelKeys(labels: readonly Keyed[]): Map<string, string> {
  const keys = new Map<string, string>();
  const taken = new Set<string>();
  const give = (name: string, key: string) => {
    if (keys.has(name) || taken.has(key) || reservedKeys.has(key)) return;
    keys.set(name, key);
    taken.add(key);
  };
  for (const { name, shortcut } of labels) if (shortcut && shortcut.length === 1) give(name, shortcut.toLowerCase());
  // A label that is called "7" would be hard to find on any other key.
  for (const { name } of labels) if (digits.includes(name)) give(name, name);
  const free = digits.filter((digit) => !taken.has(digit));
  for (const { name } of labels) {
    const next = free[0];
    if (next === undefined) break;
    if (keys.has(name)) continue;
    give(name, next);
    free.shift();
  }
  return keys;
}

/** The label behind a key that was pressed. */
export function labelOfKey(keys: ReadonlyMap<string, string>, pressed: string): string | null {
  const key = pressed.toLowerCase();
  for (const [name, own] of keys) if (own === key) return name;
  return null;
}
