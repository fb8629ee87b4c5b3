import { useTranslation } from "@/lib/i18n";
import { StatusTag } from "@/ui";
import { stateName, stateTone } from "./states";

/** The state of a version, or of a job by its latest version. */
export function StateTag({ status }: { status: number }) {
  const { t } = useTranslation("training");
  const name = stateName(status);
  return <StatusTag tone={stateTone(status)}>{name ? t(`state.${name}`) : status}</StatusTag>;
}
