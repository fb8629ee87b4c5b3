"""COCO's instances json, read: boxes, polygons and masks of pictures. Writing is in `coco_writing`.

For object detection the `bbox` is the shape, for segmentation the `segmentation`, or the `bbox` where that is empty.
Every polygon is an annotation of its own; those of one object share OBJECT, a number within the picture. Masks become
polygons with holes along the edges of their pixels. `iscrowd` and what stands in `attributes` become attributes,
`score` the confidence; `area` is not needed. Key points and supercategories have no place in a sample and are reported.

A document has no lines: reasons name the annotation's id, or its index where it has none.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from maquette.formats.documents import Bad, a_key, a_list, a_name, a_number, an_object, load, shown
from maquette.formats.run_lengths import expanded, polygons_of
from maquette.formats.samples import SIZE, Annotation, Problem, Sample
from maquette.formats.shapes import MAX_EDGE, Ring, drawn, edges, fitted

OBJECT = "@maquette:object"
"""The attribute that polygons of one object share: a number from 1 within the picture."""

CROWD = "iscrowd"
OURS = {"id": "id", "annotated-by": "annotated_by", "creation-time": "creation_time"}
"""Our keys inside `maquette`, where other readers pass over them, and the annotation's attributes of text."""

DECIMALS = 9  # of sums: a corner that has fewer comes back as it was
_SLACK = 0.01  # pixels: COCO's own files round to two decimals

Key = int | str


@dataclass(slots=True)
class _Document:
    """The tables of the file, and what none of its samples could tell."""

    names: dict[Key, str] = field(default_factory=dict[Key, str])
    images: dict[Key, dict[str, Any]] = field(default_factory=dict[Key, dict[str, Any]])
    annotations: dict[Key, list[tuple[str, dict[str, Any]]]] = field(
        default_factory=dict[Key, list[tuple[str, dict[str, Any]]]]
    )
    problems: list[Problem] = field(default_factory=list[Problem])


def read_coco(data: bytes, *, annotation_type: str) -> Iterator[Sample | Problem]:
    """Read a document: what concerns the whole of it, then each image as a sample with its problems behind it.

    Images without annotations are samples too. `source` is the `file_name` as it stands there. No document makes it
    raise.
    """
    try:
        document = _tables(load(data))
    except Bad as bad:
        yield bad.problem()
        return
    yield from document.problems
    for key, image in document.images.items():
        sample = Sample(source=image["file_name"])
        size = edges(image.get("width"), image.get("height"))
        if size:
            sample.property[SIZE] = list(size)
        problems: list[Problem] = []
        objects = 0
        for where, raw in document.annotations.get(key, ()):
            try:
                found = _annotations(raw, document.names, size, annotation_type)
                _describe(found, raw, where, problems)
            except Bad as bad:
                problems.append(bad.problem(where))
                continue
            if len(found) > 1:
                objects += 1
                for annotation in found:
                    annotation.property[OBJECT] = objects
            sample.annotations.extend(found)
        yield sample
        yield from problems


def _tables(value: object) -> _Document:
    body = an_object(value)
    if not body or not isinstance(body.get("images"), list):
        raise Bad("the file is no object with a list of 'images'", "Write an instances file of COCO.")
    document = _Document()
    unread: Counter[str] = Counter()
    for index, item in enumerate(a_list(body.get("categories"))):
        category = an_object(item)
        key, name = a_key(category.get("id")), a_name(category.get("name"))
        unread["supercategories"] += bool(category.get("supercategory"))
        if key is None or name is None or key in document.names:
            _report(document, f"the category at index {index} has no id of its own, or no name", "Give it both.")
        else:
            document.names[key] = name
    for index, item in enumerate(a_list(body.get("images"))):
        image = an_object(item)
        key = a_key(image.get("id"))
        image["file_name"] = a_name(image.get("file_name"))
        if key is None or image["file_name"] is None or key in document.images:
            _report(document, f"the image at index {index} has no id of its own, or no file_name", "Give it both.")
        else:
            document.images[key] = image
    _group(document, body, unread)
    for what, count in unread.items():
        if count:
            _report(document, f"{what} are not read: {count}", "Nothing, unless they matter; labels have none.")
    return document


def _group(document: _Document, body: dict[str, Any], unread: Counter[str]) -> None:
    """Bring annotations, which come in any order, to their images."""
    seen: set[Key] = set()
    for index, item in enumerate(a_list(body.get("annotations"))):
        raw = an_object(item)
        key, image = a_key(raw.get("id")), a_key(raw.get("image_id"))
        where = f"annotation at index {index}" if key is None else f"annotation {shown(key)}"
        unread["key points"] += bool(raw.get("keypoints"))
        unread["captions"] += bool(raw.get("caption"))
        if key is not None and key in seen:
            _report(document, f"{where}: the id stands twice", "Give each annotation its own id.")
        elif image is None or image not in document.images:
            _report(document, f"{where}: there is no image {shown(raw.get('image_id'))}", "Add the image to 'images'.")
        else:
            document.annotations.setdefault(image, []).append((where, raw))
        if key is not None:
            seen.add(key)


