import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import type { CreateModelSearch } from "@/features/models/CreateModelPage";
import type { ModelsSearch } from "@/features/models/ModelsPage";
import { consoleRoute } from "./root";

function positive(value: unknown): number | undefined {
  const number = Number(value);
  return Number.isSafeInteger(number) && number > 0 ? number : undefined;
}

export const modelsRoutes = [
  createRoute({
    getParentRoute: () => consoleRoute,
    path: "/models",
    validateSearch: (search: Record<string, unknown>): ModelsSearch => ({
      ...(search.q !== undefined && { q: String(search.q) }),
      ...(search.status !== undefined && { status: String(search.status) }),
      ...(positive(search.page) && { page: positive(search.page) }),
      ...(positive(search.size) && { size: positive(search.size) }),
    }),
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
