"""Resumable uploads: order, checks, repetition, and what happens to those nobody comes back for."""

import errno
import hashlib
import os
import shutil
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from maquette.buckets.background import tidy
from maquette.buckets.parts import PartFile
from maquette.buckets.tables import PUBLISHING, Upload
from maquette.buckets.uploads import ORPHAN_MS, STALE_MS, sweep_uploads
from maquette.kit.clock import now_ms
from maquette.storage import LocalStore

CONTENT = bytes(range(256)) * 4096
DIGEST = hashlib.sha256(CONTENT).hexdigest()


def leftovers(platform: Any) -> list[str]:
    return [path.name for path in platform.settings.uploads_dir.iterdir()]


def test_an_upload_in_chunks(files: Any, platform: Any) -> None:
    begun = files.post("uploads", {"key": "a/b", "size": len(CONTENT), "sha256": DIGEST.upper()})
    assert begun.status_code == 201
    upload = begun.json().pop("upload_id")
    expected = {"upload_id": upload, "offset": 0, "chunk_size": platform.settings.upload_chunk, "direct": None}
    assert begun.json() == expected
    assert files.append(upload, 0, CONTENT[:1000]).json() == {"offset": 1000}
    state = files.api.get("/v1", files.path(f"uploads/{upload}")).json()
    assert state == {"upload_id": upload, "key": "a/b", "offset": 1000, "size": len(CONTENT)}
    assert files.keys() == []
    assert files.append(upload, 1000, CONTENT[1000:]).json() == {"offset": len(CONTENT)}
    done = files.complete(upload)
    assert (done.status_code, done.json()["size"]) == (200, len(CONTENT))
    assert files.get("a/b").content == CONTENT
    assert files.get("a/b").headers["etag"] == f'"{done.json()["etag"]}"'
    assert leftovers(platform) == []


def test_an_empty_file(files: Any) -> None:
    upload = files.begin("empty", b"")
    assert files.complete(upload).json()["size"] == 0
    assert files.get("empty").content == b""


def test_another_offset_is_told_the_true_one(files: Any) -> None:
    upload = files.begin("a", CONTENT)
    files.append(upload, 0, CONTENT[:100])
    for wrong in (0, 50, 101, 2**62):
        answer = files.append(upload, wrong, b"x")
        assert answer.status_code == 409
        assert answer.json()["error_code"] == "ModelArts.4411"
        assert answer.json()["error_details"] == {"offset": 100}
    for nonsense in (-1, 2**63, "x"):
        assert files.append(upload, nonsense, b"x").status_code == 400
    assert files.offset(upload) == 100


def test_more_bytes_than_announced_are_not_taken(files: Any) -> None:
    upload = files.begin("a", b"12345")
    assert files.append(upload, 0, b"123456").status_code == 400
    assert files.append(upload, 0, b"12345").status_code == 200


def test_an_incomplete_upload_is_not_published(files: Any) -> None:
    upload = files.begin("a", CONTENT)
    files.append(upload, 0, CONTENT[:100])
    answer = files.complete(upload)
    assert (answer.status_code, answer.json()["error_details"]) == (409, {"offset": 100})
    assert files.keys() == []


def test_a_wrong_hash_starts_again(files: Any) -> None:
    upload = files.begin("a", CONTENT, sha256=DIGEST)
    files.append(upload, 0, bytes(len(CONTENT)))
    answer = files.complete(upload)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "ModelArts.4413")
    assert files.keys() == []
    assert files.offset(upload) == 0
    files.append(upload, 0, CONTENT)
    assert files.complete(upload).status_code == 200


def test_completing_again_answers_the_same(files: Any, api: Any) -> None:
    upload = files.begin("a", b"12345")
    files.append(upload, 0, b"12345")
    first = files.complete(upload).json()
    assert files.complete(upload).json() == first
    assert files.offset(upload) == 5
    # What happened to the object since does not change what the upload became.
    files.put("a", b"newer")
    assert files.complete(upload).json() == first
    assert files.get("a").content == b"newer"
    assert files.append(upload, 5, b"").status_code == 409


