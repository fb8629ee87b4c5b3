import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { consoleRoute } from "./root";

export const overviewRoutes = [
  createRoute({
    getParentRoute: () => consoleRoute,
    path: "/",
    component: lazyRouteComponent(() => import("@/features/overview/OverviewPage"), "OverviewPage"),
  }),
] as const;
