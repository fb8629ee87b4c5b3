// Dragging a rectangle over the grid. The rectangle is drawn straight into the page, once a frame; React hears only of
// the cells that come inside.
import { useEffect, useRef, type PointerEvent, type RefObject } from "react";
import { cellsInBox, type Geometry } from "./pages";
import type { Modifiers } from "./selection";

const threshold = 6;
const edge = 28;

interface Lasso {
  onPointerDown: (event: PointerEvent<HTMLElement>) => void;
  /** The rectangle's element, inside the scrolled content. */
  rectangle: RefObject<HTMLDivElement | null>;
  /** True right after a drag: the click that ends it means nothing else. */
  dragged: RefObject<boolean>;
}

export interface LassoTarget {
  box: RefObject<HTMLElement | null>;
  geometry: Geometry;
  total: number;
  onStart: () => void;
  onCells: (cells: number[], modifiers: Modifiers) => void;
}

export function useLasso(target: LassoTarget): Lasso {
  const rectangle = useRef<HTMLDivElement>(null);
  const dragged = useRef(false);
  const latest = useRef(target);
  const stop = useRef<(() => void) | null>(null);
  useEffect(() => {
    latest.current = target;
  });
  useEffect(() => () => stop.current?.(), []);

  function onPointerDown(event: PointerEvent<HTMLElement>) {
    const box = target.box.current;
    dragged.current = false;
    if (!box || event.button !== 0 || event.pointerType === "touch") return;
    // On the scrollbar.
    if (event.nativeEvent.offsetX > box.clientWidth && event.target === box) return;
    const padding = 8;
    const inContent = (x: number, y: number) => {
      const bounds = box.getBoundingClientRect();
      return { x: x - bounds.left - padding + box.scrollLeft, y: y - bounds.top - padding + box.scrollTop };
    };
    const from = inContent(event.clientX, event.clientY);
    const pointer = { x: event.clientX, y: event.clientY };
    const modifiers = { shift: event.shiftKey, toggle: event.ctrlKey || event.metaKey };
    let frame = 0;
    let seen = "";

    const draw = () => {
      frame = 0;
      const bounds = box.getBoundingClientRect();
      // Near the edge the content moves on under the pointer.
      const pull = pointer.y < bounds.top + edge ? -14 : pointer.y > bounds.bottom - edge ? 14 : 0;
      box.scrollTop += pull;
      const to = inContent(pointer.x, pointer.y);
      const area = {
        left: Math.min(from.x, to.x),
        top: Math.min(from.y, to.y),
        right: Math.max(from.x, to.x),
        bottom: Math.max(from.y, to.y),
      };
      const element = rectangle.current;
      if (element) {
        element.style.display = "block";
        element.style.transform = `translate(${area.left}px, ${area.top}px)`;
        element.style.width = `${area.right - area.left}px`;
        element.style.height = `${area.bottom - area.top}px`;
      }
      const cells = cellsInBox(area, latest.current.geometry, latest.current.total);
      const now = `${cells[0]} ${cells.at(-1)} ${cells.length}`;
      if (now !== seen) latest.current.onCells(cells, modifiers);
      seen = now;
      if (pull !== 0) frame = requestAnimationFrame(draw);
    };
    const onMove = (move: globalThis.PointerEvent) => {
      pointer.x = move.clientX;
      pointer.y = move.clientY;
      if (!dragged.current) {
        if (Math.hypot(pointer.x - event.clientX, pointer.y - event.clientY) < threshold) return;
        dragged.current = true;
        latest.current.onStart();
      }
      frame ||= requestAnimationFrame(draw);
    };
    stop.current?.();
    stop.current = () => {
      cancelAnimationFrame(frame);
      window.removeEventListener("pointermove", onMove);
      window.removeEventListener("pointerup", stop.current ?? onMove);
      if (rectangle.current) rectangle.current.style.display = "none";
      stop.current = null;
    };
    window.addEventListener("pointermove", onMove);
    window.addEventListener("pointerup", stop.current);
  }
  return { onPointerDown, rectangle, dragged };
}
