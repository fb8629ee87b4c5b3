"""Label sets of each type over HTTP: attributes, relations, categories, shortcuts, shapes; what annotations obey."""

from typing import Any

import pytest
from tests.datasets.test_types import BOX, annotated, made

LABELS = "data-annotations/labels"
COLOR = {
    "name": "color",
    "type": "select",
    "default_value": "white",
    "values": [{"id": "1", "value": "white"}, {"id": "2", "value": "black"}],
}
CAT = {"name": "cat", "attributes": [COLOR, {"name": "note", "type": "text"}]}
PERSON, BOOK = {"name": "person", "type": 103}, {"name": "book", "type": 103}
WROTE = {
    "name": "wrote",
    "type": 102,
    "property": {"@modelarts:from_type": "person", "@modelarts:to_type": "book"},
}


def listed(pictures: Any) -> dict[str, Any]:
    return {label["name"]: label for label in pictures.ask("GET", LABELS)["labels"]}


def add(pictures: Any, *labels: dict[str, Any]) -> Any:
    return pictures.ask("POST", LABELS, {"labels": list(labels)})


def change(pictures: Any, *labels: dict[str, Any]) -> Any:
    return pictures.ask("PUT", LABELS, {"labels": list(labels)})


def test_annotations_say_what_the_attributes_allow(pictures: Any) -> None:
    made(pictures, 1, CAT)
    kept = listed(pictures)["cat"]["attributes"]
    assert kept == [COLOR, {"name": "note", "type": "text"}]
    found = annotated(
        pictures, {"name": "cat", "property": {**BOX, "color": "black", "note": "asleep", "pose": "left"}}
    )
    assert {"color": "black", "note": "asleep", "pose": "left"}.items() <= found[0]["property"].items()
    silent = annotated(pictures, {"name": "cat", "property": BOX})
    assert silent[0]["property"]["color"] == "white"
    assert "note" not in silent[0]["property"]
    refused = annotated(pictures, {"name": "cat", "property": {**BOX, "color": "green"}}, expect=False)
    assert "use one of 'white', 'black'" in refused
    assert "is a text" in annotated(pictures, {"name": "cat", "property": {**BOX, "note": 7}}, expect=False)
    fewer = {**CAT, "attributes": [{**COLOR, "default_value": None, "values": [{"value": "brown"}]}]}
    assert change(pictures, fewer) == {"success": True}
    assert pictures.samples()[0]["labels"][0]["property"]["color"] == "white"
    assert "'brown'" in annotated(pictures, {"name": "cat", "property": {**BOX, "color": "white"}}, expect=False)


@pytest.mark.parametrize(
    ("attribute", "word"),
    [
        ({"type": "text"}, "attribute name"),
        ({"name": "@modelarts:shape", "type": "text"}, "attribute name"),
        ({"name": "x", "type": "select"}, "give it values"),
        ({"name": "x", "type": "select", "values": [{"value": "a"}, {"value": "a"}]}, "each once"),
        ({"name": "x", "type": "select", "values": [{"value": ""}]}, "empty"),
        ({"name": "x", "type": "text", "values": [{"value": "a"}]}, "no values"),
        ({"name": "x", "values": [{"value": "a"}], "default_value": "b"}, "none of the values"),
        ({"name": "color", "type": "text"}, "two attributes"),
    ],
)
def test_an_attribute_that_cannot_be(pictures: Any, attribute: dict[str, Any], word: str) -> None:
    made(pictures, 1)
    answer = add(pictures, {"name": "dog", "attributes": [COLOR, attribute]})
    assert word in answer["error_msg"]
    assert listed(pictures) == {}


def test_relations_lead_between_entities_of_the_set(pictures: Any) -> None:
    made(pictures, 102, WROTE, PERSON, BOOK)
    assert list(listed(pictures)) == ["person", "book", "wrote"]
    reads = {"name": "reads", "type": 102, "property": {"@modelarts:from_type": "reader"}}
    reader = {"name": "reader", "type": 103}
    assert "no entity" in add(pictures, reads)["error_msg"]
    assert "no entity" in add(pictures, {**reads, "property": {"@modelarts:to_type": "wrote"}})["error_msg"]
    assert add(pictures, reads, reader) == {"success": True}
    wrong = {"name": "x", "type": 103, "property": {"@modelarts:from_type": "person"}}
    assert "only relations" in add(pictures, wrong)["error_msg"]
    rename = {"name": "person", "type": 103, "property": {"@modelarts:rename_to": "author"}}
    assert change(pictures, rename, {"name": "wrote", "property": {"@modelarts:to_type": ""}}) == {"success": True}
    ends = {key: value for key, value in listed(pictures)["wrote"]["property"].items() if "type" in key}
    assert ends == {"@modelarts:from_type": "author"}


