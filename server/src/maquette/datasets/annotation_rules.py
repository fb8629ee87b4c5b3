"""What an annotation may say on its sample: shapes inside the picture, spans inside the text, times in order.

One function for each `Shape` of `types`, which takes the annotation's property and gives the property to keep, or
raises Invalid naming what is wrong. Nothing here knows rows or labels.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from maquette.datasets.types import Shape
from maquette.formats.samples import (
    CONTENT,
    END_INDEX,
    END_SAMPLE,
    END_TIME,
    FEATURE,
    HOLES,
    SHAPE,
    SHAPES,
    SIZE,
    SPEAKER,
    START_INDEX,
    START_SAMPLE,
    START_TIME,
    TEXT_PREFIX,
)
from maquette.kit.errors import Invalid

MAX_POINTS = 100_000
MAX_CONTENT = 100_000
_POINTS = {"bndbox": (2, 2), "line": (2, 2), "dashed": (2, 2), "point": (1, 1), "polygon": (3, MAX_POINTS)}
_POINTS["polyline"] = (2, MAX_POINTS)
_TIME = re.compile(r"(\d{2,}):([0-5]\d):([0-5]\d)(?:\.(\d{1,3}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Subject:
    """What is annotated, as far as it is known: the text, or the picture's width and height."""

    text: str | None = None
    size: tuple[float, float] | None = None


def subject_of(source: str, meta: Mapping[str, Any]) -> Subject:
    """The subject behind a sample's columns."""
    if source.startswith(TEXT_PREFIX):
        return Subject(text=source.removeprefix(TEXT_PREFIX))
    size = cast("list[Any]", meta.get(SIZE) or [])
    return Subject(size=(size[0], size[1])) if len(size) >= 2 and all(map(_is_number, size[:2])) else Subject()


def check_geometry(given: Mapping[str, Any], subject: Subject) -> dict[str, Any]:
    """A shape with its points: `@modelarts:shape` and `@modelarts:feature`."""
    shape, feature = given.get(SHAPE), given.get(FEATURE)
    if shape not in SHAPES:
        raise Invalid(f"{SHAPE} is '{str(shape)[:20]}'; use one of {', '.join(SHAPES)}.")
    kept: dict[str, Any] = {
        **given,
        FEATURE: _circle(feature, subject) if shape == "circle" else _outline(shape, feature, subject),
    }
    if holes := given.get(HOLES):
        if shape != "polygon" or not isinstance(holes, list):
            raise Invalid(f"{HOLES} are rings of a polygon.")
        kept[HOLES] = [_outline("polygon", hole, subject) for hole in cast("list[Any]", holes)]
    return kept


def _outline(shape: str, feature: Any, subject: Subject) -> list[list[float]]:
    points = _ring(feature, *_POINTS[shape])
    if shape == "bndbox":
        points = _corners(points)
    elif shape == "polygon" and len({(x, y) for x, y in points}) < 3:
        raise Invalid("A polygon needs three points that differ.")
    _check_inside(points, subject)
    return points


def check_span(given: Mapping[str, Any], subject: Subject) -> dict[str, Any]:
    """A part of the text: code points from `@modelarts:start_index` up to, not including, `@modelarts:end_index`."""
    start, end = _integer(given, START_INDEX), _integer(given, END_INDEX)
    if not 0 <= start < end:
        raise Invalid(f"The span from {start} to {end} holds no text. The end is behind the last character.")
    if subject.text is not None and end > len(subject.text):
        raise Invalid(f"The span from {start} to {end} ends behind the text, which has {len(subject.text)} characters.")
    return {**given, START_INDEX: start, END_INDEX: end}


def check_content(given: Mapping[str, Any], subject: Subject) -> dict[str, Any]:
    """What is said: `@modelarts:content`."""
    content = given.get(CONTENT)
    if not isinstance(content, str) or not content.strip():
        raise Invalid(f"{CONTENT} is empty. Write what is said.")
    return {**given, CONTENT: _bounded(CONTENT, content)}


