"""From the filters of a sample list to conditions on rows: states, labels, scores, the contract's search conditions.

A filter that cannot be met here is refused, never passed over: a list that ignores a filter is a wrong answer. Which
filters the kept counts can answer is known here too.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError
from sqlalchemy import ColumnElement, and_, exists, false, or_, select
from sqlalchemy.orm import Session, aliased

from maquette.datasets.annotations import USAGES
from maquette.datasets.labels import LabelBook
from maquette.datasets.tables import LABELLED, UNCONFIRMED, UNLABELLED, Dataset, Label, Sample, SampleLabelEntry
from maquette.datasets.working_set import members
from maquette.kit.clock import now_ms
from maquette.kit.errors import Invalid
from maquette.storage import parse_obs_url
from maquette.web import Own

STATES = {
    "__ALL__": LABELLED,
    "MANUAL_ANNOTATION": LABELLED,
    "__NONE__": UNLABELLED,
    "UN_ANNOTATION": UNLABELLED,
    "__AUTO_ANNOTATION__": UNCONFIRMED,
    "AUTO_ANNOTATION": UNCONFIRMED,
}
STATUS = {LABELLED: "MANUAL_ANNOTATION", UNLABELLED: "UN_ANNOTATION", UNCONFIRMED: "AUTO_ANNOTATION"}
TEAM_STATES = frozenset(
    {
        "__UNCHECK__",
        "__ACCEPTED__",
        "__REJECTED__",
        "__UNREVIEWED__",
        "__REVIEWED__",
        "__WORKFORCE_SAMPLED__",
        "__WORKFORCE_SAMPLED_UNCHECK__",
        "__WORKFORCE_SAMPLED_CHECKED__",
        "__WORKFORCE_SAMPLED_ACCEPTED__",
        "__WORKFORCE_SAMPLED_REJECTED__",
    }
)
"""States of team labelling: known, and no sample of this version is ever in one."""

NO_USAGE = "NONE"
DAY_MS = 86_400_000
_OPERATOR = Field(default="AND", pattern="^(AND|OR|and|or)$")
_KEY = re.compile(r"[^\"\\\[\]]{1,200}")
_DAYS = re.compile(r"(\d{8})-(\d{8})")
_RANGE = re.compile(r"\s*(\d(?:\.\d+)?)\s*[-,~]\s*(\d(?:\.\d+)?)\s*")

Operator = Annotated[str, _OPERATOR]


class SearchLabel(Own):
    name: str
    op: Operator = "AND"
    property: dict[str, list[str]] | None = None
    type: int | None = None


class SearchLabels(Own):
    labels: Annotated[list[SearchLabel], Field(max_length=100)] = []
    op: Operator = "OR"


class SearchProp(Own):
    op: Operator = "AND"
    props: Annotated[dict[str, list[str]], Field(max_length=20)] = {}


class SearchCondition(Own):
    """One condition; its members all hold. `usage` is ours. Members of other data types are refused when set."""

    hard: str | int | None = None
    import_origin: str | None = None
    label_list: SearchLabels | None = None
    labeler: str | None = None
    metadata: SearchProp | None = None
    sample_dir: str | None = None
    sample_name: str | None = None
    sample_time: str | None = None
    score: str | None = None
    coefficient: str | None = None
    usage: str | None = None
    frame_in_video: int | None = None
    kvp: str | None = None
    parent_sample_id: str | None = None
    slice_thickness: str | None = None
    study_date: str | None = None
    time_in_video: str | None = None


OF_OTHER_TYPES = ("frame_in_video", "kvp", "slice_thickness", "study_date", "time_in_video")
_CONDITIONS = TypeAdapter(list[SearchCondition])


@dataclass(slots=True)
class SampleFilter:
    """The filters of a list. `label_code` is a label that every match carries, when there is just one such."""

    state: int | None = None
    nothing: bool = False
    label_code: int | None = None
    hard: bool | None = None
    others: list[ColumnElement[bool]] = field(default_factory=list[ColumnElement[bool]])

    def kept_count(self, session: Session, dataset: Dataset) -> int | None:
        """The number of matches, where a kept count says it."""
        used = sum((self.state is not None, self.label_code is not None, self.hard is not None))
        if self.nothing:
            return 0
        if self.others or used > 1:
            return None
        if self.label_code is not None:
            label = session.get(Label, (dataset.id, self.label_code))
            return label.sample_count if label else 0
        if self.hard is not None:
            return dataset.hard_samples if self.hard else dataset.total_samples - dataset.hard_samples
        return count_of_state(dataset, self.state)

    def conditions(self, dataset: Dataset) -> list[ColumnElement[bool]]:
        """All but the label, on rows of the working set."""
        found: list[ColumnElement[bool]] = [*members(dataset)]
        if self.state is not None:
            found.append(Sample.state == self.state)
        if self.hard is not None:
            found.append(Sample.hard.is_(self.hard))
        return [*found, *self.others, *([false()] if self.nothing else [])]


def count_of_state(dataset: Dataset, state: int | None) -> int:
    unlabelled = dataset.total_samples - dataset.labelled_samples - dataset.unconfirmed_samples
    by_state = {LABELLED: dataset.labelled_samples, UNCONFIRMED: dataset.unconfirmed_samples, UNLABELLED: unlabelled}
    return dataset.total_samples if state is None else by_state[state]


def filter_by_state(wanted: SampleFilter, state: str) -> None:
    if state in TEAM_STATES:
        wanted.nothing = True
    elif state and state not in STATES:
        raise Invalid(f"There is no sample_state '{state[:40]}'. Use one of {', '.join(sorted(STATES))}.")
    elif state:
        wanted.state = STATES[state]


def filter_by_label(wanted: SampleFilter, book: LabelBook, name: str, number: int | None = None) -> None:
    """A label that does not exist has no samples."""
    code = _code(book, name, number)
    if code is None:
        wanted.nothing = True
    elif wanted.label_code in (None, code):
        wanted.label_code = code
    else:
        wanted.others.append(_carries(book.dataset, [code]))


def filter_by_score(wanted: SampleFilter, low: float, high: float) -> None:
    """Labels made by people have no score: a range that leaves anything out leaves them out."""
    if not 0 <= low <= high <= 1:
        raise Invalid(f"The scores from {low} to {high} are no range between 0 and 1.")
    if (low, high) != (0, 1):
        wanted.others.append(Sample.score.between(low, high))


def filter_by_conditions(wanted: SampleFilter, book: LabelBook, text: str) -> None:
    """Add the contract's `search_conditions`: a JSON list, or a single one; all of them hold."""
    try:
        given = json.loads(text)
        conditions = _CONDITIONS.validate_python(given if isinstance(given, list) else [given])
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Invalid(f"search_conditions cannot be read: {where}: {first['msg']}.") from None
    except (ValueError, RecursionError):
        raise Invalid("search_conditions is not valid JSON. Write a list of conditions.") from None
    for condition in conditions:
        _add(wanted, book, condition)


