"""AI applications over HTTP: publishing and its failures, lists, versions, deletion, who sees what."""

import json
from typing import Any

import pytest
from sqlalchemy import select, update

from maquette.events.tables import Event
from maquette.tasks import Task

CONFIG = {"model_type": "PyTorch", "model_algorithm": "image_classification", "metrics": {"f1": 0.5}}


@pytest.fixture
def shelf(api: Any) -> Any:
    """A bucket `shelf` with a whole package below `good/`."""
    assert api.post("/v1", "buckets", {"name": "shelf"}).status_code == 201
    put(api, "good/model/config.json", json.dumps(CONFIG))
    put(api, "good/model/customize_service.py", "class A: pass")
    put(api, "good/model/sub/weights.pt", "w" * 1000)
    put(api, "good/other.txt", "not of the model")
    return api


def put(api: Any, key: str, content: str) -> None:
    assert api.put("/v1", f"buckets/shelf/objects/{key}", content.encode()).status_code == 200


def create(api: Any, name: str = "digits", source: str = "/shelf/good/", **changes: Any) -> Any:
    body = {"model_name": name, "model_version": "1.0.0", "model_type": "PyTorch", "source_location": source}
    return api.post("/v1", "models", body | changes)


def published(platform: Any, api: Any, **changes: Any) -> dict[str, Any]:
    answer = create(api, **changes)
    assert answer.status_code == 200, answer.text
    platform.run_tasks()
    return api.get("/v1", f"models/{answer.json()['model_id']}").json()


def test_a_package_is_copied_and_described(platform: Any, shelf: Any) -> None:
    before = create(shelf).json()["model_id"]
    assert shelf.get("/v1", f"models/{before}").json()["model_status"] == "publishing"
    platform.run_tasks()
    told = shelf.get("/v1", f"models/{before}").json()
    assert told["model_status"] == "published"
    assert [each["path"] for each in told["files"]] == ["config.json", "customize_service.py", "sub/weights.pt"]
    assert told["model_size"] == sum(each["size"] for each in told["files"])
    assert json.loads(told["apis"])[0]["url"] == "/"
    assert json.loads(told["model_metrics"]) == {"f1": 0.5}
    assert json.loads(told["config"])["model_algorithm"] == "image_classification"
    kept = platform.settings.models_dir / before
    assert (kept / "sub" / "weights.pt").read_text() == "w" * 1000
    assert (kept / "sub").stat().st_mode & 0o777 == 0o755
    assert (kept / "config.json").stat().st_mode & 0o777 == 0o644
    put(shelf, "good/model/customize_service.py", "class B: pass")
    assert (kept / "customize_service.py").read_text() == "class A: pass"


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"model/readme": "x"}, "there is no 'model/config.json' in 'bad/'"),
        ({"model/config.json": '{"model_type":\n "PyTorch",\n "model_algorithm" 7}'}, "at line 3"),
        ({"model/config.json": json.dumps(CONFIG)}, "'customize_service.py' is missing"),
        ({"model/config.json": '{"model_type": "Pytorch2"}'}, "model_type must be one of"),
        ({"model/config.json": '{"model_type": "PyTorch"}'}, "model_algorithm"),
        ({"model/config.json": json.dumps(CONFIG | {"model_type": "XGBoost"})}, "Make them agree"),
        ({"model/config.json": "[1]"}, "one JSON object"),
        ({"model/config.json": "x" * (1 << 20) + "x"}, "larger than 1 MiB"),
    ],
)
def test_a_wrong_package_says_what_to_mend(platform: Any, shelf: Any, files: dict[str, str], reason: str) -> None:
    for name, content in files.items():
        put(shelf, f"bad/{name}", content)
    told = published(platform, shelf, source="obs://shelf/bad")
    assert told["model_status"] == "failed"
    assert reason in told["error_msg"], told["error_msg"]
    assert list(platform.settings.models_dir.iterdir()) == []
    failed = shelf.get("/v1", "models?model_status=failed").json()
    assert [each["model_id"] for each in failed["models"]] == [told["model_id"]]
    assert shelf.delete("/v1", f"models/{told['model_id']}").json()["delete_failed_list"] == []


def test_too_much_and_nothing(platform: Any, shelf: Any) -> None:
    platform.settings.package_bytes = 500
    assert "over the limit of 500" in published(platform, shelf)["error_msg"]
    platform.settings.package_bytes, platform.settings.package_files = 10_000, 2
    assert "more than 2 files" in published(platform, shelf, name="many")["error_msg"]
    platform.settings.package_files = 100
    platform.settings.free_space_reserve = 1 << 60
    assert "does not fit" in published(platform, shelf, name="full")["error_msg"]
    platform.settings.free_space_reserve = 0
    assert "bucket" in published(platform, shelf, name="none", source="/nowhere/x/")["error_msg"]
    assert list(platform.settings.models_dir.iterdir()) == []


def test_cancelled_publishing_has_failed(platform: Any, shelf: Any) -> None:
    model = create(shelf).json()["model_id"]
    with platform.database.write() as session:
        session.execute(update(Task).where(Task.resource_id == model).values(cancel_requested=True))
    platform.run_tasks()
    told = shelf.get("/v1", f"models/{model}").json()
    assert told["model_status"] == "failed"
    assert "cancelled" in told["error_msg"]
    waiting = create(shelf, name="waiting").json()["model_id"]
    task = shelf.get("/v1", "platform-tasks?active=true").json()["tasks"][0]
    assert shelf.post("/v1", f"platform-tasks/{task['task_id']}/cancel").status_code < 300
    assert shelf.get("/v1", f"models/{waiting}").json()["model_status"] == "failed"


