"""PASCAL VOC: the user guide's files, the errors that a strict reader meets, hostile bytes, and exact round trips."""

import json
import tracemalloc
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maquette.formats.samples import FEATURE, HOLES, SHAPE, SHAPES, SIZE, Annotation, Sample
from maquette.formats.voc import MAX_OBJECTS, MAX_TAGS, VocFile, read_voc, write_voc
from maquette.formats.voc_shapes import MAX_POINTS

SIZED = "<size><width>767</width><height>959</height><depth>3</depth></size>"
BOX = "<bndbox><xmin>1</xmin><ymin>2</ymin><xmax>3</xmax><ymax>4</ymax></bndbox>"


def read(inner: str, annotation_type: str = "object_detection") -> VocFile:
    """The file with these elements behind its size, on lines of their own."""
    return read_voc(f"<annotation>{SIZED}\n{inner}\n</annotation>".encode(), annotation_type=annotation_type)


def one(inner: str, annotation_type: str = "object_detection") -> Annotation:
    found = read(f"<object>{inner}</object>", annotation_type)
    assert found.problems == []
    return found.annotations[0]


def refusal(inner: str) -> str:
    """Why the object is a problem; the ones around it must still be read."""
    whole = f"<object><name>first</name>{BOX}</object>\n{inner}\n<object><name>last</name>{BOX}</object>"
    found = read(whole)
    assert [annotation.name for annotation in found.annotations] == ["first", "last"]
    (problem,) = found.problems
    assert problem.line == 3
    assert problem.remedy
    return problem.reason


def detection(shape: str, feature: Any, **more: Any) -> Annotation:
    return Annotation(type="object_detection", name="car", property={SHAPE: shape, FEATURE: feature, **more})


GUIDE = """<annotation>
    <folder>test_data</folder>
    <filename>260730932.jpg</filename>
    <size>
        <width>767</width>
        <height>959</height>
        <depth>3</depth>
    </size>
    <segmented>0</segmented>
    <object>
        <name>point</name><pose>Unspecified</pose><truncated>0</truncated><occluded>0</occluded><difficult>0</difficult>
        <point><x1>456</x1><y1>596</y1></point>
    </object>
    <object>
        <name>line</name><pose>Unspecified</pose><truncated>0</truncated><occluded>0</occluded><difficult>0</difficult>
        <line><x1>133</x1><y1>651</y1><x2>229</x2><y2>561</y2></line>
    </object>
    <object>
        <name>bag</name><pose>Unspecified</pose><truncated>0</truncated><occluded>0</occluded><difficult>0</difficult>
        <bndbox><xmin>108</xmin><ymin>101</ymin><xmax>251</xmax><ymax>238</ymax></bndbox>
    </object>
    <object>
        <name>boots</name><pose>Unspecified</pose><truncated>0</truncated><occluded>0</occluded><difficult>0</difficult>
        <hard-coefficient>0.8</hard-coefficient>
        <polygon><x1>373</x1><y1>264</y1><x2>500</x2><y2>198</y2><x3>437</x3><y3>76</y3><x4>310</x4><y4>142</y4></polygon>
    </object>
    <object>
        <name>circle</name><pose>Unspecified</pose><truncated>0</truncated><occluded>0</occluded><difficult>0</difficult>
        <circle><cx>405</cx><cy>170</cy><r>100</r></circle>
    </object>
</annotation>"""


def test_the_detection_of_the_user_guide() -> None:
    found = read_voc(GUIDE.encode(), annotation_type="object_detection")
    assert (found.folder, found.filename, found.size) == ("test_data", "260730932.jpg", (767, 959, 3))
    assert (found.segmented, found.mask_source, found.problems) == (False, None, [])
    assert [(a.name, a.property[SHAPE], a.property[FEATURE]) for a in found.annotations] == [
        ("point", "point", [[456, 596]]),
        ("line", "line", [[133, 651], [229, 561]]),
        ("bag", "bndbox", [[108, 101], [251, 238]]),
        ("boots", "polygon", [[373, 264], [500, 198], [437, 76], [310, 142]]),
        ("circle", "circle", [[405, 170], [100]]),
    ]
    assert found.annotations[3].hard_coefficient == 0.8
    assert all(set(annotation.property) == {SHAPE, FEATURE} for annotation in found.annotations)