def test_a_discarded_upload_is_gone(files: Any, api: Any, platform: Any) -> None:
    upload = files.begin("a", b"12345")
    files.append(upload, 0, b"123")
    assert api.delete("/v1", files.path(f"uploads/{upload}")).status_code == 204
    assert leftovers(platform) == []
    for answer in (
        files.append(upload, 3, b"45"),
        files.complete(upload),
        api.get("/v1", files.path(f"uploads/{upload}")),
        api.delete("/v1", files.path(f"uploads/{upload}")),
    ):
        assert (answer.status_code, answer.json()["error_code"]) == (404, "ModelArts.4410")


@pytest.mark.parametrize(
    "body",
    [
        {"key": "../a", "size": 1},
        {"key": "a/", "size": 0},
        {"key": "", "size": 1},
        {"key": "a", "size": -1},
        {"key": "a", "size": 2**63},
        {"key": "a", "size": "1"},
        {"key": "a", "size": 1.5},
        {"key": "a", "size": 1, "sha256": "abc"},
        {"key": "a"},
        {"size": 1},
    ],
)
def test_uploads_that_cannot_begin(files: Any, platform: Any, body: Any) -> None:
    assert files.post("uploads", body).status_code == 400
    assert leftovers(platform) == []


@pytest.mark.parametrize("upload", ["..", "%2e%2e", "a" * 300, "0" * 32])
def test_upload_ids_are_not_paths(files: Any, api: Any, upload: str) -> None:
    assert api.get("/v1", files.path(f"uploads/{upload}")).status_code in {404, 405}


def test_a_full_disk_keeps_the_upload_going(files: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = files.begin("a", CONTENT)
    files.append(upload, 0, CONTENT[:1000])

    def full(*_: Any) -> int:
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as broken:
        broken.setattr(os, "pwrite", full)
        assert files.append(upload, 1000, CONTENT[1000:]).status_code == 507
    usage = shutil.disk_usage("/")
    with monkeypatch.context() as reserved:
        reserved.setattr(shutil, "disk_usage", lambda _: usage._replace(free=5))
        assert files.append(upload, 1000, CONTENT[1000:]).status_code == 507
    assert files.append(upload, 1000, CONTENT[1000:]).status_code == 200
    assert files.complete(upload).status_code == 200
    assert files.get("a").content == CONTENT


def test_a_bucket_that_fails_at_the_end_can_be_asked_again(files: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = files.begin("a/b", b"12345")
    files.append(upload, 0, b"12345")
    files.put("a", b"a file where the folder should be")
    assert files.complete(upload).status_code == 409
    files.api.delete("/v1", files.path("objects/a"))
    assert files.complete(upload).status_code == 200
    assert files.get("a/b").content == b"12345"


def test_lost_bytes_are_not_taken_for_published_ones(files: Any, platform: Any) -> None:
    files.put("a", b"12345")
    upload = files.begin("a", b"abcde")
    (platform.settings.uploads_dir / upload).unlink()
    for answer in (files.complete(upload), files.append(upload, 0, b"abcde")):
        assert (answer.status_code, answer.json()["error_code"]) == (409, "ModelArts.4412")


def test_an_upload_that_is_being_completed_says_so(files: Any, platform: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("maquette.buckets.parts.CLAIM_S", 0.0)
    upload = files.begin("a", b"12345")
    files.append(upload, 0, b"12345")
    with PartFile(platform.settings.uploads_dir / upload, "a").claimed():
        assert files.complete(upload).status_code == 503
    assert files.complete(upload).status_code == 200


def test_a_completion_that_waited_for_another_finds_it_done(files: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = files.begin("a", b"12345")
    files.append(upload, 0, b"12345")
    claim = PartFile.claimed
    answers: list[Any] = []

    def claimed_late(part: PartFile) -> Any:
        monkeypatch.setattr(PartFile, "claimed", claim)
        answers.append(files.complete(upload).json())
        return claim(part)

    monkeypatch.setattr(PartFile, "claimed", claimed_late)
    assert files.complete(upload).json() == answers[0]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 4000)), max_size=6))
