"""Services from deployment to deletion, run for real, in each kind of isolation."""

import re
from typing import Any

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer
from sqlalchemy import select, update
from tests.inference.conftest import Owner, Service
from tests.running import until

from maquette.iam.tables import User
from maquette.iam.users import create_credential
from maquette.kit.vault import Vault
from maquette.pools import Workload

BROKEN = "raise ValueError('no weights here')"


def test_a_service_answers_json_files_and_signatures(owner: Owner) -> None:
    service = owner.deploy(owner.model(), envs={"MINE": "1", "LD_PRELOAD": "/none.so", "MA_HOME": "/x"})
    answer = service.ask({"a": [1, None, "ü"]})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    assert (told["echo"], told["model"], told["mine"]) == ({"a": [1, None, "ü"]}, "echo", "1")
    assert answer.headers["content-security-policy"] == "sandbox"
    assert service.ask(files={"images": ("ziffer.png", b"12345")}).json() == {"ziffer.png": 5}
    assert service.ask(path="/health", method="GET").json() == {"health": "true"}
    assert _signed(service, '{"signed": 1}').json()["echo"] == {"signed": 1}
    shown = service.show()
    assert (shown["progress"], shown["config"][0]["status"]) == (100, "ready")
    assert service.address == f"/v1/infers/{owner.api.project_id}/{service.id}"
    assert "serving" in service.log()
    happened = owner.show(f"{service.path}/events")["events"][::-1]
    assert [event["event_code"] for event in happened] == ["deploy", "prepare-instance", "instance-ready", "deployed"]
    assert happened[1]["event_values"] == {"model": "echo 1.0.0"}


def _signed(service: Service, body: str) -> Any:
    live, project = service.owner.live, service.owner.api.project_id
    with live.database.write() as session:
        admin = session.scalars(select(User).where(User.name == "admin")).one()
        keys = create_credential(session, Vault(live.settings.home), admin)
    request = SdkRequest(
        method="POST",
        schema="http",
        host="localhost",
        resource_path=service.address,
        query_params=[],
        header_params={"Content-Type": "application/json"},
        body=body,
    )
    made = Signer(BasicCredentials(*keys, project)).sign(request)
    return live.http.post(f"http://localhost{made.uri}", headers=made.header_params, content=made.body)


def test_an_instance_that_dies_is_replaced(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    service = owner.deploy(owner.model())
    monkeypatch.setattr("maquette.pools.endings.pause_s", lambda _restarts: 3600)  # it comes back when we say so
    answer = service.ask({"die": True})
    assert answer.status_code == 502
    assert "closed the connection without an answer" in answer.json()["error_msg"]
    service.comes_to("concerning")
    assert service.ask({}).status_code == 503
    assert "exit code 9" in service.show()["error_msg"]
    with owner.live.database.write() as session:
        session.execute(update(Workload).values(not_before=0))
    service.comes_to("running")
    assert service.ask({}).json()["echo"] == {}
    assert any("exit code 9" in info for info in service.events())
    assert service.instances()[0]["attempt"] == 2
    assert "error_msg" not in service.show() or not service.show()["error_msg"]


def test_a_broken_package_fails_at_once_and_says_why(owner: Owner) -> None:
    model = owner.model("broken", BROKEN)
    answer = owner.create("broken", owner.config(model))
    service = Service(owner, answer.json()["service_id"])
    told = service.comes_to("failed")
    assert re.search(r"failed to load: ValueError: no weights here$", told["error_msg"]), told["error_msg"]
    assert "Traceback" in service.log()
    until(lambda: {row["phase"] for row in service.instances()} == {"ended"})
    assert owner.show(f"{service.path}/logs")["logs"][0]["result"] == "FAIL"
    assert any("deploy service failed" in info for info in service.events())
    answer = service.ask({})
    assert (answer.status_code, answer.json()["error_code"]) == (503, "ModelArts.4503")
    # Asked to start, it is tried anew, and fails again.
    assert service.update(status="running").status_code == 200
    until(lambda: len(owner.show(f"{service.path}/logs")["logs"]) == 2)
    service.comes_to("failed")
    assert service.update(status="stopped").status_code == 200
    service.comes_to("stopped")
