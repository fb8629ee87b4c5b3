"""COCO's instances: what other programs write, what nobody should, and what we write read back."""

import io
import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maquette.formats.coco import OBJECT, read_coco
from maquette.formats.coco_writing import CocoWriter
from maquette.formats.run_lengths import canonical, polygons_of
from maquette.formats.samples import FEATURE, HOLES, SHAPE, SIZE, Annotation, Problem, Sample

DETECTION, SEGMENTATION = "object_detection", "image_segmentation"
IMAGE = {"id": 1, "file_name": "images/a.jpg", "width": 5, "height": 4}
CATEGORIES = [{"id": 3, "name": "cat"}, {"id": 7, "name": "traffic light"}]


def read(document: Any, annotation_type: str = DETECTION) -> tuple[list[Sample], list[str]]:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    found = list(read_coco(data, annotation_type=annotation_type))
    problems = [item for item in found if isinstance(item, Problem)]
    assert all(problem.remedy and problem.line == 0 for problem in problems)
    return [item for item in found if isinstance(item, Sample)], [problem.reason for problem in problems]


def document(*annotations: dict[str, Any]) -> dict[str, Any]:
    numbered = [{"id": number, "image_id": 1, "category_id": 3, **item} for number, item in enumerate(annotations, 11)]
    return {"images": [IMAGE], "annotations": numbered, "categories": CATEGORIES}


def one(annotation: dict[str, Any], annotation_type: str = SEGMENTATION) -> list[Annotation]:
    (sample,), problems = read(document(annotation), annotation_type)
    assert problems == []
    return sample.annotations


def shapes(annotation: dict[str, Any], annotation_type: str = SEGMENTATION) -> list[tuple[Any, Any, Any]]:
    found = one(annotation, annotation_type)
    return [(item.property[SHAPE], item.property[FEATURE], item.property.get(HOLES)) for item in found]


def test_boxes_and_images_in_any_order() -> None:
    body = {
        "annotations": [
            {"id": 1, "image_id": "b", "category_id": 7, "bbox": [473.07, 395.93, 38.65, 28.67], "iscrowd": 1},
            {"id": 2, "image_id": 5, "category_id": 3, "bbox": [0, 0, 2, 1], "segmentation": [[0, 0, 2, 0, 2, 1]]},
            {"id": 3, "image_id": "b", "category_id": 3, "bbox": [0.1, 0.1, 0.2, 0.2], "score": 0.5},
        ],
        "categories": CATEGORIES,
        "images": [
            {"id": 5, "file_name": "a.jpg", "width": 5, "height": 4},
            {"id": "b", "file_name": "b.jpg"},
            {"id": 6, "file_name": "c.jpg"},
        ],
    }
    samples, problems = read(body)
    assert problems == []
    assert [(sample.source, sample.property) for sample in samples] == [
        ("a.jpg", {SIZE: [5, 4]}),
        ("b.jpg", {}),
        ("c.jpg", {}),
    ]
    light, cat = samples[1].annotations
    assert light.property == {SHAPE: "bndbox", FEATURE: [[473.07, 395.93], [511.72, 424.6]], "iscrowd": 1}
    assert (light.name, cat.name, cat.confidence) == ("traffic light", "cat", 0.5)
    assert cat.property[FEATURE] == [[0.1, 0.1], [0.3, 0.3]]
    assert samples[0].annotations[0].property == {SHAPE: "bndbox", FEATURE: [[0, 0], [2, 1]]}


def test_polygons_of_one_object_know_each_other() -> None:
    rings = [[0, 0, 2, 0, 2, 1], [3, 3, 4, 3, 4, 4]]
    first, second = one({"segmentation": rings, "attributes": {"color": "white"}})
    assert first.property == {SHAPE: "polygon", FEATURE: [[0, 0], [2, 0], [2, 1]], OBJECT: 1, "color": "white"}
    assert (second.property[FEATURE], second.property[OBJECT]) == ([[3, 3], [4, 3], [4, 4]], 1)
    assert shapes({"segmentation": [0, 0, 2, 0, 2, 1]}) == [("polygon", [[0, 0], [2, 0], [2, 1]], None)]


