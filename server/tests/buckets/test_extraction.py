"""Archives unpacked in the background: what comes out, what is refused, and going on after a crash."""

import io
import stat
import zipfile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from maquette.buckets import extraction
from maquette.buckets.extraction import Extraction, StoredFile
from maquette.events import Event
from maquette.storage import MemoryStore
from maquette.tasks import Task


def archive(members: dict[str, bytes], *, links: tuple[str, ...] = ()) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
        for name in links:
            info = zipfile.ZipInfo(name)
            info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
            packed.writestr(info, "/etc/passwd")
    return target.getvalue()


def task(platform: Any, task_id: str) -> Task:
    with platform.database.read() as session:
        return session.get_one(Task, task_id)


def extract(files: Any, platform: Any, content: bytes, **more: Any) -> Task:
    files.put("in.zip", content)
    answer = files.post("extract", {"key": "in.zip", **more})
    assert answer.status_code == 202, answer.text
    platform.run_tasks()
    return task(platform, answer.json()["task_id"])


def test_an_archive_is_unpacked_below_a_prefix(files: Any, platform: Any) -> None:
    content = {"a.txt": b"1", "A.txt": b"2", "sub/图.txt": b"3" * 3_000_000, "sub/": b""}
    done = extract(files, platform, archive(content), prefix="images")
    assert done.state == "succeeded", done.error_msg
    assert done.result == {"files": 3, "bytes": 3_000_002, "bad": [], "bad_count": 0, "archive_deleted": False}
    assert files.keys() == ["images/A.txt", "images/a.txt", "images/sub/图.txt", "in.zip"]
    assert files.get("images/sub/图.txt").content == b"3" * 3_000_000
    with platform.database.read() as session:
        event = session.scalars(select(Event).where(Event.name == "extractArchive")).one()
    assert event.detail == {"key": "in.zip", "prefix": "images/"}


def test_names_that_climb_and_links_are_named_and_left_out(files: Any, platform: Any) -> None:
    hostile = {"../evil": b"1", "/abs": b"1", "a/../../evil": b"1", "good": b"1", "C:\\evil\\x": b"1"}
    done = extract(files, platform, archive(hostile, links=("link",)), prefix="out/", delete_archive=True)
    assert done.state == "succeeded"
    bad = {item["name"] for item in done.result["bad"]}
    assert {"../evil", "/abs", "a/../../evil", "link"} <= bad
    # Something is missing, so the archive stays although it was to be deleted.
    assert {"out/good", "in.zip"} <= set(files.keys())
    outside = [path for path in platform.settings.home.parent.rglob("evil*") if "pictures/out" not in str(path)]
    assert outside == []


def test_a_whole_success_may_delete_the_archive(files: Any, platform: Any) -> None:
    done = extract(files, platform, archive({"a": b"1"}), delete_archive=True)
    assert done.result["archive_deleted"] is True
    assert files.keys() == ["a"]


def test_a_damaged_member_is_named_and_the_others_come(files: Any, platform: Any) -> None:
    content = bytearray(archive({"bad": b"0123456789" * 10, "good": b"1"}))
    content[content.index(b"bad") + 5] ^= 0xFF
    done = extract(files, platform, bytes(content))
    assert (done.state, done.result["files"], done.result["bad_count"]) == ("succeeded", 1, 1)
    assert done.result["bad"][0]["name"] == "bad"
    assert files.keys() == ["good", "in.zip"]


def test_a_name_that_clashes_is_reported(files: Any, platform: Any) -> None:
    files.put("a", b"a file")
    done = extract(files, platform, archive({"a/b": b"1", "c": b"2"}))
    assert (done.state, done.result["files"], done.result["bad"][0]["name"]) == ("succeeded", 1, "a/b")


def test_a_bomb_is_stopped(files: Any, platform: Any) -> None:
    done = extract(files, platform, archive({"bomb": bytes(60 << 20)}))
    assert (done.state, done.error_code) == ("failed", "ModelArts.0106")
    assert files.keys() == ["in.zip"]


@pytest.mark.parametrize(("limit", "value"), [("archive_bytes", 10), ("archive_files", 2), ("object_limit", 1)])
def test_limits_hold(files: Any, platform: Any, limit: str, value: int, monkeypatch: pytest.MonkeyPatch) -> None:
    content = archive(dict.fromkeys("abc", b"12345"))
    files.put("in.zip", content)
    setattr(platform.settings, limit, value)
    answer = files.post("extract", {"key": "in.zip"})
    platform.run_tasks()
    assert task(platform, answer.json()["task_id"]).error_code == "ModelArts.0106"


