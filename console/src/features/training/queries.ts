// What the training pages ask of the API and change through it.
import { useQueryClient } from "@tanstack/react-query";
import { $api, type Answer, type Body } from "@/api/client";
import { useScope } from "@/api/session";
import { pollWhile } from "@/lib/poll";
import { useWorkspace } from "@/ui/useWorkspace";
import { isMoving } from "./states";

const jobsPath = "/v1/{project_id}/training-jobs";
const versionsPath = "/v1/{project_id}/training-jobs/{job_id}/versions";
const versionPath = "/v1/{project_id}/training-jobs/{job_id}/versions/{version_id}";

export type JobList = Answer<typeof jobsPath, "get">;
export type Job = JobList["jobs"][number];
export type VersionList = Answer<typeof versionsPath, "get">;
export type Version = VersionList["versions"][number];
export type VersionDetails = Answer<typeof versionPath, "get">;
export type JobConfig = Body<typeof jobsPath, "post">["config"];
export type Engine = Answer<"/v1/{project_id}/job/ai-engines", "get">["engines"][number];
export type Spec = Answer<"/v1/{project_id}/job/resource-specs", "get">["specs"][number];

export interface JobFilter {
  search: string;
  /** Numbers joined by "|"; empty for all. */
  status: string;
  page: number;
  perPage: number;
  sortBy: "job_name" | "create_time" | "duration" | "version_count";
  order: "asc" | "desc";
}

export function useJobs({ search, status, page, perPage, sortBy, order }: JobFilter) {
  const { projectId } = useScope();
  const workspaceId = useWorkspace();
  const query = { workspace_id: workspaceId, search_content: search, status, page, per_page: perPage, sortBy, order };
  return $api.useQuery(
    "get",
    jobsPath,
    { params: { path: { project_id: projectId }, query } },
    {
      placeholderData: (old: JobList | undefined) => old,
      refetchInterval: pollWhile<JobList>((data) => data.jobs.some((job) => isMoving(job.status)), 2000, 15_000),
    },
  );
}

export function useVersions(jobId: number) {
  const { projectId } = useScope();
  return $api.useQuery(
    "get",
    versionsPath,
    { params: { path: { project_id: projectId, job_id: jobId }, query: { per_page: 1000, page: 1 } } },
    {
      refetchInterval: pollWhile<VersionList>((data) => data.versions.some(({ status }) => isMoving(status)), 2000, 20_000),
    },
  );
}

export function useVersion(jobId: number, versionId: number) {
  const { projectId } = useScope();
  return $api.useQuery(
    "get",
    versionPath,
    { params: { path: { project_id: projectId, job_id: jobId, version_id: versionId } } },
    { refetchInterval: pollWhile<VersionDetails>(({ status }) => isMoving(status), 1500, 20_000) },
  );
}

export function useEngines() {
  const { projectId } = useScope();
  return $api.useQuery("get", "/v1/{project_id}/job/ai-engines", { params: { path: { project_id: projectId } } });
}

export function useSpecs() {
  const { projectId } = useScope();
  return $api.useQuery("get", "/v1/{project_id}/job/resource-specs", { params: { path: { project_id: projectId } } });
}

/** Look at jobs and versions again, after one was made, stopped or deleted. */
export function useRefreshJobs(): () => Promise<void> {
  const client = useQueryClient();
  return () =>
    client.invalidateQueries({
      predicate: ({ queryKey }) => typeof queryKey[1] === "string" && queryKey[1].startsWith(jobsPath),
    });
}
