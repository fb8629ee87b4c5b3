// The router and the query client: the two objects of which a page has exactly one. A new page is a route in routes/.
import { createRouter } from "@tanstack/react-router";
import { createConsoleQueryClient } from "@/api/queryClient";
import { sessionKey } from "@/api/session";
import { PageSkeleton } from "@/ui";
import { CrashPage, NotFoundPage } from "./pages";
import { consoleRoute, nowhereRoute, rootRoute } from "./routes/root";
import { auditRoutes } from "./routes/audit";
import { datasetsRoutes } from "./routes/datasets";
import { filesRoutes } from "./routes/files";
import { modelsRoutes } from "./routes/models";
import { overviewRoutes } from "./routes/overview";
import { servicesRoutes } from "./routes/services";
import { signInRoute } from "./routes/session";
import { trainingRoutes } from "./routes/training";

function toSignIn(): void {
  const { pathname, href } = router.state.location;
  // Without a session yet, the console's own route sends the reader there.
  if (pathname === "/sign-in" || !queryClient.getQueryData(sessionKey)) return;
  queryClient.clear();
  void router.navigate({ to: "/sign-in", search: { next: href, expired: true }, replace: true });
}

export const queryClient = createConsoleQueryClient(toSignIn);

const routeTree = rootRoute.addChildren([signInRoute, consoleRoute.addChildren([...overviewRoutes, ...datasetsRoutes, ...trainingRoutes, ...modelsRoutes, ...servicesRoutes, ...filesRoutes, ...auditRoutes, nowhereRoute])]);

export const router = createRouter({
  routeTree,
  context: { queryClient },
  defaultPreload: "intent",
  // Query decides what is fresh; the router only asks.
  defaultPreloadStaleTime: 0,
  defaultPendingComponent: () => <PageSkeleton />,
  defaultErrorComponent: CrashPage,
  defaultNotFoundComponent: NotFoundPage,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
