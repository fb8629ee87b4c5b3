"""From annotations as the API writes them to those that a sample's row holds, and back.

The API names labels, the row holds their codes. What each kind of annotation may say is `annotation_rules`'. Metadata
is a plain map whose `@modelarts:` keys are checked; the hard flag among them is a column of its own.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

from maquette.datasets.annotation_rules import RULES, Subject
from maquette.datasets.label_rules import FROM_TYPE, TO_TYPE, with_attributes
from maquette.datasets.labels import LabelBook
from maquette.datasets.sample_schemas import SampleLabel
from maquette.datasets.types import TEXT_TRIPLETS, TRIPLET_ENTITY, Shape
from maquette.datasets.working_set import NAMELESS
from maquette.formats.samples import COLOR, FROM, TO
from maquette.kit.errors import Invalid

USAGES = ("TRAIN", "EVAL", "TEST", "INFERENCE")
HARD = "@modelarts:hard"
HARD_REASONS = range(31)
METADATA_BYTES = 64 << 10
PROPERTY_BYTES = 2 << 20
ANNOTATION_BYTES = 12 << 20
_TRUTH = {"1": True, "true": True, "0": False, "false": False, "1.0": True, "0.0": False}


class Annotated(Protocol):
    """An annotation as it comes in: the API's `SampleLabel`, or one of a file."""

    name: str
    type: int | None
    id: str | None
    score: float | None
    property: dict[str, Any] | None
    annotated_by: str | None


def encode_labels(book: LabelBook, given: Sequence[Annotated], subject: Subject) -> list[dict[str, Any]]:
    """The annotations for the row. A class is on a sample once: of two equal ones the later counts.

    Objects (shapes, spans, segments) get an id where they have none. Raises Invalid at the first that cannot be.
    """
    shape = book.type.shape
    if given and shape is Shape.NONE:
        raise Invalid(f"Samples of {book.type.name} are not labelled.")
    encoded = [_encoded(book, label, subject) for label in given]
    if shape is Shape.CLASS:
        return list({label["code"]: label for label in encoded}.values())
    if shape is Shape.CONTENT and len(encoded) > 1:
        raise Invalid("A recording has one content. Send one label with it.")
    _give_ids(encoded, relations=shape is Shape.TRIPLET)
    if shape is Shape.TRIPLET:
        _check_relations(book, encoded)
    if len(json.dumps(encoded, ensure_ascii=False)) > ANNOTATION_BYTES:
        raise Invalid(f"The sample's annotations have more than {ANNOTATION_BYTES >> 20} MiB.")
    return encoded


def _encoded(book: LabelBook, label: Annotated, subject: Subject) -> dict[str, Any]:
    shape = book.type.shape
    row = book.find(label.name, label.type) if label.name else None
    if row is None and shape not in (Shape.CONTENT, Shape.SEGMENT):
        raise Invalid("A label has no name.")
    own = _checked_label_property(label.property)
    own.pop(COLOR, None)  # the label's, not the object's
    number = row.type if row else book.dataset.dataset_type
    if shape is not Shape.TRIPLET or number == TRIPLET_ENTITY:
        own = RULES[shape](own, subject)
    if row and row.attributes:
        own = with_attributes(row.name, row.attributes, own)
    encoded: dict[str, Any] = {
        "code": row.code if row else NAMELESS,
        "type": number,
        "annotated_by": label.annotated_by or "human",
    }
    if label.id:
        encoded["id"] = label.id
    if label.score is not None:
        encoded["score"] = label.score
    if own:
        encoded["property"] = own
    return encoded


def _give_ids(encoded: list[dict[str, Any]], *, relations: bool) -> None:
    """Every object has an id of its own; those of a triplet are `E1` and `R1`, as the guide writes them."""
    used: set[str] = set()
    for label in encoded:
        if "id" in label and label["id"] in used:
            raise Invalid(f"Two annotations of the sample have the id '{label['id']}'.")
        used.add(label.get("id", ""))
    for label in encoded:
        if "id" in label:
            continue
        letter = ("E" if label["type"] == TRIPLET_ENTITY else "R") if relations else ""
        number = 1
        while f"{letter}{number}" in used:
            number += 1
        label["id"] = f"{letter}{number}"
        used.add(label["id"])


