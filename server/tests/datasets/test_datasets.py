"""Datasets over HTTP: making, listing, changing and deleting them, and who may see them."""

from typing import Any

import pytest
from sqlalchemy import func, select

from maquette.datasets.tables import Dataset, Label, Sample, SampleLabelEntry
from maquette.events import Event


def body(**changes: Any) -> dict[str, Any]:
    return {
        "dataset_name": "flowers",
        "dataset_type": 0,
        "data_sources": [{"data_type": 0, "data_path": "/pictures/in/"}],
        "work_path": "/pictures/out/",
        "work_path_type": 0,
        "unknown_field": "real clients send some",
        **changes,
    }


def test_a_new_dataset_fills_itself(pictures: Any) -> None:
    pictures.put("a.jpg", "deep/b.jpg")
    pictures.create("rose", "tulip", sync=False)
    before = pictures.detail()
    assert before["status"] == 5
    assert before["exist_running_task"]
    pictures.platform.run_tasks()
    after = pictures.detail()
    assert (after["status"], after["total_sample_count"], after["annotated_sample_count"]) == (1, 2, 0)
    assert not after["exist_running_task"]
    assert [label["name"] for label in after["labels"]] == ["rose", "tulip"]
    home = f"/pictures/out/flowers-{pictures.id}/"
    assert after["inner_work_path"] == home
    assert after["inner_annotation_path"] == f"{home}annotation/"
    assert after["data_sources"] == [{"data_type": 0, "data_path": "/pictures/in/"}]
    assert after["feature_supports"] == ["0"]


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"dataset_type": 7}, "no such type"),
        ({"dataset_name": "a b"}, "dataset_name"),
        ({"dataset_name": ""}, "dataset_name"),
        ({"dataset_name": "x" * 101}, "dataset_name"),
        ({"description": "x" * 257}, "description"),
        ({"work_path": "/pictures/in/"}, "is the input path"),
        ({"work_path": "/pictures/in/out/"}, "inside the input path"),
        ({"work_path": "/pictures/out"}, "slash"),
        ({"work_path": "out/"}, "work_path"),
        ({"data_sources": [{"data_type": 2, "data_path": "/pictures/in/"}]}, "data_type 2"),
        ({"data_sources": [{"data_path": "/pictures/../in/"}]}, "data_path"),
        ({"data_sources": []}, "data_sources"),
        ({"data_format": "CarbonData"}, "CarbonData"),
        ({"label_format": {}, "dataset_type": 1}, "label_format"),
        ({"labels": [{"name": "a"}], "dataset_type": 900}, "labels"),
        ({"dataset_type": 400}, "schema"),
        ({"dataset_type": 400, "schema": [{"name": "a", "type": "Text"}]}, "Text"),
        ({"work_path_type": 1}, "work_path_type"),
        ({"managed": True}, "managed"),
        ({"schema": [{"name": "a"}]}, "schema"),
        ({"workforce_information": {"workforce_id": "1"}}, "team labelling"),
        ({"labels": [{"name": "a"}, {"name": "a"}]}, "already"),
    ],
)
def test_what_cannot_be_created_says_why(pictures: Any, changes: dict[str, Any], word: str) -> None:
    answer = pictures.api.post("/v2", "datasets", body(**changes))
    assert answer.status_code in {400, 409}, answer.text
    assert word in answer.json()["error_msg"]
    assert pictures.api.get("/v2", "datasets").json()["total_number"] == 0


def test_a_bucket_that_is_not_there(pictures: Any) -> None:
    answer = pictures.api.post("/v2", "datasets", body(work_path="/nowhere/out/"))
    assert (answer.status_code, answer.json()["error_code"]) == (404, "ModelArts.4405")


def test_a_work_path_beside_the_input_is_fine(pictures: Any) -> None:
    pictures.create(work_path="/pictures/in2/")
    assert pictures.detail()["work_path"] == "/pictures/in2/"


