"""Uploads into datasets of other types than images: what each file must be, and what becomes of it."""

import base64
from typing import Any

import pytest
from tests.datasets.conftest import Pictures
from tests.datasets.test_types import SCHEMA, sound

SAMPLES = "data-annotations/samples"


def encoded(data: bytes | str) -> str:
    return base64.b64encode(data.encode() if isinstance(data, str) else data).decode()


def sent(pictures: Pictures, *items: dict[str, Any], **more: Any) -> list[Any]:
    return pictures.ask("POST", SAMPLES, {"samples": list(items), **more})["results"]


def texts(pictures: Pictures) -> dict[str, list[str]]:
    return {
        sample["source"].removeprefix("content://"): [label["name"] for label in sample["labels"]]
        for sample in pictures.samples()
    }


def made(pictures: Pictures, number: int, *labels: str, **fields: Any) -> Pictures:
    pictures.put("readme.md", content=b"-")
    schema = {"schema": SCHEMA} if number == 400 else {}
    return pictures.create(*labels, dataset_type=number, **schema, **fields)


GOOD: list[tuple[int, str, bytes]] = [
    (200, "a.wav", sound()),
    (201, "a.wav", sound()),
    (202, "a.wav", sound()),
    (400, "a.csv", b"name,count\nann,1\n"),
    (600, "a.mp4", b"\0\0\0\x18ftypmp42"),
    (900, "a.anything", b"?"),
]


@pytest.mark.parametrize(("number", "name", "data"), GOOD)
def test_files_of_every_type(pictures: Pictures, number: int, name: str, data: bytes) -> None:
    made(pictures, number)
    (result,) = sent(pictures, {"name": name, "data": encoded(data)})
    assert result["success"], result
    (sample,) = [sample for sample in pictures.samples() if sample["sample_name"] == name]
    assert sample["sample_id"] == result["info"]
    assert sample["sample_type"] == {200: 2, 201: 2, 202: 2, 400: 4, 600: 6, 900: 9}[number]
    pictures.ask("POST", "sync-data")
    pictures.platform.run_tasks()
    assert [each["sample_id"] for each in pictures.samples() if each["sample_name"] == name] == [result["info"]]


@pytest.mark.parametrize(
    ("number", "name", "data", "word"),
    [
        (200, "a.wav", b"ID3 mp3 by another name", "WAV"),
        (200, "a.mp3", sound(), "a.mp3"),
        (600, "a.mp4", b"no video at all", "MP4"),
        (400, "a.csv", b"a,b,c\n1,2,3\n", "schema"),
        (900, "a.bin", b"", "empty"),
        (100, "a.txt", b"\xff\xfe\x00", "UTF-8"),
        (100, "a.txt", b"\n\n", "no text"),
        (100, "a.csv", b"text,label\n", "a.csv"),
        (101, "a.txt", b"fine\na\x00b\n", "line 2"),
    ],
)
def test_what_a_file_is_not(pictures: Pictures, number: int, name: str, data: bytes, word: str) -> None:
    made(pictures, number)
    (result,) = sent(pictures, {"name": name, "data": encoded(data)})
    assert not result["success"]
    assert word in result["error_msg"], result
    assert not [sample for sample in pictures.samples() if sample["sample_name"] == name]


def test_a_file_of_texts_with_labels(pictures: Pictures) -> None:
    made(pictures, 100, "good")
    (result,) = sent(
        pictures,
        {"name": "a.txt", "data": encoded("不错#good|new\n一般\n不错#good\n".encode("gbk"))},
        label_format={"label_type": "1", "text_sample_separator": "#", "text_label_separator": "|"},
    )
    assert result["success"], result
    assert texts(pictures) == {"不错": ["good"], "一般": []}
    pictures.ask("POST", "sync-data")
    pictures.platform.run_tasks()
    assert texts(pictures) == {"不错": ["good"], "一般": []}
    assert {sample["obs_url"] for sample in pictures.samples()} == {"obs://pictures/in/a.txt"}
    assert not any("@maquette:missing" in sample["metadata"] for sample in pictures.samples())


def test_labels_that_cannot_be_are_told_of(pictures: Pictures) -> None:
    made(pictures, 100)
    (result,) = sent(pictures, {"name": "a.txt", "data": encoded("one\t" + "x" * 65 + "\ntwo\tok\n")})
    assert not result["success"]
    assert "1 of 2" in result["error_msg"]
    assert texts(pictures) == {"two": ["ok"]}


def test_texts_by_themselves(pictures: Pictures) -> None:
    made(pictures, 101, "who")
    span = {"@modelarts:start_index": 0, "@modelarts:end_index": 2}
    labels = [{"name": "who", "property": span}]
    results = sent(
        pictures,
        {"name": "one", "data": "content://小明在家", "labels": labels},
        {"name": "two", "data": "content://小明在家"},
        {"name": "three", "data": "content://x", "labels": labels},
        {"name": "four", "data": "content://  "},
    )
    assert [result["success"] for result in results] == [True, False, False, False]
    assert texts(pictures) == {"小明在家": ["who"]}
    assert pictures.api.get("/v1", "buckets/pictures/objects?prefix=in/one").json()["objects"] == []


def test_labels_beside_a_file_of_texts_are_refused(pictures: Pictures) -> None:
    made(pictures, 100, "good")
    (result,) = sent(pictures, {"name": "a.txt", "data": encoded("x\n"), "labels": [{"name": "good"}]})
    assert "label_format" in result["error_msg"]
