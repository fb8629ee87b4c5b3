"""Bodies that end before they should: spoken in plain ASGI, because no client library sends half a request."""

import hashlib
from collections.abc import Iterator
from typing import Any

from tests.buckets.conftest import speak

from maquette.storage import LocalStore


def put_and_vanish(platform: Any, api: Any, path: str, pieces: list[bytes]) -> int:
    """PUT the pieces, then lose the connection. Returns the status that the application told nobody."""
    messages: list[dict[str, Any]] = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    return speak(platform, api, "PUT", path, [*messages, {"type": "http.disconnect"}])


def test_a_broken_put_leaves_nothing(platform: Any, api: Any, files: Any) -> None:
    files.put("a", b"before")
    assert put_and_vanish(platform, api, files.path("objects/a"), [bytes(1 << 20)] * 3) == 400
    assert files.get("a").content == b"before"
    folder = platform.settings.buckets_dir / "pictures"
    assert [path.name for path in folder.rglob("*") if path.is_file()] == ["a"]


def test_a_broken_chunk_keeps_what_arrived(platform: Any, api: Any, files: Any) -> None:
    content = bytes(range(256)) * 20_000
    upload = files.begin("a", content)
    half = [content[at : at + (1 << 20)] for at in range(0, 3 << 20, 1 << 20)]
    put_and_vanish(platform, api, files.path(f"uploads/{upload}?offset=0"), half)
    reached = files.offset(upload)
    assert 0 < reached <= 3 << 20
    assert files.append(upload, reached, content[reached:]).json() == {"offset": len(content)}
    assert files.complete(upload).status_code == 200
    assert files.get("a").content == content


def test_a_body_must_be_the_one_that_was_signed(files: Any) -> None:
    signed = {"X-Sdk-Content-Sha256": hashlib.sha256(b"right").hexdigest()}
    assert files.put("a", b"wrong", headers=signed).status_code == 400
    assert files.keys() == []
    assert files.put("a", b"right", headers=signed).status_code == 200


def test_bodies_are_not_collected(platform: Any, files: Any, monkeypatch: Any) -> None:
    """However fast the client, only a few pieces wait for a slow disk."""
    taken = sent = ahead = 0

    def body() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(40):
            sent += 1
            yield bytes(1 << 20)

    write = LocalStore.write

    def counting(store: LocalStore, key: str, content: Any) -> Any:
        def counted() -> Iterator[bytes]:
            nonlocal taken, ahead
            for piece in content:
                taken += len(piece) >> 20
                ahead = max(ahead, sent - taken)
                yield piece

        return write(store, key, counted())

    monkeypatch.setattr(LocalStore, "write", counting)
    assert files.put("a", body()).json()["size"] == 40 << 20
    assert ahead <= 8
