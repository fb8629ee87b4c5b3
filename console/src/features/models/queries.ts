// What the pages of AI applications ask of the API.
import { useQueryClient } from "@tanstack/react-query";
import { $api, type Answer } from "@/api/client";
import { useScope } from "@/api/session";
import { pollWhile } from "@/lib/poll";
import type { Tone } from "@/ui";
import { useWorkspace } from "@/ui/useWorkspace";

const modelsPath = "/v1/{project_id}/models";

export type ModelList = Answer<typeof modelsPath, "get">;
export type Model = ModelList["models"][number];
export type ModelDetail = Answer<"/v1/{project_id}/models/{model_id}", "get">;

export const modelStates = ["publishing", "published", "failed"] as const;
export type ModelState = (typeof modelStates)[number];

export const modelTones: Record<ModelState, Tone> = { publishing: "active", published: "good", failed: "bad" };

export interface ModelFilter {
  name?: string;
  exact?: boolean;
  status?: string;
  page?: number;
  perPage?: number;
}

/** Newest first; `page` counts from 1 here, from 0 in the API. */
export function useModels({ name = "", exact = false, status = "", page = 1, perPage = 100 }: ModelFilter, enabled = true) {
  const { projectId } = useScope();
  const workspaceId = useWorkspace();
  const query = {
    workspace_id: workspaceId,
    model_name: name,
    exact_match: exact,
    model_status: status,
    offset: page - 1,
    limit: perPage,
    sort_by: "create_at",
    order: "desc",
  };
  return $api.useQuery(
    "get",
    modelsPath,
    { params: { path: { project_id: projectId }, query } },
    {
      enabled,
      placeholderData: (old: ModelList | undefined) => old,
      refetchInterval: pollWhile<ModelList>((data) => data.models.some((model) => model.model_status === "publishing"), 1500, 20_000),
    },
  );
}

export function useModel(modelId: string) {
  const { projectId } = useScope();
  return $api.useQuery(
    "get",
    "/v1/{project_id}/models/{model_id}",
    { params: { path: { project_id: projectId, model_id: modelId } } },
    { refetchInterval: pollWhile<ModelDetail>((model) => model.model_status === "publishing", 1000, 30_000) },
  );
}

export function useRefreshModels(): () => Promise<void> {
  const client = useQueryClient();
  return () =>
    client.invalidateQueries({
      predicate: ({ queryKey }) => typeof queryKey[1] === "string" && queryKey[1].startsWith(modelsPath),
    });
}