def test_masks_become_polygons_with_holes() -> None:
    # Columns of 4: full, first and last, full; then nothing.
    outer, hole = [[0, 0], [3, 0], [3, 4], [0, 4]], [[1, 1], [2, 1], [2, 3], [1, 3]]
    assert shapes({"segmentation": {"counts": [0, 5, 2, 5, 8], "size": [4, 5]}}) == [("polygon", outer, [hole])]
    assert shapes({"segmentation": {"counts": "05206", "size": [4, 5]}}) == [("polygon", outer, [hole])]


def test_masks_may_be_compressed() -> None:
    # 12 pixels of background, 2 of foreground, 6 of background.
    assert shapes({"segmentation": {"counts": "<26", "size": [4, 5]}}) == [
        ("polygon", [[3, 0], [4, 0], [4, 2], [3, 2]], None)
    ]


def test_without_a_segmentation_the_box_is_the_shape() -> None:
    assert shapes({"bbox": [0, 0, 2, 1], "segmentation": []}) == [("bndbox", [[0, 0], [2, 1]], None)]


@pytest.mark.parametrize(
    ("annotation", "reason"),
    [
        ({"bbox": [0, 0, 2, 1], "category_id": 4}, "no category 4"),
        ({"bbox": [0, 0, 2, 1], "category_id": [[]]}, "no category […]"),
        ({"bbox": [0, 0, 2]}, "four numbers"),
        ({"bbox": [0, 0, 2, "1"]}, "four numbers"),
        ({"bbox": {}}, "four numbers"),
        ({}, "four numbers"),
        ({"bbox": [0, 0, 0, 1]}, "no area"),
        ({"bbox": [0, 0, -2, 1]}, "no area"),
        ({"bbox": [0, 0, 1e-12, 1]}, "no area"),
        ({"bbox": [-1, 0, 2, 1]}, "leaves the picture"),
        ({"bbox": [4, 0, 2, 1]}, "leaves the picture"),
        ({"bbox": [1e300, 0, 2, 1]}, "four numbers"),
        ({"segmentation": [[0, 0, 2, 0]]}, "three pairs"),
        ({"segmentation": [[0, 0, 2, 0, 2, 1, 1]]}, "three pairs"),
        ({"segmentation": [[0, 0, 2, 0, 2, None]]}, "three pairs"),
        ({"segmentation": [{}]}, "three pairs"),
        ({"segmentation": [[0, 0, 6, 0, 2, 1]]}, "leaves the picture"),
        ({"segmentation": {"counts": [20], "size": [5, 4]}}, "size of the mask"),
        ({"segmentation": {"counts": [20]}}, "size of the mask"),
        ({"segmentation": {"counts": [20], "size": [4, 5]}}, "mark nothing"),
        ({"segmentation": {"counts": [5, 5], "size": [4, 5]}}, "do not make up"),
        ({"segmentation": {"counts": [5, 2.5], "size": [4, 5]}}, "neither whole numbers"),
        ({"segmentation": {"counts": "~~", "size": [4, 5]}}, "neither whole numbers"),
        ({"segmentation": {"size": [4, 5]}}, "neither whole numbers"),
    ],
)
def test_a_bad_annotation_is_named_and_the_others_are_read(annotation: dict[str, Any], reason: str) -> None:
    good = {"bbox": [0, 0, 2, 1], "segmentation": [[0, 0, 2, 0, 2, 1]]}
    kind = SEGMENTATION if "segmentation" in annotation else DETECTION
    (sample,), problems = read(document(good, annotation, good), kind)
    assert len(sample.annotations) == 2
    assert len(problems) == 1
    assert problems[0].startswith("annotation 12: ")
    assert reason in problems[0]


def test_the_rounding_of_a_file_does_not_push_a_shape_out() -> None:
    assert shapes({"bbox": [-0.005, 0, 5.01, 4.01]}, DETECTION) == [("bndbox", [[0, 0], [5, 4]], None)]


