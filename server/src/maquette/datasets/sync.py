"""Bringing the working set in line with the files in the dataset's input folder.

A sync adds samples for new files, refreshes those whose file has changed (annotations stay), and marks those whose
file is gone; it deletes nothing. It is a task of idempotent batches: a killed one walks the folder again, finds what
it had already added, and counts it once. No file is opened but texts (`text_files`), so its cost is that of listing the
folder.
"""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any, Literal, NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from maquette.buckets import Stores, open_bucket
from maquette.datasets.importing.folders import suffix_beside
from maquette.datasets.inventory import Problems, Seen, batches, refusal, seen_keys
from maquette.datasets.paths import input_folder
from maquette.datasets.service import lock_dataset_row, resource
from maquette.datasets.side_labels import SideLabels
from maquette.datasets.tables import Dataset, Sample, SyncReport, digest_of
from maquette.datasets.text_files import MISSING, TextFiles
from maquette.datasets.types import IMAGE_SAMPLE, DatasetType, dataset_type
from maquette.datasets.working_set import add_samples, members
from maquette.db import Database
from maquette.events import emit
from maquette.kit.actor import Actor
from maquette.kit.clock import now_ms
from maquette.kit.config import Settings
from maquette.kit.errors import Conflict, NotFound
from maquette.kit.ids import new_id
from maquette.storage import ObjectInfo, ObjectStore, obs_url
from maquette.tasks import RunningTask, Task, TaskHandler, TaskSpec, enqueue
from maquette.tasks.progress import PROGRESS
from maquette.tasks.queue import active_tasks

KIND = "dataset.sync"
BATCH = 5_000
SyncStatus = Literal["QUEUING", "STARTING", "RUNNING", "COMPLETED", "FAILED", "NOT_EXIST"]
_STATUSES: dict[str, SyncStatus] = {
    "waiting": "QUEUING",
    "running": "RUNNING",
    "succeeded": "COMPLETED",
    "failed": "FAILED",
    "cancelled": "FAILED",
}


@dataclass(slots=True)
class Tally:
    """What a sync has changed so far; it is the task's checkpoint, so that a resumed one counts nothing twice."""

    added: int = 0
    updated: int = 0


@dataclass(frozen=True, slots=True)
class SyncState:
    """A sync as a user sees it: the task, and what it has counted."""

    status: SyncStatus
    task: Task | None = None
    added: int = 0
    deleted: int = 0
    total: int = 0
    skipped: int = 0
    problems: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])


def start_sync(session: Session, actor: Actor, dataset: Dataset) -> Task:
    """Ask for a sync; the one already under way is given back instead of a second."""
    # Two requests at once must not both find nothing under way.
    lock_dataset_row(session, dataset.id)
    if active := active_tasks(session, dataset.id, KIND):
        return active[0]
    emit(session, actor, "syncDataSource", resource(dataset))
    return enqueue(session, actor, TaskSpec(KIND, dataset.name, "dataset", dataset.id, dataset.workspace_id))


def sync_state(session: Session, dataset: Dataset) -> SyncState:
    """The last sync that was asked for, finished or not."""
    query = select(Task).where(Task.resource_id == dataset.id, Task.kind == KIND).order_by(Task.id.desc()).limit(1)
    task = session.scalar(query)
    if task is None:
        return SyncState("NOT_EXIST")
    report = session.get(SyncReport, dataset.id)
    if report and report.task_id == task.id:
        counts = report.added, report.deleted, report.total, report.skipped
        return SyncState(_STATUSES[task.state], task, *counts, report.problems)
    status = "STARTING" if task.state == "running" and not task.checkpoint else _STATUSES[task.state]
    return SyncState(status, task, task.checkpoint.get("added", 0), 0, dataset.total_samples)


def handlers(settings: Settings, database: Database, stores: Stores) -> dict[str, TaskHandler]:
    return {KIND: partial(_synchronise, settings, stores)}


