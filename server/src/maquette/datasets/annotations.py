"""From annotations as the API writes them to those that a sample's row holds, and back.

The API names labels, the row holds their codes. Metadata is a plain map whose `@modelarts:` keys are checked; the
hard flag among them is a column of its own.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from maquette.datasets.labels import LabelBook
from maquette.datasets.sample_schemas import SampleLabel
from maquette.kit.errors import Invalid

USAGES = ("TRAIN", "EVAL", "TEST", "INFERENCE")
HARD = "@modelarts:hard"
HARD_REASONS = range(31)
METADATA_BYTES = 64 << 10
_TRUTH = {"1": True, "true": True, "0": False, "false": False, "1.0": True, "0.0": False}


def encode_labels(book: LabelBook, given: Sequence[SampleLabel]) -> list[dict[str, Any]]:
    """The labels for the row. An image has a label once: of two equal ones the later counts."""
    encoded: dict[int, dict[str, Any]] = {}
    for label in given:
        row = book.find(label.name, label.type)
        kept = {"id": label.id, "score": label.score, "property": _checked_label_property(label.property)}
        encoded[row.code] = {
            "code": row.code,
            "type": row.type,
            "annotated_by": label.annotated_by or "human",
            **{key: value for key, value in kept.items() if value not in (None, {})},
        }
    return list(encoded.values())


def decode_labels(book: LabelBook, labels: Sequence[Mapping[str, Any]]) -> list[SampleLabel]:
    """The labels for an answer; those that are being deleted are left out."""
    return [
        SampleLabel.model_construct(
            name=book.by_code[label["code"]].name,
            type=label["type"],
            annotated_by=label.get("annotated_by"),
            id=label.get("id"),
            score=label.get("score"),
            property=label.get("property") or {},
        )
        for label in labels
        if label["code"] in book.by_code
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
    if len(json.dumps(given, ensure_ascii=False).encode()) > METADATA_BYTES:
        raise Invalid(f"The label's property has more than {METADATA_BYTES} bytes.")
    return dict(given)


def _items(value: Any) -> list[Any]:
    return list(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_share(value: Any) -> bool:
    return _is_number(value) and 0 <= value <= 1


def _is_reason(value: Any) -> bool:
    return _is_number(value) and value in HARD_REASONS
