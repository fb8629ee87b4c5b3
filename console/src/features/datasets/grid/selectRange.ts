// Selecting from one position to another in a list of which only parts are loaded.
import type { SampleList } from "./sampleList";
import type { Selection } from "./selection";

/** Select at once what is known, and the samples of the range that were never in sight as soon as they are. */
export function selectRange(list: SampleList, next: Selection, from: number, to: number, onSelect: (selection: Selection) => void): void {
  onSelect(next);
  const [first, last] = [Math.min(from, to), Math.max(from, to)];
  for (let index = first; index <= last; index += 1) {
    if (list.at(index)) continue;
    void list
      .load(first, last)
      .then((samples) => onSelect({ ids: new Set([...next.ids, ...samples.map(({ sample_id }) => sample_id)]), anchor: next.anchor }));
    return;
  }
}