def test_the_segmentation_of_the_user_guide() -> None:
    found = read(
        "<segmented>1</segmented><mask_source>obs://bucket/segmentationClassRaw/image_0006.png</mask_source>"
        "<object><name>bike</name><pose>Unspecified</pose><truncated>0</truncated><difficult>0</difficult>"
        "<mask_color>193,243,53</mask_color><occluded>0</occluded><polygon><x1>71</x1><y1>48</y1><x2>75</x2><y2>73</y2>"
        "<x3>49</x3><y3>69</y3><x4>68</x4><y4>92</y4><x5>71</x5><y5>48</y5></polygon></object>",
        "image_segmentation",
    )
    assert (found.segmented, found.mask_source) == (True, "obs://bucket/segmentationClassRaw/image_0006.png")
    assert found.mask_colors == [(193, 243, 53)]
    (bike,) = found.annotations
    assert bike.type == "image_segmentation"
    assert bike.property == {SHAPE: "polygon", FEATURE: [[71, 48], [75, 73], [49, 69], [68, 92]]}


def test_what_is_written_looks_like_the_guide() -> None:
    sample = Sample(
        source="obs://bucket/images/a&b.jpg",
        property={SIZE: [767, 959, 3]},
        annotations=[detection("bndbox", [[1, 2], [3.5, 4]], color="green")],
    )
    written, losses = write_voc(sample, annotation_type="object_detection")
    assert losses == []
    assert written.decode() == (
        '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n<annotation>\n    <folder>NA</folder>\n'
        "    <filename>a&amp;b.jpg</filename>\n    <source>\n        <database>Unknown</database>\n    </source>\n"
        "    <size>\n        <width>767</width>\n        <height>959</height>\n        <depth>3</depth>\n    </size>\n"
        "    <segmented>0</segmented>\n    <object>\n        <name>car</name>\n        <pose>Unspecified</pose>\n"
        "        <truncated>0</truncated>\n        <occluded>0</occluded>\n        <difficult>0</difficult>\n"
        "        <properties>\n            <property>\n                <key>color</key>\n"
        "                <value>green</value>\n            </property>\n        </properties>\n        <bndbox>\n"
        "            <xmin>1</xmin>\n            <ymin>2</ymin>\n            <xmax>3.5</xmax>\n"
        "            <ymax>4</ymax>\n        </bndbox>\n    </object>\n</annotation>\n"
    )


def test_a_segmentation_is_written_with_its_mask_and_closed_rings() -> None:
    ring = [[0, 0], [9, 0], [9, 9]]
    annotation = Annotation(type="image_segmentation", name="bike", property={SHAPE: "polygon", FEATURE: ring})
    written, _ = write_voc(
        Sample(source="a.jpg", property={SIZE: [10, 10, 3]}, annotations=[annotation]),
        annotation_type="image_segmentation",
        filename="b.jpg",
        folder="images",
        mask_source="obs://bucket/masks/a.png",
        mask_colors=[(193, 243, 53)],
    )
    polygon = ET.fromstring(written).find("object/polygon")
    assert polygon is not None
    assert [int(child.text or "") for child in polygon] == [0, 0, 9, 0, 9, 9, 0, 0]
    found = read_voc(written, annotation_type="image_segmentation")
    assert (found.segmented, found.folder, found.filename) == (True, "images", "b.jpg")
    assert (found.mask_source, found.mask_colors) == ("obs://bucket/masks/a.png", [(193, 243, 53)])
    assert found.annotations == [annotation]


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ("<point><x>5</x><y>6</y></point>", ["point", [[5, 6]]]),
        ("<dashed><x1>1</x1><y1>2</y1><x2>3</x2><y2>4</y2></dashed>", ["dashed", [[1, 2], [3, 4]]]),
        ("<dashed_line><x1>1</x1><y1>2</y1><x2>3</x2><y2>4</y2></dashed_line>", ["dashed", [[1, 2], [3, 4]]]),
        ("<polyline><x1>1</x1><y1>2</y1><x2>3</x2><y2>4</y2><x3>1</x3><y3>2</y3></polyline>",
         ["polyline", [[1, 2], [3, 4], [1, 2]]]),
        ("<polygon><y3>6</y3><x10>7</x10><y10>8</y10><x1>1</x1><x2>3</x2><x3>5</x3><y1>2</y1><y2>4</y2></polygon>",
         ["polygon", [[1, 2], [3, 4], [5, 6], [7, 8]]]),
        ("<bndbox><xmin> 9 </xmin><ymin>2</ymin><xmax>3</xmax><ymax>4.25</ymax></bndbox>",
         ["bndbox", [[3, 2], [9, 4.25]]]),
        ("<bndbox><ymax>4</ymax><xmax>768</xmax><ymin>-1</ymin><xmin>0</xmin></bndbox>",
         ["bndbox", [[0, 0], [767, 4]]]),
        ("<circle><cx>1e1</cx><cy>2</cy><r>0.5</r></circle>", ["circle", [[10.0, 2], [0.5]]]),
    ],
)  # fmt: skip
def test_every_way_to_write_a_shape(shape: str, expected: list[Any]) -> None:
    found = one(f"<name>a</name>{shape}")
    assert [found.property[SHAPE], found.property[FEATURE]] == expected


