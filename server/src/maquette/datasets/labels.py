"""The label set of a dataset: finding, making, changing and taking away its rows.

What samples carry is codes (`tables.Label`), so a rename is one row here and nothing in the samples. Taking a label
off its samples is `label_removal`'s; a label that such a task is at exists for nobody, derived from the task itself,
so that it is back at once when the task is cancelled.
"""

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from maquette.datasets.errors import label_exists, label_leaving, no_label
from maquette.datasets.schemas import BatchItem, LabelAttribute, LabelBody, LabelItem, LabelProperty, LabelStats
from maquette.datasets.tables import Dataset, Label
from maquette.datasets.types import dataset_type
from maquette.kit.config import Settings
from maquette.kit.errors import Invalid, MaquetteError
from maquette.tasks.queue import active_tasks

REMOVAL = "dataset.delete-labels"
"""The kind of task that takes labels off samples; its payload's `codes` are the labels that are leaving."""

MAX_NAME = 64
PALETTE = (
    "#3399ff", "#e6550d", "#2ca02c", "#d62728", "#9467bd", "#8c564b",
    "#e377c2", "#17becf", "#bcbd22", "#f2b701", "#11457e", "#7f7f7f",
)  # fmt: skip
"""Twelve colours that are told apart at a glance; a new label takes the next one that is used least."""

_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
SHAPES = frozenset({"bndbox", "polygon", "circle", "line", "dashed", "point", "polyline"})


def leaving_codes(session: Session, dataset: Dataset) -> set[int]:
    return {code for task in active_tasks(session, dataset.id, REMOVAL) for code in task.payload["codes"]}


class LabelBook:
    """The labels of one dataset, read once for a request or a batch."""

    def __init__(self, session: Session, dataset: Dataset) -> None:
        self.session = session
        self.dataset = dataset
        self.type = dataset_type(dataset.dataset_type)
        leaving = leaving_codes(session, dataset)
        rows = session.scalars(select(Label).where(Label.dataset_id == dataset.id).order_by(Label.code)).all()
        self.by_code = {row.code: row for row in rows if row.code not in leaving}
        self._leaving = {(row.name, row.type) for row in rows if row.code in leaving}
        self._by_name = {(row.name, row.type): row for row in self.by_code.values()}

    def label_type(self, number: int | None) -> int:
        """The type of a label that names none is the dataset's."""
        if number is None:
            number = self.dataset.dataset_type
        if not self.type.label_types:
            raise Invalid(f"A dataset of {self.type.name} has no labels.")
        if number not in self.type.label_types:
            raise Invalid(f"A dataset of {self.type.name} has no labels of type {number}.")
        return number

    def find(self, name: str, number: int | None = None) -> Label:
        """The label of this name. Raises NotFound, or Conflict for one that is being deleted."""
        key = (name, self.label_type(number))
        if row := self._by_name.get(key):
            return row
        raise label_leaving(name) if key in self._leaving else no_label(name)

    def check_free(self, name: str, number: int) -> None:
        if (name, number) in self._by_name:
            raise label_exists(name)
        if (name, number) in self._leaving:
            raise label_leaving(name)

    def add(self, settings: Settings, body: LabelBody) -> Label:
        """Make a label. The dataset is locked."""
        number = self.label_type(body.type)
        check_name(settings, body.name)
        self.check_free(body.name, number)
        given = checked_property(body.property)
        row = Label(
            dataset_id=self.dataset.id,
            code=self.dataset.next_label_code,
            name=body.name,
            type=number,
            property={"@modelarts:color": self.next_color(), **given},
            attributes=[attribute.model_dump(exclude_none=True) for attribute in body.attributes or []],
            annotation_count=0,
            sample_count=0,
        )
        self.dataset.next_label_code += 1
        self.session.add(row)
        self.session.flush()
        self.by_code[row.code] = self._by_name[row.name, row.type] = row
        return row

    def change(self, settings: Settings, row: Label, prop: LabelProperty | None, body: LabelBody | None = None) -> None:
        """Give a label another name, colour, shortcut or attributes; what is not given stays."""
        given = checked_property(prop)
        if prop and prop.rename_to is not None and prop.rename_to != row.name:
            check_name(settings, prop.rename_to)
            self.check_free(prop.rename_to, row.type)
            del self._by_name[row.name, row.type]
            row.name = prop.rename_to
            self._by_name[row.name, row.type] = row
        row.property = row.property | given
        if body and body.attributes is not None:
            row.attributes = [attribute.model_dump(exclude_none=True) for attribute in body.attributes]
        self.session.flush()

    def next_color(self) -> str:
        used = [row.property.get("@modelarts:color") for row in self.by_code.values()]
        return min(PALETTE, key=used.count)


def check_name(settings: Settings, name: str) -> None:
    if not 1 <= len(name) <= MAX_NAME or not name.isprintable() or name != name.strip():
        raise Invalid(f"The label name '{name[:80]}' cannot be used. Use 1 to {MAX_NAME} printable characters.")
    if settings.label_name_pattern and not re.fullmatch(settings.label_name_pattern, name):
        raise Invalid(f"The label name '{name}' breaks this installation's rule {settings.label_name_pattern}.")


def checked_property(prop: LabelProperty | None) -> dict[str, str]:
    """What of the property is kept: all but the new name."""
    if prop is None:
        return {}
    if prop.color is not None and not _COLOR.fullmatch(prop.color):
        raise Invalid(f"The colour '{prop.color[:20]}' cannot be used. Write it as #rrggbb.")
    if prop.default_shape is not None and prop.default_shape not in SHAPES:
        raise Invalid(f"There is no shape '{prop.default_shape[:20]}'. Use one of {', '.join(sorted(SHAPES))}.")
    return prop.model_dump(by_alias=True, exclude_none=True, exclude={"rename_to"})


def failed(error: MaquetteError) -> BatchItem:
    return BatchItem(success=False, error_code=error.code, error_msg=error.message, error_details=error.details or None)


def describe_label(row: Label) -> LabelItem:
    return LabelItem(name=row.name, type=row.type, property=_property(row), attributes=_attributes(row))


def describe_stats(row: Label) -> LabelStats:
    return LabelStats(
        name=row.name,
        type=row.type,
        property=_property(row),
        attributes=_attributes(row),
        count=row.annotation_count,
        sample_count=row.sample_count,
    )


def _property(row: Label) -> LabelProperty:
    return LabelProperty.model_validate(row.property)


def _attributes(row: Label) -> list[LabelAttribute] | None:
    return [LabelAttribute.model_validate(item) for item in row.attributes] or None
