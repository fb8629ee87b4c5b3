"""Copies, moves and deletions that take too long for a request: tasks that go on after a crash and can be stopped."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from maquette.storage.disk import TEMPORARY
from maquette.tasks import Task

CONTENT = os.urandom(10 << 20)


class Killed(BaseException):
    """Stands for SIGKILL: nobody may clean up after it."""


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every slice of a copy is a step, and little is done at once."""
    monkeypatch.setattr("maquette.buckets.objects.COPIED_AT_ONCE", 1000)
    monkeypatch.setattr("maquette.buckets.objects.DELETED_AT_ONCE", 2)
    monkeypatch.setattr("maquette.buckets.copying.PAGE", 2)
    monkeypatch.setattr("maquette.buckets.copying.STEP_S", -1.0)
    monkeypatch.setattr("maquette.storage.local_copying.SLICE", 2 << 20)
    return


def asked(files: Any, route: str, body: dict[str, Any]) -> str:
    answer = files.post(route, body)
    assert answer.status_code == 202, answer.text
    return answer.json()["task_id"]


def state(files: Any, task_id: str) -> dict[str, Any]:
    answer = files.api.get("/v1", files.path(f"tasks/{task_id}"))
    assert answer.status_code == 200, answer.text
    return answer.json()


def unfinished(platform: Any, bucket: str = "pictures") -> list[Path]:
    return list((platform.settings.buckets_dir / bucket / TEMPORARY).glob("*"))


def stored(platform: Any, task_id: str) -> Task:
    with platform.database.read() as session:
        return session.get_one(Task, task_id)


def stop_at(monkeypatch: pytest.MonkeyPatch, step: int, action: Any) -> None:
    """Do something in the `step`-th report of the next copy."""
    from maquette.buckets.copying import Copying

    original, count = Copying._report, [0]

    def report(self: Copying, done: int, state: Any) -> None:
        original(self, done, state)
        count[0] += 1
        if count[0] == step:
            action()

    monkeypatch.setattr(Copying, "_report", report)


def kill() -> None:
    raise Killed


def test_a_large_object_is_copied_in_a_task(files: Any, platform: Any) -> None:
    files.put("a", CONTENT)
    task_id = asked(files, "copy", {"source": "a", "target": "b"})
    assert state(files, task_id)["state"] == "waiting"
    platform.run_tasks()
    done = state(files, task_id)
    assert (done["state"], done["progress"]) == ("succeeded", 1.0)
    assert (done["result"]["key"], done["result"]["size"]) == ("b", len(CONTENT))
    assert files.get("b").content == CONTENT
    assert files.keys() == ["a", "b"]


def test_a_move_within_a_disk_is_at_once_and_to_another_bucket_a_task(files: Any, platform: Any, api: Any) -> None:
    api.post("/v1", "buckets", {"name": "second"})
    files.put("a", CONTENT)
    assert files.post("copy", {"source": "a", "target": "b", "move": True}).status_code == 200
    body = {"source": "b", "target": "x/c", "move": True, "target_bucket": "second"}
    task_id = asked(files, "copy", body)
    platform.run_tasks()
    assert state(files, task_id)["state"] == "succeeded"
    assert files.keys() == []
    assert api.get("/v1", "buckets/second/objects/x/c").content == CONTENT


def test_a_request_sent_twice_is_one_task(files: Any) -> None:
    files.put("a", CONTENT)
    first = asked(files, "copy", {"source": "a", "target": "b"})
    assert asked(files, "copy", {"source": "a", "target": "b"}) == first
    assert asked(files, "copy", {"source": "a", "target": "c"}) != first


@pytest.mark.parametrize("move", [False, True])
def test_a_killed_copy_goes_on_where_it_was(
    files: Any, platform: Any, api: Any, monkeypatch: pytest.MonkeyPatch, move: bool
) -> None:
    api.post("/v1", "buckets", {"name": "second"})
    files.put("a", CONTENT)
    task_id = asked(files, "copy", {"source": "a", "target": "b", "target_bucket": "second", "move": move})
    with monkeypatch.context() as patched:
        stop_at(patched, 3, kill)
        with pytest.raises(Killed):
            platform.run_tasks()
    row = stored(platform, task_id)
    assert (row.state, row.checkpoint["copy"]["done"]) == ("running", 4 << 20)
    assert len(unfinished(platform, "second")) == 1
    assert api.get("/v1", "buckets/second/objects/b").status_code == 404

    reached: list[int] = []
    monkeypatch.setattr(
        "maquette.storage.local_copying._copied",
        lambda source, target, at, count: (reached.append(at), os.copy_file_range(source, target, count, at, at))[1],
    )
    platform.tasks.reclaim()
    platform.run_tasks()
    assert state(files, task_id)["state"] == "succeeded"
    assert min(reached) == 4 << 20
    assert api.get("/v1", "buckets/second/objects/b").content == CONTENT
    assert files.keys() == ([] if move else ["a"])
    assert unfinished(platform, "second") == []


