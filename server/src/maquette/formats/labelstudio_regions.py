"""Regions of a Label Studio annotation as ours: shapes from percents, spans, sections of a sound, choices, relations.

Percents become pixels rounded to a thousandth. A rotated rectangle is the polygon of its corners; an ellipse is a
circle when both its radii are as many pixels. What has no exact counterpart raises Bad, never becomes something near.
Choices, texts and numbers given for a region are attributes of it.
"""

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from maquette.formats.documents import Bad, a_key, a_list, a_name, a_number, a_word, an_object, shown
from maquette.formats.samples import (
    CONTENT,
    END_INDEX,
    END_TIME,
    FROM,
    SPEAKER,
    START_INDEX,
    START_TIME,
    TO,
    Annotation,
    Problem,
)
from maquette.formats.shapes import Ring, drawn, edges, fitted
from maquette.formats.text_offsets import Offsets, Span

ENTITY_ID = re.compile(r"E[1-9]\d{0,8}")
SPEAKER_NAME = "speaker"
REGION = "region"
MAX_SECONDS = 100 * 3600
Result = dict[str, Any]

_SLACK = 0.01  # pixels: percents are written with about eight digits
_SHAPES = ("rectangle", "polygon", "ellipse", "keypoint", "brush")


@dataclass(slots=True)
class Region:
    """What one region's results say together."""

    where: str
    key: int | str | None
    results: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def span(self) -> Span | None:
        """Start, end and the recorded words of a span of text."""
        value = an_object(self.results[0].get("value"))
        start, end, words = value.get("start"), value.get("end"), value.get("text")
        if not isinstance(start, int) or not isinstance(end, int):
            return None
        return start, end, words if isinstance(words, str) else None


def classes(region: Region, annotation_type: str) -> list[Annotation]:
    """The choices made for the whole sample."""
    names: list[Annotation] = []
    for result in region.results:
        value = an_object(result.get("value"))
        if result.get("type") != "choices" or value.keys() & {"start", "x", "points"}:
            raise Bad(f"a result of type '{shown(result.get('type'))}' is no class of the whole sample", "Remove it.")
        names.extend(_annotation(annotation_type, name, region, result) for name in _names(value.get("choices")))
    return names


def shapes(region: Region, annotation_type: str) -> list[Annotation]:
    """The shape of a region, once for each of its labels."""
    drawing = next((result for result in region.results if _kind(result) in _SHAPES), None)
    if drawing is None:
        kinds = ", ".join(shown(result.get("type")) for result in region.results[:5])
        raise Bad(f"results of type '{kinds}' are no shapes", "Draw rectangles, polygons, circles or points.")
    size = edges(drawing.get("original_width"), drawing.get("original_height"))
    if size is None:
        raise Bad("the size of the picture is missing", "Give original_width and original_height in pixels.")
    if drawing.get("image_rotation"):
        raise Bad("the picture was rotated while it was labelled", "Label it upright.")
    properties = _drawing(_kind(drawing), an_object(drawing.get("value")), size)
    properties.update(_attributes(result for result in region.results if result is not drawing))
    return [_annotation(annotation_type, name, region, drawing, properties) for name in _labels(region)]


def spans(region: Region, offsets: Offsets | None, countings: list[str]) -> list[Annotation]:
    """The span of a region in code points, checked against the text, once for each of its labels."""
    if offsets is None:
        raise Bad("the text lies in another file, so offsets cannot be checked", "Export tasks with their text.")
    span = region.span()
    if span is None:
        raise Bad("the region has no whole numbers for 'start' and 'end'", "Label plain text, not HTML or paragraphs.")
    place = offsets.place(span, countings)
    if place is None:
        raise Bad(
            f"offsets {span[0]} to {span[1]} do not cover the words recorded beside them", "Label these words again."
        )
    properties: dict[str, Any] = {START_INDEX: place[0], END_INDEX: place[1]}
    properties.update(_attributes(region.results[1:]))
    found = [_annotation("text_entity", name, region, region.results[0], properties) for name in _labels(region)]
    if isinstance(region.key, str) and ENTITY_ID.fullmatch(region.key):
        found[0].id = region.key
    return found


