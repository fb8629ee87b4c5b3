import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import type { CreateModelSearch } from "@/features/models/CreateModelPage";
import { listSearch, positive } from "@/lib/listSearch";
import { consoleRoute } from "./root";

export const modelsRoutes = [
  createRoute({
    getParentRoute: () => consoleRoute,
    path: "/models",
    validateSearch: listSearch,
    component: lazyRouteComponent(() => import("@/features/models/ModelsPage"), "ModelsPage"),
  }),
  createRoute({
    getParentRoute: () => consoleRoute,
    path: "/models/create",
    validateSearch: (search: Record<string, unknown>): CreateModelSearch => ({
      ...(positive(search.job) && { job: positive(search.job) }),
      ...(positive(search.version) && { version: positive(search.version) }),
    }),
    component: lazyRouteComponent(() => import("@/features/models/CreateModelPage"), "CreateModelPage"),
  }),
  createRoute({
    getParentRoute: () => consoleRoute,
    path: "/models/$modelId",
    component: lazyRouteComponent(() => import("@/features/models/ModelPage"), "ModelPage"),
  }),
] as const;
