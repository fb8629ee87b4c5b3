"""Which samples an export takes: by state, conditions and ids, of the working set or of a published version.

Everything is read in one transaction that sees a single state of the database, in the order of sample ids.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from maquette.datasets.conversion import to_sample
from maquette.datasets.exporting.schemas import LABELED, UNLABELED, ExportRequest
from maquette.datasets.labels import LabelBook
from maquette.datasets.search import SampleFilter, filter_by_conditions, filter_by_state
from maquette.datasets.splitting import divider
from maquette.datasets.tables import LABELLED, UNCONFIRMED, UNLABELLED, Sample, SampleLabelEntry
from maquette.datasets.text_files import MISSING
from maquette.datasets.working_set import batches
from maquette.formats import samples as formats
from maquette.formats.objects import unpack

BATCH = 5_000
NAMED_BY = 64
"""So many characters of its beginning name a text that has no row."""

_ALL = (2, 3)
_STATES = {LABELED: LABELLED, UNLABELED: UNLABELLED}
_COLUMNS = (
    Sample.id,
    Sample.source,
    Sample.name,
    Sample.parent_id,
    Sample.sample_type,
    Sample.state,
    Sample.usage,
    Sample.hard,
    Sample.labels,
    Sample.meta.label("meta"),
    Sample.labelled_at,
)


@dataclass(slots=True)
class Chosen:
    """A sample, and what its row says that files have no place for."""

    sample: formats.Sample
    name: str = ""
    parent_id: str = ""


def sample_filter(book: LabelBook, asked: ExportRequest) -> SampleFilter:
    """The filters of a request, which all hold. Raises Invalid for one that cannot be met."""
    wanted = SampleFilter(state=None if asked.export_type is None else _STATES.get(asked.export_type))
    for given in (asked.sample_state, asked.export_params.sample_state):
        own = SampleFilter()
        filter_by_state(own, given)
        if own.state is not None:
            wanted.nothing |= wanted.state not in (None, own.state)
            wanted.state = own.state
        wanted.nothing |= own.nothing
    if asked.export_params.search_conditions:
        filter_by_conditions(wanted, book, json.dumps(asked.export_params.search_conditions))
    return wanted


class WorkingSet:
    """The samples of the working set that a request asks for."""

    def __init__(self, session: Session, book: LabelBook, asked: ExportRequest) -> None:
        self._session = session
        self._book = book
        self._hard = not asked.export_params.clear_hard_property
        self._ids = asked.export_params.samples
        self._conditions = _conditions(book, sample_filter(book, asked))

    def samples(self) -> Iterator[Chosen]:
        kind, labels = self._book.type, self._book.by_code
        for row in self._rows(*_COLUMNS):
            sample = to_sample(kind, labels, row, hard=self._hard)
            sample.property.pop(MISSING, None)
            yield Chosen(sample, row.name, row.parent_id)

    def unconfirmed(self) -> int:
        """How many are left without annotations because nobody has confirmed what was suggested."""
        suggested = (query.where(Sample.state == UNCONFIRMED) for query in self._queries(func.count()))
        return sum(self._session.scalar(query) or 0 for query in suggested)

    def _rows(self, *columns: Any) -> Iterator[Any]:
        for query in self._queries(*columns):
            last = ""
            ordered = query.order_by(Sample.id).limit(BATCH)
            # Plain rows: the session would look at each of them, to find objects that are not there.
            while rows := self._session.connection().execute(ordered.where(Sample.id > last)).all():
                yield from rows
                last = rows[-1].id

    def _queries(self, *columns: Any) -> Iterator[Any]:
        query = select(*columns).where(*self._conditions)
        if self._ids is None:
            yield query
        else:
            for some in batches(sorted(set(self._ids))):
                yield query.where(Sample.id.in_(some))


def version_samples(version: Iterable[formats.Sample], asked: ExportRequest) -> Iterator[Chosen]:
    """The samples of a published version that a request asks for."""
    ids = None if asked.export_params.samples is None else set(asked.export_params.samples)
    clear = asked.export_params.clear_hard_property
    for packed in version:
        sample = unpack(packed)
        labelled = LABELED if sample.annotations else UNLABELED
        if (ids is None or sample.id in ids) and asked.export_type in (None, labelled, *_ALL):
            if clear:
                _clear_hard(sample)
            text = formats.text_of(sample)
            yield Chosen(sample, sample.source.rpartition("/")[2] if text is None else text[:NAMED_BY])


def _clear_hard(sample: formats.Sample) -> None:
    sample.hard = sample.hard_coefficient = None
    for annotation in sample.annotations:
        annotation.hard = annotation.hard_coefficient = None


def _conditions(book: LabelBook, wanted: SampleFilter) -> list[ColumnElement[bool]]:
    found = wanted.conditions(book.dataset)
    if wanted.label_code is not None:
        carriers = select(SampleLabelEntry.sample_id).where(
            SampleLabelEntry.dataset_id == book.dataset.id,
            SampleLabelEntry.generation == book.dataset.generation,
            SampleLabelEntry.code == wanted.label_code,
        )
        found.append(Sample.id.in_(carriers))
    return found


def divided(read: Callable[[], Iterable[Chosen]], ratio: Fraction | None, seed: int) -> Iterator[Chosen]:
    """The samples with train and evaluation sides, the same share of every set of labels; as they are without a ratio.

    `read` gives the same samples in the same order each time.
    """
    if ratio is None:
        yield from read()
        return
    codes: dict[str, int] = {}

    def stratum(chosen: Chosen) -> tuple[int, ...]:
        names = {annotation.name for annotation in chosen.sample.annotations if annotation.name}
        return tuple(sorted(codes.setdefault(name, len(codes) + 1) for name in sorted(names)))

    side = divider((stratum(chosen) for chosen in read()), ratio, seed)
    for chosen in read():
        chosen.sample.usage = side(stratum(chosen))
        yield chosen
