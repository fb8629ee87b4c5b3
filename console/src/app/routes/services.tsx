import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import type { CreateServiceSearch } from "@/features/services/CreateServicePage";
import type { ServicesSearch } from "@/features/services/ServicesPage";
import type { ServiceTab } from "@/features/services/ServicePage";
import { consoleRoute } from "./root";

const tabs = ["predict", "guide", "config", "monitor", "events", "history", "instances"];

function positive(value: unknown): number | undefined {
  const number = Number(value);
  return Number.isSafeInteger(number) && number > 0 ? number : undefined;
}

export const servicesRoutes = [
  createRoute({
    getParentRoute: () => consoleRoute,
    path: "/services",
    validateSearch: (search: Record<string, unknown>): ServicesSearch => ({
      ...(search.q !== undefined && { q: String(search.q) }),
      ...(search.status !== undefined && { status: String(search.status) }),
      ...(positive(search.page) && { page: positive(search.page) }),
      ...(positive(search.size) && { size: positive(search.size) }),
    }),
    component: lazyRouteComponent(() => import("@/features/services/ServicesPage"), "ServicesPage"),
  }),
  createRoute({
    getParentRoute: () => consoleRoute,
    path: "/services/create",
    validateSearch: (search: Record<string, unknown>): CreateServiceSearch =>
      typeof search.model === "string" ? { model: search.model } : {},
    component: lazyRouteComponent(() => import("@/features/services/CreateServicePage"), "CreateServicePage"),
  }),
  createRoute({
    getParentRoute: () => consoleRoute,
    path: "/services/$serviceId",
    validateSearch: (search: Record<string, unknown>): { tab?: ServiceTab } =>
      tabs.includes(search.tab as string) ? { tab: search.tab as ServiceTab } : {},
    component: lazyRouteComponent(() => import("@/features/services/ServicePage"), "ServicePage"),
  }),
] as const;
