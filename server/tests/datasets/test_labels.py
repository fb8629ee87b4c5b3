"""Labels over HTTP: making, renaming and deleting them, with what that does to samples and counts."""

from typing import Any

import pytest
from sqlalchemy import select

from maquette.datasets import label_removal
from maquette.datasets.labels import PALETTE
from maquette.events import Event

LABELS = "data-annotations/labels"


@pytest.fixture
def flowers(pictures: Any) -> Any:
    """Six images: two roses, one tulip, one that is both, two without a label."""
    pictures.put(*(f"{letter}.jpg" for letter in "abcdef"))
    pictures.create("rose", "tulip")
    ids = pictures.ids()
    for sample, names in zip(ids, (["rose"], ["rose"], ["tulip"], ["rose", "tulip"]), strict=False):
        assert pictures.label(sample, *names) == {"success": True}
    assert pictures.label_counts() == {"rose": 3, "tulip": 2}
    return pictures


def listed(pictures: Any, **params: Any) -> list[Any]:
    return pictures.ask("GET", LABELS, **params)["labels"]


def test_create_gives_colours_that_differ(pictures: Any) -> None:
    pictures.create()
    many = [{"name": f"label {number}"} for number in range(len(PALETTE))]
    assert pictures.ask("POST", LABELS, {"labels": many}) == {"success": True}
    colors = [label["property"]["@modelarts:color"] for label in listed(pictures)]
    assert sorted(colors) == sorted(PALETTE)
    own = {"name": "mine", "property": {"@modelarts:color": "#0a0B0c", "@modelarts:shortcut": "m"}}
    pictures.ask("POST", LABELS, {"labels": [own]})
    assert listed(pictures)[-1] == {**own, "type": 0}


def test_pages_of_labels_are_numbered(pictures: Any) -> None:
    pictures.create("a", "b", "c")
    answer = pictures.ask("GET", LABELS, limit=2, offset=1)
    assert (answer["total_number"], [label["name"] for label in answer["labels"]]) == (3, ["c"])


@pytest.mark.parametrize(
    ("label", "word"),
    [
        ({"name": ""}, "label name"),
        ({"name": "x" * 65}, "label name"),
        ({"name": " a"}, "label name"),
        ({"name": "a\nb"}, "label name"),
        ({"name": "a", "type": 1}, "type 1"),
        ({"name": "rose"}, "already"),
        ({"name": "a", "property": {"@modelarts:color": "red"}}, "#rrggbb"),
        ({"name": "a", "property": {"@modelarts:default_shape": "star"}}, "shape"),
    ],
)
def test_one_wrong_label_fails_alone(pictures: Any, label: dict[str, Any], word: str) -> None:
    pictures.create("rose")
    answer = pictures.ask("POST", LABELS, {"labels": [{"name": "fern"}, label]})
    assert not answer["success"]
    assert [result["success"] for result in answer["results"]] == [True, False]
    assert word in answer["error_msg"]
    assert [entry["name"] for entry in listed(pictures)] == ["rose", "fern"]


def test_an_installation_may_have_a_rule_for_names(pictures: Any) -> None:
    pictures.create()
    pictures.platform.settings.label_name_pattern = r"[\w一-鿿-]{1,32}"
    answer = pictures.ask("POST", LABELS, {"labels": [{"name": "玫瑰"}, {"name": "wild rose"}]})
    assert [result["success"] for result in answer["results"]] == [True, False]


def test_a_rename_reaches_every_sample(flowers: Any) -> None:
    change = {"name": "rose", "property": {"@modelarts:rename_to": "玫瑰", "@modelarts:color": "#8a1524"}}
    assert flowers.ask("PUT", LABELS, {"labels": [change]}) == {"success": True}
    assert [label["name"] for label in flowers.samples()[3]["labels"]] == ["玫瑰", "tulip"]
    assert flowers.label_counts() == {"玫瑰": 3, "tulip": 2}
    assert listed(flowers)[0]["property"] == {"@modelarts:color": "#8a1524"}
    assert flowers.count(label_name="玫瑰") == 3
    assert flowers.count(label_name="rose") == 0


def test_a_rename_onto_another_label_is_refused(flowers: Any) -> None:
    change = {"name": "rose", "property": {"@modelarts:rename_to": "tulip"}}
    assert flowers.ask("PUT", LABELS, {"labels": [change]})["results"][0]["error_code"] == "ModelArts.4355"
    assert flowers.label_counts() == {"rose": 3, "tulip": 2}


def test_one_label_by_its_name(flowers: Any) -> None:
    flowers.ask("PUT", f"{LABELS}/rose", {"@modelarts:rename_to": "a/b c"})
    flowers.ask("PUT", f"{LABELS}/a%2Fb%20c", {"@modelarts:color": "#93c47d"})
    assert listed(flowers)[0] == {"name": "a/b c", "type": 0, "property": {"@modelarts:color": "#93c47d"}}
    flowers.ask("PUT", f"{LABELS}/rose", {}, expect=404)


def test_delete_the_label_alone(flowers: Any) -> None:
    answer = flowers.ask("POST", f"{LABELS}/delete", {"labels": [{"name": "rose"}]})
    assert answer == {"success": True}
    samples = flowers.samples()
    assert [[label["name"] for label in sample["labels"]] for sample in samples] == [
        [],
        [],
        ["tulip"],
        ["tulip"],
        [],
        [],
    ]
    assert [sample["sample_status"] for sample in samples][:3] == [
        "UN_ANNOTATION",
        "UN_ANNOTATION",
        "MANUAL_ANNOTATION",
    ]
    assert flowers.label_counts() == {"tulip": 2}
    detail = flowers.detail()
    assert (detail["total_sample_count"], detail["annotated_sample_count"]) == (6, 2)