def test_what_is_no_archive_fails_with_a_reason(files: Any, platform: Any) -> None:
    done = extract(files, platform, b"this is no zip")
    assert (done.state, done.error_code) == ("failed", "ModelArts.0101")
    assert "zip" in done.error_msg


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"key": "absent.zip"}, 404),
        ({"key": "a.tar"}, 400),
        ({"key": "../a.zip"}, 400),
        ({"key": "in.zip", "prefix": "../out"}, 400),
        ({"key": "in.zip", "prefix": "/"}, 400),
        ({}, 400),
    ],
)
def test_requests_that_cannot_be(files: Any, platform: Any, body: Any, status: int) -> None:
    files.put("in.zip", archive({"a": b"1"}))
    assert files.post("extract", body).status_code == status


def test_asking_twice_with_a_key_starts_one_task(files: Any) -> None:
    files.put("in.zip", archive({"a": b"1"}))
    headers = {"Idempotency-Key": "once"}
    first = files.post("extract", {"key": "in.zip"}, headers=headers)
    assert files.post("extract", {"key": "in.zip"}, headers=headers).json() == first.json()


def crash_after(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """Let the handler die at a member, as if the worker had been killed: nothing more is written."""
    take = Extraction._take
    taken = 0

    def dying(self: Extraction, member: Any) -> None:
        nonlocal taken
        taken += 1
        if taken > count:
            raise SystemExit
        take(self, member)

    monkeypatch.setattr(Extraction, "_take", dying)


def test_it_goes_on_where_the_checkpoint_is(files: Any, platform: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extraction, "STEP_FILES", 3)
    members = {f"{number:02}": bytes([number]) for number in range(10)} | {"../bad": b"x"}
    files.put("in.zip", archive(members))
    task_id = files.post("extract", {"key": "in.zip", "prefix": "out/", "delete_archive": True}).json()["task_id"]
    with monkeypatch.context() as crashing:
        crash_after(crashing, 7)
        with pytest.raises(SystemExit):
            platform.run_tasks()
    left = task(platform, task_id)
    assert (left.state, left.checkpoint["next"], left.checkpoint["files"]) == ("running", 6, 6)
    platform.tasks.reclaim()
    platform.run_tasks()
    done = task(platform, task_id)
    assert done.state == "succeeded"
    assert (done.result["files"], done.result["bytes"], done.result["bad_count"]) == (10, 10, 1)
    assert files.keys(prefix="out/") == [f"out/{number:02}" for number in range(10)]


def test_another_archive_in_its_place_is_not_unpacked(
    files: Any, platform: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extraction, "STEP_FILES", 1)
    files.put("in.zip", archive({"a": b"1", "b": b"2"}))
    task_id = files.post("extract", {"key": "in.zip"}).json()["task_id"]
    with monkeypatch.context() as crashing:
        crash_after(crashing, 1)
        with pytest.raises(SystemExit):
            platform.run_tasks()
    files.put("in.zip", archive({"c": b"1", "d": b"2"}))
    platform.tasks.reclaim()
    platform.run_tasks()
    assert task(platform, task_id).error_code == "ModelArts.0105"
    assert files.keys() == ["a", "in.zip"]


def test_a_cancelled_task_stops(files: Any, platform: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extraction, "STEP_FILES", 1)
    files.put("in.zip", archive({"a": b"1", "b": b"2", "c": b"3"}))
    task_id = files.post("extract", {"key": "in.zip"}).json()["task_id"]
    take = Extraction._take

    def cancelling(self: Extraction, member: Any) -> None:
        take(self, member)
        with platform.database.write() as session:
            session.execute(update(Task).where(Task.id == task_id).values(cancel_requested=True))

    monkeypatch.setattr(Extraction, "_take", cancelling)
    platform.run_tasks()
    assert task(platform, task_id).state == "cancelled"
    assert files.keys() == ["a", "in.zip"]


@given(st.binary(max_size=200), st.lists(st.tuples(st.integers(0, 220), st.integers(-1, 120)), max_size=10))
def test_a_stored_file_reads_like_a_file(content: bytes, reads: list[tuple[int, int]]) -> None:
    store = MemoryStore()
    store.write("a", content)
    window, extraction.WINDOW = extraction.WINDOW, 16
    try:
        file, real = StoredFile(store, "a", len(content)), io.BytesIO(content)
        for position, size in reads:
            assert file.seek(position) == real.seek(position)
            assert file.read(size) == real.read(size)
            assert file.tell() == real.tell()
    finally:
        extraction.WINDOW = window
