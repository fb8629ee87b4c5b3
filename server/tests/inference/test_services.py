"""Services over HTTP without running any: what is refused, what is listed, who sees what."""

from typing import Any

import pytest

from maquette.inference.tables import Instance
from maquette.pools import Workload
from maquette.registry.tables import PUBLISHED, Model

ON_CPU = "modelarts.vm.cpu.1u"


def a_model(api: Any, platform: Any, name: str = "m", workspace_id: str = "0", stage: str = PUBLISHED) -> str:
    with platform.database.write() as session:
        facts = {"model_type": "Custom", "source_location": "/b/x/", "stage": stage, "owner_name": "admin"}
        owned = {"project_id": api.project_id, "workspace_id": workspace_id, "owner_id": "nobody"}
        session.add(Model(id=f"model-{name}", name=name, version="1.0.0", **facts, **owned))
    return f"model-{name}"


def item(model: str, **changes: Any) -> dict[str, Any]:
    return {"model_id": model, "specification": ON_CPU, "weight": 100, "instance_count": 1, **changes}


def create(api: Any, *config: dict[str, Any], name: str = "svc", **changes: Any) -> Any:
    body = {"service_name": name, "infer_type": "real-time", "config": list(config), **changes}
    return api.post("/v1", "services", body)


def test_what_real_clients_send(api: Any, platform: Any) -> None:
    first, second = a_model(api, platform, "a"), a_model(api, platform, "b")
    answer = create(
        api,
        item(first, weight="70", deploy_timeout_in_seconds=600, src_path="x", custom_spec={}),
        item(second, weight="30", envs={"A_B": "1"}),
        vpc_id="v",
        model_id=first,
        schedule=[{"type": "stop", "time_unit": "DAYS", "duration": 1}],
    )
    assert answer.status_code == 200, answer.text
    told = api.get("/v1", f"services/{answer.json()['service_id']}").json()
    assert [each["weight"] for each in told["config"]] == [70, 30]
    assert (told["status"], told["invocation_times"], told["config"][1]["envs"]) == ("deploying", 0, {"A_B": "1"})
    assert abs(told["due_time"] - told["publish_at"] - 24 * 3600 * 1000) < 60_000
    assert api.get("/v1", "services?status=deploying&service_name=SV").json()["count"] == 1
    assert api.get("/v1", f"services?model_id={second}").json()["count"] == 1
    assert api.get("/v1", "services?infer_type=batch").json()["count"] == 0
    assert api.get("/v1", "services?sort_by=owner").status_code == 400
    assert create(api, item(first)).status_code == 409


@pytest.mark.parametrize(
    "changes",
    [
        {"service_name": "../x"},
        {"service_name": ""},
        {"service_name": "a" * 65},
        {"infer_type": "batch"},
        {"infer_type": "x" * 17},
        {"config": []},
        {"config": [item("none")]},
        {"config": [item("model-m", weight=99)]},
        {"config": [item("model-m", weight=-1)]},
        {"config": [item("model-m", weight=2**63)]},
        {"config": [item("model-m", instance_count=0)]},
        {"config": [item("model-m", instance_count=2**63 - 1)]},
        {"config": [item("model-m", specification="custom")]},
        {"config": [item("model-m", specification="none")]},
        {"config": [item("model-m", weight=50), item("model-m", weight=50)]},
        {"config": [item("model-m", envs={"": "x"})]},
        {"config": [item("model-m", envs={"A=B": "x"})]},
        {"config": [item("model-m", envs={"A": 7})]},
        {"config": [item("model-m", envs={"A": "x" * 5000})]},
        {"config": [item("model-m", deploy_timeout_in_seconds=2**40)]},
        {"config": [item("model-m")] * 11},
        {"schedule": [{"type": "stop", "time_unit": "DAYS", "duration": 2**62}]},
        {"schedule": [{"type": "start", "time_unit": "DAYS", "duration": 1}]},
        {"priority": 4},
        {"pool_name": "pool"},
        {"workspace_id": "nowhere"},
    ],
)
def test_hostile_bodies_are_refused(api: Any, platform: Any, changes: dict[str, Any]) -> None:
    model = a_model(api, platform)
    body = {"service_name": "svc", "infer_type": "real-time", "config": [item(model)]}
    answer = api.post("/v1", "services", body | changes)
    assert 400 <= answer.status_code < 500, answer.text
    assert api.get("/v1", "services").json()["count"] == 0


