// Polling through TanStack Query's refetchInterval: fast while something is moving, slow or never otherwise.
// Query itself stops while the tab is hidden.
import type { Query } from "@tanstack/react-query";

/** A refetchInterval: `fast` ms while `moving(data)` holds (or nothing is known yet), else `slow` ms (false: never). */
export function pollWhile<T>(moving: (data: T) => boolean, fast = 2000, slow: number | false = false) {
  // The query's type parameters vary by caller and only its data is read here.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  return (query: Query<T, any, any, any>): number | false => {
    const { data, error } = query.state;
    if (error) return Math.max(fast, 5000);
    return data === undefined || moving(data as T) ? fast : slow;
  };
}
