"""YOLO folders: `data.yaml`, `images/{train,val,test}/…` and beside them `labels/{train,val,test}/….txt`.

A line of a label file is one object: `class cx cy width height` is a box, `class x1 y1 x2 y2 x3 y3 …` a polygon, all of
them fractions of the picture; one number more is a confidence, which programs that predict append. Fractions become
pixels rounded to a thousandth, which is finer than the files are, and the writer gives enough digits that such pixels
come back as they were for pictures of up to 65,535 pixels. Walking folders is the caller's.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, cast

import yaml

from maquette.formats.documents import Bad, a_name, shown
from maquette.formats.losses import Losses
from maquette.formats.samples import FEATURE, HOLES, SHAPE, SIZE, Annotation, Loss, Problem, Sample
from maquette.formats.shapes import Ring, Shape, box_around, drawn, is_inside, shape_of, size_of

MAX_CONFIG_BYTES = 512 << 10  # some seconds for the slowest YAML
MAX_LINE_BYTES = 16 << 20
SPLITS = {"TRAIN": "train", "EVAL": "val", "TEST": "test"}
TYPES = ("object_detection", "image_segmentation")

_USAGES = {folder: usage for usage, folder in SPLITS.items()} | {"valid": "EVAL", "validation": "EVAL"}
_NUMBER = re.compile(rb"[+-]?(?:\d{1,20}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][+-]?\d{1,3})?")
_CLASS = re.compile(rb"\d{1,9}(?:\.0*)?")
_DIGITS = 9  # 65,535 pixels times 0.75e-9 is a tenth of half a thousandth
_OVERHANG = 1e-5  # what the rounding of six digits can push a box over the picture's edge


@dataclass(frozen=True, slots=True)
class YoloConfig:
    """What `data.yaml` says: the name of each class, and the folders or lists of images of each usage."""

    names: dict[int, str]
    images: dict[str, list[str]]
    root: str | None = None


@dataclass(frozen=True, slots=True)
class YoloFile:
    """A sample as it stands in the folder: where its picture goes, and its label file."""

    image_path: str
    label_path: str
    labels: bytes
    losses: list[Loss]


def read_data_yaml(data: bytes) -> tuple[YoloConfig, list[Problem]]:
    """Read `data.yaml`. What cannot be read is a problem; the configuration then lacks it."""
    if len(data) > MAX_CONFIG_BYTES:
        return YoloConfig({}, {}), [Problem(0, f"the file is larger than {MAX_CONFIG_BYTES:,} bytes", "Shorten it.")]
    try:
        # The base loader makes texts, lists and maps of everything: a class may be called `no` or `1.0`.
        value: object = yaml.load(data, Loader=yaml.BaseLoader)  # noqa: S506
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        line = cast("Any", getattr(error, "problem_mark", None))
        return YoloConfig({}, {}), [
            Problem(line.line + 1 if line else 0, "the file is not YAML", "Write it as the format's own examples are.")
        ]
    if not isinstance(value, dict):
        return YoloConfig({}, {}), [Problem(0, "the file is no map of keys and values", "Write `names:` into it.")]
    body = cast("dict[object, object]", value)
    problems: list[Problem] = []
    images: dict[str, list[str]] = {}
    for folder, usage in _USAGES.items():
        given = body.get(folder)
        paths = [path for item in (cast("list[object]", given) if isinstance(given, list) else [given])
                 if (path := a_name(item))]  # fmt: skip
        if paths:
            images.setdefault(usage, []).extend(paths)
    return YoloConfig(_names(body.get("names"), problems), images, a_name(body.get("path"))), problems


def read_class_list(data: bytes) -> tuple[dict[int, str], list[Problem]]:
    """Read `classes.txt` or `obj.names`: a name a line, the first one is class 0."""
    if len(data) > MAX_CONFIG_BYTES:
        return {}, [Problem(0, f"the file is larger than {MAX_CONFIG_BYTES:,} bytes", "Shorten it.")]
    names: dict[int, str] = {}
    problems: list[Problem] = []
    lines = data.removeprefix(b"\xef\xbb\xbf").rstrip().split(b"\n")
    for number, line in enumerate(lines):
        try:
            name = a_name(line.decode("utf-8").strip())
        except UnicodeDecodeError:
            name = None
        if name is not None:
            names[number] = name
        elif line.strip() or number + 1 < len(lines):
            problems.append(Problem(number + 1, "the line is no name of a class", "Write one name a line, in UTF-8."))
    return names, problems


def usage_of(image_path: str) -> str | None:
    """The usage that the folder of an image says: `images/val/a.jpg` and `val/images/a.jpg` are EVAL."""
    for folder in reversed(PurePosixPath(image_path).parts[:-1]):
        if usage := _USAGES.get(folder.lower()):
            return usage
    return None


def labels_path(image_path: str) -> str:
    """Where the label file of an image lies: under `labels` instead of the last `images`, with the suffix `.txt`."""
    path = PurePosixPath(image_path).with_suffix(".txt")
    parts = list(path.parts)
    for at in range(len(parts) - 2, -1, -1):
        if parts[at] == "images":
            parts[at] = "labels"
            break
    return str(PurePosixPath(*parts))


def read_yolo_labels(
    data: bytes, names: Mapping[int, str], size: tuple[int, int], *, annotation_type: str
) -> Iterator[Annotation | Problem]:
    """Read a label file line by line. `size` is the picture's width and height. No file makes it raise."""
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            yield _read_line(line, names, size, annotation_type)
        except Bad as bad:
            yield Problem(number, bad.reason, bad.remedy)


