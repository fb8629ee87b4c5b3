"""What happened to the samples of the working set: who changed their annotations, when, and from what to what.

Every change is a row of `SampleOperation`, written by `working_set`, and what came after it is the `before` of the
sample's next one. The history belongs to a generation: it begins anew when the working set is exchanged as a whole.
Nothing here changes anything; going back is `restoring`'s.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from maquette.datasets.annotations import decode_labels, decode_metadata
from maquette.datasets.errors import no_operation, no_sample
from maquette.datasets.history_schemas import Annotations, History, Operation
from maquette.datasets.labels import LabelBook
from maquette.datasets.search import STATUS
from maquette.datasets.tables import Dataset, SampleOperation
from maquette.datasets.working_set import CHANGEABLE, REMOVED, batches, read_samples
from maquette.kit.pages import Page

State = Mapping[str, Any]
"""The annotations of a sample as its row holds them; empty: there was no such sample."""

_COLUMNS = (
    SampleOperation.id,
    SampleOperation.sample_id,
    SampleOperation.action,
    SampleOperation.revision,
    SampleOperation.by,
    SampleOperation.at,
)


@dataclass(frozen=True, slots=True)
class Past:
    """A sample's operations after a moment: the first, the last, and the last removal with the columns it kept."""

    first: Any
    last: Any
    state: State
    removed: State | None


def own(dataset: Dataset) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The conditions under which an operation belongs to the dataset's working set."""
    return SampleOperation.dataset_id == dataset.id, SampleOperation.generation == dataset.generation


def sample_history(session: Session, book: LabelBook, sample_id: str, page: Page) -> History:
    """The operations on one sample, newest first, also when it was removed. Raises NotFound for one never heard of."""
    mine = (*own(book.dataset), SampleOperation.sample_id == sample_id)
    total = session.scalar(select(func.count()).select_from(SampleOperation).where(*mine)) or 0
    if not total and not read_samples(session, book.dataset, [sample_id]):
        raise no_sample(sample_id)
    query = select(*_COLUMNS).where(*mine).order_by(SampleOperation.revision.desc())
    rows = session.execute(query.offset(page.skip).limit(page.limit)).all()
    return History(total_count=total, operations=_described(session, book, rows))


def dataset_history(session: Session, book: LabelBook, action: str, page: Page) -> History:
    """The operations on all samples, newest first; of one action only if it is given. Deep pages cost their depth."""
    wanted = [*own(book.dataset), *([SampleOperation.action == action] if action else [])]
    total = session.scalar(select(func.count()).select_from(SampleOperation).where(*wanted)) or 0
    query = select(*_COLUMNS).where(*wanted).order_by(SampleOperation.at.desc(), SampleOperation.id.desc())
    rows = session.execute(query.offset(page.skip).limit(page.limit)).all()
    return History(total_count=total, operations=_described(session, book, rows))


def find_operation(
    session: Session, dataset: Dataset, sample_id: str, *, operation_id: str | None, revision: int | None
) -> Any:
    """An operation on the sample by its id, or the one that ended this revision of the sample."""
    wanted = SampleOperation.id == operation_id if operation_id else SampleOperation.revision == revision
    found = session.execute(
        select(*_COLUMNS, SampleOperation.before).where(*own(dataset), SampleOperation.sample_id == sample_id, wanted)
    ).one_or_none()
    if found is None:
        raise no_operation(sample_id)
    return found


def last_removals(session: Session, dataset: Dataset, ids: Iterable[str]) -> dict[str, Any]:
    """The last removal of each of these samples that was removed at some time, with all its columns in `before`."""
    found: dict[str, Any] = {}
    for some in batches(ids):
        query = select(*_COLUMNS, SampleOperation.before).where(
            *own(dataset), SampleOperation.sample_id.in_(some), SampleOperation.action == REMOVED
        )
        found.update((row.sample_id, row) for row in session.execute(query.order_by(SampleOperation.revision)))
    return found


