"""Masks: the same pixels after outlining and drawing them again, the colours of a VOC file, and hostile images."""

import io
import struct
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from maquette.formats.masks import (
    colors_by_label,
    colors_by_object,
    outlined,
    palette_color,
    read_mask,
    write_mask,
)
from maquette.formats.samples import FEATURE, HOLES, SHAPE, SIZE, Annotation, Sample
from maquette.formats.shapes import drawn
from maquette.formats.voc import Color, VocFile, read_voc
from maquette.kit.errors import Invalid

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def area(kind: str, feature: Any, holes: Any = None, name: str = "a") -> Annotation:
    return Annotation(type="image_segmentation", name=name, property=drawn(kind, feature, holes))


def sample(*annotations: Annotation, size: tuple[int, int] = (12, 10)) -> Sample:
    return Sample(source="a.jpg", property={SIZE: [*size, 3]}, annotations=list(annotations))


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def png(image: Image.Image) -> bytes:
    target = io.BytesIO()
    image.save(target, "PNG")
    return target.getvalue()


def picture(rows: list[str], colors: dict[str, Color]) -> bytes:
    """A mask from letters, dots being background."""
    pixels = bytes(channel for row in rows for letter in row for channel in colors.get(letter, (0, 0, 0)))
    return png(Image.frombytes("RGB", (len(rows[0]), len(rows)), pixels))


def letters(data: bytes, colors: dict[str, Color]) -> list[str]:
    image = opened(data).convert("RGB")
    names = {color: letter for letter, color in colors.items()}
    raw = image.tobytes()
    cells = [names.get((raw[at], raw[at + 1], raw[at + 2]), ".") for at in range(0, len(raw), 3)]
    return ["".join(cells[at : at + image.width]) for at in range(0, len(cells), image.width)]


def test_the_colours_of_voc() -> None:
    # aeroplane, bicycle, bird and the border of the VOC development kit
    assert [palette_color(index) for index in (0, 1, 2, 3, 255)] == [
        (0, 0, 0), (128, 0, 0), (0, 128, 0), (128, 128, 0), (224, 224, 192),
    ]  # fmt: skip
    assert len({palette_color(index) for index in range(256)}) == 256


def test_colours_by_label_and_by_object() -> None:
    found = [area("bndbox", [], name=name) for name in ("dog", "cat", "dog", "cow")]
    assert colors_by_label(found, ["cat", "dog"]) == [palette_color(2), palette_color(1), palette_color(2), None]
    assert colors_by_object(found) == [palette_color(index) for index in (1, 2, 3, 4)]


def test_a_polygon_with_a_hole_is_drawn_by_the_centres_of_pixels() -> None:
    ring = area("polygon", [[1, 1], [7, 1], [7, 6], [1, 6]], [[[2.6, 2.5], [5.5, 2.5], [5.5, 4.5], [2.6, 4.5]]])
    data, losses = write_mask(sample(ring, size=(9, 7)), [RED])
    assert losses == []
    assert letters(data, {"R": RED}) == [
        ".........",
        ".RRRRRR..",
        ".RR..RR..",
        ".RR..RR..",
        ".RRRRRR..",
        ".RRRRRR..",
        ".........",
    ]


def test_boxes_and_circles_have_an_area_too() -> None:
    found = [area("bndbox", [[0, 0], [3, 2]]), area("circle", [[8, 4], [2]])]
    data, losses = write_mask(sample(*found), [RED, BLUE])
    assert losses == []
    assert letters(data, {"R": RED, "B": BLUE}) == [
        "RRR.........",
        "RRR.........",
        ".......BB...",
        "......BBBB..",
        "......BBBB..",
        ".......BB...",
        *["............"] * 4,
    ]