def test_whole_numbers_stay_whole() -> None:
    found = one(f"<name>a</name>{BOX}")
    assert all(type(number) is int for point in found.property[FEATURE] for number in point)


@pytest.mark.parametrize(
    ("inner", "attribute", "expected"),
    [
        ("<confidence>0.75</confidence>", "confidence", 0.75),
        ("<confidence/>", "confidence", None),
        ("<hard>true</hard>", "hard", True),
        ("<hard>0</hard>", "hard", False),
        ("<hard-coefficient>0.8</hard-coefficient>", "hard_coefficient", 0.8),
        ("<hard_coefficient>0.8</hard_coefficient>", "hard_coefficient", 0.8),
        ("<hardCoefficient>0.8</hardCoefficient>", "hard_coefficient", 0.8),
        ("<difficult-coefficient>0.8</difficult-coefficient>", "hard_coefficient", 0.8),
        ("<hard-reasons>1-20</hard-reasons>", "extra", {"hard-reasons": "1-20"}),
        ("<pose>0</pose><truncated/><occluded>false</occluded><difficult>0</difficult><new>7</new>", "extra", {}),
    ],
)  # fmt: skip
def test_what_an_object_says_of_itself(inner: str, attribute: str, expected: object) -> None:
    found = one(f"<name>a</name>{inner}{BOX}")
    assert getattr(found, attribute) == expected
    assert set(found.property) == {SHAPE, FEATURE}


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("<pose>Left</pose><truncated>1</truncated><occluded>1</occluded><difficult>1</difficult>",
         {"pose": "Left", "truncated": "1", "occluded": "1", "difficult": "1"}),
        ("<properties><color>green</color><颜色>绿色</颜色><property>plain</property>"
         "<property><key>size</key><value> big </value></property></properties>",
         {"color": "green", "颜色": "绿色", "property": "plain", "size": "big"}),
        ("<attributes><attribute><name>age</name><value>7</value></attribute></attributes>", {"age": "7"}),
        ("<properties/>", {}),
    ],
)  # fmt: skip
def test_attributes(inner: str, expected: dict[str, str]) -> None:
    found = one(f"<name>a</name>{inner}{BOX}")
    assert {key: found.property[key] for key in found.property.keys() - {SHAPE, FEATURE}} == expected


