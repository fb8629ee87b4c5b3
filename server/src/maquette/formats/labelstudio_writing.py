"""Label Studio's JSON, written so that its users can go back. Reading is in `labelstudio`.

What a program annotated goes back as a prediction when a whole sample is so, else each result says its `origin`.
Attributes become choices or numbers of their region, the words and the speaker of a section a text area and a choice.
"""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import orjson

from maquette.formats.documents import a_name
from maquette.formats.labelstudio import AUDIO_TYPES, TEXT_TYPES, is_address
from maquette.formats.labelstudio_regions import ENTITY_ID, SPEAKER_NAME
from maquette.formats.losses import Losses
from maquette.formats.manifest import time_to_ms
from maquette.formats.samples import (
    CONTENT,
    END_INDEX,
    END_TIME,
    FEATURE,
    FROM,
    HOLES,
    SHAPE,
    SIZE,
    SPEAKER,
    START_INDEX,
    START_TIME,
    TO,
    Annotation,
    Loss,
    Sample,
    text_of,
)
from maquette.formats.shapes import Shape, is_coordinate, is_inside, shape_of, size_of

_CLOCK = re.compile(r"(\d{2}):([0-5]\d):([0-5]\d)\.(\d{3})")
_KINDS = {"bndbox": "rectangle", "polygon": "polygon", "circle": "ellipse", "point": "keypoint"}
_SHAPE_KEYS = frozenset({SHAPE, FEATURE, HOLES})
_ORIGINS = {"human": "manual", "auto": "prediction"}
_NAMELESS = ("audio_content", "audio_segmentation")
_UNUSED = "annotations of another type, or without what their type needs"

Result = dict[str, Any]


class LabelStudioWriter:
    """Writes samples of one annotation type as an array of tasks, a task at a time."""

    def __init__(self, annotation_type: str) -> None:
        self._type = annotation_type
        self._key = "text" if annotation_type in TEXT_TYPES else "audio" if annotation_type in AUDIO_TYPES else "image"
        self._count = 0

    def add(self, sample: Sample) -> tuple[bytes, list[Loss]]:
        """The next piece of the file, and what it does not carry of the sample.

        Raises ValueError for what JSON lacks, such as half of a character.
        """
        losses = Losses(sample.source)
        losses.of_sample(sample, properties=(SIZE,))
        text = text_of(sample) if self._type in TEXT_TYPES else None
        if text is not None and (not text or "\x00" in text or is_address(text)):
            losses.note("the sample, whose text is empty or reads as an address")
            return b"", losses.report()
        source = sample.source if text is None else text
        automatic = bool(sample.annotations) and all(item.annotated_by == "auto" for item in sample.annotations)
        whole = {"result": self._results(sample, text, losses, automatic=automatic), **_made(sample, losses)}
        task = {
            "id": self._count + 1,
            "data": {self._key: "s3://" + source[6:] if text is None and source.startswith("obs://") else source},
            "annotations": [] if automatic or not sample.annotations else [{**whole, "was_cancelled": False}],
            "predictions": [whole] if automatic else [],
        }
        try:
            piece = orjson.dumps(task)
        except TypeError as error:
            raise ValueError(f"The sample '{sample.source[:80]!r}' cannot be written as JSON: {error}.") from error
        self._count += 1
        return (b"[\n" if self._count == 1 else b",\n") + piece, losses.report()

    def finish(self) -> bytes:
        """The last piece of the file."""
        return b"\n]\n" if self._count else b"[]\n"

    def _results(self, sample: Sample, text: str | None, losses: Losses, *, automatic: bool) -> list[Result]:
        results: list[Result] = []
        ends: dict[str | None, str] = {}
        relations: list[Annotation] = []
        classes: list[Annotation] = []
        for number, annotation in enumerate(sample.annotations, start=1):
            if annotation.type == "text_triplet" and self._type == "text_triplet":
                relations.append(annotation)
                continue
            region = f"r{number}"
            if (
                annotation.type == "text_entity"
                and ENTITY_ID.fullmatch(annotation.id or "")
                and annotation.id not in ends
            ):
                region = str(annotation.id)
            found = self._region(annotation, sample, text, losses)
            if found is None:
                continue
            _note(annotation, losses, entity=region == annotation.id)
            if found == []:
                classes.append(annotation)
            for result in found:
                results.append({"id": region, **result, **_origin(annotation, automatic=automatic)})
            ends.setdefault(annotation.id, region)
        results.extend(_choices(classes, self._key, automatic=automatic))
        results.extend(_relations(relations, ends, losses, automatic=automatic))
        return results

    def _region(self, annotation: Annotation, sample: Sample, text: str | None, losses: Losses) -> list[Result] | None:
        """The results of one annotation, none yet for a class of the whole sample, or None and a loss."""
        wanted = "text_entity" if self._type == "text_triplet" else self._type
        nameless = annotation.name is None and wanted not in _NAMELESS
        if annotation.type != wanted or nameless or annotation.name != a_name(annotation.name):
            losses.note(_UNUSED)
            return None
        if wanted.endswith("_classification"):
            for key in annotation.property:
                losses.note(f"the attribute '{key}'")
            return []
        if wanted == "audio_content":
            return _content(annotation, losses)
        if wanted == "audio_segmentation":
            return _section(annotation, losses)
        if wanted == "text_entity":
            return _span(annotation, text, losses)
        return _drawn(annotation, sample, losses)


