import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { expect, it } from "vitest";
import { samplesKey } from "../queries";
import { useRefreshAfter, type ImportState } from "./queries";

const run = (status: string, dry_run = false) => ({ dataset_id: "d1", task_id: "t1", status, dry_run }) as ImportState;

function follow(first: ImportState, started: boolean) {
  const client = new QueryClient();
  client.setQueryData([...samplesKey("d1"), 0], {});
  const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>;
  const { rerender } = renderHook(({ state }) => useRefreshAfter(state, started), { wrapper, initialProps: { state: first } });
  const stale = () => client.getQueryState([...samplesKey("d1"), 0])?.isInvalidated;
  return { next: (state: ImportState) => rerender({ state }), stale };
}

it("looks at the samples again when an import has ended", () => {
  const { next, stale } = follow(run("RUNNING"), false);
  expect(stale()).toBe(false);
  next(run("COMPLETED"));
  expect(stale()).toBe(true);
});

it("does so after one that was over before anybody could look", () => {
  expect(follow(run("COMPLETED"), true).stale()).toBe(true);
});

it("leaves the samples alone after a check, and after an import of long ago", () => {
  const { next, stale } = follow(run("RUNNING", true), true);
  next(run("COMPLETED", true));
  expect(stale()).toBe(false);
  expect(follow(run("COMPLETED"), false).stale()).toBe(false);
});