def test_names_are_unique_until_deleted(pictures: Any) -> None:
    pictures.create()
    assert pictures.api.post("/v2", "datasets", body()).status_code == 409
    assert pictures.api.post("/v2", "datasets", body(dataset_name="Flowers")).status_code == 201
    pictures.ask("DELETE", "")
    assert pictures.api.post("/v2", "datasets", body()).status_code == 201


def test_lists_filter_sort_and_page(pictures: Any) -> None:
    pictures.put("a.jpg", "b.jpg")
    for name in ("roses", "tulips", "daisies"):
        pictures.create("red", name=name)

    def names(**params: Any) -> list[str]:
        answer = pictures.api.get("/v2", "datasets", params=params).json()
        return [entry["dataset_name"] for entry in answer["datasets"]]

    assert names() == ["daisies", "tulips", "roses"]
    assert names(order="asc") == ["roses", "tulips", "daisies"]
    assert names(sort_by="dataset_name", order="asc") == ["daisies", "roses", "tulips"]
    assert names(limit=2, offset=1) == ["roses"]
    assert names(search_content="ses") == ["roses"]
    assert names(search_content="_") == []
    assert names(dataset_type=1) == []
    assert names(dataset_version="v2") == []
    assert names(version_format=0) == []
    assert names(train_evaluate_ratio="0.0,1.0") == []
    assert names(running_task_type=6) == []
    rich = pictures.api.get(
        "/v2",
        "datasets",
        params={"with_labels": True, "file_preview": True, "check_running_task": True, "contain_versions": True},
    ).json()["datasets"][0]
    assert [label["name"] for label in rich["labels"]] == ["red"]
    assert len(rich["samples"]) == 2
    assert rich["exist_running_task"] is False
    assert rich["versions"] == []
    shown = pictures.api.client.get(rich["samples"][0]["url"], headers=pictures.api.headers)
    assert shown.headers["content-type"] == "image/webp"


@pytest.mark.parametrize(
    "params", [{"limit": 0}, {"limit": 2**63}, {"offset": -1}, {"dataset_type": 2**63}, {"order": "up"}]
)
def test_wrong_list_parameters(pictures: Any, params: dict[str, Any]) -> None:
    assert pictures.api.get("/v2", "datasets", params=params).status_code == 400


def test_update_changes_all_or_nothing(pictures: Any) -> None:
    pictures.create("rose", "tulip")
    wanted = {
        "dataset_name": "plants",
        "description": "all of them",
        "add_labels": [{"name": "fern", "property": {"@modelarts:color": "#00ff00"}}],
        "update_labels": [{"name": "rose", "property": {"@modelarts:rename_to": "wild rose"}}],
        "delete_labels": [{"name": "tulip"}],
    }
    assert pictures.ask("PUT", "", wanted) == {"dataset_id": pictures.id}
    detail = pictures.detail()
    assert (detail["dataset_name"], detail["description"]) == ("plants", "all of them")
    assert [label["name"] for label in detail["labels"]] == ["wild rose", "fern"]
    assert detail["inner_work_path"].startswith("/pictures/out/flowers-")
    pictures.ask("PUT", "", {"description": "lost", "delete_labels": [{"name": "nobody"}]}, expect=404)
    assert pictures.detail()["description"] == "all of them"
    pictures.ask("PUT", "", {"current_version_id": "nothing"}, expect=404)


def test_deleting_leaves_files_and_cleans_rows(pictures: Any) -> None:
    pictures.put("a.jpg", "b.jpg")
    pictures.create("rose")
    pictures.label(pictures.ids()[0], "rose")
    assert pictures.ask("DELETE", "") == {}
    pictures.ask("GET", "", expect=404)
    pictures.ask("DELETE", "", expect=404)
    pictures.platform.run_tasks()
    with pictures.platform.database.read() as session:
        for table in (Dataset, Sample, SampleLabelEntry, Label):
            assert session.scalar(select(func.count()).select_from(table)) == 0
        names = set(session.scalars(select(Event.name)))
    assert {"createDataset", "syncDataSource", "updateSamples", "deleteDataset"} <= names
    assert pictures.api.get("/v1", "buckets/pictures/objects/in/a.jpg").status_code == 200


