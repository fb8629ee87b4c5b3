"""The label set of a dataset: finding, making and changing its rows, and what must hold between them.

What samples carry is codes (`tables.Label`), so a rename is one row here and nothing in the samples. Taking a label
off its samples is `label_removal`'s; a label that such a task is at exists for nobody, derived from the task itself,
so that it is back at once when the task is cancelled. What a deleted label was is kept in the dataset's settings, for
the history and for annotations that are restored.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from maquette.datasets.errors import label_exists, label_leaving, label_named_by, no_label, shortcut_taken
from maquette.datasets.label_rules import (
    FROM_TYPE,
    SHORTCUT,
    TO_TYPE,
    check_name,
    checked_attributes,
    checked_property,
)
from maquette.datasets.schemas import BatchItem, LabelAttribute, LabelBody, LabelItem, LabelProperty, LabelStats
from maquette.datasets.tables import Dataset, Label
from maquette.datasets.types import TRIPLET_ENTITY, dataset_type
from maquette.kit.config import Settings
from maquette.kit.errors import Invalid, MaquetteError
from maquette.tasks.queue import active_tasks

REMOVAL = "dataset.delete-labels"
"""The kind of task that takes labels off samples; its payload's `codes` are the labels that are leaving."""

FORMER = "former_labels"
"""The dataset's setting that holds its deleted labels, by code."""

PALETTE = (
    "#3399ff", "#e6550d", "#2ca02c", "#d62728", "#9467bd", "#8c564b",
    "#e377c2", "#17becf", "#bcbd22", "#f2b701", "#11457e", "#7f7f7f",
)  # fmt: skip
"""Twelve colours that are told apart at a glance; a new label takes the next one that is used least."""


def leaving_codes(session: Session, dataset: Dataset) -> set[int]:
    return {code for task in active_tasks(session, dataset.id, REMOVAL) for code in task.payload["codes"]}


