"""Removing rows that nobody needs any more, in batches: those of deleted datasets, and of generations let go.

A cleaning of a dataset that was cancelled is taken up by the next one. A generation's number is never used again, so
what a task was told to drop stays what it was.
"""

import threading
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from maquette.datasets.exporting.new_dataset import MAKER
from maquette.datasets.tables import (
    Dataset,
    Label,
    RestorePoint,
    Sample,
    SampleLabelEntry,
    SampleOperation,
    SyncReport,
    TransferRun,
    Version,
)
from maquette.db import Database
from maquette.kit.actor import Actor
from maquette.kit.clock import now_ms
from maquette.tasks import RunningTask, Task, TaskHandler, TaskSpec, enqueue
from maquette.tasks.progress import PROGRESS
from maquette.tasks.queue import active_tasks
from maquette.tasks.tables import ACTIVE

DROPPING = "dataset.drop-generations"
BATCH = 5000
PATIENCE_MS = 60_000


def drop_generations(session: Session, actor: Actor, dataset: Dataset, generations: Sequence[int]) -> Task:
    """Ask for the removal of generations that nothing refers to from now on."""
    payload = {"generations": list(generations)}
    spec = TaskSpec(DROPPING, dataset.name, "dataset", dataset.id, dataset.workspace_id, payload)
    return enqueue(session, actor, spec)


def handler(database: Database) -> TaskHandler:
    def handle(task: RunningTask) -> dict[str, Any]:
        removed = _clean(database, task, task.resource_id)
        for leftover in _leftovers(database, task):
            removed += _clean(database, task, leftover)
        return {"rows": removed}

    return handle


def drop(task: RunningTask) -> dict[str, Any]:
    """The task behind `drop_generations`."""
    removed = 0
    for generation in task.payload["generations"]:
        number = -1
        while number:
            with task.step(message=PROGRESS.say("rows-removed", count=removed)) as session:
                number = (
                    0
                    if _is_used(session, task.resource_id, generation)
                    else _remove(session, task.resource_id, generation)
                )
            removed += number
    return {"rows": removed}


def _clean(database: Database, task: RunningTask, dataset_id: str) -> int:
    await_others(task, dataset_id)
    removed = 0
    while True:
        with task.step(message=PROGRESS.say("rows-removed", count=removed)) as session:
            if session.scalar(select(Dataset.id).where(Dataset.id == dataset_id, Dataset.deleted)) is None:
                return removed
            generation = _first_generation(session, dataset_id)
            if generation is None:
                for table in (Label, SyncReport, Version, TransferRun, RestorePoint):
                    session.execute(delete(table).where(table.dataset_id == dataset_id))
                session.execute(delete(Dataset).where(Dataset.id == dataset_id, Dataset.deleted))
                return removed
            removed += _remove(session, dataset_id, generation)


def _first_generation(session: Session, dataset_id: str) -> int | None:
    """The first generation that has rows; found by the indexes, however many there are."""
    tables = (Sample, SampleOperation, SampleLabelEntry)
    found = [session.scalar(select(func.min(t.generation)).where(t.dataset_id == dataset_id)) for t in tables]
    return min((number for number in found if number is not None), default=None)


def _is_used(session: Session, dataset_id: str, generation: int) -> bool:
    current = session.scalar(select(Dataset.generation).where(Dataset.id == dataset_id))
    return generation == current or session.get(RestorePoint, (dataset_id, generation)) is not None


def _remove(session: Session, dataset_id: str, generation: int) -> int:
    """Delete some samples of the generation, or some of their history, or of their index rows. 0 when all is gone."""
    for table in (Sample, SampleOperation):
        place = (table.dataset_id == dataset_id, table.generation == generation)
        ids = session.scalars(select(table.id).where(*place).limit(BATCH)).all()
        if ids:
            gone = delete(table).where(*place, table.id.in_(ids))
            session.execute(gone.execution_options(synchronize_session=False))
            return len(ids)
    return _remove_entries(session, dataset_id, generation)


def _remove_entries(session: Session, dataset_id: str, generation: int) -> int:
    """Delete some index rows, a stretch of one label's at a time: that is the order they lie in."""
    place = (SampleLabelEntry.dataset_id == dataset_id, SampleLabelEntry.generation == generation)
    code = session.scalar(select(SampleLabelEntry.code).where(*place).limit(1))
    if code is None:
        return 0
    stretch = (*place, SampleLabelEntry.code == code)
    query = select(SampleLabelEntry.sample_id).where(*stretch).order_by(SampleLabelEntry.sample_id).limit(BATCH)
    ids = session.scalars(query).all()
    session.execute(delete(SampleLabelEntry).where(*stretch, SampleLabelEntry.sample_id <= ids[-1]))
    return len(ids)


def await_others(task: RunningTask, dataset_id: str, beside: Collection[str] = ()) -> None:
    """Let the dataset's other tasks come to their end, for a minute at most; those of kinds in `beside` may go on."""
    until = now_ms() + PATIENCE_MS
    pause = threading.Event()
    while now_ms() < until:
        with task.database.read() as session:
            others = [other for other in active_tasks(session, dataset_id) if other.id != task.id]
        if all(other.kind in beside for other in others):
            return
        with task.step(message=PROGRESS.say("waiting-for-tasks")):
            pass
        pause.wait(0.2)


def _leftovers(database: Database, task: RunningTask) -> list[str]:
    with database.read() as session:
        query = select(Dataset).where(Dataset.deleted, Dataset.project_id == task.actor.project_id).limit(100)
        return [
            row.id for row in session.scalars(query) if not active_tasks(session, row.id) and not _is_made(session, row)
        ]


def _is_made(session: Session, dataset: Dataset) -> bool:
    """Whether it is hidden only because an export is still making it."""
    maker = session.get(Task, dataset.settings.get(MAKER, ""))
    return maker is not None and maker.state in ACTIVE
