"""Masks of image segmentation: a PNG of the picture's size in which the colour of a pixel says whose it is.

Drawing and reading agree on what a pixel is: it belongs to a polygon when its centre lies inside (by the even-odd rule,
and in none of the holes), and outlines read from a mask run along the edges of pixels, so that drawing them again gives
the same mask, pixel by pixel. Black is background. Which mask and which colours belong to a picture is said by the
`mask_source` and `mask_color` of its VOC file (`voc`).

Everything works on runs of pixels, with Pillow for the file: no array library is needed.
"""

import io
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from PIL import Image, ImageChops

from maquette.formats.images import MAX_PIXELS
from maquette.formats.losses import Losses
from maquette.formats.run_lengths import Polygon, polygons_of
from maquette.formats.samples import Annotation, Loss, Problem, Sample
from maquette.formats.shapes import Ring, Shape, drawn, shape_of, size_of
from maquette.formats.voc import Color, VocFile
from maquette.kit.errors import Invalid

MAX_RUNS = 1_000_000
"""As many runs of one colour are outlined: a mask of more is noise, and its outlines would be larger than itself."""
MAX_CROSSINGS = 10_000_000
"""As many rows may the sides of one shape cross, all taken together."""
MAX_WORK = 1 << 32
"""Pixels of a mask times the colours looked for in it."""

MASKS_FOLDER = "segmentationClassRaw"
"""The folder of masks below that of their pictures, as the guide names it: what lies in it is no picture to label."""

_MODES = {"1", "L", "LA", "P", "PA", "RGB", "RGBA"}
_BLACK = (0, 0, 0)
_SET = re.compile(b"\xff+")


def palette_color(index: int) -> Color:
    """The colour that PASCAL VOC gives the class with this index: 0 is black, the first 256 differ."""
    channels = [0, 0, 0]
    for bit in range(8):
        for channel in range(3):
            channels[channel] |= (index >> (3 * bit + channel) & 1) << (7 - bit)
    return channels[0], channels[1], channels[2]


def colors_by_label(annotations: Sequence[Annotation], labels: Sequence[str]) -> list[Color | None]:
    """A colour for each annotation, that of its label's place among all labels; None where the label is not there."""
    places = {name: index for index, name in enumerate(labels, start=1)}
    return [palette_color(places[a.name]) if a.name in places else None for a in annotations]


def colors_by_object(annotations: Sequence[Annotation]) -> list[Color | None]:
    """A colour of its own for each annotation."""
    return [palette_color(index) for index in range(1, len(annotations) + 1)]


def write_mask(sample: Sample, colors: Sequence[Color | None]) -> tuple[bytes, list[Loss]]:
    """Draw the polygons, boxes and circles into a PNG, later ones over earlier ones, each in the colour of its place.

    The same sample gives the same bytes: indexed up to 255 colours, RGB above. What has no area or no colour is lost.
    Raises Invalid where the picture's size is unknown or too large.
    """
    size = size_of(sample)
    if size is None or size[0] * size[1] > MAX_PIXELS:
        raise Invalid(f"The size of the picture must be known, and at most {MAX_PIXELS:,} pixels, to draw a mask.")
    losses = Losses(sample.source)
    used: set[Color] = set()
    named = list(dict.fromkeys(color for color in colors if color not in (None, _BLACK)))
    if len(named) < 256:
        canvas = _Canvas(size, {color: bytes([index]) for index, color in enumerate(named, start=1)})
    else:
        canvas = _Canvas(size, {color: bytes(color) for color in named if color})
    for annotation, color in zip(sample.annotations, colors, strict=True):
        shape = shape_of(annotation)
        if shape is None or shape.kind not in ("polygon", "bndbox", "circle"):
            losses.note("a shape without an area")
        elif color is None or color == _BLACK:
            losses.note("an object without a colour")
        elif _rows(shape, size[1]) > MAX_CROSSINGS:
            losses.note("an outline that is too ragged to be drawn")
        else:
            if color in used:
                losses.note("where an object ends and another of its colour begins")
            used.add(color)
            if not canvas.draw(shape, color):
                losses.note("what lies under another object")
    return canvas.png(), losses.report()


