"""Removing the rows of deleted datasets, in batches. A cleaning that was cancelled is taken up by the next one."""

import threading
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

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
from maquette.kit.clock import now_ms
from maquette.tasks import RunningTask, TaskHandler
from maquette.tasks.queue import active_tasks

BATCH = 5000
PATIENCE_MS = 60_000


def handler(database: Database) -> TaskHandler:
    def handle(task: RunningTask) -> dict[str, Any]:
        removed = _clean(database, task, task.resource_id)
        for leftover in _leftovers(database, task):
            removed += _clean(database, task, leftover)
        return {"rows": removed}

    return handle


def _clean(database: Database, task: RunningTask, dataset_id: str) -> int:
    _await_others(database, task, dataset_id)
    removed = 0
    while True:
        with task.step(message=f"{removed} rows removed") as session:
            number = _remove_batch(session, dataset_id)
            removed += number
            if not number:
                for table in (Label, SyncReport, Version, TransferRun, RestorePoint):
                    session.execute(delete(table).where(table.dataset_id == dataset_id))
                session.execute(delete(Dataset).where(Dataset.id == dataset_id, Dataset.deleted))
                return removed


def _remove_batch(session: Session, dataset_id: str) -> int:
    """Delete some samples of any generation, then some of their index rows. 0 when nothing is left."""
    if session.scalar(select(Dataset.id).where(Dataset.id == dataset_id, Dataset.deleted)) is None:
        return 0
    for table in (Sample, SampleOperation):
        ids = session.scalars(select(table.id).where(table.dataset_id == dataset_id).limit(BATCH)).all()
        if ids:
            session.execute(delete(table).where(table.dataset_id == dataset_id, table.id.in_(ids)))
            return len(ids)
    return _remove_entries(session, dataset_id)


def _remove_entries(session: Session, dataset_id: str) -> int:
    """Delete some index rows, a stretch of one label's at a time: that is the order they lie in."""
    place = select(SampleLabelEntry.generation, SampleLabelEntry.code).where(SampleLabelEntry.dataset_id == dataset_id)
    first = session.execute(place.limit(1)).one_or_none()
    if first is None:
        return 0
    stretch = (
        SampleLabelEntry.dataset_id == dataset_id,
        SampleLabelEntry.generation == first.generation,
        SampleLabelEntry.code == first.code,
    )
    query = select(SampleLabelEntry.sample_id).where(*stretch).order_by(SampleLabelEntry.sample_id).limit(BATCH)
    ids = session.scalars(query).all()
    session.execute(delete(SampleLabelEntry).where(*stretch, SampleLabelEntry.sample_id <= ids[-1]))
    return len(ids)


def _await_others(database: Database, task: RunningTask, dataset_id: str) -> None:
    """Let what was cancelled with the dataset come to its end, so that it adds nothing behind our back."""
    until = now_ms() + PATIENCE_MS
    pause = threading.Event()
    while now_ms() < until:
        with database.read() as session:
            others = [other for other in active_tasks(session, dataset_id) if other.id != task.id]
        if not others:
            return
        with task.step(message="Waiting for the dataset's other tasks to stop"):
            pass
        pause.wait(0.2)


def _leftovers(database: Database, task: RunningTask) -> list[str]:
    with database.read() as session:
        query = select(Dataset.id).where(Dataset.deleted, Dataset.project_id == task.actor.project_id).limit(100)
        return [key for key in session.scalars(query) if not active_tasks(session, key)]
