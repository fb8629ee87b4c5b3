// Whether the reader scrolls faster than anybody can see: then rows are drawn as empty frames, without their cells.
import { useEffect, useRef, useState, type UIEvent } from "react";

const restMs = 100;
/** Steps of this share of the window, twice in a row, are a flight; a single one is a page key. */
const share = 0.5;

export function useFlying(): { flying: boolean; onScroll: (event: UIEvent<HTMLElement>) => void } {
  const [flying, setFlying] = useState(false);
  const last = useRef({ top: 0, fast: 0 });
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  useEffect(() => () => void (timer.current && clearTimeout(timer.current)), []);

  function onScroll({ currentTarget: { scrollTop, clientHeight } }: UIEvent<HTMLElement>) {
    const fast = Math.abs(scrollTop - last.current.top) > clientHeight * share ? last.current.fast + 1 : 0;
    last.current = { top: scrollTop, fast };
    if (fast >= 2) setFlying(true);
    if (timer.current) clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      last.current.fast = 0;
      setFlying(false);
    }, restMs);
  }
  return { flying, onScroll };
}
