// What the pages of real-time services ask of the API.
import { useQueryClient } from "@tanstack/react-query";
import { $api, type Answer, type Body } from "@/api/client";
import { useScope } from "@/api/session";
import { pollWhile } from "@/lib/poll";
import type { Tone } from "@/ui";
import { useWorkspace } from "@/ui/useWorkspace";

const servicesPath = "/v1/{project_id}/services";
const servicePath = "/v1/{project_id}/services/{service_id}";

export type ServiceList = Answer<typeof servicesPath, "get">;
export type Service = ServiceList["services"][number];
export type ServiceDetail = Answer<typeof servicePath, "get">;
export type ConfigDetail = ServiceDetail["config"][number];
export type CreateBody = Body<typeof servicesPath, "post">;
export type UpdateBody = Body<typeof servicePath, "put">;
export type Instance = Answer<"/v1/{project_id}/services/{service_id}/instances", "get">["instances"][number];
export type Monitors = Answer<"/v1/{project_id}/services/{service_id}/monitor", "get">;

export const serviceStates = ["deploying", "running", "concerning", "failed", "stopped"] as const;
export type ServiceState = (typeof serviceStates)[number];

export const serviceTones: Record<ServiceState, Tone> = {
  deploying: "active",
  running: "good",
  concerning: "warning",
  failed: "bad",
  stopped: "neutral",
};

export interface ServiceFilter {
  name: string;
  status: string;
  page: number;
  perPage: number;
}

/** Newest first; `page` counts from 1 here, from 0 in the API. */
export function useServices({ name, status, page, perPage }: ServiceFilter) {
  const { projectId } = useScope();
  const workspaceId = useWorkspace();
  const query = { workspace_id: workspaceId, service_name: name, status, offset: page - 1, limit: perPage };
  return $api.useQuery(
    "get",
    servicesPath,
    { params: { path: { project_id: projectId }, query } },
    {
      placeholderData: (old: ServiceList | undefined) => old,
      refetchInterval: pollWhile<ServiceList>((data) => data.services.some(({ status: state }) => state === "deploying"), 1500, 10_000),
    },
  );
}

export function useServiceParams(serviceId: string) {
  const { projectId } = useScope();
  return { params: { path: { project_id: projectId, service_id: serviceId } } };
}

export function useService(serviceId: string) {
  return $api.useQuery("get", servicePath, useServiceParams(serviceId), {
    refetchInterval: pollWhile<ServiceDetail>(({ status }) => status === "deploying", 1000, 5000),
  });
}

export function useSpecifications() {
  const { projectId } = useScope();
  return $api.useQuery("get", "/v1/{project_id}/services/specifications", {
    params: { path: { project_id: projectId } },
  });
}

export function useMonitors(serviceId: string) {
  return $api.useQuery("get", "/v1/{project_id}/services/{service_id}/monitor", useServiceParams(serviceId), {
    refetchInterval: 3000,
  });
}

export function useInstances(serviceId: string) {
  return $api.useQuery("get", "/v1/{project_id}/services/{service_id}/instances", useServiceParams(serviceId), {
    refetchInterval: 3000,
  });
}

/** The published AI applications that a service can be made of. */
export function usePublishedModels(name: string) {
  const { projectId } = useScope();
  const workspaceId = useWorkspace();
  const query = { workspace_id: workspaceId, model_status: "published", model_name: name, limit: 100 };
  return $api.useQuery(
    "get",
    "/v1/{project_id}/models",
    { params: { path: { project_id: projectId }, query } },
    { placeholderData: (old: Answer<"/v1/{project_id}/models", "get"> | undefined) => old },
  );
}

export function useRefreshServices(): () => Promise<void> {
  const client = useQueryClient();
  return () =>
    client.invalidateQueries({
      predicate: ({ queryKey }) => typeof queryKey[1] === "string" && queryKey[1].startsWith(servicesPath),
    });
}