def test_what_concerns_the_whole_file_comes_first() -> None:
    body = {
        "images": [IMAGE, IMAGE, {"id": 2}, 7, {"id": 3, "file_name": "a\n"}],
        "categories": [{"id": 3, "name": "cat", "supercategory": "animal"}, {"id": 3, "name": "dog"}, {"name": ""}],
        "annotations": [
            {"id": 1, "image_id": 1, "category_id": 3, "bbox": [0, 0, 1, 1], "keypoints": [1, 1, 2]},
            {"id": 1, "image_id": 1, "category_id": 3, "bbox": [0, 0, 1, 1]},
            {"id": 2, "image_id": 9, "category_id": 3, "bbox": [0, 0, 1, 1]},
            {"image_id": 1, "category_id": 3},
            None,
        ],
    }
    (sample,), problems = read(body)
    assert len(sample.annotations) == 1
    assert problems == [
        "the category at index 1 has no id of its own, or no name",
        "the category at index 2 has no id of its own, or no name",
        "the image at index 1 has no id of its own, or no file_name",
        "the image at index 2 has no id of its own, or no file_name",
        "the image at index 3 has no id of its own, or no file_name",
        "the image at index 4 has no id of its own, or no file_name",
        "annotation 1: the id stands twice",
        "annotation 2: there is no image 9",
        "annotation at index 4: there is no image None",
        "supercategories are not read: 1",
        "key points are not read: 1",
        "annotation at index 3: the bbox is not four numbers",
    ]


def test_attributes_cannot_pretend_to_be_a_shape() -> None:
    given = {SHAPE: "circle", "color": "white", "list": [1], "nul": "\x00", "a\n": 1, "legs": 4, "old": True}
    (sample,), problems = read(document({"bbox": [0, 0, 1, 1], "attributes": given}))
    assert sample.annotations[0].property == {
        SHAPE: "bndbox", FEATURE: [[0, 0], [1, 1]], "color": "white", "legs": 4, "old": True,
    }  # fmt: skip
    assert len(problems) == 4


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "list of 'images'"),
        (b'{"images": {}}', "list of 'images'"),
        (b'{"annotations": []}', "list of 'images'"),
    ],
)
def test_a_bad_document_is_a_problem(content: bytes, reason: str) -> None:
    samples, problems = read(content)
    assert samples == []
    assert reason in problems[0]


@given(st.binary(max_size=60))
def test_no_bytes_make_it_raise(content: bytes) -> None:
    list(read_coco(content, annotation_type=DETECTION))


anything = st.recursive(
    st.none() | st.booleans() | st.text(max_size=4) | st.integers(-9, 2**70) | st.floats(-1e308, 1e308),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(
        ["id", "image_id", "category_id", "bbox", "segmentation", "counts", "size", "attributes", "score", "maquette",
         "hard", "shape", "iscrowd", "file_name", "width", "height", "name"]
    ), inner, max_size=5),
    max_leaves=12,
)  # fmt: skip


@settings(deadline=None)
@given(
    st.lists(st.dictionaries(st.sampled_from(["segmentation", "bbox", "attributes", "maquette", "category_id", "id"]),
                             anything, max_size=4), max_size=3),
    anything,
    st.sampled_from([DETECTION, SEGMENTATION]),
)  # fmt: skip
def test_no_document_makes_it_raise(annotations: list[dict[str, Any]], other: Any, annotation_type: str) -> None:
    for body in (
        document(*annotations),
        {"images": [IMAGE, other], "annotations": [other], "categories": [other]},
        {"images": other, "annotations": other, "categories": other},
    ):
        for item in read_coco(json.dumps(body).encode(), annotation_type=annotation_type):
            assert isinstance(item, Sample | Problem)


def write(*samples: Sample, **more: Any) -> tuple[bytes, list[list[str]]]:
    out = io.BytesIO()
    writer = CocoWriter(out, io.BytesIO(), **more)
    losses = [[loss.what for loss in writer.add(sample)] for sample in samples]
    writer.finish()
    return out.getvalue(), losses