def changed_after(session: Session, dataset: Dataset, moment: int, *, after: str, limit: int) -> list[str]:
    """The ids of the next samples, in their order, that were changed or removed later than the moment."""
    # Not by the index over time, which would sort all of them again for each batch.
    later = SampleOperation.at + 0 > moment
    query = select(SampleOperation.sample_id).where(*own(dataset), SampleOperation.sample_id > after, later)
    return list(session.scalars(query.distinct().order_by(SampleOperation.sample_id).limit(limit)))


def count_changed_after(session: Session, dataset: Dataset, moment: int) -> int:
    number = select(func.count(SampleOperation.sample_id.distinct()))
    return session.scalar(number.where(*own(dataset), SampleOperation.at > moment)) or 0


def pasts(session: Session, dataset: Dataset, ids: Collection[str], moment: int) -> dict[str, Past]:
    """Of each of these samples what it was at the moment, and what has happened since."""
    first: dict[str, Any] = {}
    last: dict[str, Any] = {}
    for some in batches(ids):
        query = select(*_COLUMNS).where(*own(dataset), SampleOperation.sample_id.in_(some), SampleOperation.at > moment)
        for row in session.execute(query.order_by(SampleOperation.revision)):
            first.setdefault(row.sample_id, row)
            last[row.sample_id] = row
    states = _states(session, dataset, (row.id for row in first.values()))
    removals = last_removals(session, dataset, first)
    return {
        key: Past(row, last[key], states[row.id], removals[key].before if key in removals else None)
        for key, row in first.items()
    }


def _states(session: Session, dataset: Dataset, operations: Iterable[str]) -> dict[str, State]:
    """What was there before each of these operations, by their ids."""
    found: dict[str, State] = {}
    for some in batches(operations):
        query = select(SampleOperation.id, SampleOperation.before).where(*own(dataset), SampleOperation.id.in_(some))
        found.update((row.id, row.before) for row in session.execute(query))
    return found


def _described(session: Session, book: LabelBook, rows: Sequence[Any]) -> list[Operation]:
    dataset = book.dataset
    ids = {row.sample_id for row in rows}
    following = _followers(session, dataset, ids)
    wanted = {row.id for row in rows} | {following[row.id] for row in rows if row.id in following}
    states, present = _states(session, dataset, wanted), read_samples(session, dataset, ids)
    names = book.names()

    def after(row: Any) -> State:
        if row.id in following:
            return states[following[row.id]]
        now = present.get(row.sample_id)
        return {name: getattr(now, name) for name in CHANGEABLE} if now is not None else {}

    return [
        Operation(
            operation_id=row.id,
            sample_id=row.sample_id,
            action=row.action,
            by=row.by,
            at=row.at,
            revision=row.revision,
            before=_annotations(book, names, states[row.id]),
            after=_annotations(book, names, after(row)),
        )
        for row in rows
    ]


def _followers(session: Session, dataset: Dataset, ids: Iterable[str]) -> dict[str, str]:
    """The id of the operation that came next on the same sample, by that of the one before it."""
    found: dict[str, str] = {}
    for some in batches(ids):
        query = select(SampleOperation.id, SampleOperation.sample_id).where(
            *own(dataset), SampleOperation.sample_id.in_(some)
        )
        rows = session.execute(query.order_by(SampleOperation.sample_id, SampleOperation.revision)).all()
        found.update(
            (earlier.id, later.id) for earlier, later in pairwise(rows) if earlier.sample_id == later.sample_id
        )
    return found


def _annotations(book: LabelBook, names: Mapping[int, str], state: State) -> Annotations | None:
    if not state:
        return None
    return Annotations(
        labels=decode_labels(book, state["labels"], names),
        sample_status=STATUS[state["state"]],
        sample_usage=state["usage"] or None,
        metadata=decode_metadata(state["meta"], state["hard"], book.type.import_origin),
        labelled_by=state["labelled_by"] or None,
        labelled_at=state["labelled_at"],
    )
