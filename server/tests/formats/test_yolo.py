"""YOLO folders: what other programs write, what nobody should, and round trips to a thousandth of a pixel."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maquette.formats.samples import FEATURE, HOLES, SHAPE, SIZE, Annotation, Loss, Problem, Sample
from maquette.formats.yolo import (
    MAX_CONFIG_BYTES,
    YoloWriter,
    labels_path,
    read_class_list,
    read_data_yaml,
    read_yolo_labels,
    usage_of,
)

NAMES = {0: "cat", 1: "traffic light", 7: "狗"}
DETECTION, SEGMENTATION = "object_detection", "image_segmentation"


def read(
    content: str | bytes, size: tuple[int, int] = (200, 100), annotation_type: str = DETECTION
) -> list[Annotation | Problem]:
    data = content.encode() if isinstance(content, str) else content
    return list(read_yolo_labels(data, NAMES, size, annotation_type=annotation_type))


def box(name: str, *corners: list[float], **more: Any) -> Annotation:
    return Annotation(type=DETECTION, name=name, property={SHAPE: "bndbox", FEATURE: list(corners)}, **more)


def test_a_box_is_a_centre_and_a_size() -> None:
    assert read("0 0.5 0.5 0.5 0.2\n7 0.25 0.75 .5 5e-1\r\n\n") == [
        box("cat", [50, 40], [150, 60]),
        box("狗", [0, 50], [100, 100]),
    ]


def test_a_sixth_number_is_a_confidence() -> None:
    assert read("1 0.5 0.5 1 1 0.75") == [box("traffic light", [0, 0], [200, 100], confidence=0.75)]


def test_more_numbers_are_a_polygon() -> None:
    (found,) = read("0 0 0 1 0 1 1", annotation_type=SEGMENTATION)
    assert found == Annotation(
        type=SEGMENTATION, name="cat", property={SHAPE: "polygon", FEATURE: [[0, 0], [200, 0], [200, 100]]}
    )
    (scored,) = read("0 0 0 1 0 1 1 0.5", annotation_type=SEGMENTATION)
    assert isinstance(scored, Annotation)
    assert (scored.confidence, scored.property[FEATURE]) == (0.5, [[0, 0], [200, 0], [200, 100]])


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("cat 0.5 0.5 0.1 0.1", "number of a class"),
        ("-1 0.5 0.5 0.1 0.1", "number of a class"),
        ("0.5 0.5 0.5 0.1 0.1", "number of a class"),
        ("3 0.5 0.5 0.1 0.1", "class 3 has no name"),
        ("0 0.5 0.5 0.1", "too few numbers"),
        ("0", "too few numbers"),
        ("0 0.5 0.5 0.1 nan", "no number"),
        ("0 0.5 0.5 0.1 1_0", "no number"),
        ("0 0.5 0.5 0.1 ١", "no number"),
        ("0 0.5 0.5 0.1 inf", "no number"),
        ("0 0.5 0.5 0.1 1e999", "leaves the picture"),
        ("0 0.5,0.5,0.1,0.1", "no number"),
        ("0 0.5 0.5 0.1 0", "no area"),
        ("0 0.5 0.5 -0.1 0.1", "no area"),
        ("0 0.5 0.5 1e-9 0.1", "no area"),
        ("0 0.9 0.5 0.5 0.1", "leaves the picture"),
        ("0 100 50 20 20", "leaves the picture"),
        ("0 0 0 1 0 1 1.5", "leaves the picture"),
        ("0 0.5 0.5 0.1 0.1 7", "confidence"),
        (b"0 0.5 0.5 0.1 0.1 \xff", "no number"),
        ("0 " + "9" * 5_000 + " 0.5 0.1 0.1", "no number"),
    ],
)
def test_a_bad_line_is_reported_and_the_next_one_read(line: str | bytes, reason: str) -> None:
    raw = line.encode() if isinstance(line, str) else line
    found = read(b"0 0.5 0.5 1 1\n" + raw + b"\n0 0.5 0.5 1 1")
    assert isinstance(found[1], Problem)
    assert found[1].line == 2
    assert reason in found[1].reason
    assert found[1].remedy
    assert [found[0], *found[2:]] == [box("cat", [0, 0], [200, 100])] * 2


def test_the_rounding_of_a_file_does_not_push_a_box_out() -> None:
    # A box of the full width of 3 pixels, written with six digits.
    (found,) = read("0 0.500001 0.5 1 1", size=(3, 3))
    assert found == box("cat", [0, 0], [3, 3])


def test_names_may_be_a_list_or_a_map() -> None:
    listed, problems = read_data_yaml(
        b"path: ../coco8\ntrain: images/train\nval: [a, b]\ntest:\nnames: [cat, no, 1.0]\n"
    )
    assert problems == []
    assert listed.names == {0: "cat", 1: "no", 2: "1.0"}
    assert listed.images == {"TRAIN": ["images/train"], "EVAL": ["a", "b"]}
    assert listed.root == "../coco8"
    mapped, problems = read_data_yaml("names:\n  0: cat\n  7: 'traffic light'\n  8: 狗\n".encode())
    assert (mapped.names, problems) == ({0: "cat", 7: "traffic light", 8: "狗"}, [])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"names: [a", "not YAML"),
        (b"\x00", "not YAML"),
        (b"\xff\xfe\x00", "not YAML"),
        (b"[" * 20_000, "not YAML"),
        (b"- a", "no map"),
        (b"", "no map"),
        (b"nc: 2", "no 'names'"),
        (b"names: 3", "no 'names'"),
        (b"names: {a: cat}", "class 'a'"),
        (b"names: {-1: cat}", "class '-1'"),
        (b"names: [[a, b], cat]", "class '0'"),
        (b"names: ['']", "class '0'"),
        (b'names: ["a\\0b"]', "class '0'"),
        (b"#" * (MAX_CONFIG_BYTES + 1), "larger than"),
    ],
)
def test_a_bad_configuration_is_a_problem(content: bytes, reason: str) -> None:
    config, problems = read_data_yaml(content)
    assert reason in problems[0].reason
    assert problems[0].remedy
    assert set(config.names) <= {1}


def test_a_bomb_of_aliases_is_only_text() -> None:
    bomb = b"a: &a [x,x,x,x,x,x,x,x,x]\n"
    for one, two in zip(b"abcdefghijkl", b"bcdefghijklm", strict=True):
        bomb += b"%c: &%c [%s]\n" % (two, two, b",".join([b"*%c" % one] * 9))
    config, problems = read_data_yaml(bomb + b"names: *m\n")
    assert config.names == {}
    assert len(problems) == 9


def test_a_list_of_classes() -> None:
    assert read_class_list("\ufeffcat\r\ntraffic light\n狗\n\n".encode()) == (
        {0: "cat", 1: "traffic light", 2: "狗"},
        [],
    )
    names, problems = read_class_list(b"cat\n\n\xff\ndog")
    assert names == {0: "cat", 3: "dog"}
    assert [problem.line for problem in problems] == [2, 3]


@pytest.mark.parametrize(
    ("image", "labels", "usage"),
    [
        ("images/train/a.jpg", "labels/train/a.txt", "TRAIN"),
        ("images/val/sub/a.b.png", "labels/val/sub/a.b.txt", "EVAL"),
        ("data/images/images/test/a.jpg", "data/images/labels/test/a.txt", "TEST"),
        ("valid/images/a.jpg", "valid/labels/a.txt", "EVAL"),
        ("a.jpg", "a.txt", None),
        ("images/a", "labels/a.txt", None),
        ("train/images", "train/images.txt", "TRAIN"),
    ],
)
def test_where_labels_lie(image: str, labels: str, usage: str | None) -> None:
    assert (labels_path(image), usage_of(image)) == (labels, usage)


def test_what_a_sample_becomes() -> None:
    writer = YoloWriter(["dog"])
    found = writer.add(
        Sample(
            source="obs://b/a.jpg",
            usage="EVAL",
            property={SIZE: [200, 100, 3]},
            annotations=[box("cat", [50, 40], [150, 60]), box("dog", [0, 0], [1.5, 0.125])],
        ),
        "a.jpg",
    )
    assert (found.image_path, found.label_path, found.losses) == ("images/val/a.jpg", "labels/val/a.txt", [])
    assert found.labels == b"1 0.5 0.5 0.5 0.2\n0 0.00375 0.000625 0.0075 0.00125\n"
    config, problems = read_data_yaml(writer.data_yaml())
    assert (config.names, problems) == ({0: "dog", 1: "cat"}, [])
    assert config.images == {"TRAIN": ["images/train"], "EVAL": ["images/val"]}


def test_what_yolo_cannot_carry_is_said() -> None:
    shapes: list[Annotation] = [
        Annotation(type=DETECTION, name="cat", property={SHAPE: kind, FEATURE: feature})
        for kind, feature in {
            "circle": [[10, 10], [5]],
            "line": [[1, 1], [2, 2]],
            "dashed": [[1, 1], [2, 2]],
            "point": [[1, 1]],
            "polyline": [[1, 1], [2, 2], [3, 1]],
        }.items()
    ]
    ring = [[0, 0], [50, 0], [50, 50]]
    holed = Annotation(type=DETECTION, name="cat", property={SHAPE: "polygon", FEATURE: ring, HOLES: [ring]})
    outside = box("cat", [0, 0], [201, 5])
    rich = box("cat", [0, 0], [1, 1.0004], id="E1", hard=True, confidence=0.5)
    rich.property["color"] = "white"
    text = Annotation(type="text_entity", name="x")
    writer = YoloWriter()
    sample = Sample(
        source="a.jpg",
        id="1",
        hard=False,
        property={SIZE: [200, 100, 3]},
        annotations=[*shapes, holed, outside, rich, text, box("cat", [5, 5], [5, 9])],
    )
    found = writer.add(sample, "a.jpg")
    assert found.labels == b"0 0.0025 0.005 0.005 0.01\n"
    assert [loss.what for loss in found.losses] == [
        "the sample's id",
        "the sample's hard flag",
        "that the usage is not set: the picture lies in train",
        "shapes of kind circle",
        "shapes of kind line",
        "shapes of kind dashed",
        "shapes of kind point",
        "shapes of kind polyline",
        "polygons with holes",
        "shapes that leave the picture",
        "what coordinates say beyond a thousandth of a pixel",
        "ids of annotations (id)",
        "hard flags of annotations (hard)",
        "confidences (confidence)",
        "the attribute 'color'",
        "annotations of type text_entity",
        "boxes without area",
    ]


def test_without_a_size_there_are_no_fractions() -> None:
    sample = Sample(source="a.jpg", usage="TRAIN", annotations=[box("cat", [0, 0], [1, 1])] * 2)
    found = YoloWriter().add(sample, "a.jpg")
    assert found.labels == b""
    assert found.losses == [Loss("a.jpg", "annotations, because the size of the picture is not known (x2)")]


@settings(deadline=None)
@given(st.binary(max_size=200) | st.text("0123456789. -e+naif\n", max_size=80).map(str.encode))
def test_no_bytes_make_the_readers_raise(content: bytes) -> None:
    for item in read(content):
        if isinstance(item, Annotation):
            assert all(0 <= x <= 200 and 0 <= y <= 100 for x, y in item.property[FEATURE])
    read_data_yaml(content)
    read_class_list(content)


@settings(deadline=None)
@given(st.text("na: mes[]{},&*!|>-'\"\n\t#%@01", max_size=60))
def test_no_yaml_makes_it_raise(content: str) -> None:
    read_data_yaml(b"names: " + content.encode())
    read_data_yaml(content.encode())


name = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=8)


@st.composite
def pictures(draw: st.DrawFn) -> Sample:
    width, height = draw(st.integers(1, 65_535)), draw(st.integers(1, 65_535))
    xs = st.integers(0, width * 1000).map(lambda thousandths: thousandths / 1000)
    ys = st.integers(0, height * 1000).map(lambda thousandths: thousandths / 1000)
    point = st.tuples(xs, ys).map(list)
    boxes = (
        st.tuples(st.lists(xs, min_size=2, max_size=2, unique=True), st.lists(ys, min_size=2, max_size=2, unique=True))
        .map(lambda pair: [sorted(pair[0]), sorted(pair[1])])
        .map(lambda pair: {SHAPE: "bndbox", FEATURE: [[pair[0][0], pair[1][0]], [pair[0][1], pair[1][1]]]})
    )
    polygons = st.lists(point, min_size=3, max_size=6).map(lambda points: {SHAPE: "polygon", FEATURE: points})
    annotations = st.builds(Annotation, type=st.sampled_from([SEGMENTATION]), name=name, property=boxes | polygons)
    return Sample(
        source="a.jpg",
        usage=draw(st.sampled_from(["TRAIN", "EVAL", "TEST"])),
        property={SIZE: [width, height, 3]},
        annotations=draw(st.lists(annotations, max_size=4)),
    )


@settings(deadline=None)
@given(pictures())
def test_what_is_written_reads_back_equal(sample: Sample) -> None:
    writer = YoloWriter()
    written = writer.add(sample, "a.jpg")
    assert written.losses == []
    config, problems = read_data_yaml(writer.data_yaml())
    assert problems == []
    width, height, _ = sample.property[SIZE]
    found = list(read_yolo_labels(written.labels, config.names, (width, height), annotation_type=SEGMENTATION))
    assert found == sample.annotations
    assert usage_of(written.image_path) == sample.usage