@pytest.mark.parametrize(
    ("inner", "reason"),
    [
        ("<object/>", "empty"),
        ("<object>  </object>", "empty"),
        (f"<object>{BOX}</object>", "no name"),
        (f"<object><name> </name>{BOX}</object>", "no name"),
        (f"<object><name>a&#10;b</name>{BOX}</object>", "cannot be shown"),
        (f"<object><name>a</name><name>b</name>{BOX}</object>", "two names"),
        ("<object><name>a</name></object>", "no shape"),
        ("<object><name>a</name><mask_color>1,2,3</mask_color></object>", "no shape"),
        (f"<object><name>a</name>{BOX}{BOX}</object>", "two boxes"),
        (f"<object><name>a</name>{BOX}<point><x>1</x><y>1</y></point></object>", "two shapes: bndbox and point"),
        ("<object><name>a</name><bndbox/></object>", "'bndbox' is empty"),
        ("<object><name>a</name><bndbox><xmin>1</xmin></bndbox></object>", "lacks ymin, xmax, ymax"),
        (f"<object><name>a</name>{BOX.replace('ymax', 'ymin')}</object>", "stands twice"),
        (f"<object><name>a</name>{BOX.replace('>3<', '>1<')}</object>", "no area"),
        (f"<object><name>a</name>{BOX.replace('3', '')}</object>", "'xmax' is no usable number"),
        (f"<object><name>a</name>{BOX.replace('3', 'nan')}</object>", "'xmax' is no usable number"),
        (f"<object><name>a</name>{BOX.replace('3', 'inf')}</object>", "'xmax' is no usable number"),
        (f"<object><name>a</name>{BOX.replace('3', '1_0')}</object>", "'xmax' is no usable number"),
        (f"<object><name>a</name>{BOX.replace('3', '9' * 5000)}</object>", "'xmax' is no usable number"),
        (f"<object><name>a</name>{BOX.replace('3', '1e300')}</object>", "'xmax' is no usable number"),
        (f"<object><name>a</name>{BOX.replace('3', '769')}</object>", "outside the picture of 767 x 959"),
        (f"<object><name>a</name>{BOX.replace('1', '-2')}</object>", "outside the picture"),
        ("<object><name>a</name><circle><cx>1</cx><cy>1</cy><r>0</r></circle></object>", "no area"),
        ("<object><name>a</name><line><x1>1</x1><y1>1</y1></line></object>", "1 points, not 2"),
        ("<object><name>a</name><polygon><x1>1</x1><y1>1</y1><x2>2</x2><y2>2</y2></polygon></object>",
         "2 points, not 3"),
        ("<object><name>a</name><point><x1>1</x1></point></object>", "point 1 has only one coordinate"),
        ("<object><name>a</name><point><x>1</x><x1>1</x1></point></object>", "'x1' stands twice"),
        ("<object><name>a</name><point><z>1</z></point></object>", "contains 'z'"),
        (f"<object><name>a</name><confidence>1.5</confidence>{BOX}</object>", "from 0 to 1"),
        (f"<object><name>a</name><confidence>high</confidence>{BOX}</object>", "no usable number: 'high'"),
        (f"<object><name>a</name><hard>maybe</hard>{BOX}</object>", "neither true nor false"),
        (f"<object><name>a</name><mask_color>300,0,0</mask_color>{BOX}</object>", "no colour"),
        (f"<object><name>a</name><properties><property><key>b</key></property></properties>{BOX}</object>", "lacks"),
        (f"<object><name>a</name><properties><property><key>{FEATURE}</key><value>1</value></property></properties>{BOX}"
         "</object>", "is called"),
        (f"<object><name>a</name><maquette>[1]</maquette>{BOX}</object>", "no usable JSON"),
        (f"<object><name>a</name><maquette>{{\"id\": \"\\u0000\"}}</maquette>{BOX}</object>", "no usable JSON"),
        (f"<object><name>a</name><maquette>{{\"id\": 1}}</maquette>{BOX}</object>", "cannot be understood"),
        (f"<object><name>a</name><maquette>{{\"extra\": {{\"a\": 1e19}}}}</maquette>{BOX}</object>", "no usable JSON"),
        (f"<object><name>a</name><maquette>{{\"id\": {'[' * 99 + ']' * 99}}}</maquette>{BOX}</object>", "JSON"),
        (f"<object><name>a</name><maquette>{{\"holes\": [[[0, 0], [1, 1], [0, 1]]]}}</maquette>{BOX}</object>", "has"),
        (f"<object><name>a</name><maquette>{{\"holes\": [[[0, 0], [1, true]]]}}</maquette>{BOX}</object>", "no ring"),
    ],
)  # fmt: skip
def test_a_bad_object_is_reported_and_the_others_are_read(inner: str, reason: str) -> None:
    assert reason in refusal(inner)


def test_parts_are_left_out_with_a_word() -> None:
    part = f"<part><name>head</name>{BOX}</part>"
    found = read(f"<object><name>person</name>{BOX}{part}{part}</object>")
    assert [annotation.name for annotation in found.annotations] == ["person"]
    assert ["parts" in problem.reason for problem in found.problems] == [True]


