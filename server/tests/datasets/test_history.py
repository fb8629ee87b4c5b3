"""The history of samples over HTTP: what it tells, and going back in it, sample by sample and as a whole."""

from typing import Any

import pytest
from tests.datasets.conftest import picture

from maquette.datasets import label_removal, restoring_task
from maquette.kit.clock import now_ms

SAMPLES = "data-annotations/samples"
RESTORE = "data-annotations/restore"


@pytest.fixture
def flowers(pictures: Any) -> Any:
    pictures.put(*(f"{letter}.jpg" for letter in "abc"))
    return pictures.create("rose", "tulip")


def history(pictures: Any, sample_id: str, **params: Any) -> list[Any]:
    return pictures.ask("GET", f"{SAMPLES}/{sample_id}/history", **params)["operations"]


def names(annotations: Any) -> list[str] | None:
    return [label["name"] for label in annotations["labels"]] if annotations else None


def restored(pictures: Any, moment: int, **options: Any) -> Any:
    """Restore to the moment and return what the task found."""
    asked = pictures.ask("POST", RESTORE, {"time": moment, **options})
    pictures.platform.run_tasks()
    task = pictures.api.get("/v1", f"platform-tasks/{asked['task_id']}").json()
    assert task["state"] == "succeeded", task
    assert task["result"]["undo_time"] == asked["undo_time"]
    return task["result"]


def moment() -> int:
    """A moment with everything so far before it and everything else behind it."""
    now = now_ms()
    while now_ms() == now:
        pass
    return now


def test_every_change_tells_who_when_and_from_what_to_what(flowers: Any) -> None:
    first = flowers.ids()[0]
    assert history(flowers, first) == []
    flowers.label(first, "rose")
    bob = flowers.platform.user("bob")
    body = {"samples": [{"sample_id": first, "labels": [{"name": "tulip"}], "metadata": {"@modelarts:hard": 1}}]}
    flowers.ask("PUT", SAMPLES, body, api=bob)
    newest, oldest = history(flowers, first)
    assert (newest["by"], newest["action"], newest["revision"]) == ("human/admin/bob", "annotate", 1)
    assert (names(newest["before"]), names(newest["after"])) == (["rose"], ["tulip"])
    assert newest["after"]["metadata"]["@modelarts:hard"] == 1
    assert newest["after"]["sample_status"] == "MANUAL_ANNOTATION"
    assert (oldest["by"], names(oldest["before"]), names(oldest["after"])) == ("human/admin/admin", [], ["rose"])
    assert oldest["at"] <= newest["at"] <= now_ms()
    page = flowers.ask("GET", f"{SAMPLES}/{first}/history", limit=1, offset=1)
    assert (page["total_count"], page["operations"]) == (2, [oldest])
    assert flowers.ask("GET", f"{SAMPLES}/nobody/history", expect=404)["error_code"] == "ModelArts.4357"


def test_an_operation_is_undone_by_another_one(flowers: Any) -> None:
    first = flowers.ids()[0]
    flowers.label(first, "rose", sample_usage="TRAIN", metadata={"field": "x"})
    flowers.label(first, "tulip", sample_usage="EVAL", metadata={"field": None, "@modelarts:hard": 1})
    operation = history(flowers, first)[0]["operation_id"]
    answer = flowers.ask("POST", f"{SAMPLES}/{first}/restore", {"operation_id": operation, "expected_revision": 2})
    sample = answer["sample"]
    assert (answer["changed"], answer["revision"], answer["file_missing"]) == (True, 3, False)
    assert (names(sample), sample["sample_usage"], sample["metadata"]["field"]) == (["rose"], "TRAIN", "x")
    assert "@modelarts:hard" not in sample["metadata"]
    assert flowers.label_counts() == {"rose": 1, "tulip": 0}
    assert flowers.detail()["hard_sample_count"] == 0
    assert [entry["action"] for entry in history(flowers, first)] == ["restore", "annotate", "annotate"]
    again = flowers.ask("POST", f"{SAMPLES}/{first}/restore", {"revision": 2})
    assert names(again["sample"]) == ["tulip"]
    same = flowers.ask("POST", f"{SAMPLES}/{first}/restore", {"revision": 4})
    assert (same["changed"], same["revision"]) == (False, 4)