def test_what_a_mask_cannot_hold_is_said() -> None:
    square = [[0, 0], [4, 0], [4, 4], [0, 4]]
    found = [
        area("polygon", square),
        area("polygon", [[2, 2], [6, 2], [6, 6]]),
        area("bndbox", [[8, 8], [9, 9]]),
        area("line", [[0, 0], [1, 1]]),
        area("polygon", square),
        area("polygon", square),
    ]
    _, losses = write_mask(sample(*found), [RED, GREEN, RED, RED, None, (0, 0, 0)])
    assert [loss.what for loss in losses] == [
        "what lies under another object",
        "where an object ends and another of its colour begins",
        "a shape without an area",
        "an object without a colour (x2)",
    ]
    zigzag = [[at % 2, at % 2 * 1000] for at in range(30_000)]
    _, (loss,) = write_mask(sample(area("polygon", zigzag), size=(1000, 1000)), [RED])
    assert "ragged" in loss.what


def test_neighbours_with_a_common_side_share_no_pixel_and_leave_none() -> None:
    left = area("polygon", [[0, 0], [3.3, 0], [8.7, 10], [0, 10]])
    right = area("polygon", [[8.7, 10], [3.3, 0], [12, 0], [12, 10]])
    data, losses = write_mask(sample(left, right), [RED, BLUE])
    assert losses == []
    assert "." not in "".join(letters(data, {"R": RED, "B": BLUE}))


def test_what_leaves_the_picture_is_cut() -> None:
    data, _ = write_mask(sample(area("polygon", [[-1e9, -5], [5, -5], [5, 1e9]]), size=(3, 2)), [RED])
    assert letters(data, {"R": RED}) == ["RRR", "RRR"]


@pytest.mark.parametrize("size", [None, [10, 10], [0, 5, 3], [100_000, 100_000, 3]])
def test_a_mask_needs_a_size(size: Any) -> None:
    broken = Sample(source="a.jpg", property={} if size is None else {SIZE: size})
    if size == [10, 10]:
        assert opened(write_mask(broken, [])[0]).size == (10, 10)
    else:
        with pytest.raises(Invalid):
            write_mask(broken, [])


