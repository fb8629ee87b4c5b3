"""One object of a VOC file and the annotation that it is, both ways. The file around it is `voc`, shapes `voc_shapes`.

What VOC has no element for stands as JSON in one element of ours, `<maquette>`, at the end of an object, where other
readers pass over it: the `holes` of a polygon, the annotation's `id`, `annotated-by`, `creation-time` and `extra`, and
the `property` values that are not plain text. Plain attributes stand where ModelArts puts them, in
`<properties><property><key>color</key><value>green</value></property></properties>`.

`pose`, `truncated`, `occluded` and `difficult` are always written. In memory they are attributes of these names, absent
where they say no more than the default.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, cast
from xml.etree.ElementTree import Element

import orjson

from maquette.formats.documents import Bad, check
from maquette.formats.samples import FEATURE, HOLES, SHAPE, Annotation
from maquette.formats.shapes import Ring, Shape, is_inside, ring_of, shape_of
from maquette.formats.voc_shapes import ELEMENTS, read_feature, to_number, write_shape

Color = tuple[int, int, int]
FLAGS = {"1": True, "true": True, "0": False, "false": False}

# What says nothing of an object, in lower case; the first is what we write. Older ModelArts files have a pose "0".
_DEFAULTS = {
    "pose": ("Unspecified", "unspecified", "0", ""),
    "truncated": ("0", "false", ""),
    "occluded": ("0", "false", ""),
    "difficult": ("0", "false", ""),
}
_HARD_COEFFICIENTS = {"hardcoefficient", "difficultcoefficient"}
_REASONS = "hard-reasons"
_RESERVED = frozenset({SHAPE, FEATURE, HOLES})
# Our key for each field of an annotation that VOC has no element for.
_OURS = {"id": "id", "annotated-by": "annotated_by", "creation-time": "creation_time"}
_UNCARRIED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
_COLOR = re.compile(r"\D*(\d{1,3})\D+(\d{1,3})\D+(\d{1,3})\D*", re.ASCII)
_encoded = json.JSONEncoder(sort_keys=True, allow_nan=False, separators=(",", ":")).encode


def escaped(text: str) -> str:
    """Text for an element; what XML cannot hold becomes the replacement character."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text if text.isprintable() else _UNCARRIED.sub("\ufffd", text)


def write_object(annotation: Annotation, size: tuple[int, int] | None, color: Color | None, *, closed: bool) -> str:
    """The object's element; polygons are closed when asked. Raises Bad for what a reader would not accept."""
    name = annotation.name or ""
    if not name or name != name.strip() or not name.isprintable():
        raise Bad("its name is empty or cannot be printed", "Rename the label.")
    shape = shape_of(annotation)
    if shape is None:
        raise Bad("it has no shape, or its points are no numbers", "Draw it again.")
    if size and not is_inside(shape.points, size):
        raise Bad("it lies outside the picture", "Move it.")
    attributes = {key: value for key, value in annotation.property.items() if key not in _RESERVED}
    lines = [f"<name>{escaped(name)}</name>", *_defaults(attributes)]
    for tag, fraction in (("confidence", annotation.confidence), ("hard-coefficient", annotation.hard_coefficient)):
        if fraction is not None:
            lines.append(f"<{tag}>{_fraction(tag, str(fraction))}</{tag}>")
    if annotation.hard is not None:
        lines.append(f"<hard>{int(annotation.hard)}</hard>")
    extra = dict(annotation.extra)
    if (reasons := extra.get(_REASONS)) and _is_plain(reasons):
        lines.append(f"<{_REASONS}>{escaped(extra.pop(_REASONS))}</{_REASONS}>")
    if color is not None:
        lines.append(f"<mask_color>{color[0]},{color[1]},{color[2]}</mask_color>")
    lines.extend(_properties(attributes))
    lines.append(write_shape(shape, closed=closed))
    lines.extend(_ours(annotation, shape, attributes, extra))
    return "    <object>\n        " + "\n        ".join(lines) + "\n    </object>"


