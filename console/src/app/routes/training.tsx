import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import type { JobSearch } from "@/features/training/JobPage";
import type { JobsSearch } from "@/features/training/JobsPage";
import { listSearch, positive } from "@/lib/listSearch";
import { consoleRoute } from "./root";

const tabs = ["details", "log", "usage"];
const sorts = ["job_name", "create_time", "duration", "version_count"];

const jobParams = {
  parse: ({ jobId }: { jobId: string }) => ({ jobId: positive(jobId) ?? 0 }),
  stringify: ({ jobId }: { jobId: number }) => ({ jobId: String(jobId) }),
};

export const trainingRoutes = [
  createRoute({
    getParentRoute: () => consoleRoute,
    path: "/training",
    validateSearch: (search: Record<string, unknown>): JobsSearch => ({
      ...listSearch(search),
      ...(sorts.includes(search.sort as string) && { sort: search.sort as JobsSearch["sort"] }),
      ...((search.order === "asc" || search.order === "desc") && { order: search.order }),
    }),
    component: lazyRouteComponent(() => import("@/features/training/JobsPage"), "JobsPage"),
  }),
  createRoute({
    getParentRoute: () => consoleRoute,
    path: "/training/create",
    component: lazyRouteComponent(() => import("@/features/training/CreateJobPage"), "CreateJobPage"),
  }),
  createRoute({
    getParentRoute: () => consoleRoute,
    path: "/training/$jobId",
    params: jobParams,
    validateSearch: (search: Record<string, unknown>): JobSearch => ({
      ...(positive(search.version) && { version: positive(search.version) }),
      ...(tabs.includes(search.tab as string) && { tab: search.tab as JobSearch["tab"] }),
      ...(search.compare === true && { compare: true }),
    }),
    component: lazyRouteComponent(() => import("@/features/training/JobPage"), "JobPage"),
  }),
  createRoute({
    getParentRoute: () => consoleRoute,
    path: "/training/$jobId/create",
    params: jobParams,
    validateSearch: (search: Record<string, unknown>): { from: number } => ({ from: positive(search.from) ?? 0 }),
    component: lazyRouteComponent(() => import("@/features/training/CreateVersionPage"), "CreateVersionPage"),
  }),
] as const;