def drawing(kind: str, feature: Any, annotation_type: str = DETECTION, **more: Any) -> Annotation:
    return Annotation(type=annotation_type, name="cat", property={SHAPE: kind, FEATURE: feature, **more})


def test_what_is_written() -> None:
    sample = Sample(
        source="obs://b/a.jpg",
        property={SIZE: [5, 4, 3]},
        annotations=[
            drawing("bndbox", [[0, 0], [2, 1]], iscrowd=1),
            drawing("polygon", [[0, 0], [2, 0], [2, 1]], SEGMENTATION, color="white"),
        ],
    )
    data, losses = write(sample, names=["dog"])
    assert losses == [[]]
    assert json.loads(data) == {
        "images": [{"id": 1, "file_name": "obs://b/a.jpg", "width": 5, "height": 4}],
        "annotations": [
            {"id": 1, "image_id": 1, "category_id": 2, "segmentation": [], "area": 2,
             "bbox": [0, 0, 2, 1], "iscrowd": 1},
            {"id": 2, "image_id": 1, "category_id": 2, "segmentation": [[0, 0, 2, 0, 2, 1]], "area": 1.0,
             "bbox": [0, 0, 2, 1], "iscrowd": 0, "attributes": {"color": "white"}},
        ],
        "categories": [{"id": 1, "name": "dog"}, {"id": 2, "name": "cat"}],
    }  # fmt: skip
    assert json.loads(write()[0]) == {"images": [], "annotations": [], "categories": []}


def test_what_coco_cannot_carry_is_said() -> None:
    ring, hole = [[0, 0], [4, 0], [4, 4], [0, 4]], [[1.5, 1], [2, 1], [2, 2]]
    sample = Sample(
        source="a.jpg",
        usage="TRAIN",
        property={SIZE: [5, 4, 3], "other": 1},
        annotations=[
            drawing("circle", [[2, 2], [1]]),
            drawing("line", [[0, 0], [1, 1]]),
            drawing("dashed", [[0, 0], [1, 1]]),
            drawing("point", [[0, 0]]),
            drawing("polyline", [[0, 0], [1, 1]]),
            drawing("polygon", ring, SEGMENTATION, **{HOLES: [hole]}),
            drawing("bndbox", [[0, 0], [6, 1]]),
            drawing("bndbox", [[0, 0], [0, 1]]),
            drawing("bndbox", [[0, 0], [1 / 3, 1]], tags=["a"]),
            drawing("polygon", ring, SEGMENTATION, **{OBJECT: 1}),
            drawing("nothing", []),
            Annotation(type="text_entity", name="cat"),
        ],
    )
    data, (losses,) = write(sample)
    assert losses == [
        "the usage",
        "the property 'other'",
        "which polygons are one object",
        "shapes of kind circle",
        "shapes of kind line",
        "shapes of kind dashed",
        "shapes of kind point",
        "shapes of kind polyline",
        "polygons with holes that do not run along the edges of pixels",
        "shapes that leave the picture",
        "boxes without area",
        "what coordinates say beyond a billionth of a pixel",
        "the attribute 'tags'",
        "annotations of type object_detection without a label or a shape that can be drawn",
        "annotations of type text_entity",
    ]
    assert [item.property[SHAPE] for item in read(data)[0][0].annotations] == ["bndbox", "bndbox"]
    assert [item.property[SHAPE] for item in read(data, SEGMENTATION)[0][0].annotations] == ["bndbox", "polygon"]
    assert write(Sample(source="a.jpg", usage="TRAIN"), usage="TRAIN")[1] == [[]]
    with pytest.raises(ValueError, match="cannot be written"):
        write(Sample(source="\ud800"))


