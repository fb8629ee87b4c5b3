"""Shapes drawn on pictures, as the formats that carry them share them: read out of an annotation, made, measured.

Points are `[x, y]` in pixels. Nothing here knows a file. What cannot be a shape (too few points, numbers that are not
finite, corners outside the picture) is told apart here, so that no format invents its own rule.
"""

import math
from dataclasses import dataclass, field
from typing import Any, cast

from maquette.formats.samples import FEATURE, HOLES, SHAPE, SIZE, Annotation, Sample

Ring = list[list[float]]

COORDINATE_LIMIT = 1_000_000_000
MAX_EDGE = 1 << 20  # no picture is wider; a product of two stays far from 2^63
_POINTS = {"bndbox": (2, 2), "line": (2, 2), "dashed": (2, 2), "point": (1, 1), "polygon": (3, 0), "polyline": (2, 0)}


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape as its annotation says it. `radius` is a circle's, whose one point is the centre."""

    kind: str
    points: Ring
    holes: list[Ring] = field(default_factory=list[Ring])
    radius: float = 0


def shape_of(annotation: Annotation) -> Shape | None:
    """The shape of an annotation, or None where it has none that could be drawn."""
    kind: object = annotation.property.get(SHAPE)
    raw: object = annotation.property.get(FEATURE)
    if not isinstance(kind, str) or not isinstance(raw, list):
        return None
    feature = cast("list[object]", raw)
    if kind == "circle":
        return _circle(feature)
    least, most = _POINTS.get(kind, (0, 0))
    points = ring_of(feature)
    if points is None or not least or len(points) < least or (most and len(points) > most):
        return None
    holes: list[Ring] = []
    for item in cast("list[object]", annotation.property.get(HOLES) or []):
        ring = ring_of(item)
        if ring is None or len(ring) < 3:
            return None
        holes.append(ring)
    return Shape(kind, points, holes)


def ring_of(value: object) -> Ring | None:
    """A list of points, or None when any of them is not two finite numbers."""
    if not isinstance(value, list):
        return None
    ring: Ring = []
    for item in cast("list[object]", value):
        point = cast("list[object]", item) if isinstance(item, list) else []
        if len(point) != 2 or not (is_coordinate(point[0]) and is_coordinate(point[1])):
            return None
        ring.append(cast("list[float]", point))
    return ring


def is_coordinate(value: object) -> bool:
    """Whether this is a finite number of a size that a picture could have."""
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and -COORDINATE_LIMIT <= value <= COORDINATE_LIMIT
    )


def size_of(sample: Sample) -> tuple[int, int] | None:
    """Width and height of the sample's picture, where it is known."""
    value: object = sample.property.get(SIZE)
    if not isinstance(value, list):
        return None
    return edges(*cast("list[object]", value)[:2])


def edges(width: object = None, height: object = None) -> tuple[int, int] | None:
    """Width and height, when both are what a picture could have."""
    if isinstance(width, int | float) and isinstance(height, int | float):
        whole = int(width) == width and int(height) == height if _finite(width, height) else False
        if whole and 1 <= width <= MAX_EDGE and 1 <= height <= MAX_EDGE:
            return int(width), int(height)
    return None


def drawn(kind: str, feature: Ring, holes: list[Ring] | None = None) -> dict[str, Any]:
    """The properties of an annotation that say this shape."""
    properties: dict[str, Any] = {SHAPE: kind, FEATURE: feature}
    if holes:
        properties[HOLES] = holes
    return properties


def box_around(points: Ring) -> tuple[float, float, float, float]:
    """The smallest x and y and the largest x and y of these points."""
    xs, ys = [point[0] for point in points], [point[1] for point in points]
    return min(xs), min(ys), max(xs), max(ys)


def area_of(ring: Ring) -> float:
    """The area inside a ring that does not cross itself."""
    total = 0.0
    x0, y0 = ring[-1]
    for x, y in ring:
        total += x0 * y - x * y0
        x0, y0 = x, y
    return abs(total) / 2


def is_inside(points: Ring, size: tuple[int, int]) -> bool:
    """Whether all points lie in a picture of this size, its edges included."""
    left, top, right, bottom = box_around(points)
    return left >= 0 and top >= 0 and right <= size[0] and bottom <= size[1]


def fitted(points: Ring, size: tuple[int, int], slack: float) -> Ring | None:
    """The points, those that leave the picture by no more than `slack` pixels put onto its edge; None if any leaves."""
    if is_inside(points, size):
        return points
    left, top, right, bottom = box_around(points)
    if min(left, top) < -slack or right > size[0] + slack or bottom > size[1] + slack:
        return None
    return [[min(max(x, 0), size[0]), min(max(y, 0), size[1])] for x, y in points]


def _circle(feature: list[object]) -> Shape | None:
    if len(feature) != 2 or not isinstance(feature[1], list):
        return None
    centre, radius = ring_of(feature[:1]), cast("list[object]", feature[1])
    if centre is None or len(radius) != 1 or not is_coordinate(radius[0]):
        return None
    value = cast(float, radius[0])
    return Shape("circle", centre, radius=value) if value > 0 else None


def _finite(*values: float) -> bool:
    return all(math.isfinite(value) for value in values)
