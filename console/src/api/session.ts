// Who is signed in, and which project and workspace the page works in. Signing in and out lives here too, so that the
// shell and the sign-in page share one cache entry.
import { queryOptions, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { createContext, useContext } from "react";
import { $api, api, type Answer, type Body } from "./client";

export type Session = Answer<"/v1/console/session", "get">;
export type SignIn = Body<"/v1/console/session", "post">;

export const sessionKey = ["console", "session"] as const;

export const sessionQuery = queryOptions({
  queryKey: sessionKey,
  queryFn: async ({ signal }) => {
    const { data } = await api.GET("/v1/console/session", { signal });
    return data as Session;
  },
  staleTime: 60_000,
});

/** The session; only below the console's layout, where it is always there. */
export function useSession(): Session {
  return useSuspenseQuery(sessionQuery).data;
}

export function useSignIn() {
  const client = useQueryClient();
  return $api.useMutation("post", "/v1/console/session", {
    onSuccess: (session) => client.setQueryData(sessionKey, session as Session),
  });
}

export async function signOut(): Promise<void> {
  await api.DELETE("/v1/console/session");
}

export interface Scope {
  projectId: string;
  /** null stands for every workspace the user may see. */
  workspaceId: string | null;
}

export const ScopeContext = createContext<Scope | null>(null);

/** The project and workspace that the header shows; every query key and path should take them from here. */
export function useScope(): Scope {
  const scope = useContext(ScopeContext);
  if (!scope) throw new Error("useScope is only for pages inside the console's layout.");
  return scope;
}
