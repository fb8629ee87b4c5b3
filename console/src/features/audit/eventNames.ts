// What the events of the audit log are called in the reader's language. Events that nobody named keep their own name.
import type audit from "@/lib/i18n/en/audit.json";
import names from "@/lib/i18n/en/audit.json";

export type KnownEvent = keyof (typeof audit)["event"];

export function isKnownEvent(name: string): name is KnownEvent {
  return Object.hasOwn(names.event, name);
}

export const knownEvents = Object.keys(names.event) as KnownEvent[];

/** The resource types that events are about. */
export const resourceTypes = [
  "dataset",
  "ModelArtsTrainJob",
  "model",
  "service",
  "bucket",
  "object",
  "workspace",
  "user",
  "credential",
  "workforce",
  "Notebook",
  "ModelArtsTrainConfig",
  "ModelArtsTensorboardJob",
  "cluster",
] as const;
