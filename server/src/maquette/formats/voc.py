"""PASCAL VOC files as ModelArts writes them: one xml a picture, its objects with their shapes. Tolerant in, exact out.

Objects are in `voc_objects`, their shapes in `voc_shapes`, the pixels of masks in `masks`. The file speaks of
annotations only: what else is known of a sample (its address, usage, hard), and where the file itself lies, stands in
the manifest.
"""

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element
from xml.parsers import expat

from maquette.formats.documents import Bad, shown
from maquette.formats.losses import Losses
from maquette.formats.samples import FEATURE, SHAPE, SIZE, Annotation, Loss, Problem, Sample
from maquette.formats.shapes import edges, size_of
from maquette.formats.voc_objects import FLAGS, Color, ObjectReader, escaped, write_object
from maquette.formats.voc_shapes import placed, to_number

MAX_OBJECTS = 50_000
MAX_TAGS = 1_000_000
"""What parsing holds in memory grows with the tags; a point has four of them."""

_DECLARED = re.compile(rb"""\A\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
# The encodings met in the wild, each by the one that contains it.
_ENCODINGS = {
    **dict.fromkeys(("gbk", "gb2312", "gb18030", "cp936"), "gb18030"),
    **dict.fromkeys(("us-ascii", "ascii"), "ascii"),
    **dict.fromkeys(("iso-8859-1", "latin1", "latin-1"), "latin-1"),
    **{name: name for name in ("big5", "shift_jis", "euc-jp", "euc-kr", "windows-1251", "windows-1252", "iso-8859-15")},
}


@dataclass(slots=True, kw_only=True)
class VocFile:
    """What one file says. `size` is width, height and depth (0: not said); `mask_colors` has one entry an annotation.

    An object of a segmentation without a shape but with a colour is kept: its outline is in the mask.
    """

    annotations: list[Annotation] = field(default_factory=list[Annotation])
    mask_colors: list[Color | None] = field(default_factory=list[Color | None])
    size: tuple[int, int, int] | None = None
    folder: str | None = None
    filename: str | None = None
    segmented: bool | None = None
    mask_source: str | None = None
    problems: list[Problem] = field(default_factory=list[Problem])


def read_voc(data: bytes, *, annotation_type: str) -> VocFile:
    """Read one file. No bytes make it raise: a bad object is a problem and left out, a file that breaks off is one."""
    try:
        text = _decoded(data)
        root = _root(text)
    except Bad as bad:
        problem = Problem(0, bad.reason, bad.remedy)
    except ET.ParseError as error:
        reason = f"the file is no well-formed XML: {expat.ErrorString(error.code)}"
        problem = Problem(error.position[0], reason, "Repair it in an XML editor, or export it again.")
    except (ValueError, LookupError):
        problem = Problem(0, "the file is not in the encoding that it declares", "Save the file in UTF-8.")
    else:
        file, found = _read_root(root, annotation_type)
        lines = [*_object_lines(text), 0] if found else []
        file.problems = [Problem(lines[index], *found[index]) for index in sorted(found)]
        return file
    return VocFile(problems=[problem])


def write_voc(
    sample: Sample,
    *,
    annotation_type: str,
    filename: str | None = None,
    folder: str = "NA",
    mask_source: str | None = None,
    mask_colors: Sequence[Color | None] = (),
) -> tuple[bytes, list[Loss]]:
    """Write the annotations of this type; the same sample gives the same bytes. `mask_colors` has one entry for each
    of the sample's annotations, or none at all. The name is that of the sample's file when none is given."""
    segmented = annotation_type == "image_segmentation"
    losses = Losses(sample.source)
    size = size_of(sample)
    if size is None:
        losses.note("the size of the picture, which is not known")
    objects: list[str] = []
    for index, annotation in enumerate(sample.annotations):
        try:
            if annotation.type != annotation_type:
                raise Bad(f"its type is {annotation.type}, not {annotation_type}", "")
            color = mask_colors[index] if mask_colors else None
            objects.append(write_object(annotation, size, color, closed=segmented))
        except Bad as bad:
            losses.note(f"an annotation was left out: {bad.reason}")
    name = filename or sample.source.rpartition("/")[2]
    lines = [
        '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n<annotation>',
        f"    <folder>{escaped(folder)}</folder>",
        f"    <filename>{escaped(name)}</filename>",
        "    <source>\n        <database>Unknown</database>\n    </source>",
    ]
    if size:
        sides = (f"<width>{size[0]}</width>", f"<height>{size[1]}</height>", f"<depth>{_depth(sample)}</depth>")
        lines.append("\n        ".join(("    <size>", *sides)) + "\n    </size>")
    lines.append(f"    <segmented>{int(segmented)}</segmented>")
    if mask_source:
        lines.append(f"    <mask_source>{escaped(mask_source)}</mask_source>")
    return "\n".join([*lines, *objects, "</annotation>\n"]).encode(), losses.report()


def _root(text: bytes) -> Element:
    root = ET.fromstring(text, ET.XMLParser(encoding="utf-8"))  # noqa: S314 its dangers are document types
    if b"xmlns" in text:
        for element in root.iter():
            element.tag = _local(element.tag)
    if root.tag != "annotation":
        raise Bad(f"the file is no VOC file: it holds '{shown(root.tag)}'", "Write <annotation> and objects in it.")
    if sum(child.tag == "object" for child in root) > MAX_OBJECTS:
        raise Bad(f"the file has more than {MAX_OBJECTS:,} objects", "Cut the picture into tiles.")
    return root


def _read_root(root: Element, annotation_type: str) -> tuple[VocFile, dict[int, tuple[str, str]]]:
    """The file, and what was bad of which object, counted from 0. Without a number, -1, it was the file's size."""
    file = VocFile(
        size=_read_size(root.find("size")),
        folder=_text(root, "folder"),
        filename=_text(root, "filename"),
        segmented=FLAGS.get((_text(root, "segmented") or "").lower()),
        mask_source=_text(root, "mask_source"),
    )
    bad: dict[int, tuple[str, str]] = {}
    if file.size is None:
        remedy = "Write <size> with width, height and depth. The objects were read, but not compared with it."
        bad[-1] = ("the size of the picture is missing or no number of pixels", remedy)
    for index, element in enumerate(root.iterfind("object")):
        try:
            reader = ObjectReader(element, annotation_type)
            annotation = reader.annotation()
            if file.size:
                _keep_inside(annotation, file.size[:2])
        except Bad as problem:
            bad[index] = (problem.reason, problem.remedy)
        else:
            file.annotations.append(annotation)
            file.mask_colors.append(reader.color)
            if reader.has_parts:
                bad[index] = ("the parts of the object were left out", "Write each as an object of its own.")
    return file, bad


def _keep_inside(annotation: Annotation, size: tuple[int, int]) -> None:
    properties = annotation.property
    if SHAPE in properties:
        properties[FEATURE] = placed(properties[SHAPE], properties[FEATURE], size)


def _object_lines(text: bytes) -> list[int]:
    """The lines on which objects begin. Only needed for problems, since counting lines doubles the cost of a file."""
    lines: list[int] = []
    depth = 0

    def start(tag: str, _: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth == 2 and _local(tag) == "object":
            lines.append(parser.CurrentLineNumber)

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.Parse(text, True)
    return lines


def _local(tag: str) -> str:
    return tag.rpartition("}")[2].rpartition(":")[2]


def _text(root: Element, tag: str) -> str | None:
    return (root.findtext(tag) or "").strip() or None


def _decoded(data: bytes) -> bytes:
    """The file in UTF-8, whatever it declares, and refused where parsing it would not be safe."""
    if not data.strip():
        raise Bad("the file is empty", "Delete it, or export it again.")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        data = data.decode("utf-16").encode()
    elif (declared := _DECLARED.match(data)) and (name := declared[1].decode().lower()) not in ("utf-8", "utf8"):
        if name not in _ENCODINGS:
            raise Bad(f"the encoding '{name}' is not known", "Save the file in UTF-8.")
        data = data.decode(_ENCODINGS[name]).encode()
    if b"<!DOCTYPE" in data:
        raise Bad("the file declares a document type", "Remove the DOCTYPE: a VOC file needs none.")
    if data.count(b"<") > MAX_TAGS:
        raise Bad(f"the file has more than {MAX_TAGS:,} tags", "Simplify its outlines, or cut the picture into tiles.")
    return data


def _read_size(element: Element | None) -> tuple[int, int, int] | None:
    sides = {child.tag: _side(child.text) for child in element} if element is not None else {}
    found = edges(sides.get("width"), sides.get("height"))
    return (*found, max(int(sides.get("depth") or 0), 0)) if found else None


def _side(text: str | None) -> float | None:
    try:
        return to_number("size", text)
    except Bad:
        return None


def _depth(sample: Sample) -> int:
    """The number of channels, or 0 where it is not known: the element has to be there."""
    depth: object = sample.property[SIZE][2] if len(sample.property[SIZE]) > 2 else 0
    return depth if isinstance(depth, int) and depth > 0 else 0