def _annotations(
    raw: dict[str, Any], names: dict[Key, str], size: tuple[int, int] | None, annotation_type: str
) -> list[Annotation]:
    key = a_key(raw.get("category_id"))
    name = names.get(key) if key is not None else None
    if name is None:
        raise Bad(f"there is no category {shown(raw.get('category_id'))}", "Add the category to 'categories'.")
    wants_box = annotation_type == "object_detection" and an_object(raw.get("maquette")).get("shape") != "polygon"
    mask, polygons = an_object(raw.get("segmentation")), a_list(raw.get("segmentation"))
    bounds = size or (MAX_EDGE, MAX_EDGE)
    if wants_box or not (mask or polygons):
        shapes = [_box(raw.get("bbox"), bounds)]
    else:
        shapes = _mask(mask, size) if mask else _polygons(polygons, bounds)
    return [Annotation(type=annotation_type, name=name, property=shape) for shape in shapes]


def _box(value: object, bounds: tuple[int, int]) -> dict[str, Any]:
    numbers = [number for item in a_list(value) if (number := a_number(item)) is not None]
    if len(numbers) != 4 or len(a_list(value)) != 4:
        raise Bad("the bbox is not four numbers", "Write it as [x, y, width, height].")
    x, y, width, height = numbers
    corners = [[x, y], [_sum(x, width), _sum(y, height)]]
    if width <= 0 or height <= 0 or corners[0][0] == corners[1][0] or corners[0][1] == corners[1][1]:
        raise Bad("the bbox has no area", "Give it a width and a height above 0.")
    return drawn("bndbox", _inside(corners, bounds))


def _sum(start: float, length: float) -> float:
    """Where a side ends, without the last digits that adding floats makes up."""
    return round(start + length, DECIMALS)


def _polygons(items: list[Any], bounds: tuple[int, int]) -> list[dict[str, Any]]:
    rings = items if isinstance(items[0], list) else [items]  # some programs write a single polygon bare
    shapes: list[dict[str, Any]] = []
    for item in rings:
        given = a_list(item)
        numbers = [number for value in given if (number := a_number(value)) is not None]
        if len(numbers) != len(given) or len(numbers) % 2 or len(numbers) < 6:
            raise Bad("a polygon is not three pairs of numbers or more", "Write it as [x1, y1, x2, y2, x3, y3, …].")
        points = [[x, y] for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
        shapes.append(drawn("polygon", _inside(points, bounds)))
    return shapes


def _inside(points: Ring, bounds: tuple[int, int]) -> Ring:
    found = fitted(points, bounds, _SLACK)
    if found is None:
        raise Bad("the shape leaves the picture", "Write pixels, counted from the picture's upper left corner.")
    return found


def _mask(value: dict[str, Any], size: tuple[int, int] | None) -> list[dict[str, Any]]:
    given: object = value.get("counts")
    counts = expanded(given) if isinstance(given, str) else a_list(given)
    shape = a_list(value.get("size"))
    own = edges(shape[1], shape[0]) if len(shape) == 2 else None
    if own is None or (size is not None and own != size):
        raise Bad("the size of the mask is not that of the picture", "Write its size as [height, width].")
    if not counts or not all(type(count) is int for count in counts):
        raise Bad("the counts of the mask are neither whole numbers nor COCO's text", "Write the mask again.")
    polygons = polygons_of(counts, *own)
    if not polygons:
        raise Bad("the counts of the mask do not make up the picture, or mark nothing", "Write the mask again.")
    return [drawn("polygon", outer, holes) for outer, holes in polygons]


def _describe(found: list[Annotation], raw: dict[str, Any], where: str, problems: list[Problem]) -> None:
    """Add what the file says of the object beside its shape."""
    ours = an_object(raw.get("maquette"))
    hard: object = ours.get("hard")
    score, coefficient = _fraction(raw.get("score")), _fraction(ours.get("hard-coefficient"))
    texts = {attribute: a_name(ours.get(key)) for key, attribute in OURS.items()}
    attributes: dict[str, Any] = {CROWD: 1} if raw.get(CROWD) == 1 else {}
    for key, value in an_object(raw.get("attributes")).items():
        if is_attribute(key, value):
            attributes[key] = value
        else:
            reason = f"{where}: the attribute '{shown(key)}' is no single value, or its name cannot be used"
            problems.append(Problem(0, reason, "Give it a text or a number."))
    for annotation in found:
        annotation.confidence, annotation.hard_coefficient = score, coefficient
        annotation.hard = hard if isinstance(hard, bool) else None
        for attribute, text in texts.items():
            setattr(annotation, attribute, text)
        annotation.property.update(attributes)


def is_attribute(key: str, value: object) -> bool:
    """Whether this can stand among the attributes of an object, here and in the file."""
    if key.startswith("@") or key != a_name(key):
        return False
    if isinstance(value, str):
        return "\x00" not in value
    return isinstance(value, bool) or a_number(value) is not None


def _fraction(value: object) -> float | None:
    number = a_number(value)
    return number if number is not None and 0 <= number <= 1 else None


def _report(document: _Document, reason: str, remedy: str) -> None:
    document.problems.append(Problem(0, reason, remedy))