def test_many_colours_make_an_rgb_mask_and_few_an_indexed_one() -> None:
    squares = [area("bndbox", [[at % 20, at // 20], [at % 20 + 1, at // 20 + 1]]) for at in range(300)]
    many, _ = write_mask(sample(*squares, size=(20, 15)), colors_by_object(squares))
    few, _ = write_mask(sample(*squares[:255], size=(20, 15)), colors_by_object(squares)[:255])
    assert (opened(many).mode, opened(few).mode) == ("RGB", "P")
    outlines, problems = read_mask(many, [color for color in colors_by_object(squares) if color])
    assert problems == []
    assert len(outlines) == len(set(colors_by_object(squares)))


def test_outlines_of_a_mask() -> None:
    data = picture(["RRRR.", "R..R.", "RRRRB", "....R"], {"R": RED, "B": BLUE})
    outlines, problems = read_mask(data, [RED, BLUE, GREEN, RED])
    assert outlines[BLUE] == [([[4, 2], [5, 2], [5, 3], [4, 3]], [])]
    (large, (hole,)), (single, none) = outlines[RED]
    assert sorted(large) == [[0, 0], [0, 3], [4, 0], [4, 3]]
    assert sorted(hole) == [[1, 1], [1, 2], [3, 1], [3, 2]]
    assert sorted(single) == [[4, 3], [4, 4], [5, 3], [5, 4]]
    assert none == []
    assert ["(0, 255, 0)" in problem.reason for problem in problems] == [True]


@settings(deadline=None)
@given(st.data())
def test_outlines_drawn_again_give_the_same_mask(data: st.DataObject) -> None:
    colors = {"R": RED, "G": GREEN, "B": (1, 2, 3)}
    width, height = data.draw(st.integers(1, 12)), data.draw(st.integers(1, 10))
    row = st.text(st.sampled_from("..RRRGB"), min_size=width, max_size=width)
    rows = data.draw(st.lists(row, min_size=height, max_size=height))
    outlines, _ = read_mask(picture(rows, colors), list(colors.values()))
    found = [
        (area("polygon", outer, holes), color) for color, polygons in outlines.items() for outer, holes in polygons
    ]
    size = (width, height)
    again, losses = write_mask(sample(*(item for item, _ in found), size=size), [color for _, color in found])
    assert letters(again, colors) == rows
    assert "what lies under another object" not in [loss.what for loss in losses]
    assert read_mask(again, list(colors.values()))[0] == outlines


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(-3, 15), st.floats(-3, 13)).map(list), min_size=3, max_size=7))
def test_a_pixel_is_drawn_when_its_centre_is_inside(ring: list[Any]) -> None:
    data, _ = write_mask(sample(area("polygon", ring)), [RED])
    expected = ["".join("R" if inside(ring, x + 0.5, y + 0.5) else "." for x in range(12)) for y in range(10)]
    assert letters(data, {"R": RED}) == expected


def inside(ring: list[Any], x: float, y: float) -> bool:
    """The even-odd rule by a ray to the left."""
    result = False
    for at in range(len(ring)):
        (x0, y0), (x1, y1) = sorted((ring[at - 1], ring[at]), key=lambda point: point[1])
        if y0 <= y < y1 and x0 + (y - y0) * (x1 - x0) / (y1 - y0) <= x:
            result = not result
    return result


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L", "1", "LA"])
def test_every_kind_of_mask_is_read(mode: str) -> None:
    image = Image.new("RGB", (4, 4))
    image.paste((255, 255, 255), (1, 1, 3, 3))
    outlines, problems = read_mask(png(image.convert(mode)), [(255, 255, 255)])
    assert problems == []
    assert [sorted(outer) for outer, _ in outlines[255, 255, 255]] == [[[1, 1], [1, 3], [3, 1], [3, 3]]]


def test_the_objects_of_a_voc_file_get_their_outlines() -> None:
    xml = """<annotation><size><width>6</width><height>2</height><depth>3</depth></size>
        <mask_source>obs://bucket/masks/a.png</mask_source>
        <object><name>dog</name><truncated>1</truncated><mask_color>255,0,0</mask_color></object>
        <object><name>cat</name><mask_color>0,0,255</mask_color>
            <polygon><x1>0</x1><y1>0</y1><x2>1</x2><y2>0</y2><x3>1</x3><y3>1</y3></polygon></object>
        <object><name>dog</name><mask_color>255,0,0</mask_color></object>
        <object><name>cow</name><mask_color>255,0,0</mask_color></object>
        <object><name>hen</name><mask_color>0,255,0</mask_color></object></annotation>"""
    file = read_voc(xml.encode(), annotation_type="image_segmentation")
    assert file.problems == []
    found, problems = outlined(file, picture(["RR...R", "RR...."], {"R": RED}))
    assert [(annotation.name, annotation.property.get("truncated")) for annotation in found] == [
        ("dog", "1"), ("dog", "1"), ("cat", None),
    ]  # fmt: skip
    assert [len(annotation.property[FEATURE]) for annotation in found] == [4, 4, 3]
    assert all(annotation.property[SHAPE] == "polygon" and HOLES not in annotation.property for annotation in found)
    reasons = "\n".join(problem.reason for problem in problems)
    assert "'dog' and 'cow' share" in reasons
    assert "no pixel in the colour (0, 255, 0)" in reasons


def test_a_file_that_needs_no_mask_does_not_read_it() -> None:
    file = VocFile(annotations=[area("bndbox", [[0, 0], [1, 1]])], mask_colors=[RED])
    assert outlined(file, b"no mask") == (file.annotations, [])


def claiming(width: int, height: int) -> bytes:
    """A PNG of some bytes that claims to be this large."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no PNG"),
        (b"\x89PNG\r\n\x1a\n", "no PNG"),
        (picture(["RR"], {"R": RED})[:-30], "no PNG"),
        (claiming(9000, 9900), "pixels"),
        (claiming(60_000, 60_000), ""),
        (png(Image.new("I;16", (2, 2))), "I;16"),
        (picture(["R." * 1500, ".R" * 1500] * 750, {"R": RED}), "noise"),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_bad_mask_is_a_problem(data: bytes, reason: str) -> None:
    outlines, (problem,) = read_mask(data, [RED])
    assert outlines == {}
    assert reason in problem.reason
    assert problem.remedy


@given(st.binary(max_size=100), st.integers(0, 80))
def test_no_bytes_make_it_raise(noise: bytes, at: int) -> None:
    good = picture(["RR", "R."], {"R": RED})
    read_mask(noise, [RED])
    read_mask(good[:at] + noise + good[at + len(noise) :], [RED])