class ObjectReader:
    """One object on its way to an annotation. Raises Bad at the first thing that cannot be used."""

    def __init__(self, element: Element, annotation_type: str) -> None:
        self.color: Color | None = None
        self.has_parts = False
        self._shape: str | None = None
        self._feature: Ring = []
        self._holes: list[Ring] = []
        self._defaults: dict[str, Any] = {}
        self._attributes: dict[str, Any] = {}
        self._annotation = Annotation(type=annotation_type)
        if not len(element):
            raise Bad("the object is empty", "Give its name and its shape, or delete it.")
        for child in element:
            self._take(child.tag, child)

    def annotation(self) -> Annotation:
        """The annotation, complete; raises Bad where something is missing."""
        result = self._annotation
        if result.name is None:
            raise Bad("the object has no name", "Give the name of its label.")
        if self._shape:
            result.property = {SHAPE: self._shape, FEATURE: self._feature}
            if self._holes:
                if self._shape != "polygon":
                    raise Bad(f"a {self._shape} has holes", "Only polygons have holes.")
                result.property[HOLES] = self._holes
        elif self.color is None or result.type != "image_segmentation":
            raise Bad("the object has no shape", f"Give one of {', '.join(dict.fromkeys(ELEMENTS.values()))}.")
        if reserved := _RESERVED & self._attributes.keys():
            raise Bad(f"an attribute is called '{min(reserved)}'", "Give it another name.")
        result.property.update(self._defaults)
        result.property.update(self._attributes)
        return result

    def _take(self, tag: str, child: Element) -> None:
        """Note one child of the object; what is not known is passed over."""
        if tag in _DEFAULTS:
            text = (child.text or "").strip()
            if text != _DEFAULTS[tag][0] and text.lower() not in _DEFAULTS[tag]:
                self._defaults[tag] = text
        elif tag in ELEMENTS:
            self._take_shape(ELEMENTS[tag], child)
        elif tag == "maquette":
            self._take_ours(_read_json(child.text))
        elif tag in ("properties", "attributes"):
            self._attributes = {**dict(_pairs(child)), **self._attributes}
        elif tag == "part":
            self.has_parts = True
        elif text := (child.text or "").strip():
            self._take_text(tag, text)

    def _take_shape(self, shape: str, element: Element) -> None:
        if self._shape:
            what = "boxes" if self._shape == shape == "bndbox" else "shapes"
            raise Bad(f"the object has two {what}: {self._shape} and {shape}", "Write an object for each of them.")
        self._shape, self._feature = shape, read_feature(shape, element)

    def _take_text(self, tag: str, text: str) -> None:
        if tag == "name":
            if self._annotation.name is not None:
                raise Bad("the object has two names", "Write an object for each label.")
            if not text.isprintable():
                raise Bad("the name contains characters that cannot be shown", "Give a printable name.")
            self._annotation.name = text
        elif tag == "confidence":
            self._annotation.confidence = _fraction(tag, text)
        elif tag == "hard":
            if (flag := FLAGS.get(text.lower())) is None:
                raise Bad("'hard' is neither true nor false", "Write 1 or 0.")
            self._annotation.hard = flag
        elif tag == "mask_color":
            self.color = _read_color(text)
        elif tag == _REASONS:
            self._annotation.extra.setdefault(tag, text)
        elif tag.replace("-", "").replace("_", "").lower() in _HARD_COEFFICIENTS:
            self._annotation.hard_coefficient = _fraction(tag, text)

    def _take_ours(self, body: dict[str, Any]) -> None:
        for key, attribute in _OURS.items():
            if key in body:
                setattr(self._annotation, attribute, _typed(body[key], str))
        self._annotation.extra.update(_typed(body.get("extra", {}), dict))
        self._attributes.update(_typed(body.get("property", {}), dict))
        self._holes = [_read_hole(ring) for ring in _typed(body.get("holes", []), list)]


