"""The versions of a dataset over HTTP: publishing, listing, describing and deleting them, and syncing before that."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from maquette.buckets import Bucket
from maquette.datasets.tables import Dataset
from maquette.events import Event
from maquette.kit.ids import new_id
from maquette.tasks import Task

Make = Callable[..., str]


@pytest.fixture
def make(platform: Any, api: Any) -> Make:
    """Make a dataset with some images in its input folder; returns its path in the API."""

    def build(workspace_id: str = "0", images: int = 2, name: str = "animals") -> str:
        bucket, dataset_id = f"data-{new_id()}", new_id()
        owned = {"project_id": api.project_id, "workspace_id": workspace_id, "owner_id": "u1"}
        folder = platform.settings.buckets_dir / bucket / "in"
        folder.mkdir(parents=True)
        for number in range(images):
            (folder / f"{number}.jpg").write_bytes(b"bytes")
        place = {"data_sources": [], "data_url": f"/{bucket}/in/", "work_path": f"/{bucket}/out/"}
        with platform.database.write() as session:
            session.add(Bucket(name=bucket, **owned))
            session.add(Dataset(id=dataset_id, name=name, dataset_type=0, **place, **owned))
        return f"datasets/{dataset_id}"

    return build


def publish(platform: Any, api: Any, path: str, **body: Any) -> dict[str, Any]:
    answer = api.post("/v2", f"{path}/versions", body)
    assert answer.status_code == 201, answer.text
    platform.run_tasks()
    return api.get("/v2", f"{path}/versions/{answer.json()['version_id']}").json()


def test_sync_then_publish(platform: Any, api: Any, make: Make) -> None:
    path = make(images=3)
    assert api.get("/v2", f"{path}/sync-data/status").json() == {"status": "NOT_EXIST", "dataset_id": path[9:]}
    task_id = api.post("/v2", f"{path}/sync-data").json()["task_id"]
    assert api.post("/v2", f"{path}/sync-data").json()["task_id"] == task_id
    assert api.get("/v2", f"{path}/sync-data/status").json()["status"] == "QUEUING"
    platform.run_tasks()
    state = api.get("/v2", f"{path}/sync-data/status").json()
    assert (state["status"], state["task_id"]) == ("COMPLETED", task_id)
    assert (state["add_sample_count"], state["deleted_sample_count"], state["total_sample_count"]) == (3, 0, 3)
    version = publish(platform, api, path, version_name="V004", version_format="Default", clear_hard_property=True)
    assert version["status"] == 1
    assert version["version_name"] == "V004"
    assert version["total_sample_count"] == 3
    assert version["is_current"] is True
    assert version["label_type"] == "single"
    assert version["manifest_path"].endswith(f"/out/animals-{path[9:]}/annotation/V004/V004.manifest")
    assert version["data_path"].endswith("/annotation/V004/data/")


def test_a_version_is_creating_until_its_task_has_ended(platform: Any, api: Any, make: Make) -> None:
    path = make()
    version_id = api.post("/v2", f"{path}/versions", {}).json()["version_id"]
    version = api.get("/v2", f"{path}/versions/{version_id}").json()
    assert (version["status"], version["is_current"], version.get("manifest_path")) == (0, False, None)
    assert [each["status"] for each in api.get("/v2", f"{path}/versions").json()["versions"]] == [0]
    for refused in (
        api.post("/v2", f"{path}/versions", {}),
        api.delete("/v2", f"{path}/versions/{version_id}"),
    ):
        assert (refused.status_code, refused.json()["error_code"]) == (409, "ModelArts.4372")
    platform.run_tasks()
    assert api.get("/v2", f"{path}/versions/{version_id}").json()["status"] == 1


def test_names_and_numbers_are_never_used_twice(platform: Any, api: Any, make: Make) -> None:
    path = make()
    first = publish(platform, api, path)
    assert first["version_name"] == "V001"
    assert publish(platform, api, path, version_name="V002")["previous_version_id"] == first["version_id"]
    assert publish(platform, api, path)["version_name"] == "V003"
    third = api.get("/v2", f"{path}/versions").json()["versions"][0]
    assert api.delete("/v2", f"{path}/versions/{third['version_id']}").status_code == 200
    assert publish(platform, api, path)["version_name"] == "V004"
    for name in ("V001", "V003"):
        taken = api.post("/v2", f"{path}/versions", {"version_name": name})
        assert (taken.status_code, taken.json()["error_code"]) == (409, "ModelArts.4371")


def test_a_deleted_version_is_gone_and_its_files_stay(platform: Any, api: Any, make: Make) -> None:
    path = make()
    version = publish(platform, api, path)
    manifest = platform.settings.buckets_dir / version["manifest_path"].lstrip("/")
    assert api.delete("/v2", f"{path}/versions/{version['version_id']}").json() == {}
    assert api.get("/v2", f"{path}/versions/{version['version_id']}").status_code == 404
    assert api.delete("/v2", f"{path}/versions/{version['version_id']}").status_code == 404
    assert api.get("/v2", f"{path}/versions").json() == {"total_number": 0, "versions": []}
    assert manifest.exists()


def test_a_stopped_publication_is_no_version_and_frees_its_name(platform: Any, api: Any, make: Make) -> None:
    path = make()
    version_id = api.post("/v2", f"{path}/versions", {"version_name": "mine"}).json()["version_id"]
    task_id = api.get("/v2", f"{path}/versions/{version_id}").json()["task_id"]
    assert api.post("/v1", f"platform-tasks/{task_id}/cancel").status_code == 202
    stopped = api.get("/v2", f"{path}/versions/{version_id}").json()
    assert (stopped["status"], stopped["message"]) == (4, "The publication was cancelled. Publish again.")
    assert api.get("/v2", f"{path}/versions").json()["total_number"] == 0
    assert api.get("/v2", f"{path}/versions", params={"status": 4}).json()["total_number"] == 1
    assert publish(platform, api, path, version_name="mine")["status"] == 1
    assert api.get("/v2", f"{path}/versions", params={"status": 4}).json()["total_number"] == 0


def test_filters_and_pages(platform: Any, api: Any, make: Make) -> None:
    path = make(images=0)
    for ratio in ("0.8", "0.5", "0.8"):
        publish(platform, api, path, train_evaluate_sample_ratio=ratio)

    def names(**query: Any) -> list[str]:
        answer = api.get("/v2", f"{path}/versions", params=query).json()
        return [version["version_name"] for version in answer["versions"]]

    assert names() == ["V003", "V002", "V001"]
    assert names(limit=2) == ["V003", "V002"]
    assert names(limit=2, offset=1) == ["V001"]
    assert names(train_evaluate_ratio="0.8") == ["V003", "V001"]
    assert names(version_format=2) == []
    assert names(status=1, version_format=0) == ["V003", "V002", "V001"]
    assert names(status=3) == []


@pytest.mark.parametrize(
    "body",
    [
        {"version_name": ""},
        {"version_name": "a" * 33},
        {"version_name": "../up"},
        {"version_name": "name\n"},
        {"version_format": "CSV"},
        {"version_format": "CarbonData"},
        {"version_format": "Parquet"},
        {"train_evaluate_sample_ratio": "1.5"},
        {"train_evaluate_sample_ratio": "1e-99999999"},
        {"description": "x" * 257},
    ],
)
def test_what_cannot_be_published_is_refused(api: Any, make: Make, body: dict[str, Any]) -> None:
    path = make(images=0)
    answer = api.post("/v2", f"{path}/versions", body)
    assert answer.status_code == 400, answer.text
    assert api.get("/v2", f"{path}/versions").json()["total_number"] == 0


def test_unknown_fields_are_ignored_and_numbers_are_taken_as_ratios(platform: Any, api: Any, make: Make) -> None:
    version = publish(platform, api, make(), train_evaluate_sample_ratio=0.8, with_column_header=True, more="x")
    assert version["train_evaluate_sample_ratio"] == "0.8"


def test_other_workspaces_see_nothing(platform: Any, api: Any, make: Make) -> None:
    body = {"name": "closed", "auth_type": "PRIVATE"}
    path = make(api.post("/v1", "workspaces", body).json()["id"])
    version_id = publish(platform, api, path)["version_id"]
    bob = platform.user("bob")
    for answer in (
        bob.post("/v2", f"{path}/sync-data"),
        bob.get("/v2", f"{path}/sync-data/status"),
        bob.post("/v2", f"{path}/versions", {}),
        bob.get("/v2", f"{path}/versions"),
        bob.get("/v2", f"{path}/versions/{version_id}"),
        bob.delete("/v2", f"{path}/versions/{version_id}"),
        bob.post("/v2", f"{path}/versions/{version_id}/current"),
        bob.get("/v2", f"{path}/versions/{version_id}/differences?base={version_id}"),
        bob.get("/v2", f"{path}/versions/{version_id}/differences/samples?base={version_id}"),
        bob.get("/v2", f"{path}/restore-points"),
        bob.post("/v2", f"{path}/restore-points/1/restore"),
    ):
        assert answer.status_code == 404


def test_a_version_of_another_dataset_is_not_found(platform: Any, api: Any, make: Make) -> None:
    version_id = publish(platform, api, make())["version_id"]
    answer = api.get("/v2", f"{make(name='others')}/versions/{version_id}")
    assert (answer.status_code, answer.json()["error_code"]) == (404, "ModelArts.4370")


def test_deeds_are_recorded(platform: Any, api: Any, make: Make) -> None:
    path = make()
    api.post("/v2", f"{path}/sync-data")
    version = publish(platform, api, path)
    api.delete("/v2", f"{path}/versions/{version['version_id']}")
    with platform.database.read() as session:
        names = session.scalars(select(Event.name).where(Event.resource_id == path[9:]).order_by(Event.sequence)).all()
        assert session.scalars(select(Task.state).where(Task.resource_id == path[9:])).all() == ["succeeded"] * 2
    assert names == ["syncDataSource", "publishDatasetVersion", "deleteDatasetVersion"]
