"""COCO's instances json, written piece by piece. Reading, and what stands where, is in `coco`.

Boxes and polygons are written as they are. A polygon with holes is written as a mask where it runs along the edges of
pixels, which is what masks become when they are read (its rings may then begin at another corner), and is a loss
otherwise: COCO has nothing exact for it. What COCO has no key for stands in `maquette` at an annotation, where other
readers pass over it.
"""

from collections.abc import Iterable
from itertools import groupby
from typing import Any, BinaryIO

import orjson

from maquette.formats.coco import CROWD, DECIMALS, OBJECT, OURS, is_attribute
from maquette.formats.documents import a_name
from maquette.formats.losses import Losses
from maquette.formats.run_lengths import counts_of
from maquette.formats.samples import FEATURE, HOLES, SHAPE, SIZE, Annotation, Loss, Sample
from maquette.formats.shapes import Shape, area_of, box_around, is_inside, shape_of, size_of

TYPES = ("object_detection", "image_segmentation")
_COPY_BYTES = 1 << 20
_SHAPE_KEYS = frozenset({SHAPE, FEATURE, HOLES})


class CocoWriter:
    """Writes images to `out` as they come, their annotations to `spool`, and joins them in the end.

    Ids count from 1 in the order of writing, categories as given and then as they first appear. `spool` is an empty
    file opened for reading and writing. Memory grows with the number of categories only. `usage` is that of all
    samples, where there is one file for each usage.
    """

    def __init__(self, out: BinaryIO, spool: BinaryIO, *, names: Iterable[str] = (), usage: str | None = None) -> None:
        self._out, self._spool, self._usage = out, spool, usage
        self._categories: dict[str, int] = {}
        for name in names:
            self._category(name)
        self._images = self._annotations = 0
        out.write(b'{"images":[')

    def add(self, sample: Sample, file_name: str | None = None) -> list[Loss]:
        """Write a sample under this name, else its source, and say what the file does not carry of it.

        Raises ValueError for what JSON lacks, such as half of a character.
        """
        losses = Losses(sample.source)
        losses.of_sample(sample, kept=("usage",) if sample.usage == self._usage else (), properties=(SIZE,))
        size = size_of(sample)
        image: dict[str, Any] = {"id": self._images + 1, "file_name": file_name or sample.source}
        if size:
            image |= {"width": size[0], "height": size[1]}
        records = [
            record
            for group in _objects(sample.annotations, losses)
            if (record := self._record(group, size, losses)) is not None
        ]
        try:
            pieces = [orjson.dumps({"id": self._annotations + at, **record}) for at, record in enumerate(records, 1)]
            self._out.write((b",\n" if self._images else b"\n") + orjson.dumps(image))
        except TypeError as error:
            raise ValueError(f"The sample '{sample.source[:80]!r}' cannot be written as JSON: {error}.") from error
        for piece in pieces:
            self._spool.write((b",\n" if self._annotations else b"\n") + piece)
            self._annotations += 1
        self._images += 1
        return losses.report()

    def finish(self) -> None:
        """Write annotations and categories behind the images. `out` is a whole document then; both stay open."""
        self._out.write(b'\n],"annotations":[')
        self._spool.seek(0)
        while piece := self._spool.read(_COPY_BYTES):
            self._out.write(piece)
        categories = [{"id": number, "name": name} for name, number in self._categories.items()]
        self._out.write(b'\n],"categories":' + orjson.dumps(categories) + b"}\n")

    def _category(self, name: str) -> int:
        return self._categories.setdefault(name, len(self._categories) + 1)

    def _record(self, group: list[Annotation], size: tuple[int, int] | None, losses: Losses) -> dict[str, Any] | None:
        first = group[0]
        shapes = [shape for annotation in group if (shape := _carried(annotation, size, losses)) is not None]
        if len(shapes) < len(group) or first.name is None:
            return None
        drawing = _drawing(shapes, size, losses)
        if drawing is None:
            return None
        left, top, right, bottom = box_around([point for shape in shapes for point in shape.points])
        bbox = [left, top, round(right - left, DECIMALS), round(bottom - top, DECIMALS)]
        if shapes[0].kind == "bndbox":
            ends = [round(left + bbox[2], DECIMALS), round(top + bbox[3], DECIMALS)]
            drawing["area"] = bbox[2] * bbox[3]
            if not bbox[2] or not bbox[3]:
                losses.note("boxes without area")
                return None
            if ends != [right, bottom]:
                losses.note("what coordinates say beyond a billionth of a pixel")
        for annotation in group:
            losses.of_annotation(annotation, kept=(*OURS.values(), "hard", "hard_coefficient", "confidence"))
        crowd = type(first.property.get(CROWD)) is int and first.property[CROWD] == 1
        about = {"image_id": self._images + 1, "category_id": self._category(first.name)}
        return about | drawing | {"bbox": bbox, CROWD: int(crowd)} | _further(first, shapes[0], losses, crowd=crowd)


