"""What only a bucket on an S3 service can suffer, against a real server that misbehaves on request.

The server (`swift/serve.py`) has no CORS and no bucket policies, and its conditional PUT has more than one winner:
nothing here relies on them.
"""

import json
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import obstore
import pytest
from obstore.exceptions import GenericError
from tests.swift.running import S3Server

from maquette.kit.errors import Conflict, Invalid, Unavailable
from maquette.storage import ObjectExists, ObjectMissing, Report
from maquette.storage.s3 import PART, S3Store
from maquette.storage.s3_requests import Address


@pytest.fixture
def store(make_s3: Callable[[], S3Store]) -> Iterator[S3Store]:
    made = make_s3()
    yield made
    made.close()


@pytest.fixture
def inject(s3_server: S3Server) -> Iterator[Callable[..., None]]:
    yield lambda *rules: s3_server.faults(json.dumps(rules))
    s3_server.faults("[]")


def listener(answer: bytes | None) -> tuple[str, socket.socket]:
    """A port that answers every request so, or takes it and never answers."""
    server = socket.create_server(("127.0.0.1", 0))
    kept: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            kept.append(connection)
            if answer is not None:
                connection.recv(65536)
                connection.sendall(answer)
                connection.close()

    threading.Thread(target=serve, daemon=True).start()
    return f"http://127.0.0.1:{server.getsockname()[1]}", server


@pytest.mark.parametrize("key", ["plain.txt", "图像/猫 一+b%20#?.jpg"])
def test_presigned_urls_work_without_credentials(store: S3Store, key: str) -> None:
    put = store.presign("PUT", key, 60)
    assert put
    assert httpx.put(put, content=b"direct").is_success
    assert store.get(key) == b"direct"
    get = store.presign("GET", key, 60)
    assert get
    assert httpx.get(get).content == b"direct"
    assert httpx.put(get, content=b"x").status_code == 403
    assert httpx.get(re.sub("Signature=.", "Signature=x", get)).status_code == 403
    assert store.presign("DELETE", key, 60) is None
    assert store.presign("GET", "folder/", 60) is None


@pytest.mark.parametrize("batch", [2, 1000])
def test_many_keys_are_deleted_in_batches(store: S3Store, monkeypatch: pytest.MonkeyPatch, batch: int) -> None:
    monkeypatch.setattr("maquette.storage.s3.MAX_PAGE", batch)
    keys = [f"many/{number}" for number in range(5)]
    for key in keys:
        store.write(key, b"")
    store.write("many/folder/", b"")
    store.delete_many([*keys, "many/absent", "many/folder/"])
    assert store.list().objects == []


