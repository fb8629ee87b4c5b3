// Version numbers of AI applications: three numbers with dots. Pure.

/** The version after the highest of `versions`; 1.0.0 for the first. */
export function nextVersion(versions: readonly string[]): string {
  const known = versions
    .map((version) => version.split(".").map(Number))
    .filter((parts) => parts.length === 3 && parts.every((part) => Number.isInteger(part)))
    .sort((a, b) => compare(b, a));
  const [highest] = known;
  if (!highest) return "1.0.0";
  const [major = 1, minor = 0, patch = 0] = highest;
  if (patch < 999) return `${major}.${minor}.${patch + 1}`;
  return minor < 999 ? `${major}.${minor + 1}.0` : `${major + 1}.0.0`;
}

function compare(a: readonly number[], b: readonly number[]): number {
  const index = a.findIndex((part, place) => part !== b[place]);
  return index < 0 ? 0 : (a[index] ?? 0) - (b[index] ?? 0);
}
