"""The manifest: what the user guide shows, what other programs write, what nobody should, and round trips."""

import json
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maquette.formats.manifest import (
    MAX_LINE_BYTES,
    USAGES,
    ms_to_time,
    read_manifest,
    split_lines,
    time_to_ms,
    write_line,
)
from maquette.formats.samples import Annotation, Problem, Sample, text_of


def read(*lines: str | bytes | dict[str, Any]) -> list[Sample | Problem]:
    encoded = [
        json.dumps(x).encode() if isinstance(x, dict) else x.encode() if isinstance(x, str) else x for x in lines
    ]
    return list(read_manifest(encoded))


def sample(line: str | bytes | dict[str, Any]) -> Sample:
    found = read(line)[0]
    assert isinstance(found, Sample), found
    return found


GUIDE = {
    "source": "s3://path/to/image1.jpg",
    "usage": "TRAIN",
    "hard": "true",
    "hard-coefficient": 0.8,
    "id": "0162005993f8065ef47eefb59d1e4970",
    "annotation": [
        {
            "type": "modelarts/image_classification",
            "name": "cat",
            "property": {"color": "white", "kind": "Persian cat"},
            "hard": "true",
            "hard-coefficient": 0.8,
            "annotated-by": "human",
            "creation-time": "2019-01-23 11:30:30",
        },
        {
            "type": "modelarts/image_classification",
            "name": "animal",
            "annotated-by": "modelarts/active-learning",
            "confidence": 0.8,
            "creation-time": "2019-01-23 11:30:30",
        },
    ],
    "inference-loc": "/path/to/inference-output",
}


def test_the_line_of_the_user_guide() -> None:
    found = sample(GUIDE)
    assert (found.source, found.usage, found.hard, found.hard_coefficient) == (
        "obs://path/to/image1.jpg",
        "TRAIN",
        True,
        0.8,
    )
    assert found.inference_loc == "/path/to/inference-output"
    cat, animal = found.annotations
    assert (cat.type, cat.name, cat.property["kind"], cat.confidence) == (
        "image_classification",
        "cat",
        "Persian cat",
        None,
    )
    assert (animal.annotated_by, animal.confidence, animal.hard) == ("modelarts/active-learning", 0.8, None)
    assert json.loads(write_line(found)) == GUIDE
    assert write_line(found).count(b"\n") == 1


@pytest.mark.parametrize(
    "line",
    [
        {"source": "s3://a/b.jpg"},
        {
            "source": "content://I like it",
            "id": "XGDVGS",
            "annotation": [{"type": "modelarts/text_classification", "name": "pos"}],
        },
        {
            "source": "content://Michael Jordan",
            "annotation": [
                {
                    "type": "modelarts/text_entity",
                    "id": "E1",
                    "name": "Person",
                    "property": {"@modelarts:end_index": 14, "@modelarts:start_index": 0},
                },
                {"type": "modelarts/text_triplet", "id": "R1", "name": "Author", "property": {"@modelarts:from": "E1"}},
            ],
        },
        {
            "source": "s3://input/v_t1.473722.jpg",
            "usage": "TRAIN",
            "id": "43d8",
            "sample-type": 0,
            "property": {"@modelarts:parent_duration": 8, "@modelarts:time_in_video": 1.473722},
            "annotation": [
                {
                    "type": "modelarts/object_detection",
                    "annotation-format": "PASCAL VOC",
                    "annotation-loc": "s3://path/to/a.xml",
                }
            ],
        },
        {
            "source": "s3://a.wav",
            "annotation": [{"type": "modelarts/audio_content", "property": {"@modelarts:content": "Hi"}}],
        },
        {
            "source": "s3://a",
            "annotation": [{"type": "custom/type", "name": "x", "unknown": [1, {"a": None}]}],
            "further": {"b": 1},
        },
    ],
)
def test_every_type_passes_through(line: dict[str, Any]) -> None:
    found = sample(line)
    assert json.loads(write_line(found)) == line
    assert sample(write_line(found)) == found


