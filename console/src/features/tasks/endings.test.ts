import { expect, it } from "vitest";
import type { PlatformTask } from "@/api/tasks";
import { ended } from "./endings";

it("tells the tasks that were running and no longer are", () => {
  const task = (task_id: string, state: PlatformTask["state"]) => ({ task_id, state }) as PlatformTask;
  const tasks = [task("1", "succeeded"), task("2", "running"), task("3", "failed"), task("4", "succeeded")];
  expect(ended(new Set(["1", "2", "3"]), tasks).map(({ task_id }) => task_id)).toEqual(["1", "3"]);
});