def test_numbers_beyond_all_bounds(api: Any, platform: Any) -> None:
    service = create(api, item(a_model(api, platform))).json()["service_id"]
    for path in (
        "services?offset=9223372036854775808",
        "services?limit=0",
        f"services/{service}/events?start_time=9223372036854775808",
        f"services/{service}/events?end_time=NaN",
        f"services/{service}/logs?update_time=-1",
        f"services/{service}/instances/x/log?offset=1e999",
    ):
        assert api.get("/v1", path).status_code == 400, path
    assert api.get("/v1", f"services/{service}/instances/x/log").status_code == 404
    raw = {"content": b'{"priority": NaN}', "headers": {"Content-Type": "application/json"}}
    assert api.request("PUT", "/v1", f"services/{service}", **raw).status_code == 400
    assert api.put("/v1", f"services/{service}", {}).status_code == 400
    assert api.put("/v1", f"services/{service}", {"status": "concerning"}).status_code == 400


def test_a_log_is_read_by_whole_characters(api: Any, platform: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("maquette.inference.routes.LOG_CHUNK", 7)
    service = create(api, item(a_model(api, platform))).json()["service_id"]
    owned = {"project_id": api.project_id, "workspace_id": "0", "owner_id": "nobody"}
    with platform.database.write() as session:
        facts = {"spec": {}, "flavor": ON_CPU, "cpu": 1, "memory": 1, "phase": "running", "directory": "w/1"}
        session.add(Workload(id="w", kind="service", subject_id=service, **facts, **owned))
        session.add(Instance(id="w", service_id=service, revision=1, position=0, model_id="m", weight=100, deadline=0))
    (platform.settings.jobs_dir / "w" / "1").mkdir(parents=True)
    whole = "模型已就绪，ok。".encode()
    (platform.settings.jobs_dir / "w" / "1" / "log").write_bytes(whole)

    def page(offset: int) -> dict[str, Any]:
        return api.get("/v1", f"services/{service}/instances/w/log?offset={offset}").json()

    for start in range(len(whole)):
        read, position = "", start
        while (told := page(position))["content"]:
            read, position = read + told["content"], told["offset"]
        assert read == whole[start:].decode(errors="ignore")
        assert told == {"content": "", "offset": len(whole), "size": len(whole)}
    assert page(-1)["content"] == "ok。"


def test_only_published_models_are_deployed(api: Any, platform: Any) -> None:
    answer = create(api, item(a_model(api, platform, stage="publishing")))
    assert (answer.status_code, answer.json()["error_code"]) == (409, "ModelArts.3010")


def test_other_workspaces_services_do_not_exist(api: Any, platform: Any) -> None:
    made = api.post("/v1", "workspaces", {"name": "mine", "auth_type": "PRIVATE"}).json()["id"]
    model = a_model(api, platform, workspace_id=made)
    hidden = create(api, item(model), workspace_id=made).json()["service_id"]
    platform.settings.jobs_without_sandbox = "everyone"
    bob = platform.user("bob")
    for path in ("", "/events", "/logs", "/monitor", "/instances", "/instances/x/log"):
        assert bob.get("/v1", f"services/{hidden}{path}").status_code == 404, path
    for change in ({"status": "stopped"}, {"config": [item(model)]}, {"description": "mine now"}):
        assert bob.put("/v1", f"services/{hidden}", change).status_code == 404
    assert bob.delete("/v1", f"services/{hidden}").status_code == 404
    assert bob.get("/v1", f"services?workspace_id={made}").status_code == 404
    assert bob.get("/v1", "services").json()["count"] == 0
    assert create(bob, item(model), name="theft").status_code == 404
    assert api.get("/v1", f"services/{hidden}").json()["status"] == "deploying"


def test_specifications_are_the_flavors_of_this_machine(api: Any) -> None:
    told = api.get("/v1", "services/specifications").json()
    assert told["total_count"] == told["count"] == len(told["specifications"])
    assert told["specifications"][0]["specification"] == ON_CPU
    assert api.get("/v1", "services/specifications?is_personal_cluster=true").json()["count"] == 0
    assert api.get("/v1", "services/specifications?limit=1").json()["count"] == 1
