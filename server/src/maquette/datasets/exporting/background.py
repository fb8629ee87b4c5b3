"""The task of an export: one state of the samples onto this disk, their files into the folder, and last what needs all.

    claim      the folder is empty; from now on it is this export's
    snapshot   entries, and for texts the document itself         checkpoint: what was written, with digests
    copies     a batch of files and what lies beside them         checkpoint: how many batches
    documents  one file for all samples, then the report          or rows, batch by batch, when it is a new dataset

A killed export goes on behind its last batch; whatever it does twice gives the same bytes under the same names. What
was written stays when an export fails: the folder was empty before, and its owner can delete it.
"""

import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from functools import partial
from itertools import islice
from typing import Any

from sqlalchemy.orm import Session

from maquette.buckets import Stores, open_bucket
from maquette.datasets.exporting import new_dataset
from maquette.datasets.exporting.copying import Copier, address, copying_threads, first_in, following, measured
from maquette.datasets.exporting.documents import document_of
from maquette.datasets.exporting.errors import lost_spool, not_empty
from maquette.datasets.exporting.schemas import ExportRequest
from maquette.datasets.exporting.snapshots import (
    LOSSES_FILE,
    SHARE,
    Asked,
    Snapshot,
    is_whole,
    take_snapshot,
    target_of,
)
from maquette.datasets.exporting.spool import BATCH, Entry, LossReport, Outcome, Spool, read_losses
from maquette.datasets.exporting.targets import DATASET, Target
from maquette.datasets.listing import EXPORT
from maquette.datasets.paths import inner_paths
from maquette.datasets.tables import Dataset, TransferRun
from maquette.datasets.types import VIDEO
from maquette.datasets.working_set import signature
from maquette.db import Database
from maquette.formats.samples import PARENT_SOURCE, Sample
from maquette.kit.clock import now_ms
from maquette.kit.config import Settings
from maquette.kit.errors import NotFound
from maquette.storage import obs_url, parse_obs_url
from maquette.storage.base import CHUNK
from maquette.tasks import RunningTask, TaskHandler
from maquette.tasks.handling import Interrupted, LeaseLost
from maquette.tasks.progress import PROGRESS

COPIES_A_STEP = 200
REPORT_FILE = "report"
_SHARE_OF_COPIES = 0.9


def handlers(settings: Settings, database: Database, stores: Stores) -> dict[str, TaskHandler]:
    return {EXPORT: partial(_export, settings, stores)}


def _export(settings: Settings, stores: Stores, task: RunningTask) -> dict[str, Any]:
    with task.database.read() as session:
        run = session.get(TransferRun, task.id)
        dataset = session.get(Dataset, task.resource_id)
    if run is None or dataset is None or dataset.deleted:
        raise NotFound("The dataset has been deleted.")
    folder = settings.cache_dir / f"export-{task.id}"
    try:
        counts = run.counts if run.finished_at else _Export(stores, task, dataset, run, Spool(folder)).run()
    except (Interrupted, LeaseLost):
        raise  # somebody goes on with what lies in the folder
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    shutil.rmtree(folder, ignore_errors=True)
    return counts