@pytest.mark.parametrize(
    "size",
    [
        "",
        "<size/>",
        "<size><width>9</width></size>",
        "<size><width>0</width><height>9</height></size>",
        "<size><width>x</width><height>-1</height></size>",
    ],
)
def test_without_a_size_the_objects_are_kept(size: str) -> None:
    data = f"<annotation>{size}<object><name>a</name>{BOX}</object></annotation>".encode()
    found = read_voc(data, annotation_type="object_detection")
    assert found.size is None
    assert len(found.annotations) == 1
    (problem,) = found.problems
    assert "size" in problem.reason
    assert problem.line == 0


def test_the_size_may_stand_behind_the_objects() -> None:
    size = "<size><width>1</width><height>1</height></size>"
    data = f"<annotation><object><name>a</name>{BOX}</object>{size}</annotation>"
    found = read_voc(data.encode(), annotation_type="object_detection")
    assert found.size == (1, 1, 0)
    assert "outside" in found.problems[0].reason


def test_a_picture_without_objects_is_no_problem() -> None:
    assert read("") == VocFile(size=(767, 959, 3))


PREFIXED = GUIDE.replace("<", "<v:").replace("<v:/", "</v:").replace("<v:annotation>", '<v:annotation xmlns:v="a">')


@pytest.mark.parametrize(
    "data",
    [
        GUIDE.replace("<annotation>", '<annotation xmlns="http://example.com/voc">').encode(),
        PREFIXED.encode(),
        b"\xef\xbb\xbf" + GUIDE.encode(),
        b'\xef\xbb\xbf<?xml version="1.0" encoding="utf-8"?>\r\n' + GUIDE.replace("\n", "\r\n").encode(),
        ('<?xml version="1.0" encoding="UTF-16"?>' + GUIDE).encode("utf-16"),
        GUIDE.encode("utf-16"),
        ("<?xml version='1.0' encoding='ISO-8859-1'?>" + GUIDE).encode("latin-1"),
    ],
)  # fmt: skip
def test_other_clothes_for_the_same_file(data: bytes) -> None:
    expected = read_voc(GUIDE.encode(), annotation_type="object_detection")
    assert read_voc(data, annotation_type="object_detection") == expected


@pytest.mark.parametrize("encoding", ["UTF-8", "GBK", "gb2312", "GB18030", "UTF-16", "Big5"])
def test_a_declared_encoding_is_believed(encoding: str) -> None:
    name = "車" if encoding == "Big5" else "车"
    body = f"<annotation>{SIZED}<object><name>{name}</name>{BOX}</object></annotation>"
    data = f'<?xml version="1.0" encoding="{encoding}"?>{body}'.encode(encoding)
    found = read_voc(data, annotation_type="object_detection")
    assert found.problems == []
    assert found.annotations[0].name == name


BOMB = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"hello", "no well-formed XML"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "no well-formed XML"),
        (GUIDE[:700].encode(), "no well-formed XML"),
        (GUIDE.encode().replace(b"bag", b"\xff\xfe"), "no well-formed XML"),
        (GUIDE.encode().replace(b"bag", b"\x00"), "no well-formed XML"),
        (GUIDE.encode().replace(b"bag", b"&#0;"), "no well-formed XML"),
        (GUIDE.encode().replace(b"bag", b"&bag;"), "no well-formed XML"),
        (b"<annotations/>", "no VOC file: it holds 'annotations'"),
        ((BOMB + GUIDE).encode(), "document type"),
        (('<?xml version="1.0" encoding="UTF-16"?>' + BOMB + GUIDE).encode("utf-16"), "document type"),
        (b'<?xml version="1.0"?><!DOCTYPE annotation SYSTEM "file:///etc/passwd"><annotation/>', "document type"),
        (('<?xml version="1.0" encoding="GBK"?>' + GUIDE).encode() + b"\xff", "not in the encoding"),
        (GUIDE.encode("utf-16")[:-1], "not in the encoding"),
        (('<?xml version="1.0" encoding="cp037"?>' + GUIDE).encode(), "encoding 'cp037' is not known"),
        (('<?xml version="1.0" encoding="punycode"?>' + GUIDE).encode(), "not known"),
        (b"<annotation>" + b"<object/>" * (MAX_OBJECTS + 1) + b"</annotation>", "objects"),
        (b"<annotation>" + b"<a>" * (MAX_TAGS + 1), "tags"),
    ],
)  # fmt: skip
def test_a_bad_file_is_one_problem(data: bytes, reason: str) -> None:
    found = read_voc(data, annotation_type="object_detection")
    assert found == VocFile(problems=found.problems)
    (problem,) = found.problems
    assert reason in problem.reason
    assert problem.remedy


