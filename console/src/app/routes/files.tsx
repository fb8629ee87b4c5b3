import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { consoleRoute } from "./root";

export const filesRoutes = [
  createRoute({
    getParentRoute: () => consoleRoute,
    path: "/files",
    component: lazyRouteComponent(() => import("@/features/files/BucketsPage"), "BucketsPage"),
  }),
  createRoute({
    getParentRoute: () => consoleRoute,
    path: "/files/$bucket",
    validateSearch: (search: Record<string, unknown>): { prefix?: string } =>
      typeof search.prefix === "string" && search.prefix ? { prefix: search.prefix } : {},
    component: lazyRouteComponent(() => import("@/features/files/BrowsePage"), "BrowsePage"),
  }),
] as const;
