"""Getting in and being kept out: passwords, tokens, links, cookies and signatures, over HTTP."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer
from sqlalchemy import select

from maquette.iam import Links, users
from maquette.iam.links import LIFETIME_MS
from maquette.iam.tables import User
from maquette.iam.tokens import TokenSpec, issue_token
from maquette.kit.clock import now_ms
from maquette.kit.vault import Vault

PASSWORD = "a-good-password"


@pytest.fixture
def keys(platform: Any) -> tuple[str, str]:
    with platform.database.write() as session:
        admin = session.scalar(select(User).where(User.name == "admin"))
        return users.create_credential(session, Vault(platform.settings.home), admin)


def signed(keys: tuple[str, str], method: str, path: str, *, query: Any = (), body: Any = None, date: str = "") -> Any:
    """A request signed by the official client library, as `(url, headers, content)`."""
    headers = {"Content-Type": "application/json"} | ({"X-Sdk-Date": date} if date else {})
    content = json.dumps(body) if body is not None else ""
    request = SdkRequest(
        method=method,
        schema="http",
        host="localhost",
        resource_path=path,
        query_params=list(query),
        header_params=headers,
        body=content,
    )
    made = Signer(BasicCredentials(*keys, "p")).sign(request)
    return f"http://localhost{made.uri}", made.header_params, made.body


def test_a_password_gives_a_token_and_a_wrong_one_nothing(platform: Any) -> None:
    def attempt(name: str, password: str) -> int:
        user = {"name": name, "password": password, "domain": {"name": "admin"}}
        body = {"auth": {"identity": {"methods": ["password"], "password": {"user": user}}}}
        return platform.client.post("/v3/auth/tokens", json=body).status_code

    assert attempt("admin", PASSWORD) == 201
    assert attempt("admin", "wrong-password") == 401
    assert attempt("nobody", PASSWORD) == 401


def test_a_disabled_user_is_out_at_once(platform: Any) -> None:
    bob = platform.user("bob")
    assert bob.get("/v1", "workspaces").status_code == 200
    with platform.database.write() as session:
        users.disable_user(session, users.find_user(session, "admin", "bob"))
    assert bob.get("/v1", "workspaces").status_code == 401


def test_a_sign_in_link_works_once(platform: Any) -> None:
    with platform.database.write() as session:
        admin = session.scalar(select(User).where(User.name == "admin"))
        code = issue_token(session, TokenSpec("code", admin.id, 60_000))
        stale = issue_token(session, TokenSpec("code", admin.id, -1))
    first = platform.client.post("/v1/console/session", json={"code": code})
    assert first.status_code == 201
    cookie = first.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert platform.client.get("/v1/console/session").json()["user"]["name"] == "admin"
    assert platform.client.post("/v1/console/session", json={"code": code}).status_code == 401
    assert platform.client.post("/v1/console/session", json={"code": stale}).status_code == 401
    assert platform.client.delete("/v1/console/session").status_code == 204
    assert platform.client.get("/v1/console/session").status_code == 401


def test_a_code_is_no_token_and_a_token_no_cookie(platform: Any, api: Any) -> None:
    with platform.database.write() as session:
        admin = session.scalar(select(User).where(User.name == "admin"))
        code = issue_token(session, TokenSpec("code", admin.id, 60_000))
    assert platform.client.get("/v3/projects", headers={"X-Auth-Token": code}).status_code == 401
    platform.client.cookies.set("maquette_session", api.token)
    assert platform.client.get("/v3/projects").status_code == 401


@pytest.mark.parametrize("query", [[], [("name", "default")], [("b", "2"), ("a-b", "x y"), ("a", "中文/~")]])
def test_the_official_signer_is_understood(platform: Any, keys: tuple[str, str], query: Any) -> None:
    url, headers, _ = signed(keys, "GET", "/v3/projects", query=query)
    assert platform.client.get(url, headers=headers).status_code == 200


def test_a_signed_body_is_covered(platform: Any, api: Any, keys: tuple[str, str]) -> None:
    path = f"/v1/{api.project_id}/workspaces"
    url, headers, content = signed(keys, "POST", path, body={"name": "team-blue"})
    other = content.replace(b"blue", b"pink") if isinstance(content, bytes) else content.replace("blue", "pink")
    assert platform.client.post(url, headers=headers, content=other).status_code == 401
    assert platform.client.post(url, headers=headers, content=content).status_code == 200


@pytest.mark.parametrize("age", [timedelta(minutes=-20), timedelta(minutes=20)])
def test_old_and_future_signatures_are_refused(platform: Any, keys: tuple[str, str], age: timedelta) -> None:
    stamp = (datetime.now(UTC) + age).strftime("%Y%m%dT%H%M%SZ")
    url, headers, _ = signed(keys, "GET", "/v3/projects", date=stamp)
    answer = platform.client.get(url, headers=headers)
    assert answer.status_code == 401
    assert "clocks" in answer.json()["error_msg"]


@pytest.mark.parametrize(
    "header",
    [
        "SDK-HMAC-SHA256",
        "SDK-HMAC-SHA256 Access=x, SignedHeaders=host, Signature=00",
        "SDK-HMAC-SHA256 Access=x, SignedHeaders=host;x-sdk-date, Signature=" + "0" * 64,
    ],
)
def test_broken_signatures_are_refused(platform: Any, header: str) -> None:
    assert platform.client.get("/v3/projects", headers={"Authorization": header}).status_code == 401


def test_a_wrong_secret_or_key_is_refused(platform: Any, keys: tuple[str, str]) -> None:
    for pair in ((keys[0], "x" * 40), ("A" * 20, keys[1])):
        url, headers, _ = signed(pair, "GET", "/v3/projects")
        assert platform.client.get(url, headers=headers).status_code == 401


def test_secrets_are_not_stored_in_the_clear(platform: Any, keys: tuple[str, str], api: Any) -> None:
    stored = b"".join(path.read_bytes() for path in platform.settings.home.glob("maquette.db*"))
    assert keys[1].encode() not in stored
    assert api.token.encode() not in stored
    assert (platform.settings.home / "secret.key").stat().st_mode & 0o777 == 0o600


def test_a_link_opens_its_own_address_for_a_while(platform: Any, api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"/v1/{api.project_id}/workspaces"
    bob = platform.user("bob")
    with platform.database.read() as session:
        user = users.find_user(session, "admin", "bob")
    link = Links(platform.app.state.vault, user.id, "http://localhost").to(f"{path}?name=default")
    assert platform.client.get(link).status_code == 200
    for forged in (link.replace("name=default", "name=other"), link.replace("workspaces", "buckets"), link[:-1] + "x"):
        assert platform.client.get(forged).status_code == 401
    assert platform.client.post(link, json={"name": "team-blue"}).status_code == 401
    later = now_ms() + LIFETIME_MS
    monkeypatch.setattr("maquette.iam.links.now_ms", lambda: later)
    assert platform.client.get(link).status_code == 401
    monkeypatch.undo()
    with platform.database.write() as session:
        users.disable_user(session, users.find_user(session, "admin", bob.name))
    assert platform.client.get(link).status_code == 401
