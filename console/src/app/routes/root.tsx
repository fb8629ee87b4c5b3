// The two routes that hold the others: the root, and the console's layout, which needs a session.
import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, redirect, retainSearchParams } from "@tanstack/react-router";
import { toApiError } from "@/api/errors";
import { sessionQuery } from "@/api/session";
import { NotFoundPage } from "../pages";
import { ConsoleLayout } from "../layout/ConsoleLayout";

export const rootRoute = createRootRouteWithContext<{ queryClient: QueryClient }>()();

/** Which project and workspace a page shows: part of every address, so that a link says the same to everybody. */
export interface ScopeSearch {
  project?: string;
  workspace?: string;
}

export const consoleRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "console",
  validateSearch: (search: Record<string, unknown>): ScopeSearch => ({
    ...(typeof search.project === "string" && { project: search.project }),
    ...(typeof search.workspace === "string" && { workspace: search.workspace }),
  }),
  search: { middlewares: [retainSearchParams(["project", "workspace"])] },
  beforeLoad: async ({ context, location }) => {
    try {
      await context.queryClient.ensureQueryData(sessionQuery);
    } catch (error) {
      if (toApiError(error).status !== 401) throw error;
      const next = location.href === "/" ? undefined : location.href;
      throw redirect({ to: "/sign-in", search: { next }, replace: true });
    }
  },
  component: ConsoleLayout,
});

/** Every address that no page has: the frame stays, so that the reader can go on from there. */
export const nowhereRoute = createRoute({
  getParentRoute: () => consoleRoute,
  path: "$",
  component: NotFoundPage,
});
