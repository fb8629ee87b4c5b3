"""Starting, stopping, rolling out and deleting; what each leaves behind."""

import threading
from typing import Any

import pytest
from sqlalchemy import update
from tests.inference.conftest import Owner, Service
from tests.running import until

from maquette.inference.tables import Instance

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("sandbox", ["process"], indirect=True)]


def test_stopping_and_starting(owner: Owner) -> None:
    service = owner.deploy(owner.model(), name="起停")
    assert service.update(status="stopped").status_code == 200
    assert service.ask({}).status_code == 503
    told = service.comes_to("stopped")
    assert told["finished_time"] >= told["start_time"]
    assert service.instances() == []
    assert service.update(description="rests", status="running").status_code == 200
    service.comes_to("running")
    assert service.ask({"x": 1}).json()["echo"] == {"x": 1}
    assert service.show()["description"] == "rests"
    assert service.events().count("deploy service success") == 2
    assert [log["result"] for log in owner.show(f"{service.path}/logs")["logs"]] == ["SUCCESS", "SUCCESS"]


def test_a_new_configuration_replaces_the_old_without_a_gap(owner: Owner) -> None:
    service = owner.deploy(owner.model("old"))
    seen: list[Any] = []
    enough = threading.Event()

    def keep_asking() -> None:
        while not enough.is_set():
            answer = service.ask({"sleep": 0.01})
            seen.append(answer.json()["model"] if answer.status_code == 200 else answer.text)

    callers = [threading.Thread(target=keep_asking) for _ in range(3)]
    for caller in callers:
        caller.start()
    try:
        assert service.update(config=owner.config(owner.model("new"))).status_code == 200
        until(lambda: "new" in seen, what=lambda: (seen, service.events()))
        until(lambda: len(service.instances()) == 1)
    finally:
        enough.set()
        for caller in callers:
            caller.join()
    assert set(seen) == {"old", "new"}, [each for each in seen if each not in ("old", "new")]
    assert service.ask({}).json()["model"] == "new"


def test_a_configuration_that_fails_leaves_the_old_one_serving(owner: Owner) -> None:
    good, broken = owner.model("good"), owner.model("broken", "import nowhere")
    service = owner.deploy(good)
    for attempt in (2, 3):
        assert service.update(config=owner.config(broken)).status_code == 200
        until(lambda: owner.show(f"{service.path}/logs")["logs"][0]["result"] == "FAIL", what=service.events)
        told = service.comes_to("running")
        assert "nowhere" in told["error_msg"]
        assert told["config"][0]["model_id"] == good
        assert service.ask({}).json()["model"] == "good"
        assert len(owner.show(f"{service.path}/logs")["logs"]) == attempt
    until(lambda: len(service.instances()) == 1)
    # The model that failed is free again.
    assert owner.api.delete("/v1", f"models/{broken}").json()["delete_success_list"] == [broken]


def test_deleting_ends_everything_and_frees_the_model(owner: Owner) -> None:
    model = owner.model()
    service = owner.deploy(model)
    refused = owner.api.delete("/v1", f"models/{model}").json()
    assert refused["delete_success_list"] == []
    assert refused["delete_failed_list"][0]["error_code"] == "ModelArts.3009"
    assert refused["delete_failed_list"][0]["model_id"] == model
    assert owner.show(f"services?model_id={model}")["total_count"] == 1
    assert owner.api.delete("/v1", service.path).status_code == 200
    assert service.ask({}).status_code == 404
    runtime = owner.live.settings.runtime_dir / "i"
    until(lambda: not any(runtime.iterdir()), what=lambda: list(runtime.iterdir()))
    assert owner.api.delete("/v1", f"models/{model}").json()["delete_success_list"] == [model]
    until(lambda: not (owner.live.settings.models_dir / model).exists())


def test_weights_instances_and_counts(owner: Owner) -> None:
    models = owner.model("a"), owner.model("b")
    service = owner.deploy(*models, weights=(80, 20), instance_count=2)
    answers = [service.ask({}).json() for _ in range(120)]
    share = sum(told["model"] == "a" for told in answers)
    assert 75 <= share <= 114
    assert len({told["pid"] for told in answers}) == 4
    service.ask(path="/nothing")
    until(lambda: service.show()["invocation_times"] == 121, what=service.show)
    assert service.show()["failed_times"] == 0
    told = owner.show(f"{service.path}/monitor")
    assert (told["service_instance_count"], told["service_running_instance_count"]) == (4, 4)
    assert sum(each["invocation_times"] for each in told["monitors"]) == 121
    assert [each["model_instance_count"] for each in told["monitors"]] == [2, 2]
    until(lambda: owner.show(f"{service.path}/monitor")["monitors"][0]["cpu_memory_usage"] > 0)


def test_a_service_stops_when_its_time_has_come(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    schedule = [{"type": "stop", "time_unit": "HOURS", "duration": 1}]
    service = owner.deploy(owner.model(), name="timed")
    assert service.update(schedule=schedule).status_code == 200
    assert service.show()["due_time"] > service.show()["publish_at"]
    monkeypatch.setattr("maquette.inference.service._UNIT_MS", {"HOURS": 1})
    assert service.update(schedule=schedule).status_code == 200
    service.comes_to("stopped")
    assert any("scheduled time" in info for info in service.events())


def test_waiting_too_long_is_failing(owner: Owner) -> None:
    slow = owner.model("slow", "import time; time.sleep(60)")
    service = Service(owner, owner.create("slow", owner.config(slow)).json()["service_id"])
    until(service.instances)
    with owner.live.database.write() as session:
        session.execute(update(Instance).values(deadline=1))
    assert "not ready in time" in service.comes_to("failed")["error_msg"]