def test_deleting_while_publishing_leaves_nothing(platform: Any, shelf: Any) -> None:
    model = create(shelf).json()["model_id"]
    with platform.database.write() as session:
        session.execute(update(Task).where(Task.resource_id == model).values(state="running", lease_until=1))
    assert shelf.delete("/v1", f"models/{model}").json()["delete_success_list"] == [model]
    platform.run_tasks()
    assert list(platform.settings.models_dir.iterdir()) == []


def test_what_an_earlier_attempt_left_is_not_taken_for_the_package(platform: Any, shelf: Any) -> None:
    model = create(shelf).json()["model_id"]
    left = platform.settings.models_dir / model
    left.mkdir()
    (left / "config.json").write_text("of another day")
    platform.run_tasks()
    assert json.loads((left / "config.json").read_text()) == CONFIG


def test_versions_and_lists(platform: Any, shelf: Any) -> None:
    first = published(platform, shelf)
    assert create(shelf).status_code == 409
    second = published(platform, shelf, model_version="1.0.1")
    third = published(platform, shelf, name="数字-2")
    assert shelf.get("/v1", "models?model_name=digit").json()["total_count"] == 2
    assert shelf.get("/v1", "models?model_name=digit&exact_match=true").json()["total_count"] == 0
    assert shelf.get("/v1", "models?model_version=1.0.1").json()["models"][0]["model_id"] == second["model_id"]
    page = shelf.get("/v1", "models?limit=1&offset=1&sort_by=create_at&order=asc").json()
    assert [each["model_id"] for each in page["models"]] == [second["model_id"]]
    assert shelf.get("/v1", "models?not_model_type=PyTorch").json()["total_count"] == 0
    assert shelf.get("/v1", "models?sort_by=name").status_code == 400
    gone = shelf.delete("/v1", f"models/{first['model_id']}?cascade=true").json()
    assert set(gone["delete_success_list"]) == {first["model_id"], second["model_id"]}
    platform.run_tasks()
    assert [path.name for path in platform.settings.models_dir.iterdir()] == [third["model_id"]]


@pytest.mark.parametrize(
    "changes",
    [
        {"model_name": "../etc"},
        {"model_name": ""},
        {"model_name": "a" * 65},
        {"model_name": "<script>"},
        {"model_version": "1"},
        {"model_version": "1.0.1000"},
        {"source_location": ""},
        {"source_location": "", "source_job_id": "9223372036854775808"},
        {"source_location": "", "source_job_id": "-1"},
        {"source_location": "", "source_job_id": "1e3"},
        {"apis": "{"},
        {"apis": "{}"},
        {"description": "d" * 101},
        {"workspace_id": ["0"]},
        {"input_params": [2**70]},
    ],
)
def test_hostile_bodies_are_refused(shelf: Any, changes: dict[str, Any]) -> None:
    name = changes.pop("model_name", "digits")
    source = changes.pop("source_location", "/shelf/good/")
    answer = create(shelf, name, source, **changes)
    assert 400 <= answer.status_code < 500, answer.text


def test_sources_cannot_leave_their_bucket(platform: Any, shelf: Any) -> None:
    for number, source in enumerate(("/shelf/../../etc/", "file:///etc", "obs://", "https://x/y", "/shelf/good/%00")):
        answer = create(shelf, f"bad{number}", source)
        if answer.status_code == 200:
            platform.run_tasks()
            assert shelf.get("/v1", f"models/{answer.json()['model_id']}").json()["model_status"] == "failed"
        else:
            assert answer.status_code < 500


def test_other_workspaces_models_do_not_exist(platform: Any, shelf: Any) -> None:
    made = shelf.post("/v1", "workspaces", {"name": "mine", "auth_type": "PRIVATE"}).json()
    hidden = create(shelf, workspace_id=made["id"]).json()["model_id"]
    bob = platform.user("bob")
    assert bob.get("/v1", f"models/{hidden}").status_code == 404
    assert bob.delete("/v1", f"models/{hidden}").status_code == 404
    assert bob.get("/v1", f"models?workspace_id={made['id']}").status_code == 404
    assert bob.get("/v1", "models").json()["total_count"] == 0
    assert create(bob, workspace_id=made["id"]).status_code == 404
    assert shelf.get("/v1", f"models/{hidden}").status_code == 200


def test_engines_are_those_of_the_interpreter(api: Any) -> None:
    told = api.get("/v1", "models/ai-engine-runtimes").json()
    assert told["count"] == len(told["engine_runtimes"])
    for engine in told["engine_runtimes"]:
        assert len(engine["runtimes"]) == len(engine["arch"])


def test_deeds_are_recorded(platform: Any, shelf: Any) -> None:
    told = published(platform, shelf)
    shelf.delete("/v1", f"models/{told['model_id']}")
    with platform.database.read() as session:
        names = session.scalars(select(Event.name).where(Event.resource_id == told["model_id"])).all()
    assert list(names) == ["addModel", "deleteModel"]