POINT = "<x1>1</x1><y1>2</y1>"


def test_large_polygons_are_bounded() -> None:
    large = POINT * (MAX_POINTS + 2)
    assert "more than 100,000 points" in refusal(f"<object><name>a</name><polygon>{large}</polygon></object>")
    data = f"<annotation><object><name>a</name><polygon>{POINT * 1_000_000}</polygon></object></annotation>".encode()
    tracemalloc.start()
    found = read_voc(data, annotation_type="object_detection")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "tags" in found.problems[0].reason
    assert peak < 1 << 20


def test_a_large_polygon_comes_back() -> None:
    large = detection("polygon", [[n % 700, n % 900] for n in range(20_000)])
    assert round_trip([large]) == [large]


def test_deep_nests_do_no_harm() -> None:
    assert "no name" in refusal("<object>" + "<a>" * 200_000 + "</a>" * 200_000 + "</object>")


@given(st.binary(max_size=200))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    read_voc(data, annotation_type="object_detection")


@settings(deadline=None)
@given(st.data())
def test_no_mutation_makes_it_raise(data: st.DataObject) -> None:
    text = bytearray(GUIDE.encode())
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(text) - 1))
        text[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    found = read_voc(bytes(text), annotation_type="object_detection")
    assert len(found.annotations) == len(found.mask_colors)


# Round trips

plain = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)
values = st.recursive(
    plain | st.none() | st.booleans() | st.integers(-(2**63) + 1, 2**63 - 1) | st.floats(-1e15, 1e15),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(plain, inner, max_size=3),
    max_leaves=5,
)
keys = st.sampled_from(["pose", "truncated", "occluded", "difficult", "color", "@modelarts:color", " ", "a<b"]) | plain
common = st.sampled_from(["Unspecified", "0", "1", "Left", "", "False", " a", "1\r\n2", "<&>", "\ufffe"])
attributes = st.dictionaries(keys.filter(lambda key: key not in (SHAPE, FEATURE, HOLES)), common | values, max_size=4)
names = st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Co", "Cn", "Z"]), min_size=1, max_size=8)
coordinate = st.integers(0, 900) | st.floats(0, 900)
point = st.tuples(coordinate, coordinate).map(list)


def rings(least: int = 3) -> st.SearchStrategy[list[Any]]:
    return st.lists(point, min_size=least, max_size=6)


def box(corners: tuple[Any, Any, Any, Any]) -> list[Any]:
    return [[min(corners[:2]), min(corners[2:])], [max(corners[:2]), max(corners[2:])]]


def features(shape: str) -> st.SearchStrategy[list[Any]]:
    if shape == "bndbox":
        corners = st.tuples(coordinate, coordinate, coordinate, coordinate)
        return corners.filter(lambda c: c[0] != c[1] and c[2] != c[3]).map(box)
    if shape == "circle":
        return st.tuples(point, st.floats(0.1, 99).map(lambda r: [r])).map(list)
    count = {"point": 1, "line": 2, "dashed": 2}.get(shape)
    return st.lists(point, min_size=count, max_size=count) if count else rings(3 if shape == "polygon" else 2)


@st.composite
def annotations(draw: st.DrawFn, annotation_type: str) -> Annotation:
    shape = draw(st.sampled_from(SHAPES))
    known = {SHAPE: shape, FEATURE: draw(features(shape))}
    if shape == "polygon" and (holes := draw(st.lists(rings(), max_size=2))):
        known[HOLES] = holes
    return Annotation(
        type=annotation_type,
        name=draw(names),
        id=draw(st.none() | plain),
        property={**draw(attributes), **known},
        hard=draw(st.none() | st.booleans()),
        hard_coefficient=draw(st.none() | st.floats(0, 1)),
        confidence=draw(st.none() | st.floats(0, 1)),
        creation_time=draw(st.none() | st.just("2019-01-23 11:30:30")),
        annotated_by=draw(st.none() | plain),
        extra=draw(st.dictionaries(st.just("hard-reasons") | plain, common | values, max_size=2)),
    )


