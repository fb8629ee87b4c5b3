// What a dataset or a version is at, as a coloured word.
import { useTranslation } from "@/lib/i18n";
import { StatusTag } from "@/ui";
import { importing, publishing, switching, syncing } from "./queries";

const words = { [syncing]: "syncing", [publishing]: "publishing", [switching]: "switching", [importing]: "importing" } as const;

export function DatasetStatus({ status }: { status: number }) {
  const { t } = useTranslation("datasets");
  const word = words[status as keyof typeof words];
  return word ? <StatusTag tone="active">{t(`status.${word}`)}</StatusTag> : <StatusTag tone="good">{t("status.normal")}</StatusTag>;
}

/** The contract's numbers: 0 is being made, 1 is ready, 4 failed. */
export function VersionStatus({ status }: { status: number }) {
  const { t } = useTranslation("datasets");
  if (status === 0) return <StatusTag tone="active">{t("status.publishing")}</StatusTag>;
  if (status === 1) return <StatusTag tone="good">{t("status.normal")}</StatusTag>;
  return <StatusTag tone="bad">{t("status.failed")}</StatusTag>;
}
