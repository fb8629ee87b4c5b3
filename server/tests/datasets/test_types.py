"""What the twelve types of dataset have in common, and what each says of its samples."""

import io
import wave
from typing import Any

import pytest
from tests.datasets.conftest import Pictures

from maquette.datasets.types import TYPES


def sound(seconds: float = 0.1) -> bytes:
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\0\0" * int(8000 * seconds))
    return target.getvalue()


TEXTS = "我爱机器学习\n\nI love ML 😀\r\n".encode()
FILES = {
    0: {"a.jpg": None},
    1: {"a.jpg": None},
    3: {"a.jpg": None},
    100: {"a.txt": TEXTS},
    101: {"a.txt": TEXTS},
    102: {"a.txt": TEXTS},
    200: {"a.wav": sound()},
    201: {"a.wav": sound()},
    202: {"a.wav": sound()},
    400: {"a.csv": b"name,count\nann,1\nbob,2\n"},
    600: {"a.mp4": b"\0\0\0\x18ftypmp42"},
    900: {"a.anything": b"?", "b.csv": b"x\n"},
}
SCHEMA = [{"name": "name", "type": "STRING"}, {"name": "count", "type": "int"}]
BOX = {"@modelarts:shape": "bndbox", "@modelarts:feature": [[1, 2], [20, 20]]}


def made(pictures: Pictures, number: int, *labels: Any, **fields: Any) -> Pictures:
    for name, content in FILES[number].items():
        pictures.put(name, content=content)
    given = [label if isinstance(label, dict) else {"name": label} for label in labels]
    schema = {"schema": SCHEMA} if number == 400 else {}
    return pictures.create(dataset_type=number, labels=given, **schema, **fields)


@pytest.mark.parametrize("number", sorted(TYPES))
def test_every_type_takes_its_files_and_gives_them_back(pictures: Pictures, number: int) -> None:
    made(pictures, number)
    detail = pictures.detail()
    assert (detail["dataset_type"], detail["dataset_format"]) == (number, int(number == 400))
    samples = pictures.samples()
    texts = ["content://我爱机器学习", "content://I love ML 😀"]
    if TYPES[number].texts:
        assert sorted(sample["source"] for sample in samples) == sorted(texts)
        assert {sample["obs_url"] for sample in samples} == {"obs://pictures/in/a.txt"}
    else:
        assert [sample["sample_name"] for sample in samples] == sorted(FILES[number])
    assert {sample["sample_type"] for sample in samples} == {TYPES[number].sample_type}
    for sample in samples:
        body = fetched(pictures, sample["media_url"])
        is_text = sample["source"].startswith("content://")
        assert body.content if not is_text else body.text == sample["source"].removeprefix("content://")
        assert body.headers["x-content-type-options"] == "nosniff"
        assert bool(sample["thumbnail_url"]) == (TYPES[number].sample_type == 0)


def fetched(pictures: Pictures, url: str) -> Any:
    answer = pictures.api.client.get(url, headers=pictures.api.headers)
    assert answer.status_code == 200, answer.text
    return answer


def annotated(pictures: Pictures, *labels: dict[str, Any], expect: bool = True) -> Any:
    first = pictures.samples()[0]
    answer = pictures.update({"sample_id": first["sample_id"], "labels": list(labels)})
    assert answer["success"] is expect, answer
    return pictures.samples()[0]["labels"] if expect else answer["error_msg"]


def test_objects_have_shapes_inside_the_picture(pictures: Pictures) -> None:
    made(pictures, 1, "cat", "dog")
    two = annotated(pictures, {"name": "cat", "property": BOX}, {"name": "cat", "property": {**BOX, "color": "white"}})
    assert [label["name"] for label in two] == ["cat", "cat"]
    assert len({label["id"] for label in two}) == 2
    assert two[1]["property"]["color"] == "white"
    turned = {**BOX, "@modelarts:feature": [[20, 20], [1, 2]]}
    assert annotated(pictures, {"name": "dog", "property": turned})[0]["property"]["@modelarts:feature"] == [
        [1, 2],
        [20, 20],
    ]
    for wrong, word in (
        ({}, "@modelarts:shape"),
        ({**BOX, "@modelarts:feature": [[1, 2]]}, "2 points"),
        ({**BOX, "@modelarts:feature": [[1, 2], [1, 9]]}, "no area"),
        ({**BOX, "@modelarts:feature": [[-1, 2], [5, 9]]}, "outside"),
        ({"@modelarts:shape": "circle", "@modelarts:feature": [[5, 5], [9]]}, "outside"),
        ({"@modelarts:shape": "star", "@modelarts:feature": []}, "star"),
    ):
        assert word in annotated(pictures, {"name": "cat", "property": wrong}, expect=False)


def test_entities_lie_inside_the_text(pictures: Pictures) -> None:
    made(pictures, 101, "who")
    span = {"@modelarts:start_index": 0, "@modelarts:end_index": 2}
    overlapping = {"@modelarts:start_index": 1, "@modelarts:end_index": 3}
    found = annotated(pictures, {"name": "who", "property": span}, {"name": "who", "property": overlapping})
    assert len(found) == 2
    behind = {"@modelarts:start_index": 0, "@modelarts:end_index": 12}
    assert "behind the text" in annotated(pictures, {"name": "who", "property": behind}, expect=False)
    empty = {"@modelarts:start_index": 3, "@modelarts:end_index": 3}
    assert "no text" in annotated(pictures, {"name": "who", "property": empty}, expect=False)


