// The virtual grid: only the rows in sight exist. Pointer and arrow keys select here; what a selection is for is the
// page's business.
import { theme } from "antd";
import { useEffect, useImperativeHandle, useMemo, useRef, type CSSProperties, type KeyboardEvent, type MouseEvent, type Ref } from "react";
import { useTranslation } from "@/lib/i18n";
import { useSize } from "@/lib/size";
import "./grid.css";
import { gap, gridGeometry, moved } from "./pages";
import { cellId, SampleCell } from "./SampleCell";
import type { SampleList } from "./sampleList";
import { click, extend, lasso, toggleOne, type Selection } from "./selection";
import { selectRange } from "./selectRange";
import { useLasso } from "./useLasso";
import { useRows } from "./useRows";
import { useListFact } from "./useSamples";

export interface GridHandle {
  focus: () => void;
  /** Scroll a position into sight and make it the active one. */
  show: (index: number) => void;
  /** The positions in sight. */
  visible: () => { first: number; last: number };
}

interface SampleGridProps {
  ref: Ref<GridHandle>;
  list: SampleList;
  size: number;
  colors: ReadonlyMap<string, string>;
  selection: Selection;
  onSelect: (selection: Selection) => void;
  active: number;
  onActive: (index: number) => void;
  onOpen: (index: number) => void;
}

const padding = 8;

export function SampleGrid({ ref, list, size, colors, selection, onSelect, active, onActive, onOpen }: SampleGridProps) {
  const { t } = useTranslation("datasets");
  const box = useRef<HTMLDivElement>(null);
  const { width, height } = useSize(box);
  const total = useListFact(list, "total") ?? 0;
  // Samples are looked up while drawing: what came into the list is all that has to be heard of.
  useListFact(list, "version");
  const geometry = gridGeometry(Math.max(0, width - 2 * padding), size, total);
  const { columns, columnWidth, rowHeight, rows } = geometry;
  const { first, last, pool, flying, onScroll } = useRows(box, height, geometry);
  const firstShown = first * columns;
  const lastShown = Math.max(firstShown, (last + 1) * columns - 1);
  const { look } = list;
  useEffect(() => {
    if (!flying) look(firstShown, lastShown);
  }, [look, firstShown, lastShown, total, flying]);

  const rowsInSight = Math.floor(height / rowHeight);
  const texts = useMemo(
    () => ({ loading: t("grid.loading"), unlabelled: t("tab.unlabelled"), hard: t("hard.mark"), missing: t("grid.missing") }),
    [t],
  );
  const idAt = (index: number) => list.at(index)?.sample_id;
  const show = (index: number) => {
    onActive(index);
    const element = box.current;
    const top = Math.floor(index / columns) * rowHeight;
    if (element && top < element.scrollTop) element.scrollTop = top;
    else if (element) element.scrollTop = Math.max(element.scrollTop, top + rowHeight + padding - height);
  };
  useImperativeHandle(ref, () => ({
    focus: () => box.current?.focus({ preventScroll: true }),
    show,
    visible: () => {
      const top = Math.ceil((box.current?.scrollTop ?? 0) / rowHeight) * columns;
      return { first: top, last: Math.min(total - 1, top + Math.max(1, rowsInSight) * columns - 1) };
    },
  }));

  const select = (next: Selection, from: number, to: number) => selectRange(list, next, from, to, onSelect);

  const before = useRef<Selection>(selection);
  const { onPointerDown, rectangle, dragged } = useLasso({
    box,
    geometry,
    total,
    onStart: () => {
      before.current = selection;
    },
    onCells: (cells, modifiers) => {
      const inside = cells.flatMap((index) => idAt(index) ?? []);
      onSelect(lasso(before.current, inside, modifiers));
    },
  });

  function onClick(event: MouseEvent<HTMLElement>) {
    if (dragged.current) return;
    const element = event.target as HTMLElement;
    const cell = element.closest<HTMLElement>("[data-index]");
    if (!cell) return onSelect({ ids: new Set(), anchor: null });
    const index = Number(cell.dataset.index);
    const id = idAt(index);
    onActive(index);
    if (id !== undefined && element.closest("[data-check]") && !event.shiftKey) return onSelect(toggleOne(selection, index, id));
    const next = click(selection, index, idAt, { shift: event.shiftKey, toggle: event.ctrlKey || event.metaKey });
    if (event.shiftKey) select(next, next.anchor ?? index, index);
    else onSelect(next);
  }

  function onKeyDown(event: KeyboardEvent<HTMLElement>) {
    const { key, shiftKey, ctrlKey, metaKey, altKey } = event;
    const command = ctrlKey || metaKey;
    if (altKey) return;
    const next = moved(key, active, geometry, rowsInSight, total);
    if (next !== null) {
      event.preventDefault();
      show(next);
      if (shiftKey) {
        const anchored = selection.anchor === null ? { ...selection, anchor: active } : selection;
        select(extend(anchored, next, idAt), anchored.anchor ?? active, next);
      } else if (!command) {
        const id = idAt(next);
        onSelect({ ids: new Set(id === undefined ? [] : [id]), anchor: next });
      }
      return;
    }
    if (command || total === 0) return;
    if (key === "Enter" || key === " ") {
      event.preventDefault();
      onOpen(active);
    } else if (key.toLowerCase() === "x") {
      const id = idAt(active);
      if (id !== undefined) onSelect(toggleOne(selection, active, id));
    }
  }

  const { token } = theme.useToken();
  const colorsOfTheme = {
    "--ds-placeholder": token.colorFillTertiary,
    "--ds-text": token.colorText,
    "--ds-secondary": token.colorTextSecondary,
    "--ds-on-primary": token.colorBgContainer,
    "--ds-edge": `${columnWidth - gap}px`,
  } as CSSProperties;
  return (
    <div
      ref={box}
      className="ds-grid"
      role="listbox"
      tabIndex={0}
      aria-multiselectable
      aria-label={t("grid.label")}
      aria-activedescendant={active >= firstShown && active <= lastShown && active < total ? cellId(active) : undefined}
      style={colorsOfTheme}
      onPointerDown={onPointerDown}
      onClick={onClick}
      onDoubleClick={(event) => {
        const cell = (event.target as HTMLElement).closest<HTMLElement>("[data-index]");
        if (cell) onOpen(Number(cell.dataset.index));
      }}
      onKeyDown={onKeyDown}
      onScroll={onScroll}
    >
      <div
        role="presentation"
        className={flying ? "ds-flying" : undefined}
        style={{ position: "relative", height: rows * rowHeight + padding }}
      >
        {Array.from({ length: last - first + 1 }, (_, step) => {
          const row = first + step;
          return (
            <div key={row % pool} role="presentation" className="ds-row" style={{ top: row * rowHeight }}>
              {Array.from({ length: Math.min(columns, total - row * columns) }, (_, column) => {
                const index = row * columns + column;
                const sample = list.at(index);
                return (
                  <SampleCell
                    key={column}
                    sample={sample}
                    index={index}
                    total={total}
                    size={columnWidth - gap}
                    colors={colors}
                    texts={texts}
                    selected={sample !== undefined && selection.ids.has(sample.sample_id)}
                    active={index === active}
                  />
                );
              })}
            </div>
          );
        })}
        <div ref={rectangle} className="ds-lasso" role="presentation" style={{ top: 0, left: 0 }} />
      </div>
    </div>
  );
}
