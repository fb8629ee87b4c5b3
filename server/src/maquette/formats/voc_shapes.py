"""The seven shapes as the elements of a VOC file: coordinates read, checked and written. Objects belong to `voc`.

A box has `xmin ymin xmax ymax`, a circle `cx cy r`, a point `x y` or `x1 y1`, and all others `x1 y1` to `xn yn`, where
the number counts and not the order in which they stand. The ring of a polygon may repeat its first point at the end.
"""

from xml.etree.ElementTree import Element

from maquette.formats.documents import Bad
from maquette.formats.samples import SHAPES
from maquette.formats.shapes import COORDINATE_LIMIT, Ring, Shape, fitted

ELEMENTS = {
    **{shape: shape for shape in SHAPES},
    **dict.fromkeys(("dashedline", "dashed_line", "dashed-line"), "dashed"),
}
MAX_POINTS = 100_000

# VOC counts pixels from 1, most programs from 0.
_SLACK = 1
_POINTS = {"point": (1, 1), "line": (2, 2), "dashed": (2, 2), "polyline": (2, MAX_POINTS), "polygon": (3, MAX_POINTS)}
_INDENT = "\n            "


def read_feature(kind: str, element: Element) -> Ring:
    """The feature that stands in a shape's element."""
    if not len(element):
        raise Bad(f"the element '{kind}' is empty", "Give its coordinates.")
    if kind == "bndbox":
        x1, y1, x2, y2 = _named(element, ("xmin", "ymin", "xmax", "ymax"))
        return settled(kind, [[x1, y1], [x2, y2]])
    if kind == "circle":
        cx, cy, r = _named(element, ("cx", "cy", "r"))
        return settled(kind, [[cx, cy], [r]])
    points = _numbered(element)
    if kind == "polygon" and len(points) > 1 and points[0] == points[-1]:
        points.pop()
    return settled(kind, points)


def write_shape(shape: Shape, *, closed: bool) -> str:
    """The shape's element. A polygon is closed when asked, or when a reader would take its last point for closing."""
    points = shape.points
    if shape.kind == "bndbox":
        (x1, y1), (x2, y2) = settled(shape.kind, points)
        lines = [f"<xmin>{x1}</xmin>", f"<ymin>{y1}</ymin>", f"<xmax>{x2}</xmax>", f"<ymax>{y2}</ymax>"]
    elif shape.kind == "circle":
        lines = [f"<cx>{points[0][0]}</cx>", f"<cy>{points[0][1]}</cy>", f"<r>{shape.radius}</r>"]
    else:
        settled(shape.kind, points)
        if shape.kind == "polygon" and (closed or points[0] == points[-1]):
            points = [*points, points[0]]
        lines = [f"<x{n}>{x}</x{n}>{_INDENT}<y{n}>{y}</y{n}>" for n, (x, y) in enumerate(points, start=1)]
    return f"<{shape.kind}>{_INDENT}{_INDENT.join(lines)}\n        </{shape.kind}>"


def settled(kind: str, feature: Ring) -> Ring:
    """The feature with a reversed box turned round; raises Bad for a number of points that makes no shape."""
    if kind == "bndbox":
        (x1, y1), (x2, y2) = feature
        if x1 == x2 or y1 == y2:
            raise Bad("the box has no area", "Draw it again, or delete it.")
        if x1 > x2 or y1 > y2:
            return [[min(x1, x2), min(y1, y2)], [max(x1, x2), max(y1, y2)]]
    elif kind == "circle":
        if feature[1][0] <= 0:
            raise Bad("the circle has no area", "Give a radius greater than 0.")
    else:
        least, most = _POINTS[kind]
        if not least <= len(feature) <= most:
            wanted = f"{least}" if least == most else f"{least} to {most:,}"
            raise Bad(f"the {kind} has {len(feature):,} points, not {wanted}", "Give it as many points.")
    return feature


def placed(kind: str, feature: Ring, size: tuple[int, int]) -> Ring:
    """The feature inside its picture, after a pixel's correction at most. Of a circle, the centre counts."""
    if kind == "bndbox":  # nearly all shapes are boxes, and nearly all lie where they should
        (x1, y1), (x2, y2) = feature
        if x1 >= 0 and y1 >= 0 and x2 <= size[0] and y2 <= size[1]:
            return feature
    points = feature[:1] if kind == "circle" else feature
    inside = fitted(points, size, _SLACK)
    if inside is None:
        reason = f"the {kind} lies outside the picture of {size[0]} x {size[1]} pixels"
        raise Bad(reason, "Move it into the picture, or correct the picture's size.")
    if inside is points:
        return feature
    return [*inside, *feature[1:]] if kind == "circle" else settled(kind, inside)


def to_number(tag: str, text: str | None) -> float:
    """An integer if it is written as one, else a float: finite, and small enough for a coordinate."""
    text = text or ""
    try:
        value = int(text)
    except ValueError:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
    if not -COORDINATE_LIMIT <= value <= COORDINATE_LIMIT or "_" in text:
        raise Bad(f"'{tag}' is no usable number: '{text.strip()[:40]}'", "Write a finite number in pixels.")
    return value


def _named(element: Element, tags: tuple[str, ...]) -> list[float]:
    values = {child.tag: child.text for child in element}
    if len(values) != len(element):
        raise Bad("a coordinate of the shape stands twice", "Give each of them once.")
    if missing := [tag for tag in tags if tag not in values]:
        raise Bad(f"the shape lacks {', '.join(missing)}", f"Give {', '.join(tags)}.")
    return [to_number(tag, values[tag]) for tag in tags]


def _numbered(element: Element) -> Ring:
    if len(element) > 2 * MAX_POINTS + 2:
        raise Bad(f"the shape has more than {MAX_POINTS:,} points", "Simplify its outline.")
    axes: dict[str, dict[int, float]] = {"x": {}, "y": {}}
    for child in element:
        tag = child.tag
        axis, index = axes.get(tag[0]), tag[1:] or "1"
        if axis is None or len(index) > 9 or not (index.isascii() and index.isdecimal()):
            raise Bad(f"the shape contains '{tag[:40]}'", "Give its points as x1, y1, x2, y2 and so on.")
        if (number := int(index)) in axis:
            raise Bad(f"'{tag}' stands twice", "Give each coordinate once.")
        axis[number] = to_number(tag, child.text)
    xs, ys = axes["x"], axes["y"]
    if unpaired := xs.keys() ^ ys.keys():
        raise Bad(f"point {min(unpaired)} has only one coordinate", "Give an x and a y for every point.")
    return [[xs[number], ys[number]] for number in sorted(xs)]