def _add(wanted: SampleFilter, book: LabelBook, asked: SearchCondition) -> None:
    for name in OF_OTHER_TYPES:
        if getattr(asked, name) not in (None, ""):
            raise Invalid(f"The search condition '{name}' does not apply to {book.type.name}.")
    others = wanted.others
    if asked.hard not in (None, ""):
        _add_hard(wanted, str(asked.hard))
    if asked.label_list and asked.label_list.labels:
        _add_labels(wanted, book, asked.label_list)
    if asked.metadata and asked.metadata.props:
        others.append(_metadata(asked.metadata))
    if asked.sample_name:
        others.append(Sample.name.icontains(asked.sample_name, autoescape=True))
    if asked.sample_dir:
        others.append(_directory(asked.sample_dir))
    if asked.sample_time:
        start, end = _period(asked.sample_time)
        others.append(and_(Sample.created_at >= start, Sample.created_at < end))
    if asked.labeler:
        others.append(
            or_(Sample.labelled_by == asked.labeler, Sample.labelled_by.endswith("/" + asked.labeler, autoescape=True))
        )
    if asked.score:
        filter_by_score(wanted, *_span(asked.score))
    if asked.coefficient:
        others.append(Sample.meta["@modelarts:hard_coefficient"].as_float().between(*_span(asked.coefficient)))
    if asked.import_origin and asked.import_origin != str(book.type.import_origin):
        others.append(_property_is("@modelarts:import_origin", [asked.import_origin]))
    if asked.usage:
        others.append(_usage(asked.usage))
    if asked.parent_sample_id:
        others.append(Sample.parent_id == asked.parent_sample_id)