def check_segment(given: Mapping[str, Any], subject: Subject) -> dict[str, Any]:
    """A stretch of a recording: `hh:mm:ss.SSS` at both ends, perhaps with the sample indexes, a speaker, a content."""
    start, end = _milliseconds(given, START_TIME), _milliseconds(given, END_TIME)
    if start > end:
        raise Invalid(f"The segment ends ({given[END_TIME]}) before it begins ({given[START_TIME]}).")
    kept = dict(given)
    if START_SAMPLE in given or END_SAMPLE in given:
        first, last = _integer(given, START_SAMPLE), _integer(given, END_SAMPLE)
        if not 0 <= first < last:
            raise Invalid(f"The segment's audio samples {first} to {last} are no range.")
    elif start == end:
        raise Invalid(f"The segment at {given[START_TIME]} has no length.")
    for key in (SPEAKER, CONTENT):
        if key in given:
            kept[key] = _bounded(key, given[key])
    return kept


def check_nothing(given: Mapping[str, Any], subject: Subject) -> dict[str, Any]:
    return dict(given)


RULES: Mapping[Shape, Callable[[Mapping[str, Any], Subject], dict[str, Any]]] = {
    Shape.CLASS: check_nothing,
    Shape.GEOMETRY: check_geometry,
    Shape.SPAN: check_span,
    Shape.TRIPLET: check_span,
    Shape.CONTENT: check_content,
    Shape.SEGMENT: check_segment,
}


def time_ms(text: str) -> int | None:
    """The milliseconds of `hh:mm:ss.SSS`, or None when it is written in another way."""
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    hours, minutes, seconds, fraction = match.groups()
    return (int(hours) * 3600 + int(minutes) * 60 + int(seconds)) * 1000 + int((fraction or "0").ljust(3, "0"))


def _milliseconds(given: Mapping[str, Any], key: str) -> int:
    found = time_ms(str(given.get(key, "")))
    if found is None:
        raise Invalid(f"{key} is '{str(given.get(key))[:20]}'; write it as hh:mm:ss.SSS.")
    return found


def _integer(given: Mapping[str, Any], key: str) -> int:
    value = given.get(key)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Invalid(f"{key} is '{str(value)[:20]}'; write a whole number.")
    return value


def _bounded(key: str, value: Any) -> str:
    if not isinstance(value, str) or len(value) > MAX_CONTENT:
        raise Invalid(f"{key} is a text of at most {MAX_CONTENT} characters.")
    return value


def _ring(feature: Any, least: int, most: int) -> list[list[float]]:
    if not isinstance(feature, list) or not least <= len(cast("list[Any]", feature)) <= most:
        count = f"{least}" if least == most else f"{least} to {most}"
        raise Invalid(f"{FEATURE} of this shape is a list of {count} points, each [x, y].")
    return [_point(point) for point in cast("list[Any]", feature)]


def _point(point: Any) -> list[float]:
    pair = cast("list[Any]", point) if isinstance(point, list) else []
    if len(pair) != 2 or not all(map(_is_number, pair)):
        raise Invalid(f"'{str(pair)[:40]}' is no point; write [x, y].")
    return [pair[0], pair[1]]


def _corners(points: list[list[float]]) -> list[list[float]]:
    (x1, y1), (x2, y2) = points
    if x1 == x2 or y1 == y2:
        raise Invalid(f"The rectangle at {points[0]} has no area.")
    return [[min(x1, x2), min(y1, y2)], [max(x1, x2), max(y1, y2)]]


def _circle(feature: Any, subject: Subject) -> list[list[float]]:
    parts = cast("list[Any]", feature) if isinstance(feature, list) else []
    radius = cast("list[Any]", parts[1]) if len(parts) == 2 and isinstance(parts[1], list) else []
    if not radius or not _is_number(radius[0]) or radius[0] <= 0:
        raise Invalid(f"{FEATURE} of a circle is [[cx, cy], [r]] with a radius above 0.")
    centre, r = _point(parts[0]), float(radius[0])
    _check_inside([[centre[0] - r, centre[1] - r], [centre[0] + r, centre[1] + r]], subject)
    return [centre, [radius[0]]]


def _check_inside(points: list[list[float]], subject: Subject) -> None:
    width, height = subject.size or (math.inf, math.inf)
    for x, y in points:
        if not (0 <= x <= width and 0 <= y <= height):
            place = f"of {width:g} × {height:g} pixels" if subject.size else "whose corner is [0, 0]"
            raise Invalid(f"The point [{x:g}, {y:g}] lies outside the picture {place}.")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