@pytest.mark.parametrize(
    ("line", "attribute", "expected"),
    [
        ({"source": "obs://b/k"}, "source", "obs://b/k"),
        ({"source": "S3://b/k"}, "source", "obs://b/k"),
        ({"source": "/b/k"}, "source", "/b/k"),
        ({"source": "./images/k.jpg"}, "source", "./images/k.jpg"),
        ({"source": "a", "usage": "train"}, "usage", "TRAIN"),
        ({"source": "a", "usage": "Inference"}, "usage", "INFERENCE"),
        ({"source": "a", "usage": ""}, "usage", None),
        ({"source": "a", "usage": None}, "usage", None),
        ({"source": "a", "hard": "True"}, "hard", True),
        ({"source": "a", "hard": False}, "hard", False),
        ({"source": "a", "hard": 1}, "hard", True),
        ({"source": "a", "id": 17}, "id", "17"),
        ({"source": "a", "sample-type": "6"}, "sample_type", 6),
        ({"source": "a", "hard-coefficient": "0.5"}, "hard_coefficient", 0.5),
        ({"source": "a", "annotation": None}, "annotations", []),
        ({"source": "a", "annotation": []}, "annotations", []),
        ({"source": "a", "annotation": {"type": "image_classification", "name": 7}}, "annotations",
         [Annotation(type="image_classification", name="7")]),
        ({"source": "a", "new-key": [1]}, "extra", {"new-key": [1]}),
    ],
)  # fmt: skip
def test_reading_is_tolerant(line: dict[str, Any], attribute: str, expected: object) -> None:
    assert getattr(sample(line), attribute) == expected


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not JSON"),
        ("[]", "no JSON object"),
        ('"text"', "no JSON object"),
        ("null", "no JSON object"),
        (b'{"source": "\xff"}', "not JSON"),
        ("{}", "'source' is missing"),
        ('{"source": ""}', "'source' is missing"),
        ('{"source": null}', "'source' is missing"),
        ('{"source": 1}', "'source' is no text"),
        ('{"source": "a", "usage": "VALIDATE"}', "'usage' is none of"),
        ('{"source": "a", "usage": 1}', "'usage' is none of"),
        ('{"source": "a", "hard": "maybe"}', "'hard' is neither"),
        ('{"source": "a", "hard": []}', "'hard' is neither"),
        ('{"source": "a", "id": true}', "'id' is no text"),
        ('{"source": "a", "property": []}', "'property' is no JSON object"),
        ('{"source": "a", "sample-type": -1}', "'sample-type'"),
        ('{"source": "a", "annotation": "x"}', "annotation is no JSON object"),
        ('{"source": "a", "annotation": [[]]}', "annotation is no JSON object"),
        ('{"source": "a", "annotation": [{}]}', "no 'type'"),
        ('{"source": "a", "annotation": [{"type": "modelarts/"}]}', "no 'type'"),
        ('{"source": "a", "annotation": [{"type": "modelarts/image_classification"}]}', "no 'name'"),
        ('{"source": "a", "annotation": [{"type": "x", "confidence": 1.5}]}', "from 0 to 1"),
        ('{"source": "a", "annotation": [{"type": "x", "confidence": "high"}]}', "from 0 to 1"),
        ('{"source": "a", "annotation": [{"type": "x", "confidence": "nan"}]}', "from 0 to 1"),
        ('{"source": "a", "x": NaN}', "not JSON"),
        ('{"source": "a", "x": Infinity}', "not JSON"),
        ('{"source": "a", "x": 1e999}', "not JSON"),
        ('{"source": "a", "x": 9223372036854775808}', "63 bits"),
        ('{"source": "a", "x": [{"y": -123456789012345678901234567890}]}', "63 bits"),
        ('{"source": "a\\u0000b"}', "U+0000"),
        ('{"source": "a", "\\u0000": 1}', "U+0000"),
        ('{"source": "a\\ud800"}', "not JSON"),
        ('{"source": "a", "x": ' + "[" * 40 + "]" * 40 + "}", "nested"),
        ("[" * 100_000, "not JSON"),
        (b'{"source": "' + b"x" * MAX_LINE_BYTES + b'"}', "longer than"),
    ],
)  # fmt: skip
def test_a_bad_line_is_reported_and_the_next_one_read(line: str | bytes, reason: str) -> None:
    found = read({"source": "first"}, line, {"source": "last"})
    bad = found[1]
    assert isinstance(bad, Problem)
    assert bad.line == 2
    assert reason in bad.reason
    assert bad.remedy
    assert [item.source for item in found if isinstance(item, Sample)] == ["first", "last"]


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    found = read(b'\xef\xbb\xbf{"source": "a"}\r\n', b"\r\n", b"  ", b'{"source": "b"}')
    assert [(item.line, item.source) for item in found if isinstance(item, Sample)] == [(1, "a"), (4, "b")]


