"""Exchanging the working set as a whole, and the working sets that were there before.

A working set is the samples of one generation. Exchanging it is one transaction, whatever its size: the dataset's
number, its kept counts and those of its labels. What was replaced stays as a restore point, the newest `KEPT` of a
dataset; the rows of older ones go by a task (`cleaning`). Who writes the new generation is somebody else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from maquette.datasets.cleaning import drop_generations
from maquette.datasets.tables import Dataset, Label, RestorePoint, Version
from maquette.datasets.version_errors import label_in_the_way, no_restore_point
from maquette.datasets.versions import READY
from maquette.datasets.working_set import signature
from maquette.kit.actor import Actor
from maquette.kit.clock import now_ms

KEPT = 3
SET_CURRENT, RESTORED = "set-current", "restore"
"""Why a working set was replaced."""

COUNTS = ("total_samples", "labelled_samples", "unconfirmed_samples", "hard_samples", "deleted_samples")


@dataclass(frozen=True, slots=True)
class WorkingSet:
    """What to put in the place of the present one: a generation with its counts, and the labels as it counts them.

    `labels` hold columns of `Label`; one that has been deleted since is made again from them, with its code.
    """

    generation: int
    current_version_id: str
    counts: dict[str, int]
    labels: Sequence[dict[str, Any]]


def exchange(session: Session, actor: Actor, dataset: Dataset, new: WorkingSet, reason: str) -> None:
    """Make `new` the working set of the dataset, which is locked, and keep the present one as a restore point."""
    rows = session.scalars(select(Label).where(Label.dataset_id == dataset.id).order_by(Label.code)).all()
    present = RestorePoint(
        dataset_id=dataset.id,
        generation=dataset.generation,
        reason=reason,
        current_version_id=dataset.current_version_id,
        counts={name: getattr(dataset, name) for name in COUNTS},
        label_counts=[described(row) for row in rows],
        created_by=signature(actor),
        created_at=now_ms(),
    )
    session.add(present)
    _count_labels(session, dataset, rows, new.labels)
    for name in COUNTS:
        setattr(dataset, name, new.counts.get(name, 0))
    dataset.generation = new.generation
    dataset.current_version_id = new.current_version_id
    dataset.data_updated_at = now_ms()
    session.flush()
    _forget_old_points(session, actor, dataset)


def described(row: Label) -> dict[str, Any]:
    """A label as a restore point keeps it."""
    return {
        column.key: getattr(row, column.key) for column in Label.__mapper__.column_attrs if column.key != "dataset_id"
    }


def list_restore_points(session: Session, dataset: Dataset) -> list[RestorePoint]:
    """Newest first."""
    query = select(RestorePoint).where(RestorePoint.dataset_id == dataset.id)
    return list(session.scalars(query.order_by(RestorePoint.created_at.desc(), RestorePoint.generation.desc())))


def restore(session: Session, actor: Actor, dataset: Dataset, generation: int) -> None:
    """Make the point's working set the present one again; the dataset is locked. The present becomes a point."""
    point = session.get(RestorePoint, (dataset.id, generation))
    if point is None:
        raise no_restore_point(generation)
    version = session.get(Version, point.current_version_id)
    current = version.id if version and version.state == READY else ""
    kept = WorkingSet(generation, current, point.counts, point.label_counts)
    session.delete(point)
    session.flush()
    exchange(session, actor, dataset, kept, RESTORED)


def _count_labels(session: Session, dataset: Dataset, rows: Sequence[Label], wanted: Sequence[dict[str, Any]]) -> None:
    """Give every label the count that it has in the new working set, and bring back those that were deleted."""
    by_code = {row.code: row for row in rows}
    names = {(row.name, row.type) for row in rows}
    for row in rows:
        row.annotation_count = row.sample_count = 0
    for label in wanted:
        row = by_code.get(label["code"])
        if row is not None:
            row.annotation_count, row.sample_count = label["annotation_count"], label["sample_count"]
        elif (label["name"], label["type"]) in names:
            if label["sample_count"]:
                raise label_in_the_way(label["name"])
        else:
            session.add(Label(dataset_id=dataset.id, **label))


def _forget_old_points(session: Session, actor: Actor, dataset: Dataset) -> None:
    old = [point.generation for point in list_restore_points(session, dataset)[KEPT:]]
    if old:
        gone = RestorePoint.dataset_id == dataset.id, RestorePoint.generation.in_(old)
        session.execute(delete(RestorePoint).where(*gone))
        drop_generations(session, actor, dataset, old)
