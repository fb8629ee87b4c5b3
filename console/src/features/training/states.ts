// The numbers of a version's state (JOBSTAT_* of the API), what they are called and what can be done in them.
import type { Tone } from "@/ui";

export const stateNames = {
  1: "init",
  7: "waiting",
  8: "running",
  9: "stopping",
  10: "completed",
  11: "failed",
  12: "stopped",
  13: "cancelled",
  14: "lost",
} as const;

export type StateName = (typeof stateNames)[keyof typeof stateNames];

const tones: Record<StateName, Tone> = {
  init: "waiting",
  waiting: "waiting",
  running: "active",
  stopping: "active",
  completed: "good",
  failed: "bad",
  stopped: "neutral",
  cancelled: "neutral",
  lost: "bad",
};

/** The name of a state; null for numbers that this platform does not give. */
export function stateName(status: number): StateName | null {
  return (stateNames as Record<number, StateName>)[status] ?? null;
}

export function stateTone(status: number): Tone {
  const name = stateName(status);
  return name ? tones[name] : "neutral";
}

/** Whether the state will change by itself. */
export function isMoving(status: number): boolean {
  return status < 10;
}

/** Stopping makes sense: it waits, starts or runs. */
export function canStop(status: number): boolean {
  return isMoving(status) && status !== 9;
}

export const COMPLETED = 10;

/** The filter's choices: several numbers can be one state to a reader. */
export const stateFilters: { name: StateName; value: string }[] = [
  { name: "running", value: "8" },
  { name: "waiting", value: "1|7" },
  { name: "completed", value: "10" },
  { name: "failed", value: "11|14" },
  { name: "stopped", value: "9|12|13" },
];
