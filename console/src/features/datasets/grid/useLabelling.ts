// Labelling as the data page does it: shown at once, saved in the background, taken back where the server refuses, and
// undone step by step.
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo, useState, useSyncExternalStore } from "react";
import { api } from "@/api/client";
import { ApiError } from "@/api/errors";
import { useScope } from "@/api/session";
import { useTranslation } from "@/lib/i18n";
import { useNotify } from "@/ui";
import { refreshDataset, samplesKey } from "../queries";
import { applyMarks, findSamples, patchSamples } from "./chunks";
import { emptyHistory, recorded, redo, undo, withoutFailed, type History } from "./history";
import { reversed, type Change, type Marks, type Sample, type SampleChange } from "./labelling";
import { SaveQueue, type Failure, type Outcome, type SaveState } from "./saving";

export interface Labelling {
  /** Make a labelling step of these samples. */
  apply: (samples: readonly Sample[], changes: Change[]) => void;
  undo: () => void;
  redo: () => void;
  canUndo: boolean;
  canRedo: boolean;
  saving: SaveState;
}

/** `onMarks` hears of every change that is shown, also of those that are taken back. */
export function useLabelling(datasetId: string, onMarks: (marks: ReadonlyMap<string, Marks>) => void): Labelling {
  const { projectId } = useScope();
  const client = useQueryClient();
  const notify = useNotify();
  const { t } = useTranslation("datasets");
  const [history, setHistory] = useState<History>(emptyHistory);

  const show = useCallback(
    (changes: readonly Change[]) => {
      const marks = new Map(changes.map(({ id, after }) => [id, after]));
      applyMarks(client, datasetId, marks);
      onMarks(marks);
    },
    [client, datasetId, onMarks],
  );

  const queue = useMemo(() => {
    function onFailure({ changes, current, error }: Failure) {
      show(reversed(changes));
      const theirs = new Map(current.map((sample) => [sample.sample_id, sample]));
      patchSamples(client, datasetId, (sample) => theirs.get(sample.sample_id) ?? sample);
      setHistory((old) => withoutFailed(old, new Set(changes)));
      const title = current.length > 0 ? t("save.stale", { count: current.length }) : t("save.failed", { count: changes.length });
      notify.error(error, title);
    }
    // "Saved" is said together with the counts that include it.
    const onSettled = () => refreshDataset(client, datasetId, { samples: true });
    return new SaveQueue({ send: (items) => send(projectId, datasetId, items), onFailure, onSettled });
  }, [client, projectId, datasetId, notify, show, t]);
  const saving = useSyncExternalStore(queue.subscribe, queue.snapshot);

  const save = useCallback(
    (samples: readonly Sample[], changes: Change[]) => {
      // A list that was asked for before this step would show the state before it; all are asked again afterwards.
      void client.cancelQueries({ queryKey: samplesKey(datasetId) });
      show(changes);
      queue.add(changes, new Map(samples.map(({ sample_id, revision }) => [sample_id, revision])));
    },
    [client, datasetId, queue, show],
  );

  function step(next: ReturnType<typeof undo>) {
    if (!next) return;
    setHistory(next.history);
    const ids = new Set(next.changes.map(({ id }) => id));
    save(findSamples(client, datasetId, ids), next.changes);
  }
  return {
    apply: (samples, changes) => {
      if (changes.length === 0) return;
      setHistory((old) => recorded(old, changes));
      save(samples, changes);
    },
    undo: () => step(undo(history)),
    redo: () => step(redo(history)),
    canUndo: history.done.length > 0,
    canRedo: history.undone.length > 0,
    saving,
  };
}

async function send(projectId: string, datasetId: string, samples: SampleChange[]): Promise<Outcome[]> {
  const { data } = await api.PUT("/v2/{project_id}/datasets/{dataset_id}/data-annotations/samples", {
    params: { path: { project_id: projectId, dataset_id: datasetId } },
    body: { samples },
  });
  return samples.map((_, index) => {
    // Without results every item ended as the whole did.
    const result = data?.results?.[index] ?? data;
    if (result?.success) return { ok: true, revision: "revision" in result ? (result.revision ?? undefined) : undefined };
    const details = result && "error_details" in result ? (result.error_details as { current?: Sample } | null) : null;
    const code = result?.error_code ?? "";
    return {
      ok: false,
      current: details?.current,
      error: new ApiError({ status: details?.current ? 409 : 400, code, message: result?.error_msg ?? "", requestId: null }),
    };
  });
}
