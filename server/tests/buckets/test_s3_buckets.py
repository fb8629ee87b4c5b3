"""Buckets on an S3 service: attached by an administrator, spoken to through the same routes."""

import itertools
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from tests.buckets.conftest import Files
from tests.swift.running import ACCESS_KEY, REGION, SECRET_KEY

from maquette.buckets.cors import allows_direct_upload
from maquette.buckets.tables import Bucket
from maquette.kit.destinations import Destination

CONTENT = bytes(range(256)) * 80_000  # more than one part
numbers = itertools.count()


@pytest.fixture(autouse=True)
def connections(platform: Any) -> Iterator[None]:
    yield
    platform.app.state.stores.close()


@pytest.fixture
def remote(api: Any, s3_server: Any) -> Files:
    name = s3_server.bucket(f"attached-{next(numbers)}")
    keys = {"access_key": ACCESS_KEY, "secret_key": SECRET_KEY, "region": REGION}
    body = {"name": "remote", "endpoint": s3_server.endpoint + "/", "remote_bucket": name, **keys}
    made = api.post("/v1", "buckets", body)
    assert made.status_code == 201, made.text
    assert made.json()["kind"] == "s3"
    assert made.json()["location"] == f"{s3_server.endpoint}/{name}"
    # The server knows no CORS, so browsers upload through us.
    assert made.json()["direct_upload"] is False
    assert SECRET_KEY not in made.text
    return Files(api, "remote")


