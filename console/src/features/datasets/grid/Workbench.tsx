// Where labelling happens: it ties the list, the selection, the labels and the keys together.
import { Flex, Tabs } from "antd";
import { useCallback, useRef, useState } from "react";
import { useFormat, useTranslation } from "@/lib/i18n";
import { ErrorState, useNotify } from "@/ui";
import type { Dataset, Stats } from "../queries";
import { SampleRows } from "../rows/SampleRows";
import { hasLabels, typeOf } from "../types";
import { DeleteSamples } from "./DeleteSamples";
import { leaves, tabsOf, type SampleSearch, type Tab } from "./filter";
import { FilterBar } from "./FilterBar";
import { KeysDialog } from "./KeysDialog";
import { useKeys, type KeyActions } from "./keys";
import { removeLabel, removeLabels, setUsage, toggleHard, toggleLabel, withMarks, type Change, type Marks, type Sample } from "./labelling";
import { LabelPanel } from "./LabelPanel";
import { NoSamples } from "./NoSamples";
import { Preview } from "./Preview";
import { SampleGrid, type GridHandle } from "./SampleGrid";
import { addAll, nothing, without, type Selection } from "./selection";
import { sizes, Toolbar } from "./Toolbar";
import { useLabelling } from "./useLabelling";
import { useLabelSet } from "./useLabelSet";
import { useNextUnlabelled } from "./useNextUnlabelled";
import { useKnownSamples, useListFact, useSampleList } from "./useSamples";
import { useStored } from "./useStored";

interface WorkbenchProps {
  dataset: Dataset;
  stats: Stats;
  search: SampleSearch;
  onSearch: (search: SampleSearch) => void;
  counts: Record<Tab, number>;
}

interface Shown {
  index: number;
  sample: Sample;
}

