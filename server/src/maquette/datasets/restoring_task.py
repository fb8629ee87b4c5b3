"""Restoring a dataset to a moment: the task `dataset.restore`, in batches by sample id, cancellable and resumable.

Every sample whose annotations were changed after the moment gets back what it had then; samples removed since come
back; samples added since stay as they are. Who goes on labelling meanwhile keeps that: what was changed after the
restoring was asked for is left alone and counted. A dry run does the same in transactions that are undone.
"""

import threading
from collections import Counter
from collections.abc import Mapping
from functools import partial
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from maquette.buckets import Stores
from maquette.datasets.history import Past, changed_after, count_changed_after, last_removals, pasts
from maquette.datasets.labels import LabelBook
from maquette.datasets.restoring import Outcome, missing_files, restore_states, wanted_at
from maquette.datasets.service import lock_dataset_row, resource
from maquette.datasets.tables import Dataset, RestorePoint
from maquette.datasets.working_set import read_samples
from maquette.db import Database
from maquette.events import emit
from maquette.kit.actor import Actor
from maquette.kit.clock import now_ms
from maquette.kit.errors import Conflict, Invalid, NotFound
from maquette.tasks import RunningTask, Task, TaskHandler, TaskSpec, enqueue
from maquette.tasks.progress import PROGRESS
from maquette.tasks.queue import active_tasks

KIND = "dataset.restore"
BATCH = 500
COUNTED = ("changed", "returned", "removed", "unchanged", "blocked", "busy", "added")
"""What the result counts: changed back, come back, gone again, as they were already; left alone because they could not
go back, were changed meanwhile, or were added after the moment."""

BEGINNING: dict[str, Any] = {"after": "", "seen": 0, "counts": {}, "problems": []}
LISTED = 100
"""So many of the samples that could not go back are listed with the reason."""


def start_restore(session: Session, actor: Actor, dataset: Dataset, moment: int, *, dry_run: bool) -> tuple[Task, int]:
    """Ask for it; the dataset is locked. Returns the task and the moment to which one restores to undo it."""
    asked_at = now_ms()
    if moment > asked_at:
        raise Invalid("time lies in the future. Give a moment of the past, in milliseconds.")
    exchanged = session.scalar(select(func.max(RestorePoint.created_at)).where(RestorePoint.dataset_id == dataset.id))
    if exchanged is not None and moment < exchanged:
        raise Conflict(
            f"The working set was exchanged at {exchanged}: what it was before that is kept as a restore point. "
            "Make that one current, or give a later time."
        )
    if active_tasks(session, dataset.id, KIND):
        raise Conflict(f"The dataset '{dataset.name}' is being restored already. Wait for that task, or cancel it.")
    payload = {"time": moment, "asked_at": asked_at, "generation": dataset.generation, "dry_run": dry_run}
    task = enqueue(session, actor, TaskSpec(KIND, dataset.name, "dataset", dataset.id, dataset.workspace_id, payload))
    if not dry_run:
        emit(session, actor, "updateSamples", resource(dataset), restored_to=moment)
    return task, asked_at


def handler(database: Database, stores: Stores) -> TaskHandler:
    return partial(_restore, database, stores)


def _restore(database: Database, stores: Stores, task: RunningTask) -> dict[str, Any]:
    _await_next_millisecond(task.payload["asked_at"])
    done: dict[str, Any] = {**BEGINNING, **task.checkpoint}
    if "total" not in done:
        with task.step() as session:
            done["total"] = count_changed_after(session, _locked(session, task), task.payload["time"])
    while ids := _next_ids(database, task, done["after"]):
        gone = _missing(database, stores, task, ids)
        following = dict(done)
        with task.step(progress=_share(done), checkpoint=following, message=_message(done)) as session:
            outcome = _try_batch(session, task, ids, gone)
            _count(following, ids, outcome)
        done = following
    counts = {name: done["counts"].get(name, 0) for name in COUNTED}
    return {"time": task.payload["time"], "undo_time": task.payload["asked_at"], **counts, "problems": done["problems"]}


def _await_next_millisecond(moment: int) -> None:
    """What the task writes is younger than what was written before it was asked for: so it can be undone by time."""
    pause = threading.Event()
    while now_ms() <= moment:
        pause.wait(0.001)


def _locked(session: Session, task: RunningTask) -> Dataset:
    dataset = lock_dataset_row(session, task.resource_id)
    if dataset is None:
        raise NotFound("The dataset has been deleted.")
    if dataset.generation != task.payload["generation"]:
        raise Conflict("Another version has become the current one meanwhile. Nothing more can be restored.")
    return dataset


def _next_ids(database: Database, task: RunningTask, after: str) -> list[str]:
    with database.read() as session:
        dataset = session.get(Dataset, task.resource_id)
        if dataset is None:
            raise NotFound("The dataset has been deleted.")
        return changed_after(session, dataset, task.payload["time"], after=after, limit=BATCH)


def _missing(database: Database, stores: Stores, task: RunningTask, ids: list[str]) -> set[str]:
    """The files that are gone of samples that may come back."""
    with database.read() as session:
        dataset = session.get_one(Dataset, task.resource_id)
        present = read_samples(session, dataset, ids)
        removals = last_removals(session, dataset, [key for key in ids if key not in present])
        sources = [row.before["source"] for row in removals.values()]
    return missing_files(database, stores, task.actor, sources)


def _try_batch(session: Session, task: RunningTask, ids: list[str], gone: set[str]) -> Outcome:
    """One batch; for a dry run what it writes is undone within the step's transaction."""
    if not task.payload["dry_run"]:
        return _restore_batch(session, task, ids, gone)
    attempt = session.begin_nested()
    outcome = _restore_batch(session, task, ids, gone)
    attempt.rollback()
    session.expire_all()
    return outcome


def _restore_batch(session: Session, task: RunningTask, ids: list[str], gone: set[str]) -> Outcome:
    dataset, moment = _locked(session, task), task.payload["time"]
    found = pasts(session, dataset, ids, moment)
    present = read_samples(session, dataset, found)
    busy = {key for key, past in found.items() if past.last.at > task.payload["asked_at"]}
    younger = {key for key, past in found.items() if _created(past, present.get(key)) > moment}
    chosen: Mapping[str, Past] = {key: past for key, past in found.items() if key not in busy | younger}
    outcome = restore_states(session, task.actor, LabelBook(session, dataset), wanted_at(chosen), gone)
    outcome.counts.update(busy=len(busy), added=len(younger - busy))
    return outcome


def _created(past: Past, row: Any) -> int:
    """When the sample came into the dataset."""
    if row is not None:
        return row.created_at
    return past.removed["created_at"] if past.removed else 0


def _count(done: dict[str, Any], ids: list[str], outcome: Outcome) -> None:
    room = LISTED - len(done["problems"])
    listed = [{"sample_id": key, "reason": reason} for key, reason in outcome.blocked.items()][:room]
    done["after"], done["seen"] = ids[-1], done["seen"] + len(ids)
    done["counts"] = dict(Counter[str](done["counts"]) + outcome.counts)
    done["problems"] = [*done["problems"], *listed]


def _share(done: Mapping[str, Any]) -> float:
    return min(done["seen"] / done["total"], 1.0) if done["total"] else 0.0


def _message(done: Mapping[str, Any]) -> str:
    return PROGRESS.say("samples-read", done=done["seen"], total=done["total"])
