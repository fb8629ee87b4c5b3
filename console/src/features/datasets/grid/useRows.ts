// Which rows of the grid exist: those in sight and a few beyond. In flight none are made: the rows stay where they were,
// empty frames are drawn in their place, and rows are made where the reader lands.
import { useEffect, useRef, useState, type RefObject, type UIEvent } from "react";
import { flown, landed, restMs } from "./flight";
import { rowsAround, type Geometry, type Rows } from "./pages";

interface View extends Rows {
  flying: boolean;
  onScroll: (event: UIEvent) => void;
}

export function useRows(box: RefObject<HTMLElement | null>, height: number, geometry: Geometry): View {
  // As of the last row that went out of sight, not of the last pixel.
  const [{ top, flying }, setPlace] = useState({ top: 0, flying: false });
  const flight = useRef(landed);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const rowAt = (place: number) => Math.floor(place / geometry.rowHeight);

  function land() {
    const now = box.current?.scrollTop ?? 0;
    flight.current = { ...landed, top: now };
    setPlace({ top: now, flying: false });
  }
  function onScroll({ timeStamp }: UIEvent) {
    const now = box.current?.scrollTop ?? 0;
    flight.current = flown(flight.current, now, timeStamp, height);
    if (flight.current.flying) {
      if (!flying) setPlace({ top, flying: true });
      clearTimeout(timer.current);
      timer.current = setTimeout(land, restMs);
    } else if (flying || rowAt(now) !== rowAt(top)) {
      clearTimeout(timer.current);
      setPlace({ top: now, flying: false });
    }
  }
  return { ...rowsAround(rowAt(top), height, geometry), flying, onScroll };
}