class _Export:
    """One export from its beginning, or its checkpoint, to its end."""

    def __init__(self, stores: Stores, task: RunningTask, dataset: Dataset, run: TransferRun, spool: Spool) -> None:
        self._stores = stores
        self._task = task
        self._dataset = dataset
        self._spool = spool
        self._asked = Asked(ExportRequest.model_validate(run.request), run.request["seed"], address(run.path))
        bucket, self._prefix = parse_obs_url(self._asked.root)
        self._store = open_bucket(task.database, stores, task.actor, bucket)

    def run(self) -> dict[str, Any]:
        self._claim()
        snapshot = self._snapshot()
        target = target_of(self._dataset, self._asked, snapshot.labels)
        self._copy(snapshot, target)
        conclude = self._fill if target.format == DATASET else self._write_documents
        with LossReport(self._spool.folder / REPORT_FILE) as report:
            report.add(read_losses(self._spool.folder / LOSSES_FILE))
            counts = conclude(snapshot, target, report)
        absent = self._absent(snapshot)
        counts |= {"total": snapshot.samples, "finished": snapshot.samples - absent, "absent": absent}
        self._finish(counts | {"losses": report.count}, report)
        return counts

    def _claim(self) -> None:
        """Nothing is written to a folder in which something lies. From the checkpoint on, what lies there is ours."""
        if self._task.checkpoint:
            return
        if found := first_in(self._store, self._prefix):
            raise not_empty(self._asked.root, found)
        with self._task.step(checkpoint={"claimed": True}):
            pass

    def _snapshot(self) -> Snapshot:
        kept = self._task.checkpoint.get("snapshot")
        if kept is not None:
            snapshot = Snapshot(**kept)
            if not is_whole(snapshot, self._spool):
                raise lost_spool()
            return snapshot
        shutil.rmtree(self._spool.folder, ignore_errors=True)
        snapshot = take_snapshot(self._task, self._stores, self._asked, self._spool)
        checkpoint = {"snapshot": asdict(snapshot), "batches": 0}
        with self._task.step(progress=SHARE, checkpoint=checkpoint) as session:
            self._count(session, {"total": snapshot.samples, "finished": 0})
        return snapshot

    def _copy(self, snapshot: Snapshot, target: Target) -> None:
        """Write the files of every batch whose outcomes are not known yet."""
        done = int(self._task.checkpoint["batches"])
        settings = {"dataset": self._dataset.settings, "header": self._asked.request.with_column_header}
        with copying_threads() as pool:
            copier = Copier(self._task, self._stores, target, pool, settings)
            for number in range(snapshot.batches):
                if number < done and self._spool.outcomes(number) is not None:
                    continue
                outcomes: list[Outcome] = []
                entries = self._spool.entries(number)
                while some := list(islice(entries, COPIES_A_STEP)):
                    with self._task.step():
                        pass  # a cancelled export stops before the next files
                    outcomes += copier.write(some)
                self._spool.write_outcomes(number, outcomes)
                self._step_behind(number + 1, snapshot)

    def _step_behind(self, batches: int, snapshot: Snapshot) -> None:
        progress = SHARE + (_SHARE_OF_COPIES - SHARE) * batches / snapshot.batches
        finished = min(batches * BATCH, snapshot.samples)
        checkpoint = {**self._task.checkpoint, "batches": max(batches, self._task.checkpoint["batches"])}
        message = PROGRESS.say("samples-read", done=finished, total=snapshot.samples)
        with self._task.step(progress=progress, checkpoint=checkpoint, message=message) as session:
            self._count(session, {"total": snapshot.samples, "finished": finished})

    def _write_documents(self, snapshot: Snapshot, target: Target, report: LossReport) -> dict[str, Any]:
        """The files of all samples: those of texts are written, the others tell of the copied files."""
        names = snapshot.documents
        if not names:
            videos = self._videos(snapshot, target)
            with document_of(self._spool.folder / "documents", target) as document:
                for number in range(snapshot.batches):
                    report.add(loss for outcome in self._spool.outcomes(number) or () for loss in outcome.losses)
                    if document.tells:
                        report.add(document.add(_copies(self._written(number), videos)))
            names = [f"documents/{name}" for name in document.files]
        with self._task.step(message=PROGRESS.say("storing-annotations")):
            pass
        for name in names:
            # A copy: whoever takes over from us writes it once more.
            with (self._spool.folder / name).open("rb") as file:
                self._store.write(self._prefix + name.rpartition("/")[2], iter(partial(file.read, CHUNK), b""))
        return {}

    def _fill(self, snapshot: Snapshot, target: Target, report: LossReport) -> dict[str, Any]:
        """The new dataset: hidden, then its samples batch by batch, then shown."""
        task = self._task
        videos = self._videos(snapshot, target)
        filler = new_dataset.Filler(target.kind, self._asked.root, signature(task.actor), videos)
        dataset_id = task.checkpoint.get("new_dataset_id", "")
        if not dataset_id:
            checkpoint = {**task.checkpoint, "rows": 0}
            with task.step(checkpoint=checkpoint) as session:
                made = new_dataset.make_hidden(session, task.actor, self._asked.request, self._dataset, task.id)
                new_dataset.add_labels(session, made, snapshot.labels)
                checkpoint["new_dataset_id"] = dataset_id = made.id
        for number in range(snapshot.batches):
            for outcome in self._spool.outcomes(number) or ():
                report.add(outcome.losses)
            if number < task.checkpoint["rows"]:
                report.add(self._spool.row_losses(number))
                continue
            share = _SHARE_OF_COPIES + (1 - _SHARE_OF_COPIES) * number / snapshot.batches
            with task.step(progress=share, checkpoint={**task.checkpoint, "rows": number + 1}) as session:
                dataset = session.get(Dataset, dataset_id)
                if dataset is None:
                    raise NotFound("The new dataset was removed before it was whole. Export again.")
                losses = filler.fill(session, dataset, self._written(number))
                self._spool.write_row_losses(number, losses)
            report.add(losses)
        return {"new_dataset_id": dataset_id}

    def _finish(self, counts: dict[str, Any], report: LossReport) -> None:
        """Put the report into the dataset's log folder; then the history says that the export has ended."""
        url = ""
        if report.count:
            bucket, folder = parse_obs_url(inner_paths(self._dataset)["inner_log_path"])
            store = open_bucket(self._task.database, self._stores, self._task.actor, bucket)
            key = f"{folder}export-{self._task.id}.jsonl"
            store.adopt(key, report.path)
            url = obs_url(bucket, key)
        with self._task.step(
            progress=1.0, message=PROGRESS.say("samples-written", count=counts["finished"])
        ) as session:
            run = session.get_one(TransferRun, self._task.id)
            run.counts, run.problems, run.report_url, run.finished_at = counts, report.first, url, now_ms()
            if "new_dataset_id" in counts:
                new_dataset.show(session, self._task.actor, counts["new_dataset_id"])

    def _written(self, number: int) -> Iterator[tuple[Entry, Outcome]]:
        return zip(self._spool.entries(number), self._spool.outcomes(number) or (), strict=True)

    def _absent(self, snapshot: Snapshot) -> int:
        outcomes = (self._spool.outcomes(number) or () for number in range(snapshot.batches))
        return sum(outcome.absent for some in outcomes for outcome in some)

    def _videos(self, snapshot: Snapshot, target: Target) -> dict[str, str]:
        """The addresses of the copied videos by those of the videos: frames name the one that they are from."""
        if target.kind.number != VIDEO:
            return {}
        every = (entry for number in range(snapshot.batches) for entry in self._spool.entries(number))
        return {
            entry.sample.source: self._asked.root + entry.name
            for entry in every
            if PARENT_SOURCE not in entry.sample.property
        }

    def _count(self, session: Session, counts: dict[str, Any]) -> None:
        session.get_one(TransferRun, self._task.id).counts = counts


def _copies(written: Iterable[tuple[Entry, Outcome]], videos: Mapping[str, str]) -> Iterator[tuple[Sample, str]]:
    """The samples that were copied, as they are in the folder."""
    for entry, outcome in written:
        if not outcome.absent:
            yield following(measured(entry.sample, outcome), videos), entry.name
