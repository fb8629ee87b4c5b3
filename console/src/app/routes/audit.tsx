import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import type { AuditSearch } from "@/features/audit/AuditPage";
import { consoleRoute } from "./root";

const words = ["q", "user", "event", "type"] as const;

export const auditRoutes = [
  createRoute({
    getParentRoute: () => consoleRoute,
    path: "/audit",
    validateSearch: (search: Record<string, unknown>): AuditSearch => ({
      ...Object.fromEntries(words.filter((key) => search[key] !== undefined).map((key) => [key, String(search[key])])),
      ...(Number(search.from) > 0 && { from: Number(search.from) }),
      ...(Number(search.to) > 0 && { to: Number(search.to) }),
    }),
    component: lazyRouteComponent(() => import("@/features/audit/AuditPage"), "AuditPage"),
  }),
] as const;
