import { useTranslation } from "@/lib/i18n";
import { StatusTag } from "@/ui";
import { serviceTones, type ServiceState } from "./queries";

/** The state of a service; how far it is while it is deployed. */
export function ServiceTag({ status, progress }: { status: string; progress?: number }) {
  const { t } = useTranslation("services");
  if (!(status in serviceTones)) return <StatusTag tone="neutral">{status}</StatusTag>;
  const share = status === "deploying" && progress !== undefined ? ` ${progress}%` : "";
  return (
    <StatusTag tone={serviceTones[status as ServiceState]}>
      {t(`state.${status as ServiceState}`)}
      {share}
    </StatusTag>
  );
}