def test_relations_lead_between_the_entities_they_take(pictures: Pictures) -> None:
    person, book = {"name": "person", "type": 103}, {"name": "book", "type": 103}
    limits = {"@modelarts:from_type": "person", "@modelarts:to_type": "book"}
    made(pictures, 102, person, book, {"name": "wrote", "type": 102, "property": limits})

    def entity(name: str, start: int, key: str) -> dict[str, Any]:
        own = {"@modelarts:start_index": start, "@modelarts:end_index": start + 1}
        return {"name": name, "type": 103, "id": key, "property": own}

    def wrote(start: str, end: str) -> dict[str, Any]:
        return {"name": "wrote", "type": 102, "property": {"@modelarts:from": start, "@modelarts:to": end}}

    ends = entity("person", 0, "E1"), entity("book", 1, "E2")
    found = annotated(pictures, *ends, wrote("E1", "E2"))
    assert [label["id"] for label in found] == ["E1", "E2", "R1"]
    assert "takes a 'person'" in annotated(pictures, *ends, wrote("E2", "E1"), expect=False)
    assert "no entity" in annotated(pictures, *ends, wrote("E1", "E9"), expect=False)


def test_speech_is_annotated_without_labels(pictures: Pictures) -> None:
    made(pictures, 201)
    said = {"@modelarts:content": "今天天气好"}
    assert annotated(pictures, {"property": said})[0]["property"] == said
    assert pictures.samples(sample_state="__ALL__")[0]["labels"][0]["name"] == ""
    assert pictures.detail()["annotated_sample_count"] == 1
    assert "empty" in annotated(pictures, {"property": {}}, expect=False)
    answer = pictures.ask("POST", "data-annotations/labels", {"labels": [{"name": "x"}]})
    assert "no labels" in answer["error_msg"]


def test_segments_of_speech_need_no_label(pictures: Pictures) -> None:
    made(pictures, 202, "Tom", content_labeling=True)
    assert pictures.detail()["content_labeling"] is True
    one = {"@modelarts:start_time": "00:00:00.010", "@modelarts:end_time": "00:00:00.050", "@modelarts:content": "hm"}
    found = annotated(
        pictures,
        {"name": "Tom", "property": one},
        {"property": {**one, "@maquette:start_sample": 8, "@maquette:end_sample": 9}},
    )
    assert [label["name"] for label in found] == ["Tom", ""]
    assert pictures.label_counts() == {"Tom": 1}
    backwards = {"@modelarts:start_time": "00:00:01", "@modelarts:end_time": "00:00:00"}
    assert "before it begins" in annotated(pictures, {"property": backwards}, expect=False)


@pytest.mark.parametrize("number", [400, 900])
def test_what_is_not_labelled(pictures: Pictures, number: int) -> None:
    made(pictures, number)
    assert "not labelled" in annotated(pictures, {"name": "x"}, expect=False)


def test_a_table_shows_its_first_rows(pictures: Pictures) -> None:
    made(pictures, 400)
    assert [field["type"] for field in pictures.detail()["schema"]] == ["String", "Int"]
    sample = pictures.samples()[0]
    shown = fetched(pictures, sample["media_url"].replace("/media", "/rows").partition("?")[0]).json()
    assert shown["rows"] == [["ann", "1"], ["bob", "2"]]
    assert not shown["more"]
    detected = pictures.api.post("/v1", "table-schema", {"data_path": "/pictures/in/"}).json()
    assert [(field["name"], field["type"]) for field in detected["fields"]] == [("name", "String"), ("count", "Int")]


def test_a_table_in_gbk_shows_its_characters(pictures: Pictures) -> None:
    pictures.put("a.csv", content="name,count\n安,1\n".encode("gbk"))
    pictures.create(dataset_type=400, schema=SCHEMA)
    url = pictures.samples()[0]["media_url"].replace("/media", "/rows").partition("?")[0]
    assert fetched(pictures, url).json()["rows"] == [["安", "1"]]


def test_changed_and_vanished_lines_are_marked(pictures: Pictures) -> None:
    made(pictures, 100)
    pictures.put("a.txt", content="我爱机器学习\nnew\nnew\n".encode())
    pictures.put("b.txt", content=b"new\nother\n")
    pictures.ask("POST", "sync-data")
    pictures.platform.run_tasks()
    found = {sample["source"].removeprefix("content://"): sample for sample in pictures.samples()}
    assert set(found) == {"我爱机器学习", "I love ML 😀", "new", "other"}
    gone = [text for text, sample in found.items() if "@maquette:missing" in sample["metadata"]]
    assert gone == ["I love ML 😀"]
    pictures.put("a.txt", content=TEXTS)
    pictures.ask("POST", "sync-data")
    pictures.platform.run_tasks()
    missing = [s["source"] for s in pictures.samples() if "@maquette:missing" in s["metadata"]]
    assert missing == ["content://new"]