def test_a_move_killed_before_its_source_is_deleted_is_completed(
    files: Any, platform: Any, api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.post("/v1", "buckets", {"name": "second"})
    files.put("a", CONTENT)
    task_id = asked(files, "copy", {"source": "a", "target": "b", "target_bucket": "second", "move": True})
    with monkeypatch.context() as patched:
        patched.setattr("maquette.buckets.copying.delete_unchanged", lambda *_: kill())
        with pytest.raises(Killed):
            platform.run_tasks()
    assert files.keys() == ["a"]
    monkeypatch.setattr("maquette.storage.local_copying._copied", None)
    platform.tasks.reclaim()
    platform.run_tasks()
    assert state(files, task_id)["state"] == "succeeded"
    assert files.keys() == []


def test_what_replaced_the_source_meanwhile_is_not_deleted(
    files: Any, platform: Any, api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.post("/v1", "buckets", {"name": "second"})
    files.put("a", CONTENT)
    task_id = asked(files, "copy", {"source": "a", "target": "b", "target_bucket": "second", "move": True})
    with monkeypatch.context() as patched:
        patched.setattr("maquette.buckets.copying.delete_unchanged", lambda *_: kill())
        with pytest.raises(Killed):
            platform.run_tasks()
    files.put("a", b"new")
    platform.tasks.reclaim()
    platform.run_tasks()
    assert state(files, task_id)["state"] == "succeeded"
    assert files.get("a").content == b"new"


def test_a_copy_can_be_cancelled_and_leaves_nothing(files: Any, platform: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    files.put("a", CONTENT)
    files.put("b", b"old")
    task_id = asked(files, "copy", {"source": "a", "target": "b"})
    cancel = f"platform-tasks/{task_id}/cancel"
    stop_at(monkeypatch, 2, lambda: files.api.post("/v1", cancel))
    platform.run_tasks()
    assert state(files, task_id)["state"] == "cancelled"
    assert files.get("b").content == b"old"
    assert unfinished(platform) == []


def test_a_copy_that_fails_says_why_and_leaves_nothing(
    files: Any, platform: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.put("a", CONTENT)
    task_id = asked(files, "copy", {"source": "a", "target": "b"})
    stop_at(monkeypatch, 2, lambda: files.put("a", CONTENT[::-1]))
    platform.run_tasks()
    failed = state(files, task_id)
    assert (failed["state"], failed["error_code"]) == ("failed", "ModelArts.0105")
    assert "changed" in failed["error_msg"]
    assert files.keys() == ["a"]
    assert unfinished(platform) == []


def test_copies_between_workspaces(files: Any, platform: Any, api: Any) -> None:
    made = api.post("/v1", "workspaces", {"name": "apart"}).json()
    for name in ("third", "fourth"):
        body = {"name": name, "workspace_id": made["id"] if name == "third" else "0"}
        assert api.post("/v1", "buckets", body).status_code == 201
    api.put("/v1", "buckets/third/objects/a", CONTENT)
    body = {"source": "a", "target": "b", "target_bucket": "fourth"}
    answer = api.post("/v1", "buckets/third/copy", body)
    assert answer.status_code == 202, answer.text
    platform.run_tasks()
    assert api.get("/v1", "buckets/fourth/objects/b").content == CONTENT


def test_a_large_folder_is_deleted_in_a_task(files: Any, platform: Any) -> None:
    keys = [f"a/{number}/x" for number in range(5)]
    for key in (*keys, "b"):
        files.put(key, b"1")
    task_id = asked(files, "delete", {"prefix": "a/"})
    assert len(files.keys()) == 6
    platform.run_tasks()
    assert state(files, task_id)["result"] == {"deleted": 5}
    assert files.keys() == ["b"]


def test_a_killed_deletion_goes_on(files: Any, platform: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        files.put(f"a/{number}", b"1")
    task_id = asked(files, "delete", {"prefix": "a/"})
    from maquette.storage import LocalStore

    original, calls = LocalStore.delete_many, [0]

    def dying(store: LocalStore, keys: Any) -> None:
        original(store, keys)
        calls[0] += 1
        if calls[0] == 2:
            raise Killed

    monkeypatch.setattr(LocalStore, "delete_many", dying)
    with pytest.raises(Killed):
        platform.run_tasks()
    assert files.keys() == ["a/4"]
    platform.tasks.reclaim()
    platform.run_tasks()
    assert state(files, task_id)["state"] == "succeeded"
    assert files.keys() == []


def test_the_task_of_another_bucket_is_not_shown(files: Any, api: Any) -> None:
    api.post("/v1", "buckets", {"name": "second"})
    files.put("a", CONTENT)
    task_id = asked(files, "copy", {"source": "a", "target": "b"})
    assert api.get("/v1", f"buckets/second/tasks/{task_id}").status_code == 404
