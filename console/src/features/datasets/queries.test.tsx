import { QueryClient, QueryClientProvider, QueryObserver } from "@tanstack/react-query";
import { renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { expect, it, vi } from "vitest";
import { refreshDataset, useRefreshOn } from "./queries";

const keyOf = (path: string, id: string) => ["get", path, { params: { path: { project_id: "p", dataset_id: id } } }];
const [dataset, versions] = ["/v2/{project_id}/datasets/{dataset_id}", "/v2/{project_id}/datasets/{dataset_id}/versions"];

it("asks again for all that tells of a dataset when one answer has changed, and for nothing of another one", () => {
  const client = new QueryClient();
  for (const path of [dataset, versions]) for (const id of ["d1", "d2"]) client.setQueryData(keyOf(path, id), {});
  const stale = () =>
    client
      .getQueryCache()
      .getAll()
      .filter(({ state }) => state.isInvalidated)
      .map(({ queryKey }) => queryKey);
  const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>;
  const { rerender } = renderHook(({ state }) => useRefreshOn("d1", state), { wrapper, initialProps: { state: "publishing" } });
  expect(stale()).toEqual([]);
  rerender({ state: "normal" });
  expect(stale()).toEqual([keyOf(dataset, "d1"), keyOf(versions, "d1")]);
});

it("is done refreshing once what is shown is new", async () => {
  const client = new QueryClient();
  let answer: (value: string) => void = () => undefined;
  const queryKey = keyOf(dataset, "d1");
  client.setQueryData(queryKey, "old");
  const queryFn = () => new Promise<string>((resolve) => (answer = resolve));
  const close = new QueryObserver(client, { queryKey, queryFn, staleTime: Infinity }).subscribe(vi.fn());
  let done = false;
  const refreshed = refreshDataset(client, "d1").then(() => (done = true));
  await Promise.resolve();
  expect(done).toBe(false);
  answer("new");
  await refreshed;
  expect(client.getQueryData(queryKey)).toBe("new");
  close();
});