def test_a_large_object_is_copied_by_the_service_in_a_task(
    remote: Files, platform: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("maquette.buckets.objects.COPIED_AT_ONCE", 1000)
    monkeypatch.setattr("maquette.storage.s3_copying.PART", 5 << 20)
    remote.put("a", CONTENT)
    answer = remote.post("copy", {"source": "a", "target": "b", "move": True})
    assert answer.status_code == 202
    platform.run_tasks()
    state = remote.api.get("/v1", remote.path(f"tasks/{answer.json()['task_id']}")).json()
    assert (state["state"], state["result"]["size"]) == ("succeeded", len(CONTENT)), state
    assert remote.keys() == ["b"]
    assert remote.get("b").content == CONTENT


def test_the_secret_is_sealed(remote: Files, platform: Any) -> None:
    with platform.database.read() as session:
        row = session.get_one(Bucket, "remote")
    assert SECRET_KEY not in row.sealed_secret
    assert platform.app.state.vault.open(row.sealed_secret) == SECRET_KEY


def test_objects_on_a_service(remote: Files, api: Any) -> None:
    assert remote.put("a/b.bin", CONTENT).json()["size"] == len(CONTENT)
    got = remote.get("a/b.bin")
    assert got.content == CONTENT
    assert remote.get("a/b.bin", If_None_Match=got.headers["etag"]).status_code == 304
    part = remote.get("a/b.bin", Range="bytes=1000-8400000")
    assert (part.status_code, part.content) == (206, CONTENT[1000:8400001])
    assert remote.get("a/b.bin", Range=f"bytes={len(CONTENT)}-").status_code == 416
    assert remote.listed(delimited=True)["prefixes"] == ["a/"]
    assert remote.post("copy", {"source": "a/b.bin", "target": "c", "move": True}).status_code == 200
    assert remote.keys() == ["c"]
    assert remote.post("delete", {"prefix": "c"}).json() == {"deleted": 1}
    assert remote.get("c").status_code == 404


def test_uploads_to_a_service(remote: Files, platform: Any) -> None:
    upload = remote.begin("a", CONTENT)
    remote.append(upload, 0, CONTENT[:5_000_000])
    remote.append(upload, 5_000_000, CONTENT[5_000_000:])
    done = remote.complete(upload)
    assert done.status_code == 200, done.text
    assert remote.complete(upload).json() == done.json()
    assert remote.get("a").content == CONTENT
    assert list(platform.settings.uploads_dir.iterdir()) == []


def test_copies_between_kinds_of_buckets(remote: Files, files: Files) -> None:
    files.put("a", CONTENT)
    assert files.post("copy", {"source": "a", "target": "b", "target_bucket": "remote"}).status_code == 200
    assert remote.get("b").content == CONTENT


def test_detaching_leaves_the_objects(remote: Files, api: Any, s3_server: Any) -> None:
    remote.put("a", b"1")
    location = api.get("/v1", "buckets").json()["buckets"][0]["location"]
    assert api.delete("/v1", "buckets/remote").status_code == 204
    store = s3_server.store(location.rpartition("/")[2])
    assert store.get("a") == b"1"
    store.close()


@pytest.mark.parametrize("wrong", [{"secret_key": "wrong"}, {"remote_bucket": "absent-bucket"}])
def test_a_bucket_that_cannot_be_used_is_not_stored(api: Any, s3_server: Any, wrong: dict[str, str]) -> None:
    name = s3_server.bucket(f"attached-{next(numbers)}")
    keys = {"access_key": ACCESS_KEY, "secret_key": SECRET_KEY, "region": REGION}
    body = {"name": "remote", "endpoint": s3_server.endpoint, "remote_bucket": name, **keys, **wrong}
    answer = api.post("/v1", "buckets", body)
    assert answer.status_code == 503
    assert "wrong" not in answer.json()["error_msg"]
    assert api.get("/v1", "buckets").json()["total_count"] == 0


class Service(BaseHTTPRequestHandler):
    """Answers preflights as told."""

    allowed: dict[str, str] = {}
    status = 200

    def do_OPTIONS(self) -> None:
        self.send_response(self.status)
        for name, value in self.allowed.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Nothing to say."""


@pytest.fixture(scope="module")
def preflights() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Service) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/bucket"
        server.shutdown()
        thread.join()


ORIGIN, METHODS, HEADERS = (f"Access-Control-Allow-{what}" for what in ("Origin", "Methods", "Headers"))


@pytest.mark.parametrize(
    ("allowed", "status", "verdict"),
    [
        ({ORIGIN: "*", METHODS: "GET, PUT", HEADERS: "*"}, 200, True),
        ({ORIGIN: "http://here:8000", METHODS: "put", HEADERS: "x, Content-Type"}, 204, True),
        ({ORIGIN: "http://elsewhere", METHODS: "PUT", HEADERS: "*"}, 200, False),
        ({ORIGIN: "*", METHODS: "GET", HEADERS: "*"}, 200, False),
        ({ORIGIN: "*", METHODS: "PUT"}, 200, False),
        ({ORIGIN: "*", METHODS: "PUT", HEADERS: "*"}, 403, False),
        ({}, 200, False),
    ],
)
def test_preflights(preflights: str, allowed: dict[str, str], status: int, verdict: bool) -> None:
    Service.allowed, Service.status = allowed, status
    here = Destination(preflights, private=True)
    assert allows_direct_upload(preflights, "http://here:8000/console", here) is verdict


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/bucket", "nonsense"])
def test_no_answer_is_a_no(url: str) -> None:
    assert allows_direct_upload(url, "http://here:8000", Destination(url, private=True)) is False


@pytest.mark.parametrize(
    "endpoint",
    ["http://169.254.169.254", "http://[64:ff9b::a9fe:a9fe]", "http://0.0.0.0:9000", "http://[", "http://host:port"],
)
def test_an_endpoint_that_nobody_should_reach_is_refused(api: Any, endpoint: str) -> None:
    body = {"name": "remote", "endpoint": endpoint, "access_key": ACCESS_KEY, "secret_key": SECRET_KEY}
    answer = api.post("/v1", "buckets", body)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "ModelArts.0101")


@pytest.mark.parametrize("endpoint", ["http://93.184.216.34", "https://10.0.0.1", "https://127.0.0.1:9000"])
def test_private_endpoints_can_be_forbidden(api: Any, platform: Any, endpoint: str) -> None:
    platform.settings.private_endpoints = False
    body = {"name": "remote", "endpoint": endpoint, "access_key": ACCESS_KEY, "secret_key": SECRET_KEY}
    answer = api.post("/v1", "buckets", body)
    assert (answer.status_code, "private_endpoints" in answer.json()["error_msg"]) == (400, True)