class LabelBook:
    """The labels of one dataset, read once for a request or a batch."""

    def __init__(self, session: Session, dataset: Dataset) -> None:
        self.session = session
        self.dataset = dataset
        self.type = dataset_type(dataset.dataset_type)
        self.leaving = leaving_codes(session, dataset)
        rows = session.scalars(select(Label).where(Label.dataset_id == dataset.id).order_by(Label.code)).all()
        self._all = {row.code: row for row in rows}
        self.by_code = {row.code: row for row in rows if row.code not in self.leaving}
        self._leaving = {(row.name, row.type) for row in rows if row.code in self.leaving}
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
        given = _merged({}, checked_property(settings, self.type, number, body.property))
        self._check_between(given, None)
        row = Label(
            dataset_id=self.dataset.id,
            code=self.dataset.next_label_code,
            name=body.name,
            type=number,
            property={"@modelarts:color": self.next_color(), **given},
            attributes=checked_attributes(body.attributes or []),
        )
        self.dataset.next_label_code += 1
        self._insert(row)
        return row

    def change(self, settings: Settings, row: Label, prop: LabelProperty | None, body: LabelBody | None = None) -> None:
        """Give a label another name, colour, shortcut or attributes; what is not given stays.

        Relations follow an entity that gets another name.
        """
        given = checked_property(settings, self.type, row.type, prop)
        self._check_between(given, row)
        attributes = None if body is None or body.attributes is None else checked_attributes(body.attributes)
        if prop and prop.rename_to is not None and prop.rename_to != row.name:
            self._rename(settings, row, prop.rename_to)
        row.property = _merged(row.property, given)
        if attributes is not None:
            row.attributes = attributes
        self.session.flush()

    def check_may_leave(self, row: Label, together: Collection[int]) -> None:
        """Raise Conflict while a relation that does not leave with it leads from or to this entity."""
        if row.type != TRIPLET_ENTITY:
            return
        for other in self._all.values():
            ends = (other.property.get(FROM_TYPE), other.property.get(TO_TYPE))
            if other.code not in together and row.name in ends:
                raise label_named_by(row.name, other.name)

    def bring_back(self, code: int) -> Label | None:
        """The label that annotations of another day name by this code: as it is, as it was, or the one of its name.

        None for one that is leaving or that nothing is known of. The dataset is locked.
        """
        if code in self._all:
            return self.by_code.get(code)
        former: Mapping[str, Any] | None = self.former().get(code)
        if former is None or (former["name"], former["type"]) in self._leaving:
            return None
        if present := self._by_name.get((former["name"], former["type"])):
            return present
        taken = {other.property.get(SHORTCUT) for other in self._all.values()}
        known = {key: value for key, value in former["property"].items() if key != SHORTCUT or value not in taken}
        row = Label(**{**former, "property": known}, dataset_id=self.dataset.id, code=code)
        kept = {key: label for key, label in self.dataset.settings[FORMER].items() if key != str(code)}
        self.dataset.settings = {**self.dataset.settings, FORMER: kept}
        self._insert(row)
        return row

    def former(self) -> dict[int, dict[str, Any]]:
        """What the deleted labels were, by code."""
        return {int(code): label for code, label in self.dataset.settings.get(FORMER, {}).items()}

    def names(self) -> dict[int, str]:
        """The name behind every code there ever was, for the history."""
        return {code: label["name"] for code, label in self.former().items()} | {
            code: row.name for code, row in self._all.items()
        }

    def _insert(self, row: Label) -> None:
        row.annotation_count = row.sample_count = 0
        self.session.add(row)
        self.session.flush()
        self._all[row.code] = self.by_code[row.code] = self._by_name[row.name, row.type] = row

    def _rename(self, settings: Settings, row: Label, name: str) -> None:
        check_name(settings, name)
        self.check_free(name, row.type)
        del self._by_name[row.name, row.type]
        if row.type == TRIPLET_ENTITY:
            for relation in self._all.values():
                ends = {key: name for key in (FROM_TYPE, TO_TYPE) if relation.property.get(key) == row.name}
                if ends:
                    relation.property = relation.property | ends
        row.name = name
        self._by_name[name, row.type] = row

    def _check_between(self, given: Mapping[str, str], row: Label | None) -> None:
        """What a label says of others: a shortcut is its own, and the ends of a relation are entities."""
        if shortcut := given.get(SHORTCUT):
            for other in self._all.values():
                if other is not row and other.property.get(SHORTCUT, "").lower() == shortcut.lower():
                    raise shortcut_taken(shortcut, other.name)
        for key in (FROM_TYPE, TO_TYPE):
            if given.get(key) and (given[key], TRIPLET_ENTITY) not in self._by_name:
                raise Invalid(f"{key} is '{given[key][:80]}', which is no entity label here. Create the entity first.")

    def next_color(self) -> str:
        used = [row.property.get("@modelarts:color") for row in self.by_code.values()]
        return min(PALETTE, key=used.count)


def delete_rows(session: Session, dataset: Dataset, codes: Sequence[int]) -> None:
    """Delete labels that no sample carries any more; what they were stays known. The dataset is locked."""
    rows = session.scalars(select(Label).where(Label.dataset_id == dataset.id, Label.code.in_(codes))).all()
    gone = {str(row.code): _definition(row) for row in rows}
    dataset.settings = {**dataset.settings, FORMER: {**dataset.settings.get(FORMER, {}), **gone}}
    session.execute(delete(Label).where(Label.dataset_id == dataset.id, Label.code.in_(codes)))


def entities_first(bodies: Iterable[LabelBody]) -> list[LabelBody]:
    """In the order in which they can be made: relations name entities."""
    return sorted(bodies, key=lambda body: body.type != TRIPLET_ENTITY)


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


def _definition(row: Label) -> dict[str, Any]:
    return {"name": row.name, "type": row.type, "property": row.property, "attributes": row.attributes}


def _merged(before: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in {**before, **given}.items() if value}