def test_going_back_from_what_one_has_not_seen_is_a_conflict(flowers: Any) -> None:
    first = flowers.ids()[0]
    flowers.label(first, "rose")
    flowers.label(first, "tulip")
    body = {"revision": 0, "expected_revision": 1}
    answer = flowers.ask("POST", f"{SAMPLES}/{first}/restore", body, expect=409)
    assert answer["error_code"] == "ModelArts.4358"
    assert answer["error_details"]["yours"] == body
    assert names(answer["error_details"]["current"]) == ["tulip"]
    wrong = flowers.ask("POST", f"{SAMPLES}/{first}/restore", {"revision": 9}, expect=404)
    assert wrong["error_code"] == "ModelArts.4369"
    flowers.ask("POST", f"{SAMPLES}/{first}/restore", {}, expect=400)
    flowers.ask("POST", f"{SAMPLES}/nobody/restore", {"revision": 0}, expect=404)


def test_a_removed_sample_comes_back_and_says_whether_its_file_does(flowers: Any) -> None:
    first, second, _ = flowers.ids()
    flowers.label(first, "rose")
    flowers.ask("POST", f"{SAMPLES}/delete", {"samples": [first]})
    flowers.ask("POST", f"{SAMPLES}/delete", {"samples": [second], "delete_source": True})
    flowers.platform.run_tasks()
    removed = flowers.ask("GET", "data-annotations/history", action="remove")
    assert [entry["sample_id"] for entry in removed["operations"]] == [second, first]
    assert names(removed["operations"][1]["before"]) == ["rose"]
    assert "after" not in removed["operations"][1]
    back = flowers.ask("POST", f"{SAMPLES}/{first}/restore", {"revision": 1})
    assert (back["revision"], back["file_missing"], names(back["sample"])) == (3, False, ["rose"])
    operation = history(flowers, second)[0]["operation_id"]
    back = flowers.ask("POST", f"{SAMPLES}/{second}/restore", {"operation_id": operation})
    assert back["file_missing"]
    assert "@maquette:missing" in back["sample"]["metadata"]
    detail = flowers.detail()
    assert (detail["total_sample_count"], detail["deleted_sample_count"]) == (3, 0)
    assert flowers.label_counts()["rose"] == 1
    newest = history(flowers, first)[0]
    assert (newest["action"], "before" in newest, names(newest["after"])) == ("restore", False, ["rose"])
    gone = flowers.ask("POST", f"{SAMPLES}/{first}/restore", {"operation_id": newest["operation_id"]})
    assert "sample" not in gone
    assert flowers.detail()["total_sample_count"] == 2


def test_a_file_has_one_sample(flowers: Any) -> None:
    first = flowers.ids()[0]
    flowers.label(first, "rose")
    before = moment()
    flowers.ask("POST", f"{SAMPLES}/delete", {"samples": [first]})
    flowers.ask("POST", "sync-data")
    flowers.platform.run_tasks()
    answer = flowers.ask("POST", f"{SAMPLES}/{first}/restore", {"revision": 1}, expect=409)
    assert answer["error_code"] == "ModelArts.4351"
    result = restored(flowers, before)
    assert (result["blocked"], result["returned"]) == (1, 0)
    assert result["problems"][0]["sample_id"] == first
    assert flowers.detail()["total_sample_count"] == 3


def test_a_dataset_goes_back_to_a_moment_and_forth_again(flowers: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restoring_task, "BATCH", 1)
    first, second, third = flowers.ids()
    flowers.label(first, "rose")
    flowers.label(second, "rose")
    then, samples = moment(), flowers.samples()
    flowers.label(first, "tulip")
    flowers.label(first, "tulip", "rose")
    flowers.label(third, "tulip")
    flowers.put("d.jpg", content=picture())
    flowers.ask("POST", "sync-data")
    flowers.platform.run_tasks()
    flowers.ask("POST", f"{SAMPLES}/delete", {"samples": [second]})
    added = next(sample["sample_id"] for sample in flowers.samples() if sample["sample_name"] == "d.jpg")
    flowers.label(added, "tulip")
    now = [names(sample) for sample in flowers.samples()]
    counted = {"changed": 2, "returned": 1, "removed": 0, "unchanged": 0, "blocked": 0, "busy": 0, "added": 1}
    dry = restored(flowers, then, dry_run=True)
    assert {name: dry[name] for name in counted} == counted
    assert [names(sample) for sample in flowers.samples()] == now
    result = restored(flowers, then)
    assert {name: result[name] for name in counted} == counted
    found = flowers.samples()
    assert [names(sample) for sample in found] == [*map(names, samples), ["tulip"]]
    assert [sample["sample_id"] for sample in found] == [first, second, third, added]
    assert flowers.label_counts() == {"rose": 2, "tulip": 1}
    undone = restored(flowers, result["undo_time"])
    assert (undone["changed"], undone["removed"]) == (2, 1)
    assert [names(sample) for sample in flowers.samples()] == now
    assert flowers.detail()["deleted_sample_count"] == 1


