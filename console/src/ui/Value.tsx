// Values in running text and tables: times with their exact form in a tooltip, sizes, durations.
import { Tooltip } from "antd";
import { useFormat, useTranslation } from "@/lib/i18n";
import { toDate } from "@/lib/format";

type TimeValue = number | string | Date | null | undefined;

/** A moment; `relative` shows "3 minutes ago" with the exact time in the tooltip. */
export function Time({ value, relative = false }: { value: TimeValue; relative?: boolean }) {
  const format = useFormat();
  const { t } = useTranslation();
  const date = toDate(value);
  if (!date) return <>{t("state.none")}</>;
  const exact = <time dateTime={date.toISOString()}>{relative ? format.relative(date) : format.time(date)}</time>;
  return relative ? <Tooltip title={format.time(date)}>{exact}</Tooltip> : exact;
}

export function Bytes({ value }: { value: number | null | undefined }) {
  const format = useFormat();
  const { t } = useTranslation();
  return <>{value === null || value === undefined ? t("state.none") : format.bytes(value)}</>;
}

/** A duration in milliseconds. */
export function Duration({ value }: { value: number | null | undefined }) {
  const format = useFormat();
  const { t } = useTranslation();
  return <>{value === null || value === undefined ? t("state.none") : format.duration(value)}</>;
}