@given(st.lists(st.binary(max_size=30)))
def test_no_bytes_make_it_raise(lines: list[bytes]) -> None:
    list(read_manifest(lines))


json_values = st.recursive(
    st.none() | st.booleans() | st.text() | st.integers(-(2**63) + 1, 2**63 - 1) | st.floats(-1e18, 1e18),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["source", "usage", "hard", "id", "annotation", "property", "x"]), json_values))
def test_no_object_makes_it_raise(body: dict[str, Any]) -> None:
    for item in read_manifest([json.dumps(body).encode()]):
        if isinstance(item, Sample):
            assert sample(write_line(item)) == item


text = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=8)
plain = st.recursive(
    st.none() | st.booleans() | text | st.integers(-(2**63) + 1, 2**63 - 1) | st.floats(-1e15, 1e15),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=5,
)
objects = st.dictionaries(text, plain, max_size=3)
fraction = st.none() | st.floats(0, 1)
address = text.map(lambda path: "obs://bucket/" + path) | text.map(lambda path: "content://" + path)
extra = st.dictionaries(text.map(lambda key: "x-" + key), plain, max_size=2)
annotations = st.builds(
    Annotation,
    type=st.sampled_from(["image_classification", "object_detection", "text_entity", "custom/thing"]),
    name=text,
    id=st.none() | text,
    property=objects,
    hard=st.none() | st.booleans(),
    hard_coefficient=fraction,
    confidence=fraction,
    creation_time=st.none() | st.just("2019-01-23 11:30:30"),
    annotated_by=st.none() | text,
    annotation_format=st.none() | st.just("PASCAL VOC"),
    annotation_loc=st.none() | address,
    extra=extra,
)
samples = st.builds(
    Sample,
    source=address,
    usage=st.none() | st.sampled_from(USAGES),
    id=st.none() | text,
    annotations=st.lists(annotations, max_size=3),
    hard=st.none() | st.booleans(),
    hard_coefficient=fraction,
    sample_type=st.none() | st.integers(0, 6),
    property=objects,
    inference_loc=st.none() | address,
    extra=extra,
)


@settings(deadline=None)
@given(samples)
def test_what_is_written_reads_back_equal(original: Sample) -> None:
    line = write_line(original)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    found = sample(line)
    assert found == original
    assert write_line(found) == line


def test_the_order_of_keys_is_fixed() -> None:
    one = Sample(source="a", property={"b": 1, "a": {"d": 1, "c": 2}}, extra={"y": 1, "x": 2})
    two = Sample(source="a", property={"a": {"c": 2, "d": 1}, "b": 1}, extra={"x": 2, "y": 1})
    assert write_line(one) == write_line(two) == b'{"source":"a","property":{"a":{"c":2,"d":1},"b":1},"x":2,"y":1}\n'


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**63, 2**70, "a\x00", "\ud800", object()])
def test_what_json_cannot_hold_is_not_written(value: object) -> None:
    with pytest.raises(ValueError, match="cannot be written"):
        write_line(Sample(source="a", extra={"x": value}))


@given(st.binary(max_size=60).map(lambda raw: raw.replace(b"\xff", b"\n")), st.integers(1, 7))
def test_a_stream_is_cut_where_its_lines_end(content: bytes, size: int) -> None:
    chunks = [content[at : at + size] for at in range(0, len(content), size)]
    expected = content.split(b"\n")
    assert list(split_lines(chunks)) == (expected if expected[-1] else expected[:-1])


def test_an_endless_line_takes_bounded_memory() -> None:
    def chunks() -> Iterator[bytes]:
        yield b'{"source": "a"}\n'
        for _ in range(200):
            yield b"x" * 100_000
        yield b'\n{"source": "b"}\n'

    tracemalloc.start()
    lines = list(split_lines(chunks(), limit=1000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [len(line) for line in lines] == [15, 1001, 15]
    assert peak < 2_000_000


def test_the_text_of_a_sample() -> None:
    assert text_of(Sample(source="content://我爱机器学习")) == "我爱机器学习"
    assert text_of(Sample(source="obs://a/b.txt")) is None


def test_times() -> None:
    assert time_to_ms("2019-01-23 11:30:30") == 1548243030000
    assert ms_to_time(1548243030999) == "2019-01-23 11:30:30"
    assert time_to_ms("yesterday") is None
