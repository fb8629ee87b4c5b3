"""No input gives a 5xx: hostile names, numbers, bodies, headers and connections against the server as it really runs.

The worker is held still meanwhile: what gets accepted shall not run.
"""

import contextlib
import json
import socket
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from tests.conftest import Api
from tests.faults.serving import Server, serving
from tests.faults.world import World

from maquette.app import create_app
from maquette.iam.tables import User
from maquette.web.routing import StrictRoute

ALLOWED = {503, 507}
"""Said on purpose: a service that is not running, a disk that is full."""

WORDS = [
    "..",
    "..%2f..%2fetc%2fpasswd", "%00", "%ff%fe", "%ed%a0%80", "%e2%80%ae", "n" * 300, "-1", str(2**63), "1e999", "NaN",
]  # fmt: skip
JUNK: list[Any] = [
    None, -1, 2**63 - 1, 1e308, "", "n" * 5000, "\u202e../..", ["x", None], {"a": {"b": []}},
]  # fmt: skip
RAW = [
    b"", b"{", b"[]", b"null", b"1", b'"x"', b"\xff\xfe", b'{"name": NaN}', b'{"name": 9223372036854775808}',
    b'{"name": 1e999}', b'{"name": "\\ud800"}', b'{"name": "a\\u0000b"}', b'{"\\u0000": 1}', b"[" * 100_000,
    b'{"a":' * 2000 + b"1" + b"}" * 2000, b'{"name": "x", "name": "y"}',
]  # fmt: skip


@pytest.fixture(scope="module")
def server(template: Path) -> Iterator[Server]:
    with serving(template) as made:
        yield made


@pytest.fixture(scope="module")
def world(server: Server) -> World:
    server.child("worker").suspend()
    with server.database() as database:
        with database.read() as session:
            user_id = session.scalars(select(User.id)).one()
        return World(server.api(), database, "0", user_id)


@pytest.fixture(scope="module")
def routes(server: Server) -> list[tuple[str, StrictRoute]]:
    app = create_app(server.settings)
    found = [(method, route) for route in app.routes if isinstance(route, StrictRoute) for method in route.methods]
    return sorted(found, key=lambda each: (each[1].path, each[0]))


class Probe:
    """Sends requests, as they are, and keeps those that the server took badly."""

    def __init__(self, server: Server, api: Api) -> None:
        self.server = server
        self.api = api
        self.bad: list[str] = []
        self.statuses = Counter[int]()

    def send(self, method: str, url: str, body: bytes | None = None, **headers: str) -> None:
        given = {name: value.encode("latin-1") for name, value in headers.items()}
        own = self.api.headers | {"Content-Type": "application/json"} | given
        status, text = self._raw(method, url, body, own)
        self.statuses[status] += 1
        if status >= 500 and status not in ALLOWED:
            shown = (body or b"")[:400].decode(errors="replace")
            self.bad.append(f"{status} {method} {url[:200]} {shown} -> {text[:300]}")

    def _raw(self, method: str, url: str, body: bytes | None, headers: dict[str, Any]) -> tuple[int, str]:
        with self.server.http.stream(method, self.server.url + url, content=body, headers=headers) as answer:
            if "event-stream" in answer.headers.get("content-type", ""):
                return answer.status_code, ""
            return answer.status_code, answer.read().decode(errors="replace")

    def verdict(self) -> None:
        assert self.bad == [], "\n".join(self.bad)
        assert self.server.http.get("/health").is_success


@pytest.fixture
def probe(server: Server, world: World) -> Iterator[Probe]:
    made = Probe(server, world.api)
    yield made
    made.verdict()


def places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value inside a body."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*way, key)
        yield from places(item, (*way, key))


def replaced(value: Any, way: tuple[Any, ...], junk: Any) -> Any:
    if not way:
        return junk
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[way[0]] = replaced(value[way[0]], way[1:], junk)
    return copy