def test_a_cancelled_cleaning_is_taken_up_by_the_next(pictures: Any) -> None:
    pictures.put("a.jpg")
    for name in ("one", "two"):
        pictures.create(name=name)
        pictures.ask("DELETE", "")
        if name == "one":
            task = pictures.api.get("/v1", "platform-tasks").json()["tasks"][0]
            pictures.api.post("/v1", f"platform-tasks/{task['task_id']}/cancel")
    pictures.platform.run_tasks()
    with pictures.platform.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Dataset)) == 0
        assert session.scalar(select(func.count()).select_from(Sample)) == 0


def test_deleting_stops_what_is_running(pictures: Any) -> None:
    pictures.create(sync=False)
    pictures.ask("DELETE", "")
    pictures.platform.run_tasks()
    states = {
        task["kind"]: task["state"]
        for task in pictures.api.get("/v1", "platform-tasks", params={"state": "all"}).json()["tasks"]
    }
    assert states == {"dataset.sync": "cancelled", "dataset.clean": "succeeded"}


def test_another_workspace_sees_nothing(pictures: Any) -> None:
    answer = pictures.api.post("/v1", "workspaces", {"name": "secret", "auth_type": "PRIVATE"})
    workspace = answer.json()["id"]
    pictures.put("a.jpg")
    pictures.create("rose", workspace_id=workspace)
    bob = pictures.platform.user("bob")
    sample = pictures.ids()[0]
    below = "data-annotations"
    for method, path, sent in [
        ("GET", "", None),
        ("PUT", "", {"description": "mine"}),
        ("DELETE", "", None),
        ("GET", f"{below}/labels", None),
        ("POST", f"{below}/labels", {"labels": [{"name": "x"}]}),
        ("PUT", f"{below}/labels", {"labels": [{"name": "rose"}]}),
        ("POST", f"{below}/labels/delete", {"labels": [{"name": "rose"}]}),
        ("PUT", f"{below}/labels/rose", {}),
        ("DELETE", f"{below}/labels/rose", None),
        ("GET", f"{below}/samples", None),
        ("GET", f"{below}/samples/{sample}", None),
        ("PUT", f"{below}/samples", {"samples": [{"sample_id": sample}]}),
        ("POST", f"{below}/samples", {"samples": [{"name": "x.jpg", "data": ""}]}),
        ("POST", f"{below}/samples/delete", {"samples": [sample]}),
        ("GET", f"{below}/stats", None),
        ("GET", f"{below}/search-condition", None),
    ]:
        answer = pictures.ask(method, path, sent, expect=404, api=bob)
        assert answer["error_code"] == "ModelArts.4352", (method, path)
    for what in ("media", "thumbnail"):
        assert bob.get("/v1", f"datasets/{pictures.id}/samples/{sample}/{what}").status_code == 404
    assert bob.get("/v2", "datasets", params={"workspace_id": workspace}).status_code == 404
    assert bob.post("/v2", "datasets", body(workspace_id=workspace)).status_code == 404
    listed = pictures.api.get("/v2", "datasets", params={"workspace_id": workspace}).json()
    assert listed["total_number"] == 1


def test_a_bucket_of_another_workspace_cannot_feed_a_shared_dataset(pictures: Any) -> None:
    workspace = pictures.api.post("/v1", "workspaces", {"name": "secret", "auth_type": "PRIVATE"}).json()["id"]
    made = pictures.api.post("/v1", "buckets", {"name": "hidden", "workspace_id": workspace})
    assert made.status_code == 201
    answer = pictures.api.post("/v2", "datasets", body(work_path="/hidden/out/"))
    assert answer.status_code == 400
    assert "another workspace" in answer.json()["error_msg"]


def test_a_repeated_create_with_its_key_makes_one(pictures: Any) -> None:
    headers = {"Idempotency-Key": "create-1"}
    first = pictures.api.post("/v2", "datasets", body(), headers=headers)
    second = pictures.api.post("/v2", "datasets", body(), headers=headers)
    assert first.json() == second.json()
    assert second.status_code == 201
