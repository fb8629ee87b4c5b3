"""The one place where samples of the working set are added, changed and removed.

A change here is rows, index rows, kept counts and the history in one transaction, so the counts stay exact and every
change can be undone. Callers hold the lock on the dataset (`service.find_dataset(..., lock=True)`) and decide what to
write; nothing here knows HTTP or storage.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from maquette.datasets.tables import (
    LABELLED,
    UNCONFIRMED,
    UNLABELLED,
    Dataset,
    Label,
    Sample,
    SampleLabelEntry,
    SampleOperation,
    digest_of,
)
from maquette.db import insert_rows
from maquette.kit.actor import Actor
from maquette.kit.clock import now_ms
from maquette.kit.ids import new_id

BATCH = 1000
"""Ids in one statement: far below what SQLite and PostgreSQL take, enough to make the round trips cheap."""

SAMPLE_COLUMNS: tuple[Any, ...] = tuple(getattr(Sample, attribute.key) for attribute in Sample.__mapper__.column_attrs)

CHANGEABLE = ("labels", "state", "hard", "usage", "meta", "labelled_by", "labelled_at")
"""What `change_samples` writes of a sample."""

ANNOTATED, REMOVED, RESTORED, LABEL_REMOVED = "annotate", "remove", "restore", "remove-label"
"""The actions that the history knows."""

SAMPLE_COLUMNS_KEPT = tuple(
    attribute.key
    for attribute in Sample.__mapper__.column_attrs
    if attribute.key not in ("dataset_id", "generation", "id", "digest")
)
"""What the history keeps of a removed sample."""

NAMELESS = 0
"""The code of an annotation without a label, such as the content of a speech."""

UNTOUCHED: Mapping[str, Any] = {
    "state": UNLABELLED,
    "hard": False,
    "labels": [],
    "meta": {},
    "usage": "",
    "labelled_by": "",
    "labelled_at": None,
    "file": "",
    "parent_id": "",
    "sample_type": 0,
    "size": 0,
    "modified_ms": 0,
    "etag": "",
    "revision": 0,
}
"""What a new sample is unless it says otherwise."""

Labels = Sequence[Mapping[str, Any]]


class Tally:
    """Differences to the kept counts of a dataset and its labels, gathered over a batch and written once."""

    def __init__(self) -> None:
        self.samples: Counter[str] = Counter()
        self.carriers: Counter[int] = Counter()
        self.annotations: Counter[int] = Counter()

    def count(self, sign: int, *, state: int, hard: bool, labels: Labels) -> None:
        """Count one sample in (+1) or out (-1)."""
        self.samples["total_samples"] += sign
        self.samples["labelled_samples"] += sign * (state == LABELLED)
        self.samples["unconfirmed_samples"] += sign * (state == UNCONFIRMED)
        self.samples["hard_samples"] += sign * hard
        self.annotations.update({code: sign * number for code, number in _numbers(labels).items()})
        for code in codes_of(labels):
            self.carriers[code] += sign

    def write(self, session: Session, dataset: Dataset) -> None:
        """Add the differences in the database, so that no other session's are lost."""
        changes = {name: getattr(Dataset, name) + by for name, by in self.samples.items() if by}
        session.execute(update(Dataset).where(Dataset.id == dataset.id).values(**changes, data_updated_at=now_ms()))
        session.refresh(dataset, [*changes, "data_updated_at"])
        for code in sorted({*self.carriers, *self.annotations}):
            session.execute(
                update(Label)
                .where(Label.dataset_id == dataset.id, Label.code == code)
                .values(
                    sample_count=Label.sample_count + self.carriers[code],
                    annotation_count=Label.annotation_count + self.annotations[code],
                )
            )


def members(dataset: Dataset) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The conditions under which a row of `Sample` belongs to the dataset's working set."""
    return Sample.dataset_id == dataset.id, Sample.generation == dataset.generation


def signature(actor: Actor) -> str:
    """Who did it, as rows keep it."""
    return f"human/{actor.domain_name}/{actor.user_name}"


def codes_of(labels: Iterable[Mapping[str, Any]]) -> set[int]:
    return {label["code"] for label in labels} - {NAMELESS}


def _numbers(labels: Labels) -> Counter[int]:
    return Counter(label["code"] for label in labels if label["code"] != NAMELESS)


def score_of(labels: Labels) -> float | None:
    """A sample's confidence: that of its surest label."""
    return max((label["score"] for label in labels if label.get("score") is not None), default=None)


def add_samples(session: Session, dataset: Dataset, rows: Sequence[dict[str, Any]]) -> None:
    """Insert samples. Each row holds `id`, `source`, `name` and any other columns of Sample but its place."""
    if not rows:
        return
    tally = Tally()
    complete: list[dict[str, Any]] = []
    place = {"dataset_id": dataset.id, "generation": dataset.generation}
    now = now_ms()
    for row in rows:
        whole: dict[str, Any] = {**UNTOUCHED, "created_at": now, **row, **place}
        whole["score"] = score_of(whole["labels"])
        whole["digest"] = digest_of(whole["source"])
        whole["metadata"] = whole.pop("meta")
        complete.append(whole)
        tally.count(1, state=whole["state"], hard=whole["hard"], labels=whole["labels"])
    insert_rows(session, Sample, complete)
    _add_entries(session, dataset, ((row["id"], code) for row in complete for code in codes_of(row["labels"])))
    tally.write(session, dataset)


