"""What the audit log says about signing in."""

from typing import Any

import pytest
from tests.conftest import PASSWORD

FORMS = ("token", "session")


def attempt(platform: Any, form: str, name: str, password: str) -> int:
    if form == "session":
        body: dict[str, Any] = {"domain": "admin", "user": name, "password": password}
        return platform.client.post("/v1/console/session", json=body).status_code
    user = {"name": name, "password": password, "domain": {"name": "admin"}}
    body = {"auth": {"identity": {"methods": ["password"], "password": {"user": user}}}}
    return platform.client.post("/v3/auth/tokens", json=body).status_code


def told(api: Any, name: str) -> list[Any]:
    return api.get("/v3", "traces", params={"trace_name": name}).json()["traces"]


@pytest.mark.parametrize("form", FORMS)
def test_signing_in_is_recorded(platform: Any, api: Any, form: str) -> None:
    before = len(told(api, "login"))
    assert attempt(platform, form, "admin", PASSWORD) == 201
    traces = told(api, "login")
    assert len(traces) == before + 1
    assert (traces[0]["user"]["name"], traces[0]["resource_name"]) == ("admin", "admin")
    assert traces[0]["trace_type"] == ("ConsoleAction" if form == "session" else "ApiCall")
    assert traces[0]["request_id"]


@pytest.mark.parametrize("form", FORMS)
def test_a_refusal_is_recorded(platform: Any, api: Any, form: str) -> None:
    assert attempt(platform, form, "admin", "a-wrong-password") == 401
    (trace,) = told(api, "loginFailed")
    assert (trace["user"]["name"], trace["resource_type"]) == ("admin", "user")
    assert trace["source_ip"]
    assert "a-wrong-password" not in str(trace)


@pytest.mark.parametrize("form", FORMS)
def test_nobody_is_not_named(platform: Any, api: Any, form: str) -> None:
    assert attempt(platform, form, "my-secret-in-the-wrong-field", "x") == 401
    (trace,) = told(api, "loginFailed")
    assert trace["user"]["name"] == "unknown"
    assert "my-secret-in-the-wrong-field" not in str(trace)