def test_memory_does_not_grow_with_the_samples() -> None:
    class Nowhere(io.BytesIO):
        def write(self, data: Any, /) -> int:
            return len(data)

    sample = Sample(source="a.jpg", property={SIZE: [5, 4]}, annotations=[drawing("bndbox", [[0, 0], [2, 1]])] * 10)
    writer = CocoWriter(Nowhere(), Nowhere())
    writer.add(sample)
    tracemalloc.start()
    for _ in range(100):
        writer.add(sample)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100_000


name = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=6)
coordinate = st.integers(0, 640 * 1000).map(lambda thousandths: thousandths / 1000)
point = st.tuples(coordinate, coordinate).map(list)
fraction = st.none() | st.floats(0, 1)
value = (
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=5)
    | st.booleans() | st.integers(-9, 9) | st.floats(-9, 9)
)  # fmt: skip
attributes = st.dictionaries(name.filter(lambda key: key[0] != "@"), value, max_size=2)
boxes = st.tuples(*[st.lists(coordinate, min_size=2, max_size=2, unique=True).map(sorted)] * 2).map(
    lambda sides: [{SHAPE: "bndbox", FEATURE: [list(corner) for corner in zip(*sides, strict=True)]}]
)
polygons = st.lists(st.lists(point, min_size=3, max_size=5), min_size=1, max_size=3).map(
    lambda rings: [{SHAPE: "polygon", FEATURE: ring} for ring in rings]
)
masks = st.lists(st.integers(1, 4), min_size=2, max_size=120).map(
    lambda counts: [
        {SHAPE: "polygon", FEATURE: outer, **({HOLES: holes} if holes else {})}
        for outer, holes in polygons_of([*counts, 640 * 640 - sum(counts)], 640, 640) or []
    ]
)
tall_masks = st.lists(st.lists(st.booleans(), min_size=5, max_size=5), min_size=2, max_size=5).map(
    lambda columns: [
        {SHAPE: "polygon", FEATURE: outer, **({HOLES: holes} if holes else {})}
        for outer, holes in polygons_of([run for column in columns for bit in [*column, *[False] * 635]
                                         for run in ((0, 1) if bit else (1, 0))]
                                        + [640 * (640 - len(columns))], 640, 640) or []
    ]
)  # fmt: skip


@st.composite
def pictures(draw: st.DrawFn, annotation_type: str) -> Sample:
    sample = Sample(source="a.jpg", property={SIZE: [640, 640]})
    objects = 0
    for parts in draw(st.lists(boxes | polygons | masks | tall_masks, max_size=4)):
        if annotation_type == DETECTION and (len(parts) > 1 or any(HOLES in part for part in parts)):
            continue
        about = draw(st.fixed_dictionaries({
            "name": name, "id": st.none() | name, "hard": st.none() | st.booleans(), "hard_coefficient": fraction,
            "confidence": fraction, "annotated_by": st.none() | name, "creation_time": st.none() | name,
        }))  # fmt: skip
        further = draw(attributes)
        if len(parts) > 1:
            objects += 1
            further[OBJECT] = objects
        for part in parts:
            sample.annotations.append(Annotation(type=annotation_type, property={**further, **part}, **about))
    return sample


def settled(sample: Sample) -> list[Annotation]:
    """The annotations with the rings of masks, which may begin anywhere, from their first corner."""
    for annotation in sample.annotations:
        for ring in annotation.property.get(HOLES, ()):
            ring[:] = canonical(ring)
        annotation.property.get(HOLES, []).sort()
    return sample.annotations


@settings(deadline=None, max_examples=40)
@pytest.mark.parametrize("annotation_type", [DETECTION, SEGMENTATION])
@given(data=st.data())
def test_what_is_written_reads_back_equal(annotation_type: str, data: st.DataObject) -> None:
    originals = data.draw(st.lists(pictures(annotation_type), max_size=3))
    written, losses = write(*originals)
    assert losses == [[] for _ in originals]
    found, problems = read(written, annotation_type)
    assert problems == []
    assert [settled(sample) for sample in found] == [settled(sample) for sample in originals]
    assert [sample.property for sample in found] == [sample.property for sample in originals]
    assert write(*found)[0] == written