def _objects(annotations: list[Annotation], losses: Losses) -> list[list[Annotation]]:
    """Polygons that follow one another and belong to one object, together; anything else alone."""
    groups: list[list[Annotation]] = []
    for number, row in groupby(annotations, key=lambda annotation: annotation.property.get(OBJECT)):
        found = list(row)
        if number is None:
            groups.extend([annotation] for annotation in found)
        elif len(found) > 1 and all(_described(item) == _described(found[0]) for item in found):
            groups.append(found)
        else:
            losses.note("which polygons are one object")
            groups.extend([annotation] for annotation in found)
    return groups


def _described(annotation: Annotation) -> object:
    """All that an annotation says but for its shape, which must be a polygon to be part of an object."""
    shape = shape_of(annotation)
    if shape is None or shape.kind != "polygon":
        return object()
    properties = {key: value for key, value in annotation.property.items() if key not in _SHAPE_KEYS}
    fields = (annotation.type, annotation.name, annotation.hard, annotation.hard_coefficient, annotation.confidence)
    return properties, fields, *(getattr(annotation, attribute) for attribute in OURS.values())


def _carried(annotation: Annotation, size: tuple[int, int] | None, losses: Losses) -> Shape | None:
    shape = shape_of(annotation)
    if annotation.type not in TYPES:
        losses.note(f"annotations of type {annotation.type}")
    elif shape is None or annotation.name is None or annotation.name != a_name(annotation.name):
        losses.note(f"annotations of type {annotation.type} without a label or a shape that can be drawn")
    elif shape.kind not in ("bndbox", "polygon"):
        losses.note(f"shapes of kind {shape.kind}")
    elif (size is not None and not is_inside(shape.points, size)) or min(box_around(shape.points)[:2]) < 0:
        losses.note("shapes that leave the picture")
    else:
        return shape
    return None


def _drawing(shapes: list[Shape], size: tuple[int, int] | None, losses: Losses) -> dict[str, Any] | None:
    """The segmentation of an object and its area."""
    if shapes[0].kind == "bndbox":
        return {"segmentation": []}
    area = sum(area_of(shape.points) - sum(map(area_of, shape.holes)) for shape in shapes)
    if any(shape.holes for shape in shapes):
        polygons = [(shape.points, shape.holes) for shape in shapes]
        counts = counts_of(polygons, *size) if size else None
        if counts is None or not size:
            losses.note("polygons with holes that do not run along the edges of pixels")
            return None
        return {"segmentation": {"counts": counts, "size": [size[1], size[0]]}, "area": area}
    return {"segmentation": [[x for point in shape.points for x in point] for shape in shapes], "area": area}


def _further(annotation: Annotation, shape: Shape, losses: Losses, *, crowd: bool) -> dict[str, Any]:
    """What an annotation says beside its shape, and under which keys."""
    further: dict[str, Any] = {} if annotation.confidence is None else {"score": annotation.confidence}
    attributes: dict[str, Any] = {}
    for key, value in sorted(annotation.property.items()):
        if key in _SHAPE_KEYS or key == OBJECT or (key == CROWD and crowd):
            continue
        if is_attribute(key, value):
            attributes[key] = value
        else:
            losses.note(f"the attribute '{key}'")
    ours: dict[str, Any] = {"shape": "polygon"} if shape.kind == "polygon" and annotation.type == TYPES[0] else {}
    given = {key: getattr(annotation, attribute) for key, attribute in OURS.items()}
    given |= {"hard": annotation.hard, "hard-coefficient": annotation.hard_coefficient}
    ours |= {key: value for key, value in given.items() if value is not None}
    if attributes:
        further["attributes"] = attributes
    return further | ({"maquette": ours} if ours else {})
