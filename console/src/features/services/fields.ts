// The fields of a service's form, and how they become the API's configuration and come from it. Pure.
import type { NamedValue } from "@/ui/NamedValueRows";
import type { ConfigDetail, CreateBody, ServiceDetail } from "./queries";

export interface ModelShare {
  model_id?: string;
  specification?: string;
  instance_count: number;
  weight: number;
  envs: NamedValue[];
}

export type StopUnit = "MINUTES" | "HOURS" | "DAYS";

export interface ServiceFields {
  name?: string;
  description?: string;
  config: ModelShare[];
  autoStop: boolean;
  stopAfter?: number;
  stopUnit?: StopUnit;
}

export type ConfigItem = CreateBody["config"][number];

export function emptyShare(specification?: string, weight = 100): ModelShare {
  return { specification, instance_count: 1, weight, envs: [] };
}

export function configOf(fields: ServiceFields, old: readonly ConfigDetail[] = []): ConfigItem[] {
  const alone = fields.config.length === 1;
  return fields.config.map((share) => ({
    model_id: share.model_id ?? "",
    specification: share.specification ?? "",
    instance_count: share.instance_count,
    weight: alone ? 100 : share.weight,
    envs: Object.fromEntries((share.envs ?? []).filter(({ name }) => name).map(({ name, value }) => [name, value ?? ""])),
    // What the form does not show stays as it was.
    ...kept(old.find(({ model_id }) => model_id === share.model_id)),
  }));
}

function kept(old: ConfigDetail | undefined): Partial<ConfigItem> {
  const properties = old?.additional_properties ?? {};
  return Object.keys(properties).length > 0 ? { additional_properties: properties as ConfigItem["additional_properties"] } : {};
}

export function scheduleOf(fields: ServiceFields): NonNullable<CreateBody["schedule"]> {
  if (!fields.autoStop || !fields.stopAfter) return [];
  return [{ type: "stop", time_unit: fields.stopUnit ?? "HOURS", duration: fields.stopAfter }];
}

export function fieldsOf(service: ServiceDetail): ServiceFields {
  const [schedule] = service.schedule;
  return {
    description: service.description,
    config: service.config.map((item) => ({
      model_id: item.model_id,
      specification: item.specification,
      instance_count: item.instance_count,
      weight: item.weight,
      envs: Object.entries(item.envs).map(([name, value]) => ({ name, value })),
    })),
    autoStop: schedule !== undefined,
    stopAfter: schedule?.duration ?? 1,
    stopUnit: (schedule?.time_unit as StopUnit | undefined) ?? "HOURS",
  };
}

/** What the weights still lack to 100; negative when they are too many. */
export function missingWeight(config: readonly Pick<ModelShare, "weight">[]): number {
  return 100 - config.reduce((sum, { weight }) => sum + (weight ?? 0), 0);
}
