"""Label Studio's exports: what its versions write, what nobody should, and the way back."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maquette.formats.labelstudio import read_labelstudio
from maquette.formats.labelstudio_writing import LabelStudioWriter
from maquette.formats.samples import (
    CONTENT,
    END_INDEX,
    END_SAMPLE,
    END_TIME,
    FEATURE,
    FROM,
    HOLES,
    SHAPE,
    SIZE,
    SPEAKER,
    START_INDEX,
    START_TIME,
    TO,
    Annotation,
    Problem,
    Sample,
)

DETECTION = "object_detection"
TYPES = (
    "image_classification", DETECTION, "image_segmentation", "text_classification", "text_entity", "text_triplet",
    "audio_classification", "audio_content", "audio_segmentation",
)  # fmt: skip


def read(document: Any, annotation_type: str, **more: Any) -> tuple[list[Sample], list[str]]:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    found = list(read_labelstudio(data, annotation_type=annotation_type, **more))
    problems = [item for item in found if isinstance(item, Problem)]
    assert all(problem.remedy and problem.line == 0 for problem in problems)
    return [item for item in found if isinstance(item, Sample)], [problem.reason for problem in problems]


def task(data: dict[str, Any], *results: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": 5, "data": data, "annotations": [{"id": 9, "result": list(results), **more}]}


def region(kind: str, value: dict[str, Any], **more: Any) -> dict[str, Any]:
    size = {"original_width": 200, "original_height": 100, "image_rotation": 0}
    return {"id": "Dx_aB91ISN", "type": kind, "from_name": "label", "to_name": "image", **size, "value": value, **more}


def rectangle(*labels: str, **more: Any) -> dict[str, Any]:
    value = {"x": 10, "y": 20, "width": 50, "height": 10.5, "rotation": 0, "rectanglelabels": list(labels)}
    return region("rectanglelabels", value, **more)


def shape_of_one(result: dict[str, Any]) -> tuple[Any, Any]:
    (sample,), problems = read([task({"image": "a.jpg"}, result)], DETECTION)
    assert problems == []
    (annotation,) = sample.annotations
    return annotation.property[SHAPE], annotation.property[FEATURE]


def reasons_of_one(result: Any, annotation_type: str = DETECTION) -> str:
    (sample,), problems = read([task({"image": "a.jpg"}, result)], annotation_type)
    assert sample.annotations == []
    return " ".join(problems)


def test_a_rectangle() -> None:
    document = [task({"image": "s3://b/a.jpg"}, rectangle("cat", "animal"), created_at="2021-03-09T22:16:08.728353Z")]
    (sample,), problems = read(document, DETECTION)
    assert (sample.source, sample.property, problems) == ("obs://b/a.jpg", {SIZE: [200, 100]}, [])
    cat, animal = sample.annotations
    assert cat == Annotation(
        type=DETECTION,
        name="cat",
        property={SHAPE: "bndbox", FEATURE: [[20, 20], [120, 30.5]]},
        creation_time="2021-03-09 22:16:08",
    )
    assert animal.name == "animal"


@pytest.mark.parametrize(
    ("kind", "value", "shape", "feature"),
    [
        ("polygon", {"points": [[0, 0], [50, 0], [50, 50]], "closed": True}, "polygon", [[0, 0], [100, 0], [100, 50]]),
        ("keypoint", {"x": 33.3335, "y": 50, "width": 0.5}, "point", [[66.667, 50]]),
        ("ellipse", {"x": 50, "y": 50, "radiusX": 5, "radiusY": 10, "rotation": 30}, "circle", [[100, 50], [10]]),
        ("rectangle", {"x": 50, "y": 20, "width": 10, "height": 10, "rotation": 90}, "polygon",
         [[100, 20], [100, 40], [90, 40], [90, 20]]),
        ("rectangle", {"x": 0, "y": 0, "width": 100.0000001, "height": 100}, "bndbox", [[0, 0], [200, 100]]),
    ],
)  # fmt: skip
def test_shapes(kind: str, value: dict[str, Any], shape: str, feature: Any) -> None:
    assert shape_of_one(region(f"{kind}labels", {**value, f"{kind}labels": ["cat"]})) == (shape, feature)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"value": {"x": 10, "y": 20, "width": 50, "rectanglelabels": ["a"]}}, "coordinate is missing"),
        ({"value": {"x": 10, "y": 20, "width": 1e300, "height": 5, "rectanglelabels": ["a"]}}, "coordinate is missing"),
        ({"value": {"x": 10, "y": 20, "width": 0, "height": 5, "rectanglelabels": ["a"]}}, "no area"),
        ({"value": {"x": 60, "y": 20, "width": 50, "height": 5, "rectanglelabels": ["a"]}}, "leaves the picture"),
        ({"value": {"x": 10, "y": 20, "width": 50, "height": 5}}, "no label"),
        ({"value": {"x": 10, "y": 20, "width": 50, "height": 5, "rectanglelabels": ["\u0000"]}}, "U+0000"),
        ({"value": {"x": 10, "y": 20, "width": 50, "height": 5, "rectanglelabels": ["a\nb"]}}, "control"),
        ({"value": {"x": 10, "y": 20, "width": 50, "height": 5, "rectanglelabels": [["a"]]}}, "nested"),
        ({"value": None}, "coordinate is missing"),
        ({"original_width": None}, "size of the picture"),
        ({"original_width": 10**12}, "size of the picture"),
        ({"image_rotation": 90}, "rotated"),
        ({"type": "brushlabels", "value": {"rle": [1, 2], "brushlabels": ["a"]}}, "brush"),
        ({"type": "videorectangle"}, "no shapes"),
        ({"type": "ellipselabels", "value": {"x": 50, "y": 50, "radiusX": 5, "radiusY": 5}}, "no circle"),
        ({"type": "polygonlabels", "value": {"points": [[1, 1], [2, 2]]}}, "less than three"),
        ({"type": "polygonlabels", "value": {"points": [[1, 1], [2, 2], [3, "a"]]}}, "coordinate is missing"),
        ({"type": "polygonlabels", "value": {"points": [[1, 1], [2, 2], [3, 1]], "closed": False}}, "not closed"),
    ],
)
def test_a_region_that_has_no_exact_counterpart_is_a_problem(change: dict[str, Any], reason: str) -> None:
    found = reasons_of_one(rectangle("cat") | change)
    assert reason in found
    assert "task 5, region Dx_aB91ISN" in found


def test_results_with_one_id_are_one_region() -> None:
    value = {"x": 10, "y": 20, "width": 50, "height": 10, "rotation": 0}
    document = [
        task(
            {"image": "a.jpg"},
            region("rectangle", value),
            region("labels", {**value, "labels": ["cat"]}),
            region("choices", {**value, "choices": ["white"]}, from_name="color"),
            region("number", {**value, "number": 3}, from_name="legs"),
        )
    ]
    (sample,), problems = read(document, DETECTION)
    (annotation,) = sample.annotations
    assert problems == []
    assert (annotation.name, annotation.property["color"], annotation.property["legs"]) == ("cat", "white", 3)
    document[0]["annotations"][0]["result"][3]["from_name"] = "color"
    assert "'color' is given twice" in read(document, DETECTION)[1][0]
    document[0]["annotations"][0]["result"][2]["from_name"] = FEATURE
    assert "no attribute" in read(document, DETECTION)[1][0]


def test_choices_are_classes() -> None:
    document = [
        task({"text": "I like it"}, {"type": "choices", "from_name": "c", "value": {"choices": ["pos", "short"]}}),
        {"id": 6, "data": {"text": "no labels"}},
    ]
    (one, two), problems = read(document, "text_classification")
    assert [annotation.name for annotation in one.annotations] == ["pos", "short"]
    assert (one.source, two.source, two.annotations, problems) == ("content://I like it", "content://no labels", [], [])
    assert "no class" in reasons_of_one(rectangle("cat"), "image_classification")
    taxonomy = {"type": "choices", "value": {"choices": [["a", "b"]]}}
    assert "nested" in reasons_of_one(taxonomy, "image_classification")


def entity(key: str, start: Any, end: Any, words: str | None, *labels: str) -> dict[str, Any]:
    value = {"start": start, "end": end, "labels": list(labels)} | ({} if words is None else {"text": words})
    return {"id": key, "type": "labels", "from_name": "label", "to_name": "text", "value": value}


def test_spans_and_relations() -> None:
    text = '"Three Body" is a series of long science fiction novels created by Liu Cix.'
    document = [
        task(
            {"text": text},
            entity("xx", 67, 74, "Liu Cix", "Person"),
            entity("yy", 0, 12, '"Three Body"', "Book"),
            {"type": "relation", "from_id": "xx", "to_id": "yy", "direction": "right", "labels": ["Author"]},
            {"type": "relation", "from_id": "xx", "to_id": "yy", "direction": "left", "labels": ["Works"]},
            {"type": "relation", "from_id": "xx", "to_id": "zz", "labels": ["Works"]},
        )
    ]
    (sample,), problems = read(document, "text_triplet")
    assert [(item.type, item.id, item.name, item.property) for item in sample.annotations] == [
        ("text_entity", "E1", "Person", {START_INDEX: 67, END_INDEX: 74}),
        ("text_entity", "E2", "Book", {START_INDEX: 0, END_INDEX: 12}),
        ("text_triplet", "R1", "Author", {FROM: "E1", TO: "E2"}),
        ("text_triplet", "R2", "Works", {FROM: "E2", TO: "E1"}),
    ]
    assert len(problems) == 1
    assert "end that is no entity" in problems[0]
    (entities,), problems = read(document, "text_entity")
    assert [item.id for item in entities.annotations] == [None, None]
    assert "relations are not read" in problems[0]


def test_offsets_are_counted_as_their_file_counts() -> None:
    sure = task({"text": "💩This is an annotation."}, entity("a", 13, 23, "annotation", "A"))
    unsure = task({"text": "😀 a a a"}, entity("a", 5, 6, "a", "A"))
    (one, two), problems = read([sure, unsure], "text_entity")
    assert problems == []
    assert one.annotations[0].property == {START_INDEX: 12, END_INDEX: 22}
    assert two.annotations[0].property == {START_INDEX: 4, END_INDEX: 5}
    sure["annotations"][0]["result"] = [entity("a", 12, 22, "annotation", "A")]
    unsure["annotations"][0]["result"] = [entity("a", 4, 5, "a", "A")]
    (_, two), _ = read([sure, unsure], "text_entity")
    assert two.annotations[0].property == {START_INDEX: 4, END_INDEX: 5}


@pytest.mark.parametrize(
    ("data", "result", "reason"),
    [
        ({"text": "Hello"}, entity("a", 0, 4, "ello", "A"), "do not cover"),
        ({"text": "Hello"}, entity("a", 0, 99, None, "A"), "do not cover"),
        ({"text": "Hello"}, entity("a", "/div[1]/text()[1]", 4, "ello", "A"), "no whole numbers"),
        ({"text": "https://example.com/a.txt"}, entity("a", 0, 4, "http", "A"), "another file"),
    ],
)
def test_spans_that_cannot_be_checked_are_refused(data: dict[str, str], result: Any, reason: str) -> None:
    (sample,), problems = read([task(data, result)], "text_entity")
    assert sample.annotations == []
    assert reason in problems[0]


def test_sections_of_a_sound() -> None:
    value = {"start": 70.123, "end": 75.4561, "channel": 0}
    document = [
        task(
            {"audio": "/data/upload/3/abc-talk.wav"},
            {"id": "r", "type": "labels", "from_name": "l", "value": {**value, "labels": ["Speech"]}},
            {"id": "r", "type": "textarea", "from_name": "t", "value": {**value, "text": ["How are you?"]}},
            {"id": "r", "type": "choices", "from_name": "speaker", "value": {**value, "choices": ["Tom"]}},
        )
    ]
    (sample,), problems = read(document, "audio_segmentation")
    assert (sample.source, problems) == ("upload/3/abc-talk.wav", [])
    assert sample.annotations == [
        Annotation(
            type="audio_segmentation",
            name="Speech",
            property={START_TIME: "00:01:10.123", END_TIME: "00:01:15.456", CONTENT: "How are you?", SPEAKER: "Tom"},
        )
    ]
    document[0]["annotations"][0]["result"][2]["type"] = "textarea"
    assert "given twice" in read(document, "audio_segmentation")[1][0]
    document[0]["annotations"][0]["result"][0]["value"]["start"] = 80
    assert "'start' before its 'end'" in read(document, "audio_segmentation")[1][0]


def test_a_transcription() -> None:
    document = [task({"audio": "a.wav"}, {"id": "r", "type": "textarea", "value": {"text": ["Today is a good day."]}})]
    (sample,), problems = read(document, "audio_content")
    assert sample.annotations == [Annotation(type="audio_content", property={CONTENT: "Today is a good day."})]
    assert problems == []


def test_the_latest_annotation_is_read_and_cancelled_ones_are_counted() -> None:
    result = [[rectangle("old")], [rectangle("new")], [rectangle("cancelled")]]
    document = task({"image": "a.jpg"})
    document["annotations"] = [
        {"result": result[1], "updated_at": "2024-02-01T00:00:00Z"},
        {"result": result[0], "updated_at": "2024-01-01T00:00:00Z"},
        {"result": result[2], "updated_at": "2024-03-01T00:00:00Z", "was_cancelled": True},
    ]
    document["predictions"] = [{"result": [rectangle("guess")], "score": 0.7}]
    (sample,), problems = read([document], DETECTION)
    assert [annotation.name for annotation in sample.annotations] == ["new"]
    assert problems == [
        "task 5: only the latest of 2 annotations is read",
        "annotations that were cancelled are passed over: 1",
    ]


def test_predictions_count_where_nobody_annotated() -> None:
    document = task({"image": "a.jpg"})
    document["annotations"] = []
    document["predictions"] = [{"result": [rectangle("guess"), rectangle("sure", id="b", score=0.9)], "score": 0.7}]
    (sample,), problems = read([document], DETECTION)
    assert [(item.annotated_by, item.confidence) for item in sample.annotations] == [("auto", 0.7), ("auto", 0.9)]
    assert problems == []


def test_the_minimal_export() -> None:
    box = {"x": 10, "y": 20, "width": 50, "height": 10, "rotation": 0, "rectanglelabels": ["cat"]}
    size = {"original_width": 200, "original_height": 100}
    end = {
        "annotator": 1,
        "annotation_id": 2,
        "created_at": "2021-03-09T22:16:08Z",
        "updated_at": "2021",
        "lead_time": 1,
    }
    (sample,), problems = read([{"image": "a.jpg", "id": 1, "label": [{**box, **size}], **end}], DETECTION)
    assert (sample.source, sample.annotations[0].property[FEATURE], problems) == ("a.jpg", [[20, 20], [120, 30]], [])
    assert sample.annotations[0].creation_time == "2021-03-09 22:16:08"
    single = {"text": "I like it", "id": 1, "sentiment": "pos", **end}
    later = {"text": "I like it", "id": 1, "sentiment": {"choices": ["pos", "short"]}, **end, "updated_at": "2022"}
    (sample,), problems = read([later, single], "text_classification")
    assert [annotation.name for annotation in sample.annotations] == ["pos", "short"]
    assert problems == ["task 1: only the latest of 2 annotations is read"]
    spans = [{"start": 2, "end": 6, "text": "like", "labels": ["verb"]}]
    (sample,), _ = read([{"text": "I like it", "id": 1, "label": spans, **end}], "text_entity")
    assert sample.annotations[0].property == {START_INDEX: 2, END_INDEX: 6}
    (sample,), _ = read([{"audio": "a.wav", "id": 1, "words": "Good day.", **end}], "audio_content")
    assert sample.annotations[0].property == {CONTENT: "Good day."}


@pytest.mark.parametrize(
    ("data", "key", "source"),
    [
        ({"name": "x", "image": "a.jpg"}, None, "a.jpg"),
        ({"left": "a.jpg", "right": "b.jpg"}, "right", "b.jpg"),
        ({"n": 1, "other": "a.jpg"}, None, "a.jpg"),
        ({"image": "/data/local-files/?d=folder/%E7%8C%AB.jpg"}, None, "folder/猫.jpg"),
        ({"image": "https://example.com/a.jpg?x=1"}, None, "https://example.com/a.jpg?x=1"),
    ],
)
def test_where_the_sample_lies(data: dict[str, Any], key: str | None, source: str) -> None:
    (sample,), problems = read([{"data": data}], "image_classification", data_key=key)
    assert (sample.source, problems) == (source, [])


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"{", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "no JSON object"),
        (b"[1]", "index 0"),
        ([{"data": {}}], "no value that could be the sample"),
        ([{"data": {"image": 1}}], "no value that could be the sample"),
        ([{"data": {"image": "a\u0000"}}], "no line of text"),
    ],
)
def test_a_bad_document_is_a_problem(document: Any, reason: str) -> None:
    samples, problems = read(document, DETECTION)
    assert samples == []
    assert reason in problems[0]


@settings(deadline=None)
@given(st.binary(max_size=60), st.sampled_from(TYPES))
def test_no_bytes_make_it_raise(content: bytes, annotation_type: str) -> None:
    list(read_labelstudio(content, annotation_type=annotation_type))


anything = st.recursive(
    st.none() | st.booleans() | st.text(max_size=4) | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["id", "type", "value", "start", "end", "text", "labels", "x", "y", "width", "height", "choices", "points",
         "rectanglelabels", "from_id", "to_id", "score", "original_width", "original_height", "radiusX", "radiusY"]
    ), inner, max_size=5),
    max_leaves=12,
)  # fmt: skip
results = st.lists(
    st.fixed_dictionaries(
        {"type": st.sampled_from(["labels", "choices", "relation", "textarea", "rectanglelabels", "polygonlabels"])},
        optional=dict.fromkeys(["id", "value", "score", "from_id", "original_width"], anything),
    )
    | anything,
    max_size=3,
)  # fmt: skip


@settings(deadline=None)
@given(results, anything, st.sampled_from(TYPES))
def test_no_document_makes_it_raise(result: Any, other: Any, annotation_type: str) -> None:
    annotation = {"result": result, "created_at": other, "updated_at": other}
    for document in (
        other,
        [
            {
                "id": other,
                "data": {"text": "a😀\r\nb", "image": "a"},
                "annotations": [annotation, other],
                "predictions": other,
            }
        ],
        [{"text": "a", "id": 1, "label": other, "more": result, "annotator": other}],
    ):
        for item in read_labelstudio(json.dumps(document).encode(), annotation_type=annotation_type):
            assert isinstance(item, Sample | Problem)


def write(annotation_type: str, *samples: Sample) -> tuple[bytes, list[list[str]]]:
    writer = LabelStudioWriter(annotation_type)
    pieces = [writer.add(sample) for sample in samples]
    return b"".join(piece for piece, _ in pieces) + writer.finish(), [
        [loss.what for loss in found] for _, found in pieces
    ]


def test_what_cannot_be_carried_is_said() -> None:
    def shape(kind: str, feature: Any, **more: Any) -> Annotation:
        return Annotation(type=DETECTION, name="a", property={SHAPE: kind, FEATURE: feature, **more})

    ring = [[0, 0], [50, 0], [50, 50]]
    sample = Sample(
        source="a.jpg",
        usage="TRAIN",
        property={SIZE: [200, 100, 3]},
        annotations=[
            shape("line", [[0, 0], [1, 1]]),
            shape("polyline", [[0, 0], [1, 1]]),
            shape("polygon", ring, **{HOLES: [ring]}),
            shape("bndbox", [[0, 0], [300, 5]]),
            shape("bndbox", [[0, 0], [0, 5]]),
            shape("point", [[1.00001, 1]], note=[1], color="white"),
            Annotation(type="text_entity", name="a"),
            Annotation(type=DETECTION, name=" a", property={SHAPE: "point", FEATURE: [[1, 1]]}),
        ],
    )
    data, losses = write(DETECTION, sample)
    assert losses == [
        [
            "the usage",
            "shapes of kind line",
            "shapes of kind polyline",
            "polygons with holes",
            "shapes that leave the picture",
            "boxes without area",
            "what coordinates say beyond a thousandth of a pixel",
            "the attribute 'note'",
            "annotations of another type, or without what their type needs (x2)",
        ]
    ]
    (found,), problems = read(data, DETECTION)
    assert problems == []
    assert [item.property for item in found.annotations] == [{SHAPE: "point", FEATURE: [[1, 1]], "color": "white"}]


def test_what_else_cannot_be_carried_is_said() -> None:
    section = {START_TIME: "00:00:01.000", END_TIME: "00:00:02.000", END_SAMPLE: 8}
    _, losses = write(
        "audio_segmentation",
        Sample(
            source="a.wav", annotations=[Annotation(type="audio_segmentation", property=section, id="x", hard=True)]
        ),
        Sample(source="a.wav", annotations=[Annotation(type="audio_segmentation", property={START_TIME: "1"})]),
    )
    assert losses == [
        [f"the attribute '{END_SAMPLE}'", "ids of annotations (id)", "hard flags of annotations (hard)"],
        ["sections of a sound without a start before their end"],
    ]
    data, losses = write("text_entity", Sample(source="content://https://a"), Sample(source="content://"))
    assert data == b"[]\n"
    assert losses == [["the sample, whose text is empty or reads as an address"]] * 2
    with pytest.raises(ValueError, match="cannot be written"):
        write("text_entity", Sample(source="content://\ud800"))


name = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=6)
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=8)
fraction = st.none() | st.floats(0, 1)
maker = st.sampled_from([None, "human", "auto"])
attributes = st.dictionaries(name.filter(lambda key: key[0] != "@" and key != "speaker"),
                             words | st.integers(-9, 9) | st.floats(-9, 9), max_size=2)  # fmt: skip
MADE = "2024-01-02 03:04:05"


@st.composite
def shapes(draw: st.DrawFn, width: int, height: int) -> dict[str, Any]:
    xs = st.integers(0, width * 1000).map(lambda thousandths: thousandths / 1000)
    ys = st.integers(0, height * 1000).map(lambda thousandths: thousandths / 1000)
    point = st.tuples(xs, ys).map(list)
    kind = draw(st.sampled_from(["bndbox", "polygon", "circle", "point"]))
    if kind == "bndbox":
        x1, x2 = sorted(draw(st.lists(xs, min_size=2, max_size=2, unique=True)))
        y1, y2 = sorted(draw(st.lists(ys, min_size=2, max_size=2, unique=True)))
        return {SHAPE: kind, FEATURE: [[x1, y1], [x2, y2]]}
    if kind == "circle":
        return {SHAPE: kind, FEATURE: [draw(point), [draw(st.integers(1, min(width, height) * 1000)) / 1000]]}
    return {SHAPE: kind, FEATURE: draw(st.lists(point, min_size=3, max_size=5)) if kind == "polygon" else [draw(point)]}


@st.composite
def samples(draw: st.DrawFn, annotation_type: str) -> Sample:
    def annotation(kind: str, properties: dict[str, Any], label: str | None, key: str | None = None) -> Annotation:
        return Annotation(type=kind, name=label, property=properties, id=key, creation_time=MADE,
                          annotated_by=draw(maker), confidence=draw(fraction))  # fmt: skip

    count = draw(st.integers(0, 3))
    sample = Sample(source="a.jpg" if "text" not in annotation_type else "content://" + draw(words))
    text = sample.source.removeprefix("content://")
    for number in range(1, count + 1):
        label = draw(name)
        if annotation_type.endswith("classification"):
            sample.annotations.append(annotation(annotation_type, {}, label))
        elif annotation_type.startswith("text"):
            start = draw(st.integers(0, len(text) - 1))
            span = {START_INDEX: start, END_INDEX: draw(st.integers(start + 1, len(text)))}
            key = f"E{number * 2}" if annotation_type == "text_triplet" else None
            sample.annotations.append(annotation("text_entity", {**draw(attributes), **span}, label, key))
        elif annotation_type == "audio_content":
            sample.annotations.append(annotation(annotation_type, {CONTENT: draw(words)}, None))
        elif annotation_type == "audio_segmentation":
            start = draw(st.integers(0, 3_600_000))
            end = draw(st.integers(start + 1, 9_000_000))
            clock = [
                f"{ms // 3600000:02}:{ms // 60000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}" for ms in (start, end)
            ]
            said = draw(st.fixed_dictionaries({}, optional={CONTENT: words, SPEAKER: words}))
            properties = {START_TIME: clock[0], END_TIME: clock[1], **said, **draw(attributes)}
            sample.annotations.append(annotation(annotation_type, properties, draw(st.none() | st.just(label))))
        else:
            sample.property[SIZE] = [640, 333]
            properties = {**draw(attributes), **draw(shapes(640, 333))}
            sample.annotations.append(annotation(annotation_type, properties, label))
    if annotation_type == "text_triplet" and count:
        for number in range(1, draw(st.integers(0, 3)) + 1):
            ends = {key: f"E{draw(st.integers(1, count)) * 2}" for key in (FROM, TO)}
            sample.annotations.append(annotation("text_triplet", ends, draw(name), f"R{number}"))
    return sample


@settings(deadline=None, max_examples=40)
@pytest.mark.parametrize("annotation_type", TYPES)
@given(data=st.data())
def test_what_is_written_reads_back_equal(annotation_type: str, data: st.DataObject) -> None:
    originals = data.draw(st.lists(samples(annotation_type), max_size=3))
    if any(item.source.startswith(("content:///data/", "content://http", "content://s3:")) for item in originals):
        return
    written, losses = write(annotation_type, *originals)
    assert losses == [[] for _ in originals]
    found, problems = read(written, annotation_type) if originals else ([], [])
    assert (found, problems) == (originals, [])
    assert write(annotation_type, *found)[0] == written
