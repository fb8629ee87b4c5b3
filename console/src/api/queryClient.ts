// TanStack Query as the console uses it: what is worth a retry, and what happens when the session has ended.
import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { toApiError } from "./errors";

/** Build the client; `onSignedOut` is called when the server answers 401 to any query or mutation. */
export function createConsoleQueryClient(onSignedOut: () => void): QueryClient {
  const onError = (error: unknown) => {
    if (toApiError(error).status === 401) onSignedOut();
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: 5000,
        // A refusal stays a refusal; a server that restarts is back in seconds.
        retry: (failures, error) => {
          const { status } = toApiError(error);
          return failures < 2 && (status === 0 || status >= 500);
        },
        refetchOnWindowFocus: true,
      },
      mutations: { retry: false },
    },
  });
}