def audio_regions(region: Region) -> list[Annotation]:
    """A section of a sound with its label, its words (a text area of the region) and its speaker."""
    value = an_object(region.results[0].get("value"))
    start, end = a_number(value.get("start")), a_number(value.get("end"))
    if start is None or end is None or not 0 <= start < end < MAX_SECONDS:
        raise Bad("the region has no 'start' before its 'end' in seconds", "Mark a section of the sound.")
    properties: dict[str, Any] = {START_TIME: clock(start), END_TIME: clock(end)}
    attributes: list[Result] = []
    for result in region.results:
        if result.get("type") == "textarea":
            said, inner = CONTENT, "text"
        elif result.get("type") == "choices" and result.get("from_name") == SPEAKER_NAME:
            said, inner = SPEAKER, "choices"
        else:
            if _kind(result) != "audio":
                attributes.append(result)
            continue
        if said in properties:
            raise Bad("the words or the speaker of the region are given twice", "Leave one of them.")
        properties[said] = _only(_texts(an_object(result.get("value")).get(inner)))
    properties.update(_attributes(attributes))
    names = _label_names(region) or [None]
    return [_annotation("audio_segmentation", name, region, region.results[0], properties) for name in names]


def contents(region: Region) -> list[Annotation]:
    """What is said in a whole sound."""
    result = region.results[0]
    value = an_object(result.get("value"))
    if "text" not in value or value.keys() & {"start", "end"}:
        raise Bad(f"a result of type '{shown(result.get('type'))}' is no text for the whole sound", "Remove it.")
    text = _only(_texts(value.get("text")))
    return [_annotation("audio_content", None, region, result, {CONTENT: text})]


def relations(
    results: list[dict[str, Any]], entities: list[Annotation], where: str, problems: list[Problem]
) -> Iterator[Annotation]:
    """The labelled arrows between entities, numbered R1, R2 …"""
    ends: dict[object, str | None] = {}
    for entity in entities:
        ends.setdefault(entity.extra.get(REGION), entity.id)
    number = 0
    for result in results:
        if result.get("type") != "relation":
            continue
        start, end = (ends.get(a_key(result.get(key))) for key in ("from_id", "to_id"))
        names = list(filter(None, map(a_name, a_list(result.get("labels")))))
        if start is None or end is None or not names:
            reason = f"{where}: a relation has no label, or an end that is no entity"
            problems.append(Problem(0, reason, "Label the relation and both its ends."))
            continue
        direction = result.get("direction")
        pairs = {"left": [(end, start)], "bi": [(start, end), (end, start)]}.get(a_word(direction), [(start, end)])
        for name in names:
            for tail, head in pairs:
                number += 1
                found = _annotation("text_triplet", name, Region(where, None), result, {FROM: tail, TO: head})
                found.id = f"R{number}"
                yield found


def clock(seconds: float) -> str:
    """Seconds as `hh:mm:ss.SSS`, rounded to the millisecond."""
    ms = round(seconds * 1000)
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"


def _annotation(
    annotation_type: str,
    name: str | None,
    region: Region,
    result: dict[str, Any],
    properties: dict[str, Any] | None = None,
) -> Annotation:
    score = a_number(result.get("score"))
    return Annotation(
        type=annotation_type,
        name=name,
        property=dict(properties or {}),
        confidence=score if score is not None and 0 <= score <= 1 else None,
        annotated_by={"prediction": "auto", "manual": "human"}.get(a_word(result.get("origin"))),
        extra={REGION: region.key},
    )


def _kind(result: dict[str, Any]) -> str:
    """`rectangle` of `rectanglelabels`, and nothing of `labels`, which give names to other results of their region."""
    return a_word(result.get("type")).removesuffix("labels")


def _labels(region: Region) -> list[str]:
    names = _label_names(region)
    if not names:
        raise Bad("the region has no label", "Give it one.")
    return names


def _label_names(region: Region) -> list[str]:
    found: dict[str, None] = {}
    for result in region.results:
        kind = a_word(result.get("type"))
        if kind.endswith("labels"):
            found.update(dict.fromkeys(_names(an_object(result.get("value")).get(kind))))
    return list(found)


def _attributes(results: Iterable[Result]) -> dict[str, Any]:
    """What further results say of the region, each under its control's name."""
    found: dict[str, Any] = {}
    for result in results:
        kind, value = a_word(result.get("type")), an_object(result.get("value"))
        if kind == "labels":
            continue
        name = a_name(result.get("from_name"))
        if name is None or name.startswith("@") or kind not in ("choices", "textarea", "number", "rating"):
            raise Bad(f"a result of type '{shown(kind)}' is no attribute of the region", "Remove it.")
        if kind in ("number", "rating"):
            given: float | str | None = a_number(value.get(kind))
        else:
            given = _only(_texts(value.get("text" if kind == "textarea" else "choices")))
        if given is None:
            raise Bad(f"the attribute '{shown(name)}' has no value", "Give it one, or remove it.")
        if name in found:
            raise Bad(f"the attribute '{shown(name)}' is given twice", "Leave one of them.")
        found[name] = given
    return found