def round_trip(found: list[Annotation]) -> list[Annotation]:
    sample = Sample(source="a.jpg", property={SIZE: [900, 900, 3]}, annotations=found)
    annotation_type = found[0].type if found else "object_detection"
    written, losses = write_voc(sample, annotation_type=annotation_type)
    assert losses == []
    assert write_voc(sample, annotation_type=annotation_type)[0] == written
    back = read_voc(written, annotation_type=annotation_type)
    assert (back.problems, back.size) == ([], (900, 900, 3))
    return back.annotations


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from(["object_detection", "image_segmentation"]).flatmap(lambda t: st.lists(annotations(t), max_size=3))
)
def test_what_is_written_reads_back_the_same(found: list[Annotation]) -> None:
    back = round_trip(found)
    assert back == found
    # True equals 1 for Python, but not for whoever wrote it.
    texts = [json.dumps([annotation.property for annotation in side], sort_keys=True) for side in (back, found)]
    assert texts[0] == texts[1]


@pytest.mark.parametrize(
    ("annotation", "what"),
    [
        (Annotation(type="image_classification", name="cat"), "its type is image_classification"),
        (Annotation(type="object_detection", name="cat"), "no shape"),
        (Annotation(type="object_detection", property={SHAPE: "point", FEATURE: [[1, 1]]}), "name"),
        (Annotation(type="object_detection", name=" a", property={SHAPE: "point", FEATURE: [[1, 1]]}), "name"),
        (detection("bndbox", [[1, 1], [1, 5]]), "no area"),
        (detection("bndbox", [[1, 1], [1, float("nan")]]), "no numbers"),
        (detection("point", [[1, True]]), "no numbers"),
        (detection("point", "x"), "no numbers"),
        (detection("star", [[1, 1]]), "no shape"),
        (detection("point", [[1, 1], [2, 2]]), "no shape"),
        (detection("point", [[1, 50]]), "outside"),
        (detection("point", [[1, 1]], **{HOLES: [[[0, 0], [1, 1], [1, 0]]]}), "holes"),
        (detection("polygon", [[0, 0], [1, 1], [1, 0]], **{HOLES: [[[0, 0]]]}), "no shape"),
        (detection("point", [[1, 1]], a=float("nan")), "properties"),
        (detection("point", [[1, 1]], a="\x00"), "properties"),
        (detection("point", [[1, 1]], a="\ud800"), "properties"),
        (detection("point", [[1, 1]], a=2**70), "properties"),
        (detection("point", [[1, 1]], a={1: "no text"}), "properties"),
    ],
)  # fmt: skip
def test_what_cannot_be_carried_is_said(annotation: Annotation, what: str) -> None:
    kept = detection("point", [[1, 1]])
    sample = Sample(source="a.jpg", property={SIZE: [9, 9, 3]}, annotations=[annotation, kept])
    written, (loss,) = write_voc(sample, annotation_type="object_detection")
    assert loss.source == "a.jpg"
    assert what in loss.what
    assert read_voc(written, annotation_type="object_detection").annotations == [kept]


@pytest.mark.parametrize("size", [None, [9], [0, 9, 3], ["9", "9", "3"], [9.5, 9, 3]])
def test_an_unknown_size_is_a_loss(size: Any) -> None:
    sample = Sample(source="a.jpg", property={SIZE: size}, annotations=[detection("point", [[1, 1]])])
    written, (loss,) = write_voc(sample, annotation_type="object_detection")
    assert "size" in loss.what
    assert b"<size>" not in written


def test_other_readers_find_what_they_know() -> None:
    """Our own element must not hide or repeat any that others look for."""
    rich = detection("polygon", [[0, 0], [9, 0], [9, 9]], **{HOLES: [[[1, 1], [2, 1], [2, 2]]]}, truncated=True, n=[1])
    rich.id, rich.annotated_by = "E1", "human"
    sample = Sample(source="a.jpg", property={SIZE: [9, 9, 3]}, annotations=[rich])
    written, _ = write_voc(sample, annotation_type="object_detection")
    (item,) = ET.fromstring(written).findall("object")
    assert [child.tag for child in item] == [
        "name", "pose", "truncated", "occluded", "difficult", "polygon", "maquette",
    ]  # fmt: skip
    assert item.findtext("truncated") == "1"
    assert len(item.findall(".//x1")) == 1