def test_a_listing_longer_than_a_page_of_the_service(store: S3Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("maquette.storage.s3.MAX_PAGE", 3)
    for number in range(8):
        store.write(f"{number}", b"")
    page = store.list(limit=7)
    assert ([o.key for o in page.objects], page.next_after) == (list("0123456"), "6")
    assert len(store.list(limit=5000).objects) == 8
    assert sum(1 for _ in store.walk()) == 8


def test_a_read_never_mixes_two_versions(store: S3Store) -> None:
    store.write("a", b"1" * (PART + 10))
    stream = store.read("a")
    next(stream)
    store.write("a", b"2" * (PART + 10))
    with pytest.raises(Conflict, match="changed"):
        list(stream)


def test_a_creation_whose_answer_was_lost_is_ours(store: S3Store, inject: Callable[..., None]) -> None:
    inject({"method": "PUT", "match": "mine", "action": "lost-ack", "n": 1})
    assert store.create("mine", b"content").size == 7
    assert store.get("mine") == b"content"
    with pytest.raises(ObjectExists):
        store.create("mine", b"other")


def test_a_service_without_conditions_still_gets_new_objects(store: S3Store, monkeypatch: pytest.MonkeyPatch) -> None:
    put, asked = obstore.put, []

    def conditionless(*arguments: Any, **options: Any) -> Any:
        asked.append(options.get("mode"))
        if options.get("mode") == "create":
            raise GenericError("Server returned non-2xx status code: 501 Not Implemented")
        return put(*arguments, **options)

    monkeypatch.setattr("maquette.storage.s3.obstore.put", conditionless)
    assert store.create("a", b"1").size == 1
    assert asked == ["create", None]
    with pytest.raises(ObjectExists):
        store.create("a", b"2")


LARGE = b"".join(bytes([number]) * (5 << 20) for number in range(3))


@pytest.fixture
def copies(store: S3Store, s3_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Store]:
    """A second bucket of the same service, to copy `large` to in parts of 5 MiB."""
    monkeypatch.setattr("maquette.storage.s3_copying.PART", 5 << 20)
    store.write("图/large 1+1", iter([LARGE]))
    made = s3_server.store(s3_server.bucket(f"copies-{store._address.bucket}"))
    yield made
    made.close()


def unfinished(store: S3Store) -> bytes:
    return store._requests.send("GET", "", {"uploads": ""}).content


def test_the_service_copies_large_objects_by_itself_in_parts(
    store: S3Store, copies: S3Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(S3Store, "read", None)
    told: list[int] = []
    info = copies.copy_from(store, "图/large 1+1", "copy", lambda done, state: told.append(done))
    assert (info.size, told) == (len(LARGE), [5 << 20, 10 << 20, 15 << 20])
    monkeypatch.undo()
    assert copies.get("copy") == LARGE


def test_a_copy_in_parts_goes_on_and_can_be_given_up(store: S3Store, copies: S3Store) -> None:
    state: dict[str, Any] = {}

    def stop_at(part: int) -> Report:
        def report(done: int, now: Any) -> None:
            state.update(now)
            if len(now["parts"]) == part:
                raise InterruptedError

        return report

    with pytest.raises(InterruptedError):
        copies.copy_from(store, "图/large 1+1", "copy", stop_at(2), {})
    assert not copies.exists("copy")
    told: list[int] = []
    copies.copy_from(store, "图/large 1+1", "copy", lambda done, _: told.append(done), state)
    assert told == [15 << 20]
    assert copies.get("copy") == LARGE
    # All parts were there, and the answer to the last request was lost with the process.
    over = state | {"upload": "forgotten", "parts": ["x"] * 3}
    assert copies.copy_from(store, "图/large 1+1", "copy", state=over).size == len(LARGE)

    with pytest.raises(InterruptedError):
        copies.copy_from(store, "图/large 1+1", "other", stop_at(1), {})
    assert b"<UploadId>" in unfinished(copies)
    copies.discard_copy(state)
    copies.discard_copy(state)
    assert b"<UploadId>" not in unfinished(copies)
    with pytest.raises(Conflict, match="again"):
        copies.copy_from(store, "图/large 1+1", "other", state=state)


def test_a_source_that_changed_is_copied_from_its_beginning(store: S3Store, copies: S3Store) -> None:
    state: dict[str, Any] = {}

    def stop(done: int, now: Any) -> None:
        state.update(now)
        raise InterruptedError

    with pytest.raises(InterruptedError):
        copies.copy_from(store, "图/large 1+1", "copy", stop, {})
    store.write("图/large 1+1", iter([LARGE[::-1]]))
    copies.copy_from(store, "图/large 1+1", "copy", state=state)
    assert copies.get("copy") == LARGE[::-1]
    assert b"<UploadId>" not in unfinished(copies)


def test_a_service_in_trouble_is_asked_again(store: S3Store, inject: Callable[..., None]) -> None:
    store.write("a", b"1")
    inject({"action": "503", "n": 1})
    assert store.get("a") == b"1"
    inject({"action": "503", "n": 1})
    assert [o.key for o in store.list().objects] == ["a"]
    inject({"method": "PUT", "action": "503", "n": 1})
    store.write("a", b"2")
    assert store.get("a") == b"2"


def test_a_service_that_stays_in_trouble_is_reported_and_recovers(store: S3Store, inject: Callable[..., None]) -> None:
    store.write("a", b"1")
    inject({"action": "503"})
    calls: list[Callable[[], object]] = [
        store.check,
        lambda: store.get("a"),
        lambda: store.head("a"),
        lambda: store.write("b", b""),
        lambda: store.list(),
        lambda: list(store.walk()),
        lambda: store.delete("a"),
        lambda: store.copy("a", "b"),
    ]
    for call in calls:
        began = time.monotonic()
        with pytest.raises(Unavailable) as caught:
            call()
        assert time.monotonic() - began < 30
        assert "503" in caught.value.message
        assert store._address.secret_key not in caught.value.message
    inject()
    store.check()
    assert [o.key for o in store.list().objects] == ["a"]


def test_a_lost_part_of_a_large_object_leaves_the_old_one(store: S3Store, inject: Callable[..., None]) -> None:
    store.write("a", b"old")
    inject({"method": "PUT", "match": "partNumber=2", "action": "503"})
    with pytest.raises(Unavailable):
        store.write("a", (b"x" * (1 << 20) for _ in range(20)))
    inject()
    assert store.get("a") == b"old"


@pytest.mark.slow
def test_a_service_that_never_answers_is_known_within_30_seconds() -> None:
    endpoint, server = listener(None)
    store = S3Store(Address(endpoint, "bucket", "key", "secret"))
    results: list[float] = []

    def ask(call: Callable[[], object]) -> None:
        began = time.monotonic()
        with pytest.raises(Unavailable, match="does not answer"):
            call()
        results.append(time.monotonic() - began)

    calls: list[Callable[[], object]] = [store.check, lambda: store.get("a"), lambda: store.write("a", b"x")]
    threads = [threading.Thread(target=ask, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store.close()
    server.close()
    assert len(results) == len(calls)
    assert max(results) < 30


def test_a_service_that_is_not_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    store = S3Store(Address(f"http://127.0.0.1:{port}", "bucket", "key", "secret"))
    for call in (store.check, lambda: store.head("a"), lambda: store.write("a", b"")):
        began = time.monotonic()
        with pytest.raises(Unavailable, match="does not answer"):
            call()
        assert time.monotonic() - began < 10
    store.close()


def test_an_operation_the_service_lacks_is_not_asked_for_long() -> None:
    endpoint, server = listener(b"HTTP/1.1 501 Not Implemented\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    store = S3Store(Address(endpoint, "bucket", "key", "secret"))
    for call in (store.check, lambda: store.head("a"), lambda: store.write("a", b"")):
        began = time.monotonic()
        with pytest.raises(Unavailable, match="501"):
            call()
        assert time.monotonic() - began < 3
    store.close()
    server.close()


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>',
        b"<ListBucketResult><Contents><Key>a</Key><Size>many</Size></Contents></ListBucketResult>",
    ],
)
def test_an_answer_that_is_no_listing(body: bytes) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
    endpoint, server = listener(head + body)
    store = S3Store(Address(endpoint, "bucket", "key", "secret"))
    with pytest.raises(Unavailable, match="no listing"):
        store.check()
    store.close()
    server.close()


def test_wrong_credentials_and_absent_buckets_are_no_missing_object(s3_server: S3Server, store: S3Store) -> None:
    bucket = store._address.bucket
    wrong = s3_server.store(bucket, secret_key="not-the-secret")
    for call in (wrong.check, lambda: wrong.get("a"), lambda: wrong.write("a", b""), lambda: wrong.list()):
        with pytest.raises(Unavailable, match="access key") as caught:
            call()
        assert "not-the-secret" not in caught.value.message
        assert "test:tester" not in caught.value.message
    wrong.close()
    absent = s3_server.store("nobody-made-this")
    for call in (absent.check, lambda: absent.write("a", b""), lambda: absent.list(), lambda: list(absent.walk())):
        with pytest.raises(Unavailable, match="no bucket 'nobody-made-this'"):
            call()
    with pytest.raises((Unavailable, ObjectMissing)):
        absent.head("a")
    absent.close()


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "ftp://host",
        "file:///etc",
        "host:9000",
        "http://",
        "http://user:pw@host",
        "http://host?x=1",
        "unix:///x",
        "http://[",
    ],
)
def test_endpoints_that_are_none(endpoint: str) -> None:
    with pytest.raises(Invalid, match="endpoint"):
        S3Store(Address(endpoint, "bucket", "key", "secret"))


def test_the_bucket_may_stand_in_the_host_name() -> None:
    store = S3Store(Address("https://obs.example.com", "data", "key", "secret", "cn-north-4", virtual_hosted=True))
    url = store.presign("GET", "a b", 60)
    assert url
    assert url.startswith("https://data.obs.example.com/a%20b?")
    assert store._address.base == "https://data.obs.example.com"
    assert "secret" not in repr(store._address)
    store.close()


def test_nobody_else_pays_for_obstore() -> None:
    script = "import sys, maquette.storage; print('obstore' in sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", script], env={"PYTHONPATH": ":".join(sys.path)}, capture_output=True, check=True
    )
    assert found.stdout.strip() == b"False"


def test_a_request_goes_to_the_address_that_was_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint, server = listener(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    port = endpoint.rpartition(":")[2]
    found = ["127.0.0.1"]
    monkeypatch.setattr("socket.getaddrinfo", lambda _, port, *__, **___: [(2, 1, 6, "", (found[0], int(port)))])
    store = S3Store(Address(f"http://s3.example.com:{port}", "bucket", "key", "secret"))
    with pytest.raises(Unavailable, match="no bucket"):
        store.check()
    found[:] = ["169.254.169.254"]
    monkeypatch.setattr("maquette.kit.destinations.FRESH_S", -1.0)
    for call in (store.check, lambda: store.head("a"), lambda: store.write("a", b"")):
        with pytest.raises(Unavailable, match="secrets"):
            call()
    store.close()
    server.close()


def test_a_redirect_is_not_followed_in_a_listing() -> None:
    elsewhere, other = listener(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    answer = f"HTTP/1.1 307 Elsewhere\r\nLocation: {elsewhere}/x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    endpoint, server = listener(answer.encode())
    store = S3Store(Address(endpoint, "bucket", "key", "secret"))
    with pytest.raises(Unavailable, match="307"):
        store.check()
    store.close()
    for one in (server, other):
        one.close()
