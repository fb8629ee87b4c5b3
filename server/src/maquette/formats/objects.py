"""Shapes on one line of a manifest: the guide refers to a VOC file, we keep the objects beside that reference.

The guide's line of a picture with shapes has one annotation, which names a VOC file. Ours has it too, for every script
that reads it, and holds the objects themselves in that annotation's property `@maquette:objects`, so that a manifest
is whole without ten thousand other files. `pack` makes such a line of a sample, `unpack` gives the objects back.
"""

from dataclasses import replace
from typing import Any, cast

from maquette.formats.samples import SHAPE, Annotation, Sample

OBJECTS = "@maquette:objects"
VOC = "PASCAL VOC"
_FIELDS = ("name", "id", "property", "hard", "hard_coefficient", "confidence", "annotated_by", "creation_time")


def has_shapes(sample: Sample) -> bool:
    return any(SHAPE in annotation.property for annotation in sample.annotations)


def pack(sample: Sample, address: str) -> Sample:
    """The sample with its shapes in one annotation that names the VOC file at `address`. Other annotations stay."""
    shapes = [annotation for annotation in sample.annotations if SHAPE in annotation.property]
    if not shapes:
        return sample
    objects = [
        {name: value for name in _FIELDS if (value := getattr(annotation, name)) not in (None, {})}
        for annotation in shapes
    ]
    first = shapes[0]
    packed = Annotation(
        type=first.type,
        annotated_by=first.annotated_by,
        creation_time=first.creation_time,
        annotation_format=VOC,
        annotation_loc=address,
        property={OBJECTS: objects},
    )
    others = [annotation for annotation in sample.annotations if SHAPE not in annotation.property]
    return replace(sample, annotations=[packed, *others])


def unpack(sample: Sample) -> Sample:
    """The sample with its objects as annotations of their own, where the line holds them."""
    if not any(OBJECTS in annotation.property for annotation in sample.annotations):
        return sample
    annotations: list[Annotation] = []
    for annotation in sample.annotations:
        objects = annotation.property.get(OBJECTS)
        if not isinstance(objects, list):
            annotations.append(annotation)
            continue
        for item in cast("list[Any]", objects):
            if isinstance(item, dict):
                annotations.append(_object(annotation.type, cast("dict[str, Any]", item)))
    return replace(sample, annotations=annotations)


def _object(kind: str, item: dict[str, Any]) -> Annotation:
    known: dict[str, Any] = {name: item[name] for name in _FIELDS if name in item}
    for name in ("name", "id", "annotated_by", "creation_time"):
        if name in known and not isinstance(known[name], str):
            known[name] = str(known[name])
    if not isinstance(known.get("property", {}), dict):
        del known["property"]
    for name in ("hard_coefficient", "confidence"):
        value = known.get(name, 0.0)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            del known[name]
    if not isinstance(known.get("hard", False), bool):
        del known["hard"]
    return Annotation(type=kind, **known)