class YoloWriter:
    """Writes samples as label files. Classes are numbered as given, then as they first appear.

    Memory grows with the number of classes only.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._classes: dict[str, int] = {}
        self._splits: set[str] = set()
        for name in names:
            self._classes.setdefault(name, len(self._classes))

    def add(self, sample: Sample, name: str) -> YoloFile:
        """Give the label file of a sample. `name` is its picture's path below the folder of its usage.

        Names must differ in more than their suffix: `a.jpg` and `a.png` would share one label file.
        """
        losses = Losses(sample.source)
        losses.of_sample(sample, kept=("usage",), properties=(SIZE,))
        split = SPLITS.get(sample.usage or "")
        if split is None:
            split = "train" if sample.usage is None else "test"
            losses.note(f"that the usage is {sample.usage or 'not set'}: the picture lies in {split}")
        self._splits.add(split)
        size = size_of(sample)
        lines: list[str] = []
        for annotation in sample.annotations:
            if size is None:
                losses.note("annotations, because the size of the picture is not known")
            elif line := self._line(annotation, size, losses):
                lines.append(line)
        image_path = f"images/{split}/{name}"
        return YoloFile(image_path, labels_path(image_path), "".join(lines).encode(), losses.report())

    def data_yaml(self) -> bytes:
        """The `data.yaml` of what was added; `train` and `val` always stand in it, since programs ask for both."""
        body: dict[str, object] = {"path": ".", "train": "images/train", "val": "images/val"}
        if "test" in self._splits:
            body["test"] = "images/test"
        body["names"] = {number: name for name, number in self._classes.items()}
        return yaml.safe_dump(body, allow_unicode=True, sort_keys=False).encode()

    def _line(self, annotation: Annotation, size: tuple[int, int], losses: Losses) -> str | None:
        shape = shape_of(annotation)
        if annotation.type not in TYPES or shape is None or annotation.name is None:
            losses.note(f"annotations of type {annotation.type} without a label or a shape that can be drawn"
                        if annotation.type in TYPES else f"annotations of type {annotation.type}")  # fmt: skip
            return None
        numbers = _fractions(shape, size, losses)
        if numbers is None:
            return None
        losses.of_annotation(annotation)
        for key in annotation.property:
            if key not in (SHAPE, FEATURE, HOLES):
                losses.note(f"the attribute '{key}'")
        number = self._classes.setdefault(annotation.name, len(self._classes))
        return " ".join([str(number), *map(_digits, numbers)]) + "\n"


def _names(given: object, problems: list[Problem]) -> dict[int, str]:
    if isinstance(given, list):
        pairs = [(str(at), item) for at, item in enumerate(cast("list[object]", given))]
    elif isinstance(given, dict):
        pairs = [(str(key), item) for key, item in cast("dict[object, object]", given).items()]
    else:
        problems.append(Problem(0, "the file has no 'names'", "List the names of the classes under `names:`."))
        return {}
    names: dict[int, str] = {}
    for key, item in pairs:
        name = a_name(item)
        if name is None or not (key.isascii() and key.isdigit() and len(key) < 10):
            reason = f"class '{shown(key)}' has no name or no number"
            problems.append(Problem(0, reason, "Number the classes from 0 and name each of them."))
        else:
            names[int(key)] = name
    return names


def _read_line(line: bytes, names: Mapping[int, str], size: tuple[int, int], annotation_type: str) -> Annotation:
    if len(line) > MAX_LINE_BYTES:
        raise Bad(f"the line is longer than {MAX_LINE_BYTES:,} bytes", "Write one object a line.")
    words = line.split()
    if not _CLASS.fullmatch(words[0]):
        raise Bad("the line does not begin with the number of a class", "Write `class cx cy width height`.")
    name = names.get(int(words[0].partition(b".")[0]))
    if name is None:
        raise Bad(f"class {words[0].decode()} has no name", "Name it in data.yaml or classes.txt.")
    if not all(map(_NUMBER.fullmatch, words[1:])):
        raise Bad("the line holds something that is no number", "Separate plain numbers by spaces.")
    numbers = list(map(float, words[1:]))
    confidence: float | None = None
    if len(numbers) == 5 or (len(numbers) > 5 and len(numbers) % 2):
        confidence = numbers.pop()
        if not 0 <= confidence <= 1:
            raise Bad("the confidence is no number from 0 to 1", "Write a number such as 0.8, or leave it away.")
    if len(numbers) != 4 and len(numbers) < 6:
        raise Bad("the line holds too few numbers", "Write four numbers for a box, six or more for a polygon.")
    shape = _box(numbers, size) if len(numbers) == 4 else drawn("polygon", _polygon(numbers, size))
    return Annotation(type=annotation_type, name=name, property=shape, confidence=confidence)


def _box(numbers: list[float], size: tuple[int, int]) -> dict[str, Any]:
    cx, cy, width, height = numbers
    if width <= 0 or height <= 0:
        raise Bad("the box has no area", "Give it a width and a height above 0.")
    corners = [
        _pixel(cx - width / 2, size[0]),
        _pixel(cy - height / 2, size[1]),
        _pixel(cx + width / 2, size[0]),
        _pixel(cy + height / 2, size[1]),
    ]
    if corners[0] == corners[2] or corners[1] == corners[3]:
        raise Bad("the box has no area", "Give it a width and a height above a thousandth of a pixel.")
    return drawn("bndbox", [corners[:2], corners[2:]])


def _polygon(numbers: list[float], size: tuple[int, int]) -> Ring:
    pairs = zip(numbers[::2], numbers[1::2], strict=True)
    return [[_pixel(x, size[0]), _pixel(y, size[1])] for x, y in pairs]


def _pixel(fraction: float, edge: int) -> float:
    if not -_OVERHANG <= fraction <= 1 + _OVERHANG:
        raise Bad("the shape leaves the picture", "Write fractions of the picture's width and height, from 0 to 1.")
    return round(min(max(fraction, 0.0), 1.0) * edge, 3)


def _fractions(shape: Shape, size: tuple[int, int], losses: Losses) -> list[float] | None:
    """The numbers of a line, or None and a loss where YOLO has none for the shape."""
    if shape.kind not in ("bndbox", "polygon"):
        losses.note(f"shapes of kind {shape.kind}")
        return None
    if shape.holes:
        losses.note("polygons with holes")
        return None
    if not is_inside(shape.points, size):
        losses.note("shapes that leave the picture")
        return None
    width, height = size
    points = [[round(x, 3), round(y, 3)] for x, y in shape.points]
    left, top, right, bottom = box_around(points)
    if shape.kind == "bndbox" and (left == right or top == bottom):
        losses.note("boxes without area")
        return None
    if points != shape.points:
        losses.note("what coordinates say beyond a thousandth of a pixel")
    if max(size) > 65_535:
        losses.note("exact coordinates, because the picture is larger than 65,535 pixels")
    if shape.kind == "polygon":
        return [number for x, y in points for number in (x / width, y / height)]
    return [
        (left + right) / 2 / width,
        (top + bottom) / 2 / height,
        (right - left) / width,
        (bottom - top) / height,
    ]


def _digits(number: float) -> str:
    return f"{number:.{_DIGITS}f}".rstrip("0").rstrip(".") or "0"
