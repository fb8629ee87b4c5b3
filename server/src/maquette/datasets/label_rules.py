"""What a label may say of itself, by the type of its dataset, and what an annotation may say by the label's attributes.

Colour, shape, shortcut, category and the entities that a relation leads between are the label's property; attributes
are what people fill in for each annotation. Nothing here knows rows: what must hold between labels is `labels`'.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from maquette.datasets.schemas import LabelAttribute, LabelProperty
from maquette.datasets.types import SPEECH_SEGMENTATION, TEXT_TRIPLETS, DatasetType, Shape
from maquette.formats.samples import SHAPES
from maquette.kit.config import Settings
from maquette.kit.errors import Invalid

MAX_NAME = 64
SHORTCUT, CATEGORY = "@modelarts:shortcut", "@maquette:category"
FROM_TYPE, TO_TYPE = "@modelarts:from_type", "@modelarts:to_type"
TEXT, SELECT = "text", "select"
MAX_TEXT = 1024
"""Characters of an attribute's value on an annotation."""

_COLOR = re.compile(r"#[0-9a-fA-F]{6}")


def check_name(settings: Settings, name: str, what: str = "label name") -> None:
    if not 1 <= len(name) <= MAX_NAME or not name.isprintable() or name != name.strip():
        raise Invalid(f"The {what} '{name[:80]}' cannot be used. Use 1 to {MAX_NAME} printable characters.")
    if settings.label_name_pattern and not re.fullmatch(settings.label_name_pattern, name):
        raise Invalid(f"The {what} '{name}' breaks this installation's rule {settings.label_name_pattern}.")


def is_color(text: str) -> bool:
    return _COLOR.fullmatch(text) is not None


def checked_property(settings: Settings, kind: DatasetType, number: int, prop: LabelProperty | None) -> dict[str, str]:
    """What is given of the property of a label of type `number`, all but its new name; an empty value takes one away.

    That the entities of a relation exist, and that nothing else has the shortcut, is not checked here.
    """
    if prop is None:
        return {}
    if prop.color is not None and not is_color(prop.color):
        raise Invalid(f"The colour '{prop.color[:20]}' cannot be used. Write it as #rrggbb.")
    if prop.default_shape and prop.default_shape not in SHAPES:
        raise Invalid(f"There is no shape '{prop.default_shape[:20]}'. Use one of {', '.join(sorted(SHAPES))}.")
    if prop.default_shape and kind.shape is not Shape.GEOMETRY:
        raise Invalid(f"A label for {kind.name} has no default shape: its annotations are not drawn.")
    if prop.category:
        if number != SPEECH_SEGMENTATION:
            raise Invalid(f"A label for {kind.name} has no category: only those for speech segmentation have.")
        check_name(settings, prop.category, "label category")
    if (prop.from_type or prop.to_type) and number != TEXT_TRIPLETS:
        raise Invalid(f"A label of type {number} has no from_type and no to_type: only relations, type 102, have.")
    return prop.model_dump(by_alias=True, exclude_none=True, exclude={"rename_to"})


def checked_attributes(given: Sequence[LabelAttribute]) -> list[dict[str, Any]]:
    """The attributes for the label's row: each with a name and a type, a select with its values."""
    kept: list[dict[str, Any]] = []
    for attribute in given:
        name, values = attribute.name or "", _values(attribute)
        if not 1 <= len(name) <= MAX_NAME or not name.isprintable() or name != name.strip() or name.startswith("@"):
            raise Invalid(
                f"The attribute name '{name[:80]}' cannot be used. Use 1 to {MAX_NAME} printable characters and no @."
            )
        if any(other["name"] == name for other in kept):
            raise Invalid(f"The label has two attributes '{name}'. Give one of them another name.")
        chosen = attribute.type or (SELECT if values else TEXT)
        if chosen == SELECT and (not values or "" in values or len(set(values)) < len(values)):
            raise Invalid(f"The attribute '{name}' is a select: give it values, each once and none empty.")
        if chosen == TEXT and values:
            raise Invalid(f"The attribute '{name}' is a text and has no values. Make it a select, or leave them out.")
        if attribute.default_value and chosen == SELECT and attribute.default_value not in values:
            raise Invalid(f"The default '{attribute.default_value[:40]}' is none of the values of '{name}'.")
        kept.append({**attribute.model_dump(exclude_none=True), "type": chosen})
    return kept


def with_attributes(label: str, attributes: Sequence[Mapping[str, Any]], said: Mapping[str, Any]) -> dict[str, Any]:
    """An annotation's property, with the defaults of what it does not say. Raises Invalid for a value that none is.

    Plain keys that are no attributes of the label stay as they are: files bring them along.
    """
    whole = dict(said)
    for attribute in attributes:
        name = attribute["name"]
        default = attribute.get("default_value")
        if name not in whole:
            if default:
                whole[name] = default
            continue
        value = whole[name]
        if not isinstance(value, str) or len(value) > MAX_TEXT:
            raise Invalid(f"The attribute '{name}' of '{label}' is a text of at most {MAX_TEXT} characters.")
        values = [each.get("value") for each in attribute.get("values") or ()]
        if attribute["type"] == SELECT and value not in values:
            offered = ", ".join(f"'{each}'" for each in values[:20])
            raise Invalid(f"The attribute '{name}' of '{label}' is '{value[:40]}'; use one of {offered}.")
    return whole


def _values(attribute: LabelAttribute) -> list[str]:
    return [each.value or "" for each in attribute.values or ()]
