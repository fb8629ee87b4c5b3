"""Differences of versions, the current version and restore points over HTTP."""

from typing import Any

import pytest
from tests.datasets.conftest import Pictures


@pytest.fixture
def flowers(pictures: Pictures) -> Pictures:
    """Two versions: of five pictures one was deleted, one added, one relabelled, one gained a label, one lost its."""
    pictures.put("a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg")
    pictures.create("rose", "tulip")
    ids = pictures.ids()
    for key in ids[:4]:
        pictures.label(key, "rose")
    publish(pictures)
    pictures.label(ids[0], "tulip")
    pictures.label(ids[1], "rose", "tulip")
    pictures.label(ids[2])
    pictures.ask("POST", "data-annotations/samples/delete", {"samples": ids[4:]})
    assert pictures.api.delete("/v1", "buckets/pictures/objects/in/e.jpg").status_code < 300
    pictures.put("f.jpg")
    pictures.ask("POST", "sync-data")
    pictures.platform.run_tasks()
    pictures.label(pictures.samples()[-1]["sample_id"], "tulip")
    publish(pictures)
    return pictures


def publish(pictures: Pictures) -> None:
    pictures.ask("POST", "versions", {}, expect=201)
    pictures.platform.run_tasks()


def versions(pictures: Pictures) -> list[dict[str, Any]]:
    """Oldest first."""
    return pictures.ask("GET", "versions")["versions"][::-1]


def behind(pictures: Pictures, **wanted: Any) -> list[tuple[str, list[str] | None, list[str] | None]]:
    path = f"versions/{versions(pictures)[1]['version_id']}/differences/samples"
    found = []
    for item in pictures.ask("GET", path, **wanted)["samples"]:
        sides = [item.get(side) for side in ("before", "after")]
        name = next(side["sample_name"] for side in sides if side)
        names = [None if side is None else [label["name"] for label in side["labels"]] for side in sides]
        found.append((name, names[0], names[1]))
    return found


def test_numbers(flowers: Pictures) -> None:
    first, second = versions(flowers)
    found = flowers.ask("GET", f"versions/{second['version_id']}/differences")
    labels = {label.pop("name"): label for label in found.pop("labels")}
    assert found == {
        "base_version_id": first["version_id"],
        "base_version_name": "V001",
        "version_id": second["version_id"],
        "version_name": "V002",
        "added_sample_count": 1,
        "removed_sample_count": 1,
        "changed_sample_count": 3,
        "unchanged_sample_count": 1,
        "move_count": 1,
        "moves": [{"name": "rose", "type": 0, "to_name": "tulip", "to_type": 0, "sample_count": 1}],
    }
    nothing = dict.fromkeys(
        ("with_added_samples", "with_removed_samples", "added", "removed", "moved_in", "moved_out"), 0
    )
    assert labels == {
        "rose": nothing | {"type": 0, "before": 4, "after": 2, "removed": 1, "moved_out": 1},
        "tulip": nothing | {"type": 0, "before": 0, "after": 3, "with_added_samples": 1, "added": 1, "moved_in": 1},
    }
    backwards = flowers.ask("GET", f"versions/{first['version_id']}/differences", base=second["version_id"])
    assert backwards["moves"][0]["to_name"] == "rose"


def test_the_samples_behind_the_numbers(flowers: Pictures) -> None:
    moved, gained, lost = (
        ("a.jpg", ["rose"], ["tulip"]),
        ("b.jpg", ["rose"], ["rose", "tulip"]),
        ("c.jpg", ["rose"], []),
    )
    assert behind(flowers, kind="added") == [("f.jpg", None, ["tulip"])]
    assert behind(flowers, kind="added", label="rose") == []
    assert behind(flowers, kind="removed") == [("e.jpg", [], None)]
    assert behind(flowers) == [moved, gained, lost]
    assert behind(flowers, limit=1, offset=1) == [gained]
    assert behind(flowers, label="tulip") == [moved, gained]
    assert behind(flowers, kind="label_added") == behind(flowers, kind="label_added", label="tulip") == [gained]
    assert behind(flowers, kind="label_removed", label="rose") == [lost]
    assert behind(flowers, kind="label_moved") == [moved]
    assert behind(flowers, kind="label_moved", label="rose", to_label="tulip") == [moved]
    assert behind(flowers, kind="label_moved", label="tulip") == []


def test_every_version_tells_its_predecessor(flowers: Pictures) -> None:
    first, second = versions(flowers)
    assert "previous_version_id" not in first
    assert (second["previous_version_id"], second["previous_version_name"]) == (first["version_id"], "V001")
    assert (second["previous_total_sample_count"], second["previous_annotated_sample_count"]) == (5, 4)
    assert {label["name"]: label["sample_count"] for label in second["label_stats"]} == {"rose": 2, "tulip": 3}
    flowers.ask("PUT", "", {"current_version_id": first["version_id"]})
    flowers.platform.run_tasks()
    publish(flowers)
    assert versions(flowers)[2]["previous_version_name"] == "V001"


def test_no_base_and_a_base_that_is_not_there(flowers: Pictures) -> None:
    first, second = versions(flowers)
    assert (
        flowers.ask("GET", f"versions/{first['version_id']}/differences", expect=400)["error_code"] == "ModelArts.4373"
    )
    path = f"versions/{second['version_id']}/differences"
    assert flowers.ask("GET", path, base="nothing", expect=404)["error_code"] == "ModelArts.4370"
    flowers.ask("POST", "versions", {}, expect=201)
    unfinished = versions(flowers)[2]["version_id"]
    assert flowers.ask("GET", path, base=unfinished, expect=409)["error_code"] == "ModelArts.4375"


def test_an_older_version_becomes_the_current_one_and_back(flowers: Pictures) -> None:
    first, second = versions(flowers)
    now = {sample["sample_name"]: [label["name"] for label in sample["labels"]] for sample in flowers.samples()}
    asked = flowers.ask("PUT", "", {"current_version_id": first["version_id"]})
    assert set(asked) == {"dataset_id", "task_id"}
    assert flowers.detail()["status"] == 7
    flowers.platform.run_tasks()
    assert flowers.detail()["current_version_name"] == "V001"
    assert flowers.label_counts() == {"rose": 4, "tulip": 0}
    (point,) = flowers.ask("GET", "restore-points")["restore_points"]
    assert (point["reason"], point["version_name"], point["total_sample_count"]) == ("set-current", "V002", 5)
    flowers.ask("POST", f"restore-points/{point['generation']}/restore")
    assert {s["sample_name"]: [label["name"] for label in s["labels"]] for s in flowers.samples()} == now
    assert flowers.detail()["current_version_id"] == second["version_id"]
    gone = flowers.ask("POST", f"restore-points/{point['generation']}/restore", expect=404)
    assert gone["error_code"] == "ModelArts.4377"


def test_the_current_version_can_be_taken_anew(flowers: Pictures) -> None:
    """An update that names it changes nothing: clients send back what they have read."""
    second = versions(flowers)[1]["version_id"]
    flowers.label(flowers.ids()[0])
    assert "task_id" not in flowers.ask("PUT", "", {"current_version_id": second})
    flowers.ask("POST", f"versions/{second}/current", expect=202)
    flowers.platform.run_tasks()
    assert flowers.label_counts() == {"rose": 2, "tulip": 3}
