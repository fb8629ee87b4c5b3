// What happened to a service, in the reader's language where the console knows the event by its code.
import type { Answer } from "@/api/client";
import type { i18next } from "@/lib/i18n";

export type Events = Answer<"/v1/{project_id}/services/{service_id}/events", "get">;
export type ServiceEvent = Events["events"][number];
type Told = Pick<ServiceEvent, "event_info" | "event_code" | "event_values">;

export function eventText({ event_info, event_code: code, event_values }: Told, i18n: Pick<typeof i18next, "t" | "exists">): string {
  return code && i18n.exists(`services:happened.${code}`) ? i18n.t(`services:happened.${code}`, event_values) : event_info;
}
