"""From the filters of a sample list to conditions on rows: states, labels, scores, the contract's search conditions.

A filter that cannot be met here is refused, never passed over: a list that ignores a filter is a wrong answer. Which
filters the kept counts can answer is known here too.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import ColumnElement, String, and_, cast, exists, false, func, or_, select, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session, aliased

from maquette.datasets.annotations import USAGES
from maquette.datasets.labels import LabelBook
from maquette.datasets.search_schemas import SearchAlternative, SearchCondition, SearchLabel, SearchLabels, SearchProp
from maquette.datasets.tables import LABELLED, UNCONFIRMED, UNLABELLED, Dataset, Label, Sample, SampleLabelEntry
from maquette.datasets.types import VIDEO
from maquette.datasets.working_set import members
from maquette.formats.samples import TEXT_PREFIX, TIME_IN_VIDEO
from maquette.kit.clock import now_ms
from maquette.kit.errors import Invalid
from maquette.storage import parse_obs_url

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
_KEY = re.compile(r"[^\"\\\[\]]{1,200}")
_DAYS = re.compile(r"(\d{8})-(\d{8})")
_SECONDS = re.compile(r"\s*(\d{1,9}(?:\.\d{1,9})?)\s*(?:[-,~]\s*(\d{1,9}(?:\.\d{1,9})?)\s*)?", re.ASCII)
_HALF_A_MILLISECOND = 0.0005
_RANGE = re.compile(r"\s*(\d(?:\.\d+)?)\s*[-,~]\s*(\d(?:\.\d+)?)\s*")

OF_OTHER_TYPES = ("frame_in_video", "kvp", "slice_thickness", "study_date")
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
        if self.label_code is not None and self.hard is None and not self.others and not dataset.unconfirmed_samples:
            # Without suggestions whoever carries a label is labelled: the state says nothing more.
            used -= self.state == LABELLED
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
        return [*members(dataset), *self.wishes()]

    def wishes(self) -> list[ColumnElement[bool]]:
        """All but the label, on whatever rows."""
        found: list[ColumnElement[bool]] = []
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
    add_conditions(wanted, book, conditions)


def add_conditions(wanted: SampleFilter, book: LabelBook, conditions: Sequence[SearchCondition]) -> None:
    """Add conditions of which all hold."""
    for condition in conditions:
        _add(wanted, book, condition)
        if condition.any_of:
            wanted.others.append(or_(*(_alternative(book, one) for one in condition.any_of)))


def _add(wanted: SampleFilter, book: LabelBook, asked: SearchAlternative) -> None:
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
    if asked.text:
        others.append(_text(book, asked.text))
    if asked.time_in_video:
        others.append(_moment(book, asked.time_in_video))


def _alternative(book: LabelBook, asked: SearchAlternative) -> ColumnElement[bool]:
    """One of several conditions, as an expression of its own."""
    inner = SampleFilter()
    _add(inner, book, asked)
    label = [] if inner.label_code is None else [_carries(book.dataset, [inner.label_code])]
    return and_(true(), *label, *inner.wishes())


def _add_hard(wanted: SampleFilter, given: str) -> None:
    if given not in {"0", "1"}:
        raise Invalid(f"The search condition hard is '{given[:20]}'; write 0 or 1.")
    if wanted.hard not in (None, given == "1"):
        wanted.nothing = True
    wanted.hard = given == "1"


def _add_labels(wanted: SampleFilter, book: LabelBook, asked: SearchLabels) -> None:
    if asked.op.upper() == "AND" or len(asked.labels) == 1:
        for label in asked.labels:
            filter_by_label(wanted, book, label.name, label.type)
            code = _code(book, label.name, label.type)
            if label.property and code is not None:
                wanted.others.append(_says(book, code, label))
        return
    plain = [_code(book, label.name, label.type) for label in asked.labels if not label.property]
    parts = [_carries(book.dataset, [code for code in plain if code is not None])]
    for label in asked.labels:
        code = _code(book, label.name, label.type)
        if label.property and code is not None:
            parts.append(and_(_carries(book.dataset, [code]), _says(book, code, label)))
    wanted.others.append(or_(*parts))


def _says(book: LabelBook, code: int, asked: SearchLabel) -> ColumnElement[bool]:
    """An annotation with this label says so. Reads the annotations of every sample that carries the label."""
    said, own_code = _each_annotation(book)
    parts = [said(_checked_key(key)).in_(values) for key, values in (asked.property or {}).items()]
    whole = and_(*parts) if asked.op.upper() == "AND" else or_(*parts)
    return exists(select(1).where(own_code == str(code), whole).correlate(Sample))


def _each_annotation(book: LabelBook) -> tuple[Callable[[str], ColumnElement[str]], ColumnElement[str]]:
    """Of each of a sample's annotations: what it says under a key of its property, and its label's code; as texts."""
    if book.session.get_bind().dialect.name == "postgresql":
        item: Any = func.jsonb_array_elements(Sample.labels, type_=JSONB).column_valued("annotation")
        return lambda key: item["property"][key].astext, item["code"].astext
    each = func.json_each(Sample.labels).table_valued("value", name="annotation")

    def part(path: str) -> ColumnElement[str]:
        return cast(func.json_extract(each.c.value, path), String)

    return lambda key: part(f'$.property."{key}"'), part("$.code")


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
    return Sample.meta[_checked_key(key)].as_string().in_(values)


def _checked_key(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise Invalid(f"The key '{key[:40]}' cannot be searched for.")
    return key


def _text(book: LabelBook, part: str) -> ColumnElement[bool]:
    """Texts with this in them. Reads every text of the set that the other conditions leave over."""
    if not book.type.texts:
        raise Invalid(f"The search condition 'text' does not apply to {book.type.name}: its samples are files.")
    text = func.substr(Sample.source, len(TEXT_PREFIX) + 1, type_=String())
    return text.icontains(part, autoescape=True)


def _moment(book: LabelBook, given: str) -> ColumnElement[bool]:
    """Frames of a video from and until these seconds, or at one moment."""
    match = _SECONDS.fullmatch(given)
    if book.dataset.dataset_type != VIDEO:
        raise Invalid(f"The search condition 'time_in_video' does not apply to {book.type.name}.")
    if match is None:
        raise Invalid(f"time_in_video is '{given[:20]}'; write seconds, 1.5, or a range of them, 1.5-3.")
    first, last = float(match[1]), float(match[2] or match[1])
    around = _HALF_A_MILLISECOND if match[2] is None else 0
    return Sample.meta[TIME_IN_VIDEO].as_float().between(first - around, last + around)


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
