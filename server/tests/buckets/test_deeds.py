"""What the audit log says about objects: one event for each thing that somebody did."""

import hashlib
from typing import Any

import pytest
from sqlalchemy import select

from maquette.events import Event

OBJECT_DEEDS = ("uploadObject", "copyObject", "moveObject", "deleteObject", "deleteObjects")


@pytest.fixture
def told(platform: Any) -> Any:
    """Read what has been recorded about objects: name, object, detail."""

    def read() -> list[tuple[str, str, dict[str, Any]]]:
        query = select(Event).where(Event.name.in_(OBJECT_DEEDS)).order_by(Event.sequence)
        with platform.database.read() as session:
            return [(row.name, row.resource_id, row.detail) for row in session.scalars(query)]

    return read


def test_an_upload_says_whether_it_replaced_something(files: Any, told: Any) -> None:
    files.put("in/a", b"one")
    files.put("in/a", b"other")
    assert files.put("in/a/b", b"clash").status_code == 409
    assert told() == [
        ("uploadObject", "pictures/in/a", {"size": 3, "replaced": False}),
        ("uploadObject", "pictures/in/a", {"size": 5, "replaced": True}),
    ]


def test_a_resumable_upload_is_one_deed_whatever_its_parts(files: Any, told: Any) -> None:
    content = b"0123456789"
    for expected in (False, True):
        upload = files.begin("big", content, sha256=hashlib.sha256(content).hexdigest())
        files.append(upload, 0, content[:4])
        files.append(upload, 4, content[4:])
        before = len(told())
        for _ in range(3):
            assert files.complete(upload).status_code == 200
        assert told()[before:] == [("uploadObject", "pictures/big", {"size": 10, "replaced": expected})]


def test_an_upload_that_died_while_it_was_published_is_one_deed(
    files: Any, told: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = files.begin("big", b"0123")
    files.append(upload, 0, b"0123")

    def die(*_: Any) -> None:
        raise KeyError("killed")

    with monkeypatch.context() as patched:
        patched.setattr("maquette.buckets.uploads._finish", die)
        assert files.complete(upload).status_code == 500
    assert files.get("big").content == b"0123"
    assert files.complete(upload).status_code == 200
    assert told() == [("uploadObject", "pictures/big", {"size": 4, "replaced": False})]


def test_copies_and_moves_name_both_ends(files: Any, told: Any, api: Any) -> None:
    api.post("/v1", "buckets", {"name": "second"})
    files.put("a", b"1")
    files.post("copy", {"source": "a", "target": "b", "target_bucket": "second"})
    files.post("copy", {"source": "a", "target": "c", "move": True})
    files.post("copy", {"source": "absent", "target": "c"})
    assert told()[1:] == [
        ("copyObject", "second/b", {"source": "pictures/a"}),
        ("moveObject", "pictures/a", {"target": "pictures/c"}),
    ]


def test_deletions_name_what_went(files: Any, told: Any, api: Any) -> None:
    for key in ("a", "b", "c/1", "c/2"):
        files.put(key, b"1")
    api.delete("/v1", files.path("objects/a"))
    files.post("delete", {"keys": ["b", "absent"]})
    files.post("delete", {"prefix": "c/"})
    files.post("delete", {"prefix": "c/"})
    assert told()[4:] == [
        ("deleteObject", "pictures/a", {}),
        ("deleteObjects", "pictures", {"count": 2, "keys": ["b", "absent"]}),
        ("deleteObjects", "pictures", {"count": 2, "keys": ["c/1", "c/2"], "prefix": "c/"}),
    ]


def test_a_task_is_one_deed(files: Any, told: Any, platform: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("maquette.buckets.objects.COPIED_AT_ONCE", 0)
    monkeypatch.setattr("maquette.buckets.objects.DELETED_AT_ONCE", 1)
    files.put("d/a", b"1")
    for _ in range(2):
        files.post("copy", {"source": "d/a", "target": "d/b"})
    platform.run_tasks()
    files.post("delete", {"prefix": "d/"})
    platform.run_tasks()
    assert [name for name, _, _ in told()] == ["uploadObject", "copyObject", "deleteObjects"]
    assert files.keys() == []


def test_the_audit_log_finds_them_by_object(files: Any, api: Any) -> None:
    key = "/".join(["d" * 100] * 10)
    files.put(key, b"1")
    query = {"resource_id": f"pictures/{key}", "resource_type": "object"}
    traces = api.get("/v3", "traces", params=query).json()["traces"]
    assert [(trace["trace_name"], trace["user"]["name"]) for trace in traces] == [("uploadObject", "admin")]