def _add_hard(wanted: SampleFilter, given: str) -> None:
    if given not in {"0", "1"}:
        raise Invalid(f"The search condition hard is '{given[:20]}'; write 0 or 1.")
    if wanted.hard not in (None, given == "1"):
        wanted.nothing = True
    wanted.hard = given == "1"


def _add_labels(wanted: SampleFilter, book: LabelBook, asked: SearchLabels) -> None:
    if any(label.property for label in asked.labels):
        raise Invalid(f"Label properties cannot be searched for in datasets of {book.type.name}.")
    if asked.op.upper() == "AND" or len(asked.labels) == 1:
        for label in asked.labels:
            filter_by_label(wanted, book, label.name, label.type)
        return
    codes = {_code(book, label.name, label.type) for label in asked.labels} - {None}
    wanted.others.append(_carries(book.dataset, [code for code in codes if code is not None]))


def _code(book: LabelBook, name: str, number: int | None) -> int | None:
    kind = book.label_type(number)
    return next((row.code for row in book.by_code.values() if (row.name, row.type) == (name, kind)), None)


def _carries(dataset: Dataset, codes: Sequence[int]) -> ColumnElement[bool]:
    # An alias: the list itself may already be driven by the index rows of another label.
    entry = aliased(SampleLabelEntry)
    carried = select(entry.sample_id).where(
        entry.dataset_id == dataset.id,
        entry.generation == dataset.generation,
        entry.code.in_(codes),
        entry.sample_id == Sample.id,
    )
    return exists(carried.correlate(Sample))


def _metadata(asked: SearchProp) -> ColumnElement[bool]:
    parts = [_property_is(key, values) for key, values in asked.props.items()]
    return and_(*parts) if asked.op.upper() == "AND" else or_(*parts)


def _property_is(key: str, values: Sequence[str]) -> ColumnElement[bool]:
    if not _KEY.fullmatch(key):
        raise Invalid(f"The metadata key '{key[:40]}' cannot be searched for.")
    return Sample.meta[key].as_string().in_(values)


def _directory(given: str) -> ColumnElement[bool]:
    """Samples that lie in just this folder, written `obs://bucket/folder/` or `/bucket/folder/`."""
    bucket, key = parse_obs_url(given)
    return Sample.source == f"obs://{bucket}/{key.removesuffix('/') + '/' if key else ''}" + Sample.name


def _period(given: str) -> tuple[int, int]:
    """The moments from and until, ms. Days are those of UTC."""
    now = now_ms()
    today = now - now % DAY_MS
    if given in ("month", "day"):
        return today - (30 if given == "month" else 1) * DAY_MS, now + DAY_MS
    match = _DAYS.fullmatch(given)
    try:
        if not match:
            raise ValueError(given)
        first, last = (datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC) for day in match.groups())
        if first > last:
            raise ValueError(given)
    except ValueError:
        raise Invalid(f"sample_time is '{given[:40]}'; write month, day or yyyyMMdd-yyyyMMdd.") from None
    return int(first.timestamp() * 1000), int(last.timestamp() * 1000) + DAY_MS


def _span(given: str) -> tuple[float, float]:
    match = _RANGE.fullmatch(given)
    if not match:
        raise Invalid(f"'{given[:20]}' is no range; write it as 0.5-0.9.")
    return float(match[1]), float(match[2])


def _usage(given: str) -> ColumnElement[bool]:
    usage = given.upper()
    if usage not in (*USAGES, NO_USAGE):
        raise Invalid(f"There is no usage '{given[:20]}'. Use one of {', '.join((*USAGES, NO_USAGE))}.")
    return Sample.usage == ("" if usage == NO_USAGE else usage)


def labelers(session: Session, dataset: Dataset) -> list[str]:
    """Everybody who labelled something, by seeks in the index: a DISTINCT would read every sample."""
    found: list[str] = []
    last = ""
    place = (Sample.dataset_id == dataset.id, Sample.generation == dataset.generation)
    while len(found) < 1000:
        query = (
            select(Sample.labelled_by).where(*place, Sample.labelled_by > last).order_by(Sample.labelled_by).limit(1)
        )
        following = session.scalar(query)
        if following is None:
            break
        found.append(following)
        last = following
    return found