def _read_hole(value: object) -> Ring:
    ring = ring_of(value)
    if ring is None or len(ring) < 3:
        raise Bad("a hole is no ring of three points or more", "Give its points as pairs of numbers.")
    return ring


def _typed(value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        raise Bad("the element 'maquette' cannot be understood", "Remove it.")
    return value


def _read_json(text: str | None) -> dict[str, Any]:
    try:
        body: object = orjson.loads(text or "")
        check(body)
    except (orjson.JSONDecodeError, Bad):
        body = None
    if not isinstance(body, dict):
        raise Bad("the element 'maquette' holds no usable JSON", "Remove it.")
    return cast("dict[str, Any]", body)


def _pairs(element: Element) -> Iterator[tuple[str, str]]:
    """Attributes as ModelArts writes them (`property` with `key` and `value`, or an element each), and as CVAT does."""
    for child in element:
        key, value = child.tag, child.text or ""
        if len(child):
            pair = {item.tag: item.text or "" for item in child}
            if "value" not in pair or not (key := pair.get("key", pair.get("name", "")).strip()):
                raise Bad("an attribute lacks its key or its value", "Write <key> and <value> for each property.")
            value = pair["value"]
        yield key, value.strip()


def _fraction(tag: str, text: str) -> float:
    number = float(to_number(tag, text))
    if not 0 <= number <= 1:
        raise Bad(f"'{tag}' is no number from 0 to 1", "Write a number such as 0.8.")
    return number


def _read_color(text: str) -> Color:
    match = _COLOR.fullmatch(text[:100])
    red, green, blue = (int(part) for part in match.groups()) if match else (256, 0, 0)
    if max(red, green, blue) > 255:
        raise Bad("'mask_color' is no colour", "Write red, green and blue from 0 to 255, such as 193,243,53.")
    return red, green, blue


def _is_plain(value: object) -> bool:
    """Whether an element gives back exactly this text."""
    return isinstance(value, str) and value == value.strip() and not _UNCARRIED.search(value)


def _defaults(attributes: dict[str, Any]) -> Iterator[str]:
    """The four elements that every object has. What they give back exactly is taken out of the attributes."""
    for tag, silent in _DEFAULTS.items():
        text = silent[0]
        if tag not in attributes:
            yield f"<{tag}>{text}</{tag}>"
            continue
        value: object = attributes[tag]
        if isinstance(value, bool | int):
            text = str(int(value))  # other readers shall see it; ours finds the number among the attributes
        elif isinstance(value, str) and _is_plain(value) and value.lower() not in silent and value != text:
            text = value
            del attributes[tag]
        yield f"<{tag}>{escaped(text)}</{tag}>"


def _properties(attributes: dict[str, Any]) -> Iterator[str]:
    """The attributes that are plain text, taken out of all attributes."""
    plain = sorted(key for key, value in attributes.items() if key and _is_plain(key) and _is_plain(value))
    if plain:
        lines = [
            f"            <property>\n                <key>{escaped(key)}</key>\n"
            f"                <value>{escaped(attributes.pop(key))}</value>\n            </property>\n"
            for key in plain
        ]
        yield f"<properties>\n{''.join(lines)}        </properties>"


def _ours(annotation: Annotation, shape: Shape, attributes: dict[str, Any], extra: dict[str, Any]) -> Iterator[str]:
    body: dict[str, Any] = {key: getattr(annotation, attribute) for key, attribute in _OURS.items()}
    body |= {"extra": extra, "property": attributes, "holes": shape.holes}
    body = {key: value for key, value in body.items() if value not in (None, {}, [])}
    if not body:
        return
    try:
        text = _encoded(body)
        same = _read_json(text) == body
    except (Bad, ValueError, TypeError, RecursionError):
        same, text = False, ""
    if not same:
        raise Bad("its properties hold what JSON cannot", "Remove them.")
    if shape.holes and shape.kind != "polygon":
        raise Bad("it has holes and is no polygon", "Remove them.")
    yield f"<maquette>{escaped(text)}</maquette>"
