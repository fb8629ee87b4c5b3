"""What every route gets for nothing: ids, idempotency, strict bodies, hosts, origins, limits."""

from collections.abc import Iterator
from typing import Any

import pytest

SPACES = "workspaces"


def test_the_request_id_comes_back(api: Any) -> None:
    answer = api.get("/v1", SPACES, headers={"X-Request-Id": "abc-1"})
    assert answer.headers["X-Request-Id"] == "abc-1"
    assert len(api.get("/v1", SPACES, headers={"X-Request-Id": "a b\x01"}).headers["X-Request-Id"]) == 32


def test_the_same_key_twice_has_one_effect(api: Any) -> None:
    headers = {"Idempotency-Key": "k1"}
    first = api.post("/v1", SPACES, {"name": "team-blue"}, headers=headers)
    again = api.post("/v1", SPACES, {"name": "team-blue"}, headers=headers)
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replay"] == "true"
    assert api.post("/v1", SPACES, {"name": "team-pink"}, headers=headers).status_code == 409
    assert api.get("/v1", SPACES).json()["total_count"] == 2


@pytest.mark.parametrize(
    "body",
    [
        b'{"name": NaN}',
        b'{"name": 1e999}',
        b'{"name": 9223372036854775808}',
        b'{"name": "a\\u0000bcd"}',
        b'{"name": "\\ud800abc"}',
        b'{"name": "abcd"',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"name":' * 70 + b"1" + b"}" * 70,
    ],
)
def test_harmful_json_is_refused(api: Any, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = api.request("POST", "/v1", SPACES, content=body, headers=headers)
    assert answer.status_code == 400, answer.text
    assert answer.json()["error_code"] == "ModelArts.0101"


@pytest.mark.parametrize("query", ["offset=9223372036854775808", "offset=-1", "limit=1e999", "limit=NaN", "name=%00"])
def test_harmful_queries_are_refused(api: Any, query: str) -> None:
    assert api.get("/v1", f"{SPACES}?{query}").status_code == 400


def test_a_large_body_is_refused(api: Any, platform: Any) -> None:
    answer = api.post("/v1", SPACES, {"name": "x" * (platform.settings.body_limit + 1)})
    assert answer.status_code == 413
    assert answer.json()["error_code"] == "ModelArts.0106"


@pytest.mark.parametrize(
    "path", ["/v2/objects/datasets", "/v2/uploads/datasets", "/v1/infers/workspaces", "/v1/p/buckets/objects/delete"]
)
@pytest.mark.parametrize("declared", [True, False])
def test_no_address_opens_the_door_to_an_endless_body(platform: Any, path: str, declared: bool) -> None:
    """Before anybody has signed in. What a project or a bucket is called must not matter."""
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        while taken < 10 * platform.settings.body_limit:
            taken += 1 << 20
            yield b"[" * (1 << 20)

    content = b"[" * (platform.settings.body_limit + 1) if declared else endless()
    answer = platform.client.post(path, content=content, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["error_code"]) == (413, "ModelArts.0106")


@pytest.mark.parametrize("key", ["", "k" * 129, "a b"])
def test_a_key_that_cannot_be_kept_is_refused(api: Any, key: str) -> None:
    answer = api.post("/v1", SPACES, {"name": "team-blue"}, headers={"Idempotency-Key": key})
    assert answer.status_code == 400
    assert "Idempotency-Key" in answer.json()["error_msg"]


def test_other_hosts_and_origins_are_refused(api: Any) -> None:
    assert api.get("/v1", SPACES, headers={"Host": "evil.example"}).status_code == 403
    assert api.post("/v1", SPACES, {"name": "team-blue"}, headers={"Origin": "http://evil.example"}).status_code == 403
    assert api.post("/v1", SPACES, {"name": "team-blue"}, headers={"Origin": "http://localhost"}).status_code == 200


def test_unknown_addresses_and_methods_are_told_plainly(api: Any) -> None:
    missing = api.get("/v1", "nonsense")
    assert (missing.status_code, missing.json()["error_code"]) == (404, "ModelArts.0404")
    assert api.delete("/v1", SPACES).status_code == 405


def test_an_unexpected_error_shows_no_traceback(platform: Any, api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError("a secret path /root")

    monkeypatch.setattr("maquette.activity.routes.list_tasks", broken)
    answer = api.get("/v1", "platform-tasks")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.headers["X-Request-Id"] in answer.json()["error_msg"]