def read_mask(data: bytes, colors: Sequence[Color]) -> tuple[dict[Color, list[Polygon]], list[Problem]]:
    """The outlines of each of these colours, one for every connected area. No bytes make it raise."""
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "BMP")) as image:
            if image.width * image.height > MAX_PIXELS:
                return {}, [Problem(0, f"the mask has more than {MAX_PIXELS:,} pixels", "Scale picture and mask down.")]
            if image.mode not in _MODES:
                return {}, [Problem(0, f"the mask has pixels of the kind {image.mode}", "Save it as an RGB PNG.")]
            bands = image.convert("RGB").split()
    except Exception:  # decoders raise almost anything
        return {}, [Problem(0, "the mask is no PNG or BMP image, or damaged", "Save it as a PNG.")]
    wanted = dict.fromkeys(colors)
    if len(wanted) * bands[0].width * bands[0].height > MAX_WORK:
        return {}, [Problem(0, "the mask is too large for so many colours", "Scale picture and mask down.")]
    outlines: dict[Color, list[Polygon]] = {}
    problems: list[Problem] = []
    for color in wanted:
        found = _outlines(bands, color) if color != _BLACK else []
        if found is None:
            problems.append(Problem(0, f"the mask's colour {color} is noise", "Remove its single pixels."))
        elif not found:
            problems.append(Problem(0, f"the mask has no pixel in the colour {color}", "Correct 'mask_color'."))
        else:
            outlines[color] = found
    return outlines, problems


def outlined(file: VocFile, mask: bytes) -> tuple[list[Annotation], list[Problem]]:
    """The annotations of a VOC file, those without a shape replaced by the outlines that its mask has in their colour.

    An object of several areas becomes as many annotations. Objects of one label that share a colour share its areas.
    """
    wanted = [_needs(annotation, color) for annotation, color in zip(file.annotations, file.mask_colors, strict=True)]
    owners: dict[Color, str | None] = {}
    for annotation, color in zip(file.annotations, wanted, strict=True):
        if color:
            owners.setdefault(color, annotation.name)
    outlines, problems = read_mask(mask, list(owners)) if owners else ({}, [])
    result: list[Annotation] = []
    for annotation, color in zip(file.annotations, wanted, strict=True):
        if color is None:
            result.append(annotation)
        elif owners[color] != annotation.name:
            reason = f"the labels '{owners[color]}' and '{annotation.name}' share the colour {color}"
            problems.append(Problem(0, reason, "Give each label a colour of its own."))
        else:
            for outer, holes in outlines.pop(color, []):
                shape = drawn("polygon", outer, holes)
                result.append(
                    replace(annotation, property={**annotation.property, **shape}, extra={**annotation.extra})
                )
    return result, problems


def _needs(annotation: Annotation, color: Color | None) -> Color | None:
    return color if shape_of(annotation) is None else None


def _outlines(bands: Sequence[Image.Image], color: Color) -> list[Polygon] | None:
    """The polygons of one colour, or None when there are too many runs of it."""
    tables = [[255 if value == wanted else 0 for value in range(256)] for wanted in color]
    red, green, blue = (band.point(table) for band, table in zip(bands, tables, strict=True))
    area = ImageChops.darker(ImageChops.darker(red, green), blue)
    box = area.getbbox()
    if box is None:
        return []
    left, top, right, bottom = box
    columns = area.crop(box).transpose(Image.Transpose.TRANSPOSE).tobytes()
    counts: list[int] = []
    at = 0
    for match in _SET.finditer(columns):
        counts += (match.start() - at, match.end() - match.start())
        at = match.end()
        if len(counts) > 2 * MAX_RUNS:
            return None
    counts.append(len(columns) - at)
    found = polygons_of(counts, right - left, bottom - top) or []
    return [(_moved(outer, left, top), [_moved(hole, left, top) for hole in holes]) for outer, holes in found]


