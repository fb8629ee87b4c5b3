"""The gateway against an instance that answers whatever it likes."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from tests.conftest import Api
from tests.inference.impostor import Impostor
from tests.running import Live, until

from maquette.iam.tokens import revoke_token
from maquette.inference import connections, gateway, prediction_routes
from maquette.inference.tables import LOADING, READY
from maquette.web import routing

pytestmark = pytest.mark.parametrize("sandbox", ["process"], indirect=True)


@pytest.fixture
def impostor(live: Live) -> Iterator[Impostor]:
    made = Impostor(live)
    yield made
    made.close()


def post(impostor: Impostor, path: str = "", **options: Any) -> Any:
    headers = impostor.live.api.headers | options.pop("headers", {})
    return impostor.live.http.post(impostor.url + path, headers=headers, **options)


def test_no_credential_reaches_a_model(impostor: Impostor) -> None:
    secrets = {
        "Authorization": "Bearer AUTHORIZED",
        "Cookie": "other=COOKIE",
        "X-Auth-Token": impostor.live.api.token,
        "X-Sdk-Date": "SIGNED",
        "X-Forwarded-For": "FORWARDED",
        "Proxy-Authorization": "PROXY",
        "X-Project-Id": "PROJECT",
        "User-Agent": "me/1",
        "Accept": "application/json",
    }
    assert post(impostor, headers=secrets, json={"a": 1}).status_code == 200
    lines = impostor.heads[0].lower().split(b"\r\n")
    assert lines[0] == b"post / http/1.1"
    names = {line.partition(b":")[0] for line in lines[1:]}
    assert names == {b"host", b"content-length", b"content-type", b"accept", b"user-agent"}
    assert impostor.live.api.token.lower().encode() not in impostor.heads[0].lower()


def test_paths_and_queries_arrive_as_they_were_sent(impostor: Impostor) -> None:
    for sent, seen in (
        ("/v1/predict%20it/%C3%BC?a=%0D%0AX:1&b=%2F", b"/v1/predict%20it/%C3%BC?a=%0D%0AX:1&b=%2F"),
        ("/", b"/"),
        ("//double/", b"//double/"),
    ):
        assert post(impostor, sent).status_code == 200
        assert impostor.heads[-1].split(b"\r\n")[0] == b"POST " + seen + b" HTTP/1.1"
    for method in ("GET", "PUT", "DELETE"):
        answer = impostor.live.http.request(method, impostor.url + "/x", headers=impostor.live.api.headers)
        assert answer.status_code == 200
        assert impostor.heads[-1].startswith(method.encode() + b" /x HTTP")


def test_what_a_model_answers_cannot_act_on_our_origin(impostor: Impostor) -> None:
    impostor.answer = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nSet-Cookie: maquette_session=evil\r\nX-Subject-Token: evil\r\n"
        b"Content-Security-Policy: default-src *\r\nAccess-Control-Allow-Origin: *\r\nLocation: //evil\r\n"
        b"Content-Length: 27\r\n\r\n<script>alert('a')</script>"
    )
    answer = post(impostor)
    assert answer.text == "<script>alert('a')</script>"
    assert answer.headers["content-security-policy"] == "sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"
    told = {"set-cookie", "x-subject-token", "access-control-allow-origin", "location"}
    assert not told & set(answer.headers)


@pytest.mark.parametrize(
    "answer",
    [
        b"\x16\x03\x01nonsense\r\n\r\n",
        b"HTTP/1.1 999999 No\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\n1234567",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + b"a" * 300_000,
        b"",
    ],
)
def test_a_malformed_answer_is_a_bad_gateway(impostor: Impostor, answer: bytes) -> None:
    impostor.answer = answer
    told = post(impostor, json={})
    assert (told.status_code, told.json()["error_code"]) == (502, "ModelArts.4502"), told.text
    assert "impostor" in told.json()["error_msg"]


def test_answers_without_a_length_and_in_chunks(impostor: Impostor) -> None:
    impostor.answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nuntil the end"
    assert post(impostor).text == "until the end"
    impostor.answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    assert post(impostor).text == "abcde"
    impostor.answer = b"HTTP/1.1 204 No Content\r\n\r\n"
    assert post(impostor).status_code == 204
    impostor.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"
    impostor.hold_open = True
    assert post(impostor).text == "a"
    impostor.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nb"
    assert post(impostor).text == "b"


def test_an_endless_answer_ends(impostor: Impostor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "REPLY_LIMIT", 1 << 20)
    impostor.answer = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (2 << 20)
    answer = post(impostor)
    assert answer.status_code == 502
    assert "more than 1 MiB" in answer.json()["error_msg"]


def test_a_silent_model_times_out(impostor: Impostor) -> None:
    impostor.live.settings.prediction_timeout = 0.2
    impostor.answer, impostor.hold_open = None, True
    answer = post(impostor, json={})
    assert (answer.status_code, answer.json()["error_code"]) == (504, "ModelArts.4504")
    impostor.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\nslow"
    assert post(impostor, json={}).status_code == 504
    until(lambda: shown(impostor)["invocation_times"] == 2)
    assert shown(impostor)["failed_times"] == 2


def shown(impostor: Impostor) -> dict[str, Any]:
    return impostor.live.api.get("/v1", f"services/{impostor.id}").json()


def test_connections_are_kept(impostor: Impostor) -> None:
    impostor.hold_open = True
    for _ in range(20):
        assert post(impostor).status_code == 200
    assert impostor.connections == 1


def test_a_link_in_the_sockets_place_is_refused(impostor: Impostor) -> None:
    target = impostor.folder / "s"
    target.unlink()
    os.symlink(impostor.live.settings.workload_socket, target)
    assert post(impostor).status_code == 503
    target.unlink()
    target.write_text("a file")
    assert post(impostor).status_code == 503
    assert impostor.heads == []


def test_too_large_a_body_is_refused(impostor: Impostor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prediction_routes, "BODY_LIMIT", 1 << 20)
    assert post(impostor, content=b"x" * (1 << 20)).status_code == 200
    assert post(impostor, content=b"x" * ((1 << 20) + 1)).status_code == 413
    assert post(impostor, content=iter([b"x" * 600_000] * 2)).status_code == 413


def test_nobody_can_fill_the_memory_with_a_body_to_be_checked(
    impostor: Impostor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routing, "SIGNED_BODY_LIMIT", 1 << 20)
    headers = {"Authorization": "SDK-HMAC-SHA256 Access=a, SignedHeaders=host;x-sdk-date, Signature=" + "0" * 64}
    answer = impostor.live.http.post(impostor.url, headers=headers, content=iter([b"x" * 600_000] * 2))
    assert answer.status_code == 413


def test_only_who_may_enter_the_workspace_can_predict(impostor: Impostor) -> None:
    live = impostor.live
    url = impostor.url
    assert live.http.post(url).status_code == 401
    assert live.http.post(url, headers={"X-Auth-Token": "wrong"}).status_code == 401
    bob = live.platform.user("bob")
    assert live.http.post(url, headers=bob.headers).status_code == 200
    made = live.api.post("/v1", "workspaces", {"name": "mine", "auth_type": "PRIVATE"}).json()
    hidden = Impostor(live, "hidden", made["id"])
    assert live.http.post(hidden.url, headers=live.api.headers).status_code == 200
    assert live.http.post(hidden.url, headers=bob.headers).status_code == 404
    for service_id in ("0", "%2e%2e", "x" * 3000, "9223372036854775808", "ü"):
        answer = live.http.post(f"/v1/infers/{live.api.project_id}/{service_id}", headers=bob.headers)
        assert answer.status_code == 404, answer.text
    hidden.close()


def test_nobody_is_mistaken_for_another(impostor: Impostor) -> None:
    """What is remembered of a caller is one token's and one project's, and never a refusal's opposite."""
    live = impostor.live
    bob = live.platform.user("bob")
    assert live.http.post(impostor.url, headers=bob.headers).status_code == 200
    other = impostor.url.replace(live.api.project_id, "0" * 32)
    assert live.http.post(other, headers=bob.headers).status_code == 403
    assert live.http.post(impostor.url, headers={"X-Auth-Token": bob.token + "x"}).status_code == 401
    assert live.http.post(impostor.url, headers={"Cookie": f"maquette_session={bob.token}"}).status_code == 401
    assert live.http.post(impostor.url, headers={"Authorization": "SDK-HMAC-SHA256 Access=a"}).status_code == 401


def test_revoking_a_token_holds_within_seconds(impostor: Impostor) -> None:
    live = impostor.live
    alice: Api = live.platform.user("alice")
    assert live.http.post(impostor.url, headers=alice.headers).status_code == 200
    with live.database.write() as session:
        revoke_token(session, alice.token)
    until(lambda: live.http.post(impostor.url, headers=alice.headers).status_code == 401)


def test_idle_connections_are_not_used_for_ever(impostor: Impostor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "IDLE_S", -1.0)
    impostor.hold_open = True
    assert [post(impostor).status_code for _ in range(3)] == [200, 200, 200]
    assert impostor.connections == 3


def test_who_was_told_that_nothing_runs_is_answered_as_soon_as_something_does(
    impostor: Impostor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is remembered of where calls may go is never that they may go nowhere."""
    monkeypatch.setattr(gateway, "PLAN_LIFETIME_S", 3600.0)
    impostor.become(LOADING)
    assert [post(impostor).status_code for _ in range(2)] == [503, 503]
    impostor.become(READY)
    assert post(impostor).status_code == 200
