"""Going back in the history: the annotations of a sample, or of all samples of a dataset, as they once were.

What is put back is a change like any other: it goes through `working_set`, has its operations in the history and can
itself be undone. Labels that were deleted since come back with the annotations that carry them. A sample that was
removed comes back with its id; whether its file still lies there is told by its metadata.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from maquette.buckets import Stores, open_bucket
from maquette.datasets.errors import cannot_return, no_sample, stale_sample
from maquette.datasets.history import Past, State, find_operation, last_removals
from maquette.datasets.history_schemas import RestoredSample, RestoreSample
from maquette.datasets.labels import LabelBook
from maquette.datasets.samples import describe_sample
from maquette.datasets.tables import Dataset
from maquette.datasets.text_files import MISSING
from maquette.datasets.types import Shape
from maquette.datasets.working_set import (
    CHANGEABLE,
    RESTORED,
    change_samples,
    read_by_source,
    read_samples,
    remove_samples,
    return_samples,
)
from maquette.db import Database
from maquette.formats.samples import TEXT_PREFIX
from maquette.kit.actor import Actor
from maquette.kit.clock import now_ms
from maquette.kit.errors import NotFound
from maquette.storage import ObjectStore, obs_url, parse_obs_url

_AT_A_TIME = 8
"""So many files are looked for at once."""


class _Blocked(Exception):
    """Why a sample cannot go back."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a sample is to be again; `removed` are its columns when it was last removed, if it ever was."""

    state: State
    removed: State | None = None


@dataclass(slots=True)
class Outcome:
    """What became of the samples: `changed`, `returned`, `removed`, `unchanged` or `blocked`, and why blocked."""

    counts: Counter[str] = field(default_factory=Counter[str])
    blocked: dict[str, str] = field(default_factory=dict[str, str])


def restore_states(
    session: Session, actor: Actor, book: LabelBook, wanted: Mapping[str, Wanted], gone: Collection[str]
) -> Outcome:
    """Make samples again what they were, by id. The dataset is locked; `gone` are sources whose files are not there."""
    return _Restoring(session, actor, book, gone).run(wanted)


class _Restoring:
    def __init__(self, session: Session, actor: Actor, book: LabelBook, gone: Collection[str]) -> None:
        self._session = session
        self._actor = actor
        self._book = book
        self._gone = gone
        self._outcome = Outcome()

    def run(self, wanted: Mapping[str, Wanted]) -> Outcome:
        session, dataset = self._session, self._book.dataset
        rows = read_samples(session, dataset, wanted)
        leaving = [row for key, row in rows.items() if not wanted[key].state]
        # First what goes: its source may be that of a sample that comes back.
        remove_samples(session, dataset, self._actor, leaving)
        self._outcome.counts["removed"] += len(leaving)
        self._change({key: rows[key] for key, one in wanted.items() if one.state and key in rows}, wanted)
        self._return({key: one for key, one in wanted.items() if key not in rows})
        return self._outcome

    def _change(self, rows: Mapping[str, Any], wanted: Mapping[str, Wanted]) -> None:
        changes: list[tuple[Any, dict[str, Any]]] = []
        for key, row in rows.items():
            try:
                values = self._values(wanted[key].state)
            except _Blocked as reason:
                self._block(key, reason)
                continue
            # Whether the file is there is no annotation: that stays as it is now.
            values["meta"] = {name: value for name, value in values["meta"].items() if name != MISSING}
            if MISSING in row.meta:
                values["meta"][MISSING] = row.meta[MISSING]
            if all(getattr(row, name) == value for name, value in values.items()):
                self._outcome.counts["unchanged"] += 1
            else:
                changes.append((row, values))
        change_samples(self._session, self._book.dataset, self._actor, changes, RESTORED)
        self._outcome.counts["changed"] += len(changes)

    def _return(self, wanted: Mapping[str, Wanted]) -> None:
        session, dataset = self._session, self._book.dataset
        self._outcome.counts["unchanged"] += sum(not one.state for one in wanted.values())
        returning = {key: one for key, one in wanted.items() if one.state}
        sources = (one.removed["source"] for one in returning.values() if one.removed)
        taken = {source: row.id for source, row in read_by_source(session, dataset, sources).items()}
        back: list[dict[str, Any]] = []
        for key, one in returning.items():
            try:
                if one.removed is None:
                    raise _Blocked("what it was is not known")
                source = one.removed["source"]
                if source in taken:
                    raise _Blocked(f"its file belongs to the sample '{taken[source]}' now")
                row: dict[str, Any] = {**one.removed, "id": key, **self._values(one.state)}
            except _Blocked as reason:
                self._block(key, reason)
                continue
            row["meta"] = {name: value for name, value in row["meta"].items() if name != MISSING}
            if source in self._gone:
                row["meta"][MISSING] = now_ms()
            taken[source] = key
            back.append(row)
        return_samples(session, dataset, self._actor, back)
        self._outcome.counts["returned"] += len(back)

    def _values(self, state: State) -> dict[str, Any]:
        """The columns to write, with the codes of today's labels."""
        values = {name: state[name] for name in CHANGEABLE}
        labels = [{**label, "code": self._code(label["code"])} for label in state["labels"]]
        if self._book.type.shape is Shape.CLASS:
            # Two labels of that time may be one by now.
            labels = list({label["code"]: label for label in labels}.values())
        return {**values, "labels": labels}

    def _code(self, code: int) -> int:
        if not code:
            return code
        row = self._book.bring_back(code)
        if row is None:
            name = self._book.names().get(code)
            raise _Blocked(f"its label '{name}' is being deleted" if name else "one of its labels is unknown")
        return row.code

    def _block(self, key: str, reason: _Blocked) -> None:
        self._outcome.blocked[key] = str(reason)
        self._outcome.counts["blocked"] += 1