def test_what_was_changed_after_asking_is_left_alone(flowers: Any) -> None:
    first, second, _ = flowers.ids()
    then = moment()
    flowers.label(first, "rose")
    flowers.label(second, "rose")
    moment()
    asked = flowers.ask("POST", RESTORE, {"time": then})
    moment()
    flowers.label(first, "tulip")
    flowers.ask("POST", RESTORE, {"time": then}, expect=409)
    flowers.platform.run_tasks()
    task = flowers.api.get("/v1", f"platform-tasks/{asked['task_id']}").json()
    assert (task["result"]["changed"], task["result"]["busy"]) == (1, 1)
    assert [names(sample) for sample in flowers.samples()] == [["tulip"], [], []]


def test_a_label_deleted_since_comes_back_with_its_annotations(flowers: Any) -> None:
    first, second, _ = flowers.ids()
    flowers.label(first, "rose")
    flowers.label(second, "rose")
    flowers.ask("PUT", "data-annotations/labels/rose", {"@modelarts:color": "#123456", "@modelarts:shortcut": "r"})
    flowers.ask("POST", "data-annotations/labels/delete", {"labels": [{"name": "rose"}]})
    entry = history(flowers, first)[0]
    assert (entry["action"], names(entry["before"]), names(entry["after"])) == ("remove-label", ["rose"], [])
    flowers.ask("PUT", "data-annotations/labels/tulip", {"@modelarts:shortcut": "r"})
    flowers.ask("POST", f"{SAMPLES}/{first}/restore", {"operation_id": entry["operation_id"]})
    labels = flowers.ask("GET", "data-annotations/labels")["labels"]
    assert [label["name"] for label in labels] == ["rose", "tulip"]
    assert labels[0]["property"] == {"@modelarts:color": "#123456"}
    assert flowers.label_counts() == {"rose": 1, "tulip": 0}
    flowers.ask("POST", "data-annotations/labels/delete", {"labels": [{"name": "rose"}]})
    flowers.ask("POST", "data-annotations/labels", {"labels": [{"name": "rose"}]})
    flowers.ask("POST", f"{SAMPLES}/{second}/restore", {"operation_id": history(flowers, second)[0]["operation_id"]})
    assert flowers.label_counts() == {"tulip": 0, "rose": 1}


def test_a_label_that_is_leaving_does_not_come_back(flowers: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, _ = flowers.ids()
    flowers.label(first, "rose")
    flowers.label(second, "rose")
    flowers.label(second)
    monkeypatch.setattr(label_removal, "AT_ONCE", 0)
    flowers.ask("POST", "data-annotations/labels/delete", {"labels": [{"name": "rose"}]})
    answer = flowers.ask("POST", f"{SAMPLES}/{second}/restore", {"revision": 1}, expect=409)
    assert "'rose' is being deleted" in answer["error_msg"]


def test_a_moment_that_cannot_be_gone_back_to(flowers: Any) -> None:
    flowers.ask("POST", RESTORE, {"time": now_ms() + 60_000}, expect=400)
    flowers.ask("POST", RESTORE, {"time": "yesterday"}, expect=400)
    first = flowers.ids()[0]
    early = moment()
    flowers.label(first, "rose")
    version = flowers.ask("POST", "versions", {"version_name": "V001"}, expect=201)["version_id"]
    flowers.platform.run_tasks()
    flowers.label(first, "tulip")
    flowers.ask("POST", "versions", {"version_name": "V002"}, expect=201)
    flowers.platform.run_tasks()
    flowers.ask("PUT", "", {"current_version_id": version})
    flowers.platform.run_tasks()
    assert flowers.label_counts() == {"rose": 1, "tulip": 0}
    answer = flowers.ask("POST", RESTORE, {"time": early}, expect=409)
    assert "restore point" in answer["error_msg"]
    late = moment()
    flowers.label(first, "tulip")
    assert restored(flowers, late)["changed"] == 1
    assert flowers.label_counts() == {"rose": 1, "tulip": 0}