def _check_relations(book: LabelBook, encoded: Sequence[Mapping[str, Any]]) -> None:
    """A relation leads from one entity of the sample to another, between the labels that its own label allows."""
    entities = {label["id"]: book.by_code[label["code"]].name for label in encoded if label["type"] == TRIPLET_ENTITY}
    for label in encoded:
        if label["type"] == TRIPLET_ENTITY:
            continue
        relation = book.by_code[label["code"]]
        for key, limit in ((FROM, FROM_TYPE), (TO, TO_TYPE)):
            end = label.get("property", {}).get(key)
            if end not in entities:
                raise Invalid(f"The relation '{relation.name}' has {key} '{str(end)[:20]}', which is no entity here.")
            allowed = relation.property.get(limit)
            if allowed and entities[end] != allowed:
                raise Invalid(
                    f"The relation '{relation.name}' has {key} '{end}', which is a '{entities[end]}'; "
                    f"it takes a '{allowed}'."
                )


def without_codes(labels: Sequence[dict[str, Any]], codes: Collection[int]) -> list[dict[str, Any]]:
    """The annotations but those of these labels, nor the relations that led from or to one of them."""
    gone = {label.get("id") for label in labels if label["code"] in codes and label["type"] == TRIPLET_ENTITY}
    return [
        label
        for label in labels
        if label["code"] not in codes
        and (label["type"] != TEXT_TRIPLETS or not gone & {label.get("property", {}).get(key) for key in (FROM, TO)})
    ]


def decode_labels(
    book: LabelBook, labels: Sequence[Mapping[str, Any]], names: Mapping[int, str] | None = None
) -> list[SampleLabel]:
    """The annotations for an answer, by the names of today's labels; those whose label is being deleted are left out.

    `names` gives other names to codes: those of labels that were deleted since, for the history.
    """

    def name_of(code: int) -> str:
        return names[code] if names is not None else book.by_code[code].name

    known = book.by_code if names is None else names
    return [
        SampleLabel.model_construct(
            name=name_of(label["code"]) if label["code"] else "",
            type=label["type"],
            annotated_by=label.get("annotated_by"),
            id=label.get("id"),
            score=label.get("score"),
            property=label.get("property") or {},
        )
        for label in labels
        if label["code"] == NAMELESS or label["code"] in known
    ]


def merge_metadata(before: Mapping[str, Any], hard: bool, given: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
    """The metadata with the given keys changed (null takes one away), and the hard flag."""
    merged = dict(before)
    for key, value in given.items():
        if key == HARD:
            hard = False if value is None else as_flag(value)
        elif value is None:
            merged.pop(key, None)
        else:
            _check_known(key, value)
            merged[key] = value
    if len(json.dumps(merged, ensure_ascii=False).encode()) > METADATA_BYTES:
        raise Invalid(f"The sample's metadata has more than {METADATA_BYTES} bytes.")
    return merged, hard


def decode_metadata(meta: Mapping[str, Any], hard: bool, origin: int) -> dict[str, Any]:
    described = {"@modelarts:import_origin": origin, **meta}
    return {**described, HARD: 1} if hard else described


def checked_usage(given: str) -> str:
    """One of USAGES in any case, or empty to take the usage away."""
    usage = given.upper()
    if usage and usage not in USAGES:
        raise Invalid(f"There is no usage '{given}'. Use {', '.join(USAGES)}, or an empty one to take it away.")
    return usage


def as_flag(value: Any) -> bool:
    """The contract writes hard flags as numbers, strings or booleans."""
    flag = _TRUTH.get(str(value).lower())
    if flag is None:
        raise Invalid(f"{HARD} is '{str(value)[:20]}'; write 0 or 1.")
    return flag


def _check_known(key: str, value: Any) -> None:
    if key == "@modelarts:hard_coefficient" and not _is_share(value):
        raise Invalid(f"{key} is a number between 0 and 1.")
    if key == "@modelarts:hard_reasons" and not (isinstance(value, list) and all(map(_is_reason, _items(value)))):
        raise Invalid(f"{key} is a list of the reasons' numbers, {HARD_REASONS[0]} to {HARD_REASONS[-1]}.")
    if key == "@modelarts:size" and not (isinstance(value, list) and all(map(_is_number, _items(value)))):
        raise Invalid(f"{key} is a list of width, height and depth.")


def _checked_label_property(given: Mapping[str, Any] | None) -> dict[str, Any]:
    if not given:
        return {}
    if HARD in given:
        as_flag(given[HARD])
    if len(json.dumps(given, ensure_ascii=False).encode()) > PROPERTY_BYTES:
        raise Invalid(f"The label's property has more than {PROPERTY_BYTES} bytes.")
    return dict(given)


def _items(value: Any) -> list[Any]:
    return list(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_share(value: Any) -> bool:
    return _is_number(value) and 0 <= value <= 1


def _is_reason(value: Any) -> bool:
    return _is_number(value) and value in HARD_REASONS
