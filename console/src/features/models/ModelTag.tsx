import { useTranslation } from "@/lib/i18n";
import { StatusTag } from "@/ui";
import { modelTones, type ModelState } from "./queries";

/** The state of an AI application. */
export function ModelTag({ status }: { status: string }) {
  const { t } = useTranslation("models");
  if (!(status in modelTones)) return <StatusTag tone="neutral">{status}</StatusTag>;
  return <StatusTag tone={modelTones[status as ModelState]}>{t(`state.${status as ModelState}`)}</StatusTag>;
}
