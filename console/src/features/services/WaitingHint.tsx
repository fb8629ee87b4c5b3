// Why a deployment does not go on: instances that wait for room on the machine, or between two starts, say it.
import { Alert } from "antd";
import { useTranslation } from "@/lib/i18n";
import { useInstances } from "./queries";

export function WaitingHint({ serviceId }: { serviceId: string }) {
  const { t } = useTranslation("services");
  const waiting = (useInstances(serviceId).data?.instances ?? []).filter(({ phase, message }) => phase === "waiting" && message);
  const messages = [...new Set(waiting.map(({ message }) => message))];
  if (messages.length === 0) return null;
  return (
    <Alert
      type="info"
      showIcon
      title={t("waitingInstances", { count: waiting.length })}
      description={messages.map((message) => (
        <div key={message}>{message}</div>
      ))}
    />
  );
}