def _drawn(annotation: Annotation, sample: Sample, losses: Losses) -> list[Result] | None:
    shape, size = shape_of(annotation), size_of(sample)
    if size is None:
        losses.note("shapes, because the size of the picture is not known")
        return None
    if shape is None or shape.kind not in _KINDS or shape.holes:
        what = "polygons with holes" if shape and shape.holes else f"shapes of kind {shape.kind}" if shape else _UNUSED
        losses.note(what)
        return None
    value = _percents(shape, size, losses)
    if value is None:
        return None
    kind = _KINDS[shape.kind] + "labels"
    first = {"type": kind, "value": {**value, kind: [annotation.name]}}
    about = {"to_name": "image", "original_width": size[0], "original_height": size[1], "image_rotation": 0}
    results = [{"from_name": "label", **first}, *_attributes(annotation, value, _SHAPE_KEYS, losses)]
    return [{**result, **about} for result in results]


def _percents(shape: Shape, size: tuple[int, int], losses: Losses) -> dict[str, Any] | None:
    points = [[round(x, 3), round(y, 3)] for x, y in shape.points]
    radius = round(shape.radius, 3)
    if not is_inside(points, size) or (shape.kind == "circle" and not 0 < radius <= 10 * min(size)):
        losses.note("shapes that leave the picture")
        return None
    if points != shape.points or radius != shape.radius:
        losses.note("what coordinates say beyond a thousandth of a pixel")
    relative = [[x / size[0] * 100, y / size[1] * 100] for x, y in points]
    (x, y), last = relative[0], relative[-1]
    if shape.kind == "polygon":
        return {"points": relative, "closed": True}
    if shape.kind == "circle":
        return {"x": x, "y": y, "radiusX": radius / size[0] * 100, "radiusY": radius / size[1] * 100, "rotation": 0}
    if shape.kind == "point":
        return {"x": x, "y": y, "width": 0.5}
    left, top, width, height = min(x, last[0]), min(y, last[1]), abs(x - last[0]), abs(y - last[1])
    if not width or not height:
        losses.note("boxes without area")
        return None
    return {"x": left, "y": top, "width": width, "height": height, "rotation": 0}


def _span(annotation: Annotation, text: str | None, losses: Losses) -> list[Result] | None:
    start: object = annotation.property.get(START_INDEX)
    end: object = annotation.property.get(END_INDEX)
    if text is None or not isinstance(start, int) or not isinstance(end, int) or not 0 <= start < end <= len(text):
        losses.note("spans that do not lie in a known text")
        return None
    value = {"start": start, "end": end, "text": text[start:end]}
    first = {"from_name": "label", "type": "labels", "value": {**value, "labels": [annotation.name]}}
    results = [first, *_attributes(annotation, value, frozenset({START_INDEX, END_INDEX}), losses)]
    return [{**result, "to_name": "text"} for result in results]


def _section(annotation: Annotation, losses: Losses) -> list[Result] | None:
    properties = annotation.property
    start, end = _seconds(properties.get(START_TIME)), _seconds(properties.get(END_TIME))
    if start is None or end is None or start >= end:
        losses.note("sections of a sound without a start before their end")
        return None
    value = {"start": start, "end": end, "channel": 0}
    labels = [] if annotation.name is None else [annotation.name]
    results: list[Result] = [{"from_name": "label", "type": "labels", "value": {**value, "labels": labels}}]
    kept = {START_TIME, END_TIME, SPEAKER_NAME}
    for key, name, kind, inner in (
        (CONTENT, "transcription", "textarea", "text"),
        (SPEAKER, SPEAKER_NAME, "choices", "choices"),
    ):
        if _is_text(given := properties.get(key)):
            results.append({"from_name": name, "type": kind, "value": {**value, inner: [given]}})
            kept.add(key)
    if SPEAKER_NAME in properties:
        losses.note(f"the attribute '{SPEAKER_NAME}'")
    results.extend(_attributes(annotation, value, frozenset(kept), losses))
    return [{**result, "to_name": "audio"} for result in results]