def _synchronise(settings: Settings, stores: Stores, task: RunningTask) -> dict[str, Any]:
    with task.database.read() as session:
        dataset = session.get(Dataset, task.resource_id)
        report = session.get(SyncReport, task.resource_id)
    if dataset is None or dataset.deleted:
        raise NotFound("The dataset has been deleted.")
    scratch, beside_scratch = (settings.cache_dir / f"sync-{task.id}{part}.db" for part in ("", "-beside"))
    if report and report.task_id == task.id:
        for path in (scratch, beside_scratch):
            path.unlink(missing_ok=True)
        return _result(report, Tally(**task.checkpoint))
    bucket, prefix = input_folder(dataset)
    store = open_bucket(task.database, stores, task.actor, bucket)
    # A sample younger than this may belong to a file that the walk could not see any more.
    boundary = new_id()
    with seen_keys(scratch) as seen, seen_keys(beside_scratch) as beside:
        run = _Run(task, dataset, seen, beside, Surroundings(settings, store))
        for batch in batches(store.walk(prefix), BATCH):
            run.take_in(batch)
        run.mark_missing(boundary)
        run.read_labels()
        return run.conclude()


class Surroundings(NamedTuple):
    settings: Settings
    store: ObjectStore


class _Run:
    """One run of a sync over one folder, from its first batch to the report."""

    def __init__(self, task: RunningTask, dataset: Dataset, seen: Seen, beside: Seen, around: Surroundings) -> None:
        self._task = task
        self._dataset = dataset
        self._seen = seen
        self._bucket, self._prefix = input_folder(dataset)
        self._place = {"dataset_id": dataset.id, "generation": dataset.generation}
        self._type = dataset_type(dataset.dataset_type)
        settings, store = self._around = around
        self._beside = beside
        image = self._type.sample_type == IMAGE_SAMPLE
        self._size_limit = settings.image_bytes if image else settings.sample_bytes
        self._tally = Tally(**task.checkpoint)
        self._files = self._besides = self._labelled = 0
        self._skipped = Problems()
        self._texts = TextFiles(store, self._bucket, settings.text_line_bytes, self._skipped, self._step)
        self._missing = Problems()

    def take_in(self, batch: Sequence[ObjectInfo]) -> None:
        """Bring the samples of some files up to date; they and their counts are one transaction."""
        images = self._images(sorted(batch, key=lambda info: info.key))  # the order in which people will see them
        self._seen.add(info.key for info in images)
        if self._type.texts:
            self._take_in_texts(images)
            return
        checkpoint: dict[str, Any] = {}
        with self._task.step(checkpoint=checkpoint, message=self._message()) as session:
            dataset = self._lock(session)
            added, updated = self._absorb(session, dataset, images)
            tally = Tally(self._tally.added + added, self._tally.updated + updated)
            checkpoint.update(asdict(tally))
        self._tally = tally

    def _take_in_texts(self, files: Sequence[ObjectInfo]) -> None:
        for info in files:
            with self._step() as (session, dataset):
                known = self._texts.is_known(session, dataset, info)
            if not known:
                self._tally = Tally(self._tally.added + self._texts.bring_in(info), self._tally.updated)

    @contextmanager
    def _step(self) -> Generator[tuple[Session, Dataset]]:
        with self._task.step(checkpoint=asdict(self._tally), message=self._message()) as session:
            yield session, self._lock(session)

    def mark_missing(self, boundary: str) -> None:
        """Compare every older sample of the input folder with the files seen."""
        if self._type.texts:
            for key in self._texts.mark_vanished(obs_url(self._bucket, self._prefix), self._seen.lacks):
                self._missing.add(key, "missing", "The file is no longer in the input folder.")
            return
        folder, start = obs_url(self._bucket, self._prefix), len(obs_url(self._bucket))
        query = (
            select(Sample.id, Sample.source).where(*members(self._dataset), Sample.id < boundary).order_by(Sample.id)
        )
        last = ""
        while True:
            with self._task.database.read() as session:
                rows = session.execute(query.where(Sample.id > last).limit(BATCH)).all()
            if not rows:
                return
            last = rows[-1].id
            ids = {row.source[start:]: row.id for row in rows if row.source.startswith(folder)}
            gone = self._seen.lacks(ids)
            for key in gone:
                self._missing.add(key, "missing", "The file is no longer in the input folder.")
            if gone:
                with self._task.step(progress=0.9, message=self._message()) as session:
                    self._lock(session)
                    self._mark(session, [ids[key] for key in gone])

    def read_labels(self) -> None:
        """Label new pictures by what lies beside them."""
        if not self._dataset.settings.get("import_annotations", True) or not suffix_beside(self._type):
            return
        settings, store = self._around
        side = SideLabels(
            settings, store, self._bucket, self._task.actor, self._type, self._beside, self._skipped, self._step
        )
        self._labelled = side.bring_in() if self._besides else 0

    def conclude(self) -> dict[str, Any]:
        with self._task.step(progress=1.0, message=self._message()) as session:
            dataset = self._lock(session)
            report = session.merge(SyncReport(dataset_id=dataset.id, task_id=self._task.id))
            report.added, report.deleted, report.total = self._tally.added, self._missing.count, dataset.total_samples
            report.skipped = self._skipped.count
            report.problems = self._skipped.listed + self._missing.listed
        return _result(report, self._tally)

    def _images(self, batch: Sequence[ObjectInfo]) -> list[ObjectInfo]:
        images: list[ObjectInfo] = []
        for info in batch:
            if problem := refusal(info, self._type, self._size_limit):
                if problem[0] == "annotation" and info.key.endswith(suffix_beside(self._type) or "/"):
                    self._beside.add([info.key])
                    self._besides += 1
                else:
                    self._skipped.add(info.key, *problem)
            else:
                images.append(info)
        self._files += len(batch)
        return images

    def _lock(self, session: Session) -> Dataset:
        """The dataset as it is now, with its row locked: counts and samples change together."""
        dataset = lock_dataset_row(session, self._dataset.id)
        if dataset is None:
            raise NotFound("The dataset has been deleted.")
        if dataset.generation != self._dataset.generation:
            raise Conflict("Another version has become the current one meanwhile. Start the sync again.")
        return dataset

    def _absorb(self, session: Session, dataset: Dataset, images: Sequence[ObjectInfo]) -> tuple[int, int]:
        """Add the new and refresh the changed ones. Returns how many of each."""
        found = {obs_url(self._bucket, info.key): info for info in images}
        query = select(
            Sample.id, Sample.source, Sample.size, Sample.modified_ms, Sample.etag, Sample.meta.label("meta")
        )
        query = query.where(*members(dataset), Sample.digest.in_([digest_of(source) for source in found]))
        # Plain rows: the session would look at each of them, to find objects that are not there.
        known = session.connection().execute(query).all()
        changed: list[dict[str, Any]] = []
        updated = 0
        for row in known:
            info = found.pop(row.source)
            same = (row.size, row.modified_ms, row.etag) == (info.size, info.modified_ms, info.etag)
            if same and MISSING not in row.meta:
                continue
            meta = {key: value for key, value in row.meta.items() if key != MISSING}
            changed.append({**self._place, "id": row.id, "meta": meta, **_described(info)})
            # Of an uploaded or imported sample the file is only described here for the first time: it has not changed.
            updated += bool(row.etag)
        if changed:
            session.execute(update(Sample), changed)
            dataset.data_updated_at = now_ms()
        add_samples(session, dataset, [_new_row(self._type, source, info) for source, info in found.items()])
        return len(found), updated

    def _mark(self, session: Session, ids: Sequence[str]) -> None:
        moment = now_ms()
        query = select(Sample.id, Sample.meta).where(*members(self._dataset), Sample.id.in_(ids))
        rows = session.execute(query).all()
        marked = [
            {**self._place, "id": row.id, "meta": row.meta | {MISSING: moment}}
            for row in rows
            if MISSING not in row.meta
        ]
        if marked:
            session.execute(update(Sample), marked)

    def _message(self) -> str:
        return PROGRESS.say(
            "files-seen",
            files=self._files,
            added=self._tally.added,
            changed=self._tally.updated,
            missing=self._missing.count,
            skipped=self._skipped.count,
        )


def _described(info: ObjectInfo) -> Mapping[str, Any]:
    return {"size": info.size, "modified_ms": info.modified_ms, "etag": info.etag}


def _new_row(kind: DatasetType, source: str, info: ObjectInfo) -> dict[str, Any]:
    own = {"id": new_id(), "source": source, "name": info.key.rpartition("/")[2], "sample_type": kind.sample_type}
    return {**own, "created_at": now_ms(), **_described(info)}


def _result(report: SyncReport, tally: Tally) -> dict[str, Any]:
    return {
        "added": report.added,
        "updated": tally.updated,
        "missing": report.deleted,
        "skipped": report.skipped,
        "total": report.total,
    }