export function Workbench({ dataset, stats, search, onSearch, counts }: WorkbenchProps) {
  const { t } = useTranslation("datasets");
  const format = useFormat();
  const notify = useNotify();
  const { dataset_id: datasetId } = dataset;
  const type = typeOf(dataset.dataset_type);
  const labels = stats.label_stats;
  // Of the list only what changes seldom is read here: a chunk that arrives draws nothing but the grid anew.
  const { colors, keys, entities } = useLabelSet(labels, dataset.dataset_type);
  const list = useSampleList(datasetId, search, entities);
  const total = useListFact(list, "total");
  const error = useListFact(list, "error");
  const grid = useRef<GridHandle>(null);
  const [selection, setSelection] = useState<Selection>(nothing);
  const [active, setActive] = useState(0);
  const [shown, setShown] = useState<Shown | null>(null);
  const [deleting, setDeleting] = useState<string[]>([]);
  const [helping, setHelping] = useState(false);
  const [size, setSize] = useStored("size", 128);
  const [single, setSingle] = useStored("single", false);

  const selected = useKnownSamples(datasetId, selection.ids);

  const onMarks = useCallback((marks: ReadonlyMap<string, Marks>) => {
    setShown((old) => {
      const own = old && marks.get(old.sample.sample_id);
      return own ? { ...old, sample: withMarks(old.sample, own) } : old;
    });
  }, [setShown]);
  const labelling = useLabelling(datasetId, onMarks);
  const nextUnlabelled = useNextUnlabelled(list, counts.unlabelled);

  const targets = shown ? [shown.sample] : selected;
  function step(changes: Change[]) {
    labelling.apply(targets, changes);
    // Samples that no longer belong here go out of sight, and with them out of the selection.
    const gone = changes.filter(({ after }) => leaves(search, after.labels.map(({ name }) => name)));
    setSelection((old) => without(old, gone.map(({ id }) => id)));
  }
  const toggle = (name: string) => targets.length > 0 && step(toggleLabel(targets, name, type.number, { only: single }));
  const hard = () => targets.length > 0 && step(toggleHard(targets));

  function changeSearch(next: SampleSearch) {
    setSelection(nothing);
    setActive(0);
    onSearch(next);
  }
  function open(index: number) {
    const sample = list.at(index);
    if (sample) setShown({ index, sample });
  }
  /** Show a position large, in sight behind it, and select it. */
  async function go(index: number) {
    const [sample] = await list.load(index, index);
    if (!sample) return;
    grid.current?.show(index);
    setSelection({ ids: new Set([sample.sample_id]), anchor: index });
    setShown((old) => old && { index, sample });
  }
  const here = shown ? shown.index : active;
  // A sample that was just labelled may have left the list: what follows it has taken its place.
  const after = () => (shown && list.at(here)?.sample_id !== shown.sample.sample_id ? here : here + 1);
  const next = () =>
    void nextUnlabelled(after()).then(
      (index) => (index === null ? notify.info(t("grid.noneUnlabelled")) : go(index)),
      (error: unknown) => notify.error(error),
    );
  function move(direction: 1 | -1) {
    const index = direction === 1 ? after() : here - 1;
    if (index >= 0 && index < (total ?? 0)) void go(index).catch((error: unknown) => notify.error(error));
  }
  const resize = (direction: 1 | -1) => setSize(Math.min(sizes.most, Math.max(sizes.least, size + direction * sizes.step)));
  const selectLoaded = () => setSelection((old) => addAll(old, list.loaded().map(({ sample_id }) => sample_id)));
  function selectVisible() {
    const { first, last } = grid.current?.visible() ?? { first: 0, last: -1 };
    void list.load(first, last).then((samples) => setSelection((old) => addAll(old, samples.map(({ sample_id }) => sample_id))));
  }

  const labelActions = { label: toggle, hard, next, undo: labelling.undo, redo: labelling.redo, help: () => setHelping(true) };
  const actions: KeyActions = {
    ...labelActions,
    selectLoaded,
    clear: () => setSelection(nothing),
    remove: () => setDeleting([...selection.ids]),
    search: () => document.querySelector<HTMLInputElement>("[data-search] input, input[data-search]")?.focus(),
    size: resize,
  };
  useKeys(shown === null, keys, actions);

  const pictures = type.scene === "image";
  const view = { list, colors, selection, onSelect: setSelection, active, onActive: setActive, onOpen: open };
  return (
    <Flex gap={12} style={{ flex: 1, minHeight: 0 }}>
      <Flex vertical gap={8} style={{ flex: 1, minWidth: 0, minHeight: 0 }}>
        <Tabs
          activeKey={search.tab ?? "all"}
          onChange={(tab) => changeSearch({ ...search, tab: tab === "all" ? undefined : (tab as SampleSearch["tab"]) })}
          tabBarStyle={{ margin: 0 }}
          items={tabsOf(type).map((tab) => ({ key: tab, label: `${t(`tab.${tab}`)} (${format.number(counts[tab])})` }))}
        />
        <FilterBar search={search} onSearch={changeSearch} labels={labels} folder={type.scene === "text" ? null : dataset.data_url} />
        <Toolbar
          selected={selection.ids.size}
          total={total}
          labelling={labelling}
          size={pictures ? size : null}
          onSize={setSize}
          onSelectVisible={() => {
            selectVisible();
            grid.current?.focus();
          }}
          onSelectLoaded={() => {
            selectLoaded();
            // The key that follows is meant for the samples, not for the menu.
            grid.current?.focus();
          }}
          onClear={() => setSelection(nothing)}
          onHard={hard}
          onUsage={(usage) => step(setUsage(targets, usage))}
          onDelete={() => setDeleting([...selection.ids])}
          onKeys={() => setHelping(true)}
        />
        {error !== null && <ErrorState error={error} onRetry={list.retry} />}
        {total === 0 ? (
          <NoSamples dataset={dataset} search={search} onClear={() => changeSearch({ tab: search.tab })} />
        ) : pictures ? (
          <SampleGrid ref={grid} key={JSON.stringify(search)} size={size} {...view} />
        ) : (
          <SampleRows ref={grid} key={JSON.stringify(search)} type={type} {...view} />
        )}
      </Flex>
      {hasLabels(type) && (
        <LabelPanel
          datasetId={datasetId}
          type={type}
          labels={labels}
          keys={keys}
          colors={colors}
          samples={selected}
          selected={selection.ids.size}
          onToggle={toggle}
          onRemove={(name) => step(removeLabel(targets, name))}
          onRemoveAll={() => step(removeLabels(targets))}
          single={single}
          onSingle={setSingle}
        />
      )}
      <Preview
        datasetId={datasetId}
        type={type}
        colors={colors}
        sample={shown?.sample ?? null}
        index={here}
        total={Math.max(total ?? 0, here + 1)}
        list={list}
        labels={labels}
        keys={keys}
        actions={labelActions}
        onMove={move}
        onClose={() => {
          setShown(null);
          grid.current?.focus();
        }}
      />
      <DeleteSamples
        datasetId={datasetId}
        ids={deleting}
        onDeleted={(ids) => setSelection((old) => without(old, ids))}
        onClose={() => setDeleting([])}
      />
      <KeysDialog open={helping} onClose={() => setHelping(false)} />
    </Flex>
  );
}