def _content(annotation: Annotation, losses: Losses) -> list[Result] | None:
    content: object = annotation.property.get(CONTENT)
    if not _is_text(content):
        losses.note(_UNUSED)
        return None
    if annotation.name is not None:
        losses.note("the label of what is said")
    for key in annotation.property:
        if key != CONTENT:
            losses.note(f"the attribute '{key}'")
    return [{"from_name": "transcription", "to_name": "audio", "type": "textarea", "value": {"text": [content]}}]


def _attributes(
    annotation: Annotation, value: dict[str, Any], known: frozenset[str] | set[str], losses: Losses
) -> Iterator[Result]:
    """The attributes of a region, which repeat where it lies, as Label Studio's own exports do."""
    for key, given in sorted(annotation.property.items()):
        if key in known:
            continue
        place = {inner: item for inner, item in value.items() if inner != "text"}
        if key.startswith("@") or key != a_name(key):
            losses.note(f"the attribute '{key}'")
        elif _is_text(given):
            yield {"from_name": key, "type": "choices", "value": {**place, "choices": [given]}}
        elif is_coordinate(given):
            yield {"from_name": key, "type": "number", "value": {**place, "number": given}}
        else:
            losses.note(f"the attribute '{key}'")


def _choices(classes: list[Annotation], key: str, *, automatic: bool) -> Iterator[Result]:
    """Classes of the whole sample: one result for those in a row that were made alike."""
    rows = groupby(classes, key=lambda item: _origin(item, automatic=automatic))
    for number, (origin, row) in enumerate(rows, start=1):
        names = [annotation.name for annotation in row]
        about = {"id": f"c{number}", "from_name": "choice", "to_name": key, "type": "choices"}
        yield {**about, "value": {"choices": names}, **origin}


def _relations(
    relations: list[Annotation], ends: dict[str | None, str], losses: Losses, *, automatic: bool
) -> Iterator[Result]:
    number = 0
    for relation in relations:
        start, end = (ends.get(str(relation.property.get(key))) for key in (FROM, TO))
        if start is None or end is None or relation.name is None or relation.name != a_name(relation.name):
            losses.note("relations without a label, or between entities that are not there")
            continue
        number += 1
        _note(relation, losses, entity=relation.id == f"R{number}")
        for key in relation.property:
            if key not in (FROM, TO):
                losses.note(f"the attribute '{key}'")
        about = {"type": "relation", "direction": "right", "from_id": start, "to_id": end, "labels": [relation.name]}
        yield {**about, **_origin(relation, automatic=automatic)}


def _origin(annotation: Annotation, *, automatic: bool) -> dict[str, Any]:
    """Who made it and how sure they were, where the container does not say it."""
    told: dict[str, Any] = {}
    if not automatic and annotation.annotated_by in _ORIGINS:
        told["origin"] = _ORIGINS[annotation.annotated_by]
    if annotation.confidence is not None:
        told["score"] = annotation.confidence
    return told


def _note(annotation: Annotation, losses: Losses, *, entity: bool) -> None:
    kept = {"confidence", "creation_time"}
    if annotation.annotated_by in _ORIGINS:
        kept.add("annotated_by")
    if entity:
        kept.add("id")
    losses.of_annotation(annotation, kept=kept)


def _made(sample: Sample, losses: Losses) -> dict[str, str]:
    """The time of the whole annotation: that of its parts, when they have one and the same."""
    times = {annotation.creation_time for annotation in sample.annotations}
    if len(times) == 1 and (time := times.pop()) is not None and time_to_ms(time) is not None:
        return {"created_at": time.replace(" ", "T") + "Z"}
    if times - {None}:
        losses.note("the times of annotations that were not made at one time")
    return {}


def _seconds(time: object) -> float | None:
    match = _CLOCK.fullmatch(time) if isinstance(time, str) else None
    if match is None:
        return None
    hours, minutes, seconds, ms = map(int, match.groups())
    return (((hours * 60 + minutes) * 60 + seconds) * 1000 + ms) / 1000


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value) and "\x00" not in value