def test_any_order_of_requests_gives_the_file(files: Any, attempts: list[tuple[int, int]]) -> None:
    """Requests that come late, twice or from nowhere: only the one that fits is taken."""
    content = os.urandom(3000)
    upload = files.begin("a", content)
    reached = 0
    for offset, length in attempts:
        piece = content[offset : offset + length]
        answer = files.append(upload, offset, piece)
        assert answer.status_code == (200 if offset == reached else 409)
        reached = reached + len(piece) if offset == reached else reached
        assert files.offset(upload) == reached
    files.append(upload, reached, content[reached:])
    files.complete(upload)
    assert files.get("a").content == content


def test_what_nobody_touched_for_a_week_goes(files: Any, platform: Any) -> None:
    old, fresh = files.begin("old", CONTENT), files.begin("fresh", CONTENT)
    week_ago = (now_ms() - STALE_MS - 1000) / 1000
    with platform.database.write() as session:
        session.execute(update(Upload).values(touched_at=int(week_ago * 1000)))
    files.append(fresh, 0, CONTENT[:10])  # its file is young, whatever the row says
    os.utime(platform.settings.uploads_dir / old, (week_ago, week_ago))
    orphan = platform.settings.uploads_dir / "orphan"
    orphan.touch()
    assert sweep_uploads(platform.database, platform.settings) == 1
    assert set(leftovers(platform)) == {fresh, "orphan"}
    assert files.complete(old).status_code == 404
    hours_ago = (now_ms() - ORPHAN_MS - 1000) / 1000
    os.utime(orphan, (hours_ago, hours_ago))
    tidy(platform.settings, platform.database, platform.app.state.stores)
    assert leftovers(platform) == [fresh]


def test_a_detached_bucket_takes_its_uploads_along(files: Any, api: Any, platform: Any) -> None:
    files.begin("a", CONTENT)
    assert api.delete("/v1", "buckets/pictures").status_code == 204
    assert leftovers(platform) == []
    with platform.database.read() as session:
        assert session.scalars(select(Upload)).all() == []


class Recorded(LocalStore):
    """A bucket on a service to which browsers may upload directly."""

    def presign(self, method: str, key: str, seconds: int) -> str | None:
        return f"https://s3.example.com/{key}?method={method}"


@pytest.fixture
def direct(files: Any, platform: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    from maquette.buckets.tables import Bucket

    with platform.database.write() as session:
        session.execute(update(Bucket).values(direct_upload=True))
    monkeypatch.setattr(platform.app.state.stores, "of", lambda row: Recorded(platform.settings.buckets_dir / row.name))
    return files


def test_a_browser_may_send_the_object_past_us(direct: Any) -> None:
    begun = direct.post("uploads", {"key": "a", "size": 5, "sha256": hashlib.sha256(b"12345").hexdigest()}).json()
    assert begun["direct"] == {"url": "https://s3.example.com/a?method=PUT", "method": "PUT"}
    assert direct.complete(begun["upload_id"]).status_code == 409
    direct.put("a", b"12345")
    assert direct.complete(begun["upload_id"]).json()["size"] == 5
    assert direct.complete(begun["upload_id"]).json()["size"] == 5


def test_an_older_object_does_not_count_as_sent(direct: Any) -> None:
    direct.put("a", b"older")
    upload = direct.begin("a", b"newer")
    assert direct.complete(upload).status_code == 409
    # The browser could not reach the service, so it sends the bytes here.
    direct.append(upload, 0, b"newer")
    assert direct.complete(upload).status_code == 200
    assert direct.get("a").content == b"newer"


def test_wrong_bytes_sent_past_us_are_removed(direct: Any) -> None:
    upload = direct.begin("a", b"12345", sha256=hashlib.sha256(b"12345").hexdigest())
    direct.put("a", b"54321")
    assert direct.complete(upload).status_code == 400
    assert direct.keys() == []


def test_publishing_survives_a_crash_between_file_and_row(files: Any, platform: Any) -> None:
    """The part file has become the object, and the process died before it could say so."""
    upload = files.begin("a", b"12345")
    files.append(upload, 0, b"12345")
    first = files.complete(upload).json()
    with platform.database.write() as session:
        session.execute(update(Upload).values(state=PUBLISHING, etag="", published_at=0))
    assert files.offset(upload) == 5
    assert files.complete(upload).json() == first
