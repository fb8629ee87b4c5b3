import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { readSearch } from "@/features/datasets/grid/filter";
import { consoleRoute } from "./root";

export const datasetsRoutes = [
  createRoute({
    getParentRoute: () => consoleRoute,
    path: "/datasets",
    component: lazyRouteComponent(() => import("@/features/datasets/list/DatasetsPage"), "DatasetsPage"),
  }),
  createRoute({
    getParentRoute: () => consoleRoute,
    path: "/datasets/create",
    component: lazyRouteComponent(() => import("@/features/datasets/create/CreateDatasetPage"), "CreateDatasetPage"),
  }),
  createRoute({
    getParentRoute: () => consoleRoute,
    path: "/datasets/$datasetId",
    validateSearch: readSearch,
    component: lazyRouteComponent(() => import("@/features/datasets/grid/DataPage"), "DataPage"),
  }),
  createRoute({
    getParentRoute: () => consoleRoute,
    path: "/datasets/$datasetId/overview",
    component: lazyRouteComponent(() => import("@/features/datasets/overview/OverviewPage"), "OverviewPage"),
  }),
  createRoute({
    getParentRoute: () => consoleRoute,
    path: "/datasets/$datasetId/imports",
    component: lazyRouteComponent(() => import("@/features/datasets/imports/ImportsPage"), "ImportsPage"),
  }),
  createRoute({
    getParentRoute: () => consoleRoute,
    path: "/datasets/$datasetId/versions",
    validateSearch: (search: Record<string, unknown>): { version?: string } =>
      typeof search.version === "string" ? { version: search.version } : {},
    component: lazyRouteComponent(() => import("@/features/datasets/versions/VersionsPage"), "VersionsPage"),
  }),
] as const;
