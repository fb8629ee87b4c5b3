"""Services from deployment to deletion, run for real."""

from typing import Any

from tests.inference.conftest import Owner


def test_a_service_answers_tokens_and_files(owner: Owner) -> None:
    service = owner.deploy(owner.model(), envs={"MINE": "1"})
    answer = service.ask({"a": [1, None, "ü"]})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    assert (told["echo"], told["model"], told["mine"]) == ({"a": [1, None, "ü"]}, "echo", "1")
    assert answer.headers["content-security-policy"] == "sandbox"
    assert service.ask(files={"images": ("ziffer.png", b"12345")}).json() == {"ziffer.png": 5}
    assert service.ask(path="/health", method="GET").json() == {"health": "true"}
    shown = service.show()
    assert shown["progress"] == 100
    assert shown["config"][0]["status"] == "ready"
    assert service.address.endswith(f"/v1/infers/{owner.api.project_id}/{service.id}")