def read_samples(session: Session, dataset: Dataset, ids: Iterable[str]) -> dict[str, Any]:
    """Rows of the working set by id; ids of other datasets or earlier generations are simply absent."""
    found: dict[str, Any] = {}
    for some in batches(ids):
        query = select(*SAMPLE_COLUMNS).where(*members(dataset), Sample.id.in_(some))
        found.update((row.id, row) for row in session.execute(query))
    return found


def read_by_source(session: Session, dataset: Dataset, sources: Iterable[str]) -> dict[str, Any]:
    """Rows of the working set by source."""
    found: dict[str, Any] = {}
    for some in batches(digest_of(source) for source in sources):
        query = select(*SAMPLE_COLUMNS).where(*members(dataset), Sample.digest.in_(some))
        found.update((row.source, row) for row in session.execute(query))
    return found


def change_samples(
    session: Session, dataset: Dataset, actor: Actor, changes: Sequence[tuple[Any, dict[str, Any]]], action: str
) -> None:
    """Write annotations: pairs of a row as read and its new `CHANGEABLE` values, all of them."""
    if not changes:
        return
    tally = Tally()
    updates: list[dict[str, Any]] = []
    gone: list[tuple[str, int]] = []
    new: list[tuple[str, int]] = []
    place = {"dataset_id": dataset.id, "generation": dataset.generation}
    for row, values in changes:
        tally.count(-1, state=row.state, hard=row.hard, labels=row.labels)
        tally.count(+1, state=values["state"], hard=values["hard"], labels=values["labels"])
        before, after = codes_of(row.labels), codes_of(values["labels"])
        gone += [(row.id, code) for code in before - after]
        new += [(row.id, code) for code in after - before]
        whole = {**place, "id": row.id, "score": score_of(values["labels"]), "revision": row.revision + 1}
        updates.append({**whole, **values})
    session.execute(update(Sample), updates)
    _remove_entries(session, dataset, gone)
    _add_entries(session, dataset, new)
    _record(session, dataset, actor, action, [(row.id, row.revision, _kept(row, CHANGEABLE)) for row, _ in changes])
    tally.write(session, dataset)


def remove_samples(session: Session, dataset: Dataset, actor: Actor, rows: Sequence[Any]) -> None:
    """Delete samples of the working set, given as read."""
    if not rows:
        return
    tally = Tally()
    for row in rows:
        tally.count(-1, state=row.state, hard=row.hard, labels=row.labels)
    tally.samples["deleted_samples"] += len(rows)
    _remove_entries(session, dataset, [(row.id, code) for row in rows for code in codes_of(row.labels)])
    for some in batches(row.id for row in rows):
        session.execute(
            delete(Sample).where(*members(dataset), Sample.id.in_(some)).execution_options(synchronize_session=False)
        )
    before = [(row.id, row.revision, _kept(row, SAMPLE_COLUMNS_KEPT)) for row in rows]
    _record(session, dataset, actor, REMOVED, before)
    tally.write(session, dataset)


def return_samples(session: Session, dataset: Dataset, actor: Actor, rows: Sequence[dict[str, Any]]) -> None:
    """Add samples again that were removed: their ids, with the columns that the history kept of them.

    Their removal counts as a change of its own: a sample that left with revision 3 was gone at 4 and is back at 5.
    """
    if not rows:
        return
    add_samples(session, dataset, [{**row, "revision": row["revision"] + 2} for row in rows])
    _record(session, dataset, actor, RESTORED, [(row["id"], row["revision"] + 1, {}) for row in rows])
    tally = Tally()
    tally.samples["deleted_samples"] -= len(rows)
    tally.write(session, dataset)


def _kept(row: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _record(
    session: Session,
    dataset: Dataset,
    actor: Actor,
    action: str,
    entries: Iterable[tuple[str, int, dict[str, Any]]],
) -> None:
    """Write the history: of each sample its id, and revision and values from before."""
    by, at = signature(actor), now_ms()
    operations = [
        {
            "id": new_id(),
            "dataset_id": dataset.id,
            "generation": dataset.generation,
            "sample_id": sample_id,
            "action": action,
            "revision": revision,
            "before": before,
            "by": by,
            "at": at,
        }
        for sample_id, revision, before in entries
    ]
    insert_rows(session, SampleOperation, operations)


def batches(ids: Iterable[str], size: int = BATCH) -> Iterator[list[str]]:
    batch: list[str] = []
    for item in ids:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _add_entries(session: Session, dataset: Dataset, pairs: Iterable[tuple[str, int]]) -> None:
    place = {"dataset_id": dataset.id, "generation": dataset.generation}
    rows = [{**place, "sample_id": sample_id, "code": code} for sample_id, code in pairs]
    insert_rows(session, SampleLabelEntry, rows)


def _remove_entries(session: Session, dataset: Dataset, pairs: Iterable[tuple[str, int]]) -> None:
    by_code: defaultdict[int, list[str]] = defaultdict(list)
    for sample_id, code in pairs:
        by_code[code].append(sample_id)
    for code, ids in by_code.items():
        for some in batches(ids):
            session.execute(
                delete(SampleLabelEntry)
                .where(
                    SampleLabelEntry.dataset_id == dataset.id,
                    SampleLabelEntry.generation == dataset.generation,
                    SampleLabelEntry.code == code,
                    SampleLabelEntry.sample_id.in_(some),
                )
                .execution_options(synchronize_session=False)
            )
