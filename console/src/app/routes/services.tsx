import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import type { CreateServiceSearch } from "@/features/services/CreateServicePage";
import type { ServiceTab } from "@/features/services/ServicePage";
import { listSearch } from "@/lib/listSearch";
import { consoleRoute } from "./root";

const tabs = ["predict", "guide", "config", "monitor", "events", "history", "instances"];

export const servicesRoutes = [
  createRoute({
    getParentRoute: () => consoleRoute,
    path: "/services",
    validateSearch: listSearch,
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
