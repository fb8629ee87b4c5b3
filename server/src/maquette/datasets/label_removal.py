"""Taking labels off the samples that carry them, in the request when these are few, else as a task.

Policies, by the contract's numbers: 0 the label alone, 1 also the samples that carry nothing else, 2 those and their
files. A task goes through the carriers by sample id; what it has done stays done when it is cancelled, and the label
is back with the carriers that are left.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from maquette.buckets import Stores
from maquette.datasets.annotations import without_codes
from maquette.datasets.labels import REMOVAL, delete_rows
from maquette.datasets.service import lock_dataset_row
from maquette.datasets.source_removal import DELETE_FILES, delete_files
from maquette.datasets.tables import UNLABELLED, Dataset, Label, SampleLabelEntry
from maquette.datasets.working_set import (
    CHANGEABLE,
    LABEL_REMOVED,
    change_samples,
    read_samples,
    remove_samples,
)
from maquette.db import Database
from maquette.iam import require
from maquette.kit.actor import Actor
from maquette.tasks import RunningTask, Task, TaskHandler, TaskSpec, enqueue

LABEL_ONLY, WITH_SAMPLES, WITH_FILES = 0, 1, 2
AT_ONCE = 1000
"""Up to so many carriers a request does itself."""

BEGINNING: dict[str, Any] = {"after": "", "samples": 0, "total": 0, "generation": 0, "files": []}
"""The checkpoint before the first batch; `files` are those whose rows went and that still lie there."""


def remove_labels(session: Session, actor: Actor, dataset: Dataset, rows: Sequence[Label], policy: int) -> Task | None:
    """Delete labels. Returns the task that does it when they have many carriers or files go too."""
    if policy == WITH_FILES:
        require(session, actor, DELETE_FILES)
    codes = sorted(row.code for row in rows)
    carriers = sum(row.sample_count for row in rows)
    if carriers > AT_ONCE or (policy == WITH_FILES and carriers):
        payload = {"codes": codes, "policy": policy}
        spec = TaskSpec(REMOVAL, dataset.name, "dataset", dataset.id, dataset.workspace_id, payload)
        return enqueue(session, actor, spec)
    while ids := _carriers(session, dataset, codes, ""):
        _strip(session, actor, dataset, list(read_samples(session, dataset, ids).values()), set(codes), policy)
    delete_rows(session, dataset, codes)
    return None


def handler(database: Database, stores: Stores) -> TaskHandler:
    def handle(task: RunningTask) -> dict[str, Any]:
        done = BEGINNING | task.checkpoint
        finished = False
        while not finished:
            # The rows went in an earlier step; their files follow, again after a crash in between.
            files: list[str] = done["files"]
            if files:
                delete_files(database, stores, task, files)
                done.update(files=[])
            share = done["samples"] / done["total"] if done["total"] else 0.0
            with task.step(progress=share, checkpoint=done) as session:
                dataset = lock_dataset_row(session, task.resource_id)
                finished = dataset is None or not _advance(session, task.actor, dataset, task.payload, done)
        return {"samples": done["samples"]}

    return handle


def _advance(session: Session, actor: Actor, dataset: Dataset, payload: dict[str, Any], done: dict[str, Any]) -> bool:
    """Do one batch and say whether there was one; after the last the labels' rows go."""
    codes: list[int] = payload["codes"]
    if done["generation"] != dataset.generation:
        # The working set was exchanged meanwhile: its samples are others.
        rows = session.scalars(select(Label.sample_count).where(Label.dataset_id == dataset.id, Label.code.in_(codes)))
        done |= {"generation": dataset.generation, "after": "", "total": done["samples"] + sum(rows)}
    ids = _carriers(session, dataset, codes, done["after"])
    if not ids:
        delete_rows(session, dataset, codes)
        return False
    samples = list(read_samples(session, dataset, ids).values())
    leaving = _strip(session, actor, dataset, samples, set(codes), payload["policy"])
    files = [row.source for row in leaving] if payload["policy"] == WITH_FILES else []
    done |= {"after": ids[-1], "samples": done["samples"] + len(ids), "files": files}
    return True


def _carriers(session: Session, dataset: Dataset, codes: Sequence[int], after: str) -> list[str]:
    query = (
        select(SampleLabelEntry.sample_id)
        .where(
            SampleLabelEntry.dataset_id == dataset.id,
            SampleLabelEntry.generation == dataset.generation,
            SampleLabelEntry.code.in_(codes),
            SampleLabelEntry.sample_id > after,
        )
        .distinct()
        .order_by(SampleLabelEntry.sample_id)
        .limit(AT_ONCE)
    )
    return list(session.scalars(query))


def _strip(
    session: Session, actor: Actor, dataset: Dataset, rows: Sequence[Any], codes: set[int], policy: int
) -> list[Any]:
    """Take the codes off these samples; with a policy above 0 delete those that then carry nothing, and return them."""
    changes: list[tuple[Any, dict[str, Any]]] = []
    leaving: list[Any] = []
    for row in rows:
        kept = without_codes(row.labels, codes)
        if len(kept) == len(row.labels):
            continue
        if not kept and policy != LABEL_ONLY:
            leaving.append(row)
            continue
        values = {name: getattr(row, name) for name in CHANGEABLE}
        if not kept:
            values |= {"state": UNLABELLED, "labelled_by": "", "labelled_at": None}
        changes.append((row, {**values, "labels": kept}))
    change_samples(session, dataset, actor, changes, LABEL_REMOVED)
    remove_samples(session, dataset, actor, leaving)
    return leaving
