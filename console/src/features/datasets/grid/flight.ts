// Whether the reader scrolls faster than anybody can see. Pure: from one position and moment to the next.

export interface Flight {
  readonly top: number;
  /** Milliseconds. */
  readonly time: number;
  /** Fast steps in a row. */
  readonly fast: number;
  readonly flying: boolean;
}

/** Scrolling rests once it has not moved for so long (ms). */
export const restMs = 100;
/** Windows a second: from the first on nothing can be seen any more, below the second it can be again. */
const speeds = { begins: 7, ends: 4 };

export const landed: Flight = { top: 0, time: 0, fast: 0, flying: false };

/** A window of this height has scrolled to `top`. One fast step alone is no flight: it is a page key, or a click. */
export function flown(old: Flight, top: number, time: number, height: number): Flight {
  const seconds = Math.max(1, time - old.time) / 1000;
  const speed = Math.abs(top - old.top) / Math.max(1, height) / seconds;
  const fast = speed > speeds.begins ? old.fast + 1 : 0;
  return { top, time, fast, flying: old.flying ? speed > speeds.ends : fast >= 2 };
}