def _names(value: object) -> list[str]:
    names = [a_name(text) for text in _texts(value)]
    if None in names:
        raise Bad("a label is empty or contains control characters", "Rename it.")
    return [name for name in names if name]


def _texts(value: object) -> list[str]:
    items = cast("list[object]", value) if isinstance(value, list) else [value]
    if any(isinstance(item, list | dict | bool) for item in items):
        raise Bad("a nested value stands where a text is expected", "Use plain choices, not a taxonomy.")
    texts = [str(item) for item in items if isinstance(item, int) or (isinstance(item, str) and item)]
    if any("\x00" in text for text in texts):
        raise Bad("a text contains the character U+0000", "Remove it.")
    return texts


def _only(texts: list[str]) -> str:
    if len(texts) != 1:
        raise Bad(f"one text is expected where there are {len(texts)}", "Leave one of them.")
    return texts[0]


def _drawing(kind: str, value: dict[str, Any], size: tuple[int, int]) -> dict[str, Any]:
    if kind == "brush":
        raise Bad("brush strokes are not read", "Draw polygons, or export the masks.")
    if kind == "polygon":
        points = [_numbers(dict(enumerate(a_list(item))), (0, 1)) for item in a_list(value.get("points"))]
        if len(points) < 3 or value.get("closed") is False:
            raise Bad("the polygon is not closed or has less than three points", "Close it.")
        return drawn("polygon", _pixels(points, size))
    if kind == "keypoint":
        return drawn("point", _pixels([_numbers(value, ("x", "y"))], size))
    if kind == "ellipse":
        x, y, rx, ry = _numbers(value, ("x", "y", "radiusX", "radiusY"))
        radius, other = round(rx / 100 * size[0], 3), round(ry / 100 * size[1], 3)
        if radius != other or radius <= 0:
            raise Bad("the ellipse is no circle", "Draw a circle or a polygon.")
        return drawn("circle", [*_pixels([[x, y]], size), [radius]])
    x, y, width, height = _numbers(value, ("x", "y", "width", "height"))
    if width <= 0 or height <= 0:
        raise Bad("the rectangle has no area", "Draw it again, or delete it.")
    rotation = a_number(value.get("rotation")) or 0
    if rotation % 360:
        return drawn("polygon", _rotated((x, y, width, height), rotation, size))
    corners = _pixels([[x, y], [x + width, y + height]], size)
    if corners[0][0] == corners[1][0] or corners[0][1] == corners[1][1]:
        raise Bad("the rectangle has no area", "Draw it again, or delete it.")
    return drawn("bndbox", corners)


def _rotated(box: tuple[float, float, float, float], degrees: float, size: tuple[int, int]) -> Ring:
    """The corners of a rectangle turned clockwise about its upper left one."""
    x, y, width, height = box[0] * size[0], box[1] * size[1], box[2] * size[0], box[3] * size[1]
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    across, down = (width * cosine, width * sine), (-height * sine, height * cosine)
    corners = [[0.0, 0.0], [*across], [across[0] + down[0], across[1] + down[1]], [*down]]
    return _pixels([[(x + dx) / size[0], (y + dy) / size[1]] for dx, dy in corners], size)


def _numbers(value: dict[Any, Any], keys: tuple[object, ...]) -> list[float]:
    numbers = [a_number(value.get(key)) for key in keys]
    # Past this no percent is meant, and products of such numbers would leave what a float holds exactly.
    if any(number is None or not -1000 <= number <= 1000 for number in numbers):
        raise Bad("a coordinate is missing or no percentage", "Give percents of the picture.")
    return [number for number in numbers if number is not None]


def _pixels(percents: Ring, size: tuple[int, int]) -> Ring:
    exact = [[x / 100 * size[0], y / 100 * size[1]] for x, y in percents]
    points = fitted([[round(x, 3), round(y, 3)] for x, y in exact], size, _SLACK)
    if points is None:
        raise Bad("the shape leaves the picture", "Draw it inside the picture.")
    return points