def restore_sample(
    session: Session, actor: Actor, dataset: Dataset, sample_id: str, asked: RestoreSample, gone: Collection[str]
) -> RestoredSample:
    """Put one sample back, with the dataset locked. Raises Conflict with both versions when it is another by now."""
    book = LabelBook(session, dataset)
    removal = last_removals(session, dataset, [sample_id]).get(sample_id)
    row = read_samples(session, dataset, [sample_id]).get(sample_id)
    if row is not None:
        revision = row.revision
    elif removal is not None:
        # A removal is a change too: the sample's absence behind it has a revision.
        revision = removal.revision + 1
    else:
        raise no_sample(sample_id)
    if asked.expected_revision not in (None, revision):
        current = {"sample_id": sample_id, "revision": revision, "removed": True}
        if row is not None:
            current = describe_sample(book, row).model_dump(mode="json", exclude_none=True)
        raise stale_sample(sample_id, asked.model_dump(mode="json", exclude_none=True), current)
    outcome = Outcome()
    if asked.revision != revision:
        operation = find_operation(
            session, dataset, sample_id, operation_id=asked.operation_id, revision=asked.revision
        )
        wanted = Wanted(operation.before, removal.before if removal else None)
        outcome = restore_states(session, actor, book, {sample_id: wanted}, gone)
    if sample_id in outcome.blocked:
        raise cannot_return(sample_id, outcome.blocked[sample_id])
    now = read_samples(session, dataset, [sample_id]).get(sample_id)
    changed = sum(outcome.counts[name] for name in ("changed", "returned", "removed")) > 0
    if now is None:
        return RestoredSample(changed=changed, revision=revision + changed)
    sample = describe_sample(LabelBook(session, dataset), now, whole=True)
    return RestoredSample(changed=changed, revision=now.revision, file_missing=MISSING in now.meta, sample=sample)


def wanted_at(pasts: Mapping[str, Past]) -> dict[str, Wanted]:
    return {key: Wanted(past.state, past.removed) for key, past in pasts.items()}


def missing_files(database: Database, stores: Stores, actor: Actor, sources: Iterable[str]) -> set[str]:
    """Which of the sources name no object any more. Asks the stores, so no transaction may be open."""
    keys: dict[str, list[str]] = {}
    for source in sources:
        if not source.startswith(TEXT_PREFIX):
            bucket, key = parse_obs_url(source)
            keys.setdefault(bucket, []).append(key)
    missing: set[str] = set()
    for bucket, some in keys.items():
        try:
            store = open_bucket(database, stores, actor, bucket)
        except NotFound:
            missing.update(obs_url(bucket, key) for key in some)
            continue
        with ThreadPoolExecutor(_AT_A_TIME) as threads:
            lacking = threads.map(partial(_lacks, store), some)
            missing.update(obs_url(bucket, key) for key, lacks in zip(some, lacking, strict=True) if lacks)
    return missing


def _lacks(store: ObjectStore, key: str) -> bool:
    try:
        store.head(key)
    except NotFound:
        return True
    return False
