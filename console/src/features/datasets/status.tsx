// What a dataset or a version is at, as a coloured word.
import { useTranslation } from "@/lib/i18n";
import { StatusTag } from "@/ui";
import { publishing, syncing } from "./queries";

export function DatasetStatus({ status }: { status: number }) {
  const { t } = useTranslation("datasets");
  if (status === syncing) return <StatusTag tone="active">{t("status.syncing")}</StatusTag>;
  if (status === publishing) return <StatusTag tone="active">{t("status.publishing")}</StatusTag>;
  return <StatusTag tone="good">{t("status.normal")}</StatusTag>;
}

/** The contract's numbers: 0 is being made, 1 is ready, 4 failed. */
export function VersionStatus({ status }: { status: number }) {
  const { t } = useTranslation("datasets");
  if (status === 0) return <StatusTag tone="active">{t("status.publishing")}</StatusTag>;
  if (status === 1) return <StatusTag tone="good">{t("status.normal")}</StatusTag>;
  return <StatusTag tone="bad">{t("status.failed")}</StatusTag>;
}
