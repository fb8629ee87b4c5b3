// The virtual list of samples that are no pictures. It selects and moves as the grid of pictures does and is used in its
// place: what a selection is for is the page's business.
import { theme } from "antd";
import { useEffect, useImperativeHandle, useRef, useState, type CSSProperties, type KeyboardEvent, type MouseEvent, type Ref } from "react";
import { useTranslation } from "@/lib/i18n";
import { useSize } from "@/lib/size";
import "../grid/grid.css";
import type { GridHandle } from "../grid/SampleGrid";
import type { SampleList } from "../grid/sampleList";
import { click, extend, toggleOne, type Selection } from "../grid/selection";
import { selectRange } from "../grid/selectRange";
import { useListFact } from "../grid/useSamples";
import type { DatasetType } from "../types";
import { rowHeights, rowId, SampleRow } from "./SampleRow";
import { isPaced, movedRow, rowsInSight, rowTop, topFor, trackHeight, type Track } from "./track";
import "./rows.css";

interface SampleRowsProps {
  ref: Ref<GridHandle>;
  list: SampleList;
  type: DatasetType;
  colors: ReadonlyMap<string, string>;
  selection: Selection;
  onSelect: (selection: Selection) => void;
  active: number;
  onActive: (index: number) => void;
  onOpen: (index: number) => void;
}

export function SampleRows({ ref, list, type, colors, selection, onSelect, active, onActive, onOpen }: SampleRowsProps) {
  const { t } = useTranslation("datasets");
  const { token } = theme.useToken();
  const box = useRef<HTMLDivElement>(null);
  const { height } = useSize(box);
  const total = useListFact(list, "total") ?? 0;
  // Samples are looked up while drawing: what came into the list is all that has to be heard of.
  useListFact(list, "version");
  const [top, setTop] = useState(0);
  const track: Track = { total, rowHeight: rowHeights[type.scene], height };
  const { first, last } = rowsInSight(top, track);
  const { look } = list;
  useEffect(() => look(first, Math.max(first, last)), [look, first, last, total]);

  const idAt = (index: number) => list.at(index)?.sample_id;
  function show(index: number) {
    onActive(index);
    if (box.current) box.current.scrollTop = topFor(index, box.current.scrollTop, track);
  }
  useImperativeHandle(ref, () => ({
    focus: () => box.current?.focus({ preventScroll: true }),
    show,
    visible: () => rowsInSight(box.current?.scrollTop ?? 0, track, 0),
  }));

  function onScroll() {
    const now = box.current?.scrollTop ?? 0;
    // Rows stand still in their element unless it is paced: then only another first row is news.
    if (isPaced(track) || rowsInSight(now, track).first !== first || rowsInSight(now, track).last !== last) setTop(now);
  }
  function onClick(event: MouseEvent<HTMLElement>) {
    const element = event.target as HTMLElement;
    const row = element.closest<HTMLElement>("[data-index]");
    if (!row || element.closest("audio, video, button")) return;
    const index = Number(row.dataset.index);
    const id = idAt(index);
    onActive(index);
    if (id !== undefined && element.closest("[data-check]") && !event.shiftKey) onSelect(toggleOne(selection, index, id));
    else {
      const next = click(selection, index, idAt, { shift: event.shiftKey, toggle: event.ctrlKey || event.metaKey });
      if (event.shiftKey) selectRange(list, next, next.anchor ?? index, index, onSelect);
      else onSelect(next);
    }
  }
  function onKeyDown(event: KeyboardEvent<HTMLElement>) {
    const { key, shiftKey, ctrlKey, metaKey, altKey } = event;
    // A player keeps its own keys.
    if (altKey || event.target !== event.currentTarget) return;
    const next = movedRow(key, active, track);
    if (next !== null) {
      event.preventDefault();
      show(next);
      if (shiftKey) {
        const anchored = selection.anchor === null ? { ...selection, anchor: active } : selection;
        selectRange(list, extend(anchored, next, idAt), anchored.anchor ?? active, next, onSelect);
      } else if (!ctrlKey && !metaKey) {
        const id = idAt(next);
        onSelect({ ids: new Set(id === undefined ? [] : [id]), anchor: next });
      }
      return;
    }
    if (ctrlKey || metaKey || total === 0) return;
    if (key === "Enter" || key === " ") {
      event.preventDefault();
      onOpen(active);
    } else if (key.toLowerCase() === "x") {
      const id = idAt(active);
      if (id !== undefined) onSelect(toggleOne(selection, active, id));
    }
  }
  const colorsOfTheme = { "--ds-secondary": token.colorTextSecondary, "--ds-on-primary": token.colorBgContainer } as CSSProperties;
  return (
    <div
      ref={box}
      className="ds-rows"
      role="grid"
      tabIndex={0}
      aria-multiselectable
      aria-label={t("grid.label")}
      aria-rowcount={total}
      aria-activedescendant={active >= first && active <= last ? rowId(active) : undefined}
      style={colorsOfTheme}
      onMouseDown={(event) => {
        if (!event.shiftKey) return;
        // A range of samples is meant, not the text between.
        event.preventDefault();
        box.current?.focus({ preventScroll: true });
      }}
      onClick={onClick}
      onDoubleClick={(event) => {
        const element = event.target as HTMLElement;
        const row = element.closest<HTMLElement>("[data-index]");
        if (row && !element.closest("audio, video, button")) onOpen(Number(row.dataset.index));
      }}
      onKeyDown={onKeyDown}
      onScroll={onScroll}
    >
      <div role="presentation" style={{ position: "relative", height: trackHeight(track) }}>
        {height > 0 &&
          Array.from({ length: Math.max(0, last - first + 1) }, (_, step) => {
            const index = first + step;
            const sample = list.at(index);
            return (
              <SampleRow
                key={sample?.sample_id ?? index}
                sample={sample}
                type={type}
                index={index}
                top={rowTop(index, top, track)}
                selected={sample !== undefined && selection.ids.has(sample.sample_id)}
                active={index === active}
                colors={colors}
                onOpen={onOpen}
              />
            );
          })}
      </div>
    </div>
  );
}
