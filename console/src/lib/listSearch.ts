// What the address of a list holds: words, a state, and which page of which length.
export interface ListSearch {
  q?: string;
  status?: string;
  page?: number;
  size?: number;
}

export function positive(value: unknown): number | undefined {
  const number = Number(value);
  return Number.isSafeInteger(number) && number > 0 ? number : undefined;
}

/** What of an address's search is meant for a list; anything else is left out. */
export function listSearch(search: Record<string, unknown>): ListSearch {
  return {
    ...(search.q !== undefined && { q: String(search.q) }),
    ...(search.status !== undefined && { status: String(search.status) }),
    ...(positive(search.page) && { page: positive(search.page) }),
    ...(positive(search.size) && { size: positive(search.size) }),
  };
}