@pytest.mark.slow
def test_junk_in_every_place_of_every_body(probe: Probe, world: World, routes: list[tuple[str, StrictRoute]]) -> None:
    for method, route in routes:
        body = world.body(str(route.operation_id))
        if body is None:
            continue
        for way in places(body):
            for junk in JUNK:
                fresh = world.body(str(route.operation_id))
                changed = json.dumps(replaced(fresh, way, junk)).encode()
                probe.send(method, world.path(route.path), changed)
    # Much of it must get past the door, or nothing was tried.
    assert probe.statuses[200] + probe.statuses[201] > 100, probe.statuses


@pytest.mark.slow
def test_bodies_that_are_no_json_we_take(probe: Probe, world: World, routes: list[tuple[str, StrictRoute]]) -> None:
    for method, route in routes:
        if method in {"POST", "PUT"} and "/objects/" not in route.path:
            for raw in RAW:
                probe.send(method, world.path(route.path, upload_id="none"), raw)


@pytest.mark.slow
def test_hostile_words_in_every_path(probe: Probe, world: World, routes: list[tuple[str, StrictRoute]]) -> None:
    for method, route in routes:
        names = [part.split(":")[0] for part in route.path.replace("}", "{").split("{")[1::2]]
        body = world.body(str(route.operation_id))
        content = json.dumps(body).encode() if body is not None else None
        for name in names:
            # A strange project is refused before any route is asked.
            for word in WORDS[:2] if name == "project_id" else WORDS:
                probe.send(method, world.path(route.path, **{name: word}), content)


@pytest.mark.slow
def test_hostile_words_in_every_query(probe: Probe, world: World, routes: list[tuple[str, StrictRoute]]) -> None:
    described = create_app(probe.server.settings).openapi()["paths"]
    for method, route in routes:
        operation = described[route.path.replace(":path", "")].get(method.lower(), {})
        body = world.body(str(route.operation_id))
        content = json.dumps(body).encode() if body is not None else None
        for name in [each["name"] for each in operation.get("parameters", []) if each["in"] == "query"]:
            for word in ["", "%7b%22a%22%3a1%7d", *WORDS]:
                known = "&".join(f"{key}={value}" for key, value in world.query(str(route.operation_id)).items())
                if method == "DELETE":  # what is tried must be there for the next
                    url = world.path(route.path, label_name="none", bucket="none-at-all")
                else:
                    url = world.path(route.path)
                probe.send(method, f"{url}?{known}&{name}={word}", content)


@pytest.mark.slow
def test_methods_that_nobody_offers(probe: Probe, world: World, routes: list[tuple[str, StrictRoute]]) -> None:
    for path in {route.path for _, route in routes}:
        for method in ("PATCH", "OPTIONS", "TRACE", "FOO", "HEAD"):
            probe.send(method, world.path(path), b"" if method == "PATCH" else None)


def test_hostile_headers(probe: Probe, world: World) -> None:
    url = world.path("/v1/{project_id}/buckets/{bucket}/objects/{key}")
    for value in ("bytes=", "bytes=-", "bytes=5-1", f"bytes={2**63}-", f"bytes=-{2**63}", "bytes=0-0,2-2", "x" * 3000):
        probe.send("GET", url, Range=value)
    for name in ("If-None-Match", "If-Modified-Since", "X-Request-Id", "Idempotency-Key", "Authorization", "Cookie"):
        for value in (
            "",
            "\x7f",
            "é".encode().decode("latin-1"),
            "x" * 3000,
            "SDK-HMAC-SHA256 Access=a, Signature=b",
            "W/",
        ):
            probe.send("GET", url, **{name: value})
            probe.send("POST", world.path("/v1/{project_id}/workspaces"), b"{}", **{name: value})
    probe.send("GET", url, **{"X-Auth-Token": "x" * 3000})
    probe.send("GET", url, **{"X-Sdk-Date": "20260101T000000Z", "Authorization": "SDK-HMAC-SHA256 Access="})


@contextlib.contextmanager
def connected(server: Server) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        yield connection