def _moved(ring: Ring, left: int, top: int) -> Ring:
    return [[x + left, y + top] for x, y in ring]


class _Canvas:
    """Pixels of one byte (an index) or three, black at first."""

    def __init__(self, size: tuple[int, int], pixels: dict[Color, bytes]) -> None:
        self._width, self._height = size
        self._pixels = pixels
        self._depth = len(next(iter(pixels.values()), b"\0"))
        self._bytes = bytearray(self._width * self._height * self._depth)

    def draw(self, shape: Shape, color: Color) -> bool:
        """Fill the shape; say whether all its pixels were still black."""
        pixel, is_free = self._pixels[color], True
        for row, start, end in _spans(shape, self._height):
            first, last = max(_pixel(start), 0), min(_pixel(end), self._width)
            if first >= last:
                continue
            begin, behind = (row * self._width + first) * self._depth, (row * self._width + last) * self._depth
            is_free = is_free and not any(self._bytes[begin:behind])
            self._bytes[begin:behind] = pixel * (last - first)
        return is_free

    def png(self) -> bytes:
        mode = "P" if self._depth == 1 else "RGB"
        image = Image.frombytes(mode, (self._width, self._height), bytes(self._bytes))
        if mode == "P":
            image.putpalette([channel for color in (_BLACK, *self._pixels) for channel in color])
        target = io.BytesIO()
        image.save(target, "PNG")
        return target.getvalue()


def _rows(shape: Shape, height: int) -> float:
    """How many rows the sides of the shape cross, about."""
    rings = [shape.points, *shape.holes]
    return sum(min(abs(one[1] - other[1]), height) for ring in rings for one, other in pairwise([*ring, ring[0]]))


def _spans(shape: Shape, height: int) -> Iterator[tuple[int, float, float]]:
    """Where the middle line of each row of pixels lies inside the shape."""
    if shape.kind == "circle":
        ((x, y),) = shape.points
        for row in range(max(_pixel(y - shape.radius), 0), min(_pixel(y + shape.radius), height)):
            half = math.sqrt(max(shape.radius**2 - (row + 0.5 - y) ** 2, 0))
            yield row, x - half, x + half
        return
    (x1, y1), (x2, y2) = shape.points[0], shape.points[1]
    ring = [[x1, y1], [x2, y1], [x2, y2], [x1, y2]] if shape.kind == "bndbox" else shape.points
    holes = [_crossings(hole, height) for hole in shape.holes]
    for row, crossings in _crossings(ring, height).items():
        cuts = sorted(span for hole in holes for span in _paired(hole.get(row, [])))
        for start, end in _paired(crossings):
            for cut_start, cut_end in cuts:
                if cut_start > start:
                    yield row, start, min(cut_start, end)
                start = max(start, cut_end)
                if start >= end:
                    break
            if start < end:
                yield row, start, end


def _crossings(ring: Ring, height: int) -> dict[int, list[float]]:
    """For each row, where the ring crosses its middle line: the same for both neighbours of a common side."""
    rows: dict[int, list[float]] = {}
    for one, other in pairwise([*ring, ring[0]]):
        (x0, y0), (x1, y1) = (one, other) if one[1] < other[1] else (other, one)
        for row in range(max(_pixel(y0), 0), min(_pixel(y1), height)):
            rows.setdefault(row, []).append(x0 + (row + 0.5 - y0) * (x1 - x0) / (y1 - y0))
    return rows


def _paired(crossings: list[float]) -> list[tuple[float, float]]:
    ordered = sorted(crossings)
    return list(zip(ordered[::2], ordered[1::2], strict=True))


def _pixel(coordinate: float) -> int:
    """The first pixel whose centre does not lie before this coordinate."""
    return math.ceil(coordinate - 0.5)
