// Numbers, sizes, times and durations as a reader of the given language writes them. Pure; the hook that knows the
// language is useFormat in lib/i18n.

const binaryUnits = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

export function formatNumber(value: number, language: string): string {
  return new Intl.NumberFormat(language).format(value);
}

/** A fraction between 0 and 1 as a percentage. */
export function formatPercent(fraction: number, language: string, digits = 0): string {
  return new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: digits }).format(fraction);
}

/** A size in bytes with binary units and about three significant digits. */
export function formatBytes(bytes: number, language: string): string {
  let value = bytes;
  let unit = 0;
  // 1023.95 would round to "1,024 KiB": step up one unit before that.
  while (Math.abs(value) >= (unit === 0 ? 1024 : 1023.95) && unit < binaryUnits.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const maximumFractionDigits = unit === 0 ? 0 : Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0;
  return `${new Intl.NumberFormat(language, { maximumFractionDigits }).format(value)} ${binaryUnits[unit] ?? "B"}`;
}

/** Milliseconds since 1970, an ISO string or a string of milliseconds, as a date; null for what is none. */
export function toDate(value: number | string | Date | null | undefined): Date | null {
  if (value === null || value === undefined || value === "") return null;
  const digits = typeof value === "string" && /^\d+$/.test(value);
  const date = value instanceof Date ? value : new Date(digits ? Number(value) : value);
  return Number.isNaN(date.getTime()) ? null : date;
}

/** Date and time to the second, in the reader's time zone. */
export function formatTime(value: number | string | Date, language: string): string {
  const date = toDate(value);
  if (!date) return "";
  return new Intl.DateTimeFormat(language, {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  }).format(date);
}

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
];

/** "3 minutes ago"; the absolute date once it is more than 30 days away. */
export function formatRelative(value: number | string | Date, language: string, now: number = Date.now()): string {
  const date = toDate(value);
  if (!date) return "";
  const difference = date.getTime() - now;
  if (Math.abs(difference) > 30 * 86_400_000)
    return new Intl.DateTimeFormat(language, { year: "numeric", month: "short", day: "numeric" }).format(date);
  const [unit, size] = steps.find(([, length]) => Math.abs(difference) >= length) ?? ["second", 1000];
  return new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(Math.trunc(difference / size), unit);
}

/** A duration in milliseconds by its two largest units: "1 h 5 min", "1小时5分钟". */
export function formatDuration(milliseconds: number, language: string): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 1) return unit(Math.round(seconds * 1000), "millisecond", language);
  const whole = Math.round(seconds);
  const parts: [number, string][] = [
    [Math.floor(whole / 86_400), "day"],
    [Math.floor((whole % 86_400) / 3600), "hour"],
    [Math.floor((whole % 3600) / 60), "minute"],
    [whole % 60, "second"],
  ];
  const first = parts.findIndex(([value]) => value > 0);
  return parts
    .slice(first, first + 2)
    .filter(([value]) => value > 0)
    .map(([value, name]) => unit(value, name, language))
    .join(language.startsWith("zh") ? "" : " ");
}

function unit(value: number, name: string, language: string): string {
  return new Intl.NumberFormat(language, { style: "unit", unit: name, unitDisplay: "short" }).format(value);
}
