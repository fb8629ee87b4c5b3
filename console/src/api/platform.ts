// What the console must know about the server and the project beyond the session: version, isolation of jobs, and the
// workspaces that the user may see.
import { $api, type Answer } from "./client";
import { useScope } from "./session";

export type Platform = Answer<"/v1/{project_id}/platform", "get">;
export type Workspace = Answer<"/v1/{project_id}/workspaces", "get">["workspaces"][number];

const rarely = 5 * 60_000;

export function usePlatform() {
  const { projectId } = useScope();
  return $api.useQuery(
    "get",
    "/v1/{project_id}/platform",
    { params: { path: { project_id: projectId } } },
    { staleTime: rarely },
  );
}

export function useWorkspaces() {
  const { projectId } = useScope();
  return $api.useQuery(
    "get",
    "/v1/{project_id}/workspaces",
    { params: { path: { project_id: projectId } } },
    { staleTime: rarely },
  );
}