def test_an_entity_stays_while_a_relation_names_it(pictures: Any) -> None:
    made(pictures, 102, PERSON, BOOK, WROTE)
    answer = pictures.ask("POST", f"{LABELS}/delete", {"labels": [PERSON]})
    assert answer["error_code"] == "ModelArts.4368"
    assert "'wrote'" in answer["error_msg"]
    pictures.ask("DELETE", f"{LABELS}/book", expect=409, label_type=103)
    refused = pictures.ask("PUT", "", {"delete_labels": [BOOK]}, expect=409)
    assert refused["error_code"] == "ModelArts.4368"
    assert pictures.ask("POST", f"{LABELS}/delete", {"labels": [PERSON, WROTE]}) == {"success": True}
    assert list(listed(pictures)) == ["book"]


def test_relations_go_with_the_entities_they_lead_between(pictures: Any) -> None:
    free = {"name": "knows", "type": 102}
    made(pictures, 102, PERSON, BOOK, free)

    def entity(name: str, start: int, key: str) -> dict[str, Any]:
        own = {"@modelarts:start_index": start, "@modelarts:end_index": start + 1}
        return {"name": name, "type": 103, "id": key, "property": own}

    knows = {"name": "knows", "type": 102, "property": {"@modelarts:from": "E1", "@modelarts:to": "E2"}}
    annotated(pictures, entity("person", 0, "E1"), entity("book", 1, "E2"), knows)
    assert pictures.ask("POST", f"{LABELS}/delete", {"labels": [BOOK]}) == {"success": True}
    assert [label["name"] for label in pictures.samples()[0]["labels"]] == ["person"]
    assert pictures.label_counts() == {"person": 1, "knows": 0}


def test_segments_of_speech_have_labels_of_several_categories(pictures: Any) -> None:
    tom = {"name": "Tom", "property": {"@maquette:category": "speaker"}}
    noise = {"name": "noise", "property": {"@maquette:category": "sound"}}
    made(pictures, 202, tom, noise)
    assert listed(pictures)["Tom"]["property"]["@maquette:category"] == "speaker"
    times = {"@modelarts:start_time": "00:00:00.010", "@modelarts:end_time": "00:00:00.050"}
    found = annotated(pictures, {"name": "Tom", "property": times}, {"name": "noise", "property": times})
    assert [label["name"] for label in found] == ["Tom", "noise"]
    change(pictures, {"name": "Tom", "property": {"@maquette:category": ""}})
    assert "@maquette:category" not in listed(pictures)["Tom"]["property"]
    long = {"name": "x", "property": {"@maquette:category": "x" * 65}}
    assert "label category" in add(pictures, long)["error_msg"]


def test_only_segments_have_categories(pictures: Any) -> None:
    made(pictures, 200)
    refused = add(pictures, {"name": "x", "property": {"@maquette:category": "sound"}})
    assert "only those for speech segmentation" in refused["error_msg"]


def test_a_shortcut_belongs_to_one_label(pictures: Any) -> None:
    made(pictures, 100, {"name": "good", "property": {"@modelarts:shortcut": "1"}})
    taken = add(pictures, {"name": "bad", "property": {"@modelarts:shortcut": "1"}})
    assert taken["error_code"] == "ModelArts.4367"
    add(pictures, {"name": "bad", "property": {"@modelarts:shortcut": "b"}})
    taken = change(pictures, {"name": "good", "property": {"@modelarts:shortcut": "B"}})
    assert taken["results"][0]["error_code"] == "ModelArts.4367"
    assert change(pictures, {"name": "bad", "property": {"@modelarts:shortcut": "b"}}) == {"success": True}
    swap = [("good", ""), ("bad", "1"), ("good", "b")]
    for name, key in swap:
        assert change(pictures, {"name": name, "property": {"@modelarts:shortcut": key}}) == {"success": True}
    assert {name: label["property"]["@modelarts:shortcut"] for name, label in listed(pictures).items()} == {
        "good": "b",
        "bad": "1",
    }


@pytest.mark.parametrize(
    ("number", "fits"), [(1, True), (3, True), (600, True), (0, False), (100, False), (202, False)]
)
def test_only_drawn_labels_have_a_default_shape(pictures: Any, number: int, fits: bool) -> None:
    made(pictures, number)
    answer = add(pictures, {"name": "x", "property": {"@modelarts:default_shape": "polygon"}})
    assert answer["success"] is fits, answer
    if not fits:
        assert "no default shape" in answer["error_msg"]


@pytest.mark.parametrize("number", [0, 1, 3, 100, 101, 102, 200, 202, 600])
def test_labels_of_every_type_are_made_renamed_and_deleted(pictures: Any, number: int) -> None:
    made(pictures, number, "one")
    assert add(pictures, {"name": "two", "property": {"@modelarts:color": "#93c47d"}}) == {"success": True}
    assert change(pictures, {"name": "one", "property": {"@modelarts:rename_to": "three"}}) == {"success": True}
    assert list(listed(pictures)) == ["three", "two"]
    assert {label["type"] for label in listed(pictures).values()} == {number}
    assert pictures.ask("POST", f"{LABELS}/delete", {"labels": [{"name": "two"}]}) == {"success": True}
    assert list(listed(pictures)) == ["three"]