def answer_to(server: Server, sent: bytes) -> bytes:
    """The first line that comes back for these bytes; nothing when the server hangs up."""
    with connected(server) as connection:
        connection.sendall(sent)
        with contextlib.suppress(ConnectionError):
            return connection.makefile("rb").readline()
    return b""


@pytest.mark.parametrize(
    "sent",
    [
        b"GARBAGE\r\n\r\n",
        b"GET /health HTTP/9.9\r\n\r\n",
        b"GET http://evil.example/health HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"GET /../../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET //evil.example/x HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: localhost\r\n" + b"X-A: b\r\n" * 20_000 + b"\r\n",
        b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"b" * 200_000 + b"\r\n\r\n",
        b"GET /health HTTP/1.1\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"POST /v3/auth/tokens HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"POST /v3/auth/tokens HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999\r\n\r\n",
        b"POST /v3/auth/tokens HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"GET /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
    ids=range(19),
)
def test_broken_requests(server: Server, sent: bytes) -> None:
    with connected(server) as connection:
        with contextlib.suppress(ConnectionError):
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
        first = b""
        with contextlib.suppress(ConnectionError):
            first = connection.makefile("rb").readline()
    assert first == b"" or int(first.split()[1]) < 500, first
    assert server.http.get("/health").is_success


def test_a_wrong_host_and_a_foreign_origin_are_refused(server: Server) -> None:
    body = b'{"domain": "admin", "user": "admin", "password": "x"}'
    head = f"POST /v1/console/session HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    for lines in ("Host: evil.example", f"Host: localhost:{server.port}\r\nOrigin: https://evil.example", "Host: "):
        assert b" 403 " in answer_to(server, f"{head}{lines}\r\n\r\n".encode() + body), lines
    same = f"Host: localhost:{server.port}\r\nOrigin: http://localhost:{server.port}"
    assert b" 401 " in answer_to(server, f"{head}{same}\r\n\r\n".encode() + body)


def test_slow_and_broken_off_requests_hold_nobody_up(server: Server, world: World) -> None:
    with contextlib.ExitStack() as stack:
        for number in range(100):
            slow = stack.enter_context(connected(server))
            path = world.path("/v1/{project_id}/buckets/{bucket}/objects/{key}", key=f"slow/{number}")
            head = (
                f"PUT {path} HTTP/1.1\r\nHost: localhost\r\nX-Auth-Token: {world.api.token}\r\nContent-Length: 100\r\n"
            )
            slow.sendall(head.encode() + (b"\r\nhalf" if number % 2 else b""))
        assert world.api.get("/v1", "buckets").status_code == 200
        assert server.http.get("/health").is_success
    listed = world.api.get("/v1", "buckets/closed/objects?prefix=slow/").json()
    assert listed["objects"] == []


def test_names_that_are_twins_or_disguises(server: Server, world: World) -> None:
    """Keys that a careless file system or a reader would confuse stay apart, or are refused; none leaves the bucket."""
    api = world.api
    keys = {
        "Case.txt": b"1",
        "case.txt": b"2",
        "\u202egnp.exe": b"3",
        "e\u0301": b"4",
        "\u00e9": b"5",
        " ": b"6",
        "a\\b": b"7",
    }
    for key, content in keys.items():
        answer = api.put("/v1", f"buckets/closed/objects/twins/{key}", content)
        assert answer.status_code in {200, 400}, answer.text
        if answer.status_code == 200:
            assert api.get("/v1", f"buckets/closed/objects/twins/{key}").content == content
    assert api.get("/v1", "buckets/closed/objects/twins/Case.txt").content == b"1"
    outside = sorted(path.name for path in server.settings.buckets_dir.iterdir())
    assert outside == sorted(each["name"] for each in api.get("/v1", "buckets").json()["buckets"])


@pytest.mark.slow
def test_after_all_that_the_platform_is_sound(server: Server) -> None:
    assert "Traceback" not in server.logged("api"), server.logged("api")[-3000:]
    assert server.fsck() == "clean"
