import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "./root";

export interface SignInSearch {
  /** Where to go afterwards: a path of this console. */
  next?: string;
  /** The session ended while a page was open. */
  expired?: boolean;
}

export const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-in",
  validateSearch: (search: Record<string, unknown>): SignInSearch => ({
    ...(typeof search.next === "string" && { next: search.next }),
    ...(search.expired === true && { expired: true }),
  }),
  component: lazyRouteComponent(() => import("@/features/session/SignInPage"), "SignInPage"),
});