def test_delete_the_label_with_samples_that_carry_nothing_else(flowers: Any) -> None:
    flowers.ask("POST", f"{LABELS}/delete", {"labels": [{"name": "rose"}]}, delete_policy=1)
    assert [sample["sample_name"] for sample in flowers.samples()] == ["c.jpg", "d.jpg", "e.jpg", "f.jpg"]
    detail = flowers.detail()
    assert (detail["total_sample_count"], detail["deleted_sample_count"]) == (4, 2)
    assert flowers.api.get("/v1", "buckets/pictures/objects/in/a.jpg").status_code == 200


def test_delete_the_label_with_samples_and_files(flowers: Any) -> None:
    answer = flowers.ask("DELETE", f"{LABELS}/rose", delete_source=True)
    assert answer["success"]
    assert [label["name"] for label in listed(flowers)] == ["tulip"]
    assert [label["name"] for label in flowers.samples()[3]["labels"]] == ["tulip"]
    flowers.ask("PUT", f"{LABELS}/rose", {}, expect=409)
    again = flowers.ask("POST", LABELS, {"labels": [{"name": "rose"}]})
    assert again["error_code"] == "ModelArts.4356"
    assert not flowers.label(flowers.ids()[4], "rose")["success"]
    flowers.platform.run_tasks()
    assert [sample["sample_name"] for sample in flowers.samples()] == ["c.jpg", "d.jpg", "e.jpg", "f.jpg"]
    for name, status in (("a.jpg", 404), ("b.jpg", 404), ("c.jpg", 200), ("d.jpg", 200)):
        assert flowers.api.get("/v1", f"buckets/pictures/objects/in/{name}").status_code == status
    assert flowers.ask("POST", LABELS, {"labels": [{"name": "rose"}]}) == {"success": True}
    assert flowers.label_counts() == {"tulip": 2, "rose": 0}


def test_many_carriers_are_a_task_that_can_be_cancelled(flowers: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label_removal, "AT_ONCE", 2)
    answer = flowers.ask("POST", f"{LABELS}/delete", {"labels": [{"name": "rose"}]})
    assert [label["name"] for label in listed(flowers)] == ["tulip"]
    cancelled = flowers.api.post("/v1", f"platform-tasks/{answer['task_id']}/cancel")
    assert cancelled.json()["state"] == "cancelled"
    assert flowers.label_counts() == {"rose": 3, "tulip": 2}
    flowers.ask("POST", f"{LABELS}/delete", {"labels": [{"name": "rose"}]})
    flowers.platform.run_tasks()
    assert flowers.label_counts() == {"tulip": 2}
    assert flowers.detail()["annotated_sample_count"] == 2


def test_a_killed_removal_goes_on_where_it_was(flowers: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label_removal, "AT_ONCE", 1)
    answer = flowers.ask("POST", f"{LABELS}/delete", {"labels": [{"name": "rose"}]}, delete_policy=2)
    taken = label_removal.delete_files

    def dies(*_: Any) -> None:
        raise SystemExit

    monkeypatch.setattr(label_removal, "delete_files", dies)
    with pytest.raises(SystemExit):
        flowers.platform.run_tasks()
    monkeypatch.setattr(label_removal, "delete_files", taken)
    flowers.platform.tasks.reclaim()
    flowers.platform.run_tasks()
    task = flowers.api.get("/v1", f"platform-tasks/{answer['task_id']}").json()
    assert (task["state"], task["result"]) == ("succeeded", {"samples": 3})
    assert [sample["sample_name"] for sample in flowers.samples()] == ["c.jpg", "d.jpg", "e.jpg", "f.jpg"]
    for name in ("a.jpg", "b.jpg"):
        assert flowers.api.get("/v1", f"buckets/pictures/objects/in/{name}").status_code == 404


def test_unknown_labels_in_a_deletion(flowers: Any) -> None:
    answer = flowers.ask("POST", f"{LABELS}/delete", {"labels": [{"name": "tulip"}, {"name": "nobody"}]})
    assert [result["success"] for result in answer["results"]] == [True, False]
    assert [label["name"] for label in listed(flowers)] == ["rose"]
    flowers.ask("DELETE", f"{LABELS}/nobody", expect=404)
    flowers.ask("POST", f"{LABELS}/delete", {"labels": [{"name": "rose"}]}, expect=400, delete_policy=3)


def test_label_deeds_are_recorded(flowers: Any) -> None:
    flowers.ask("POST", LABELS, {"labels": [{"name": "fern"}]})
    flowers.ask("PUT", f"{LABELS}/fern", {"@modelarts:color": "#000000"})
    flowers.ask("POST", f"{LABELS}/delete", {"labels": [{"name": "fern"}]})
    flowers.ask("DELETE", f"{LABELS}/rose")
    with flowers.platform.database.read() as session:
        names = list(session.scalars(select(Event.name).order_by(Event.sequence)))
    assert names[-4:] == ["createLabel", "updateLabel", "deleteLabel", "deleteLabelWithSamples"]


def test_search_conditions_name_what_there_is(flowers: Any) -> None:
    options = flowers.ask("GET", "data-annotations/search-condition")
    assert [label["name"] for label in options["labels"]] == ["rose", "tulip"]
    assert options["labelers"] == ["human/admin/admin"]
    assert options["usages"] == ["TRAIN", "EVAL", "TEST", "INFERENCE", "NONE"]
