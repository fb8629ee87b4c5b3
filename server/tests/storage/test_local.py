"""What only a bucket on disk can suffer: links, clashes, full disks, killed writers, strangers' files."""

import errno
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from maquette.kit.errors import Conflict, Invalid, StorageFull, Unavailable
from maquette.storage import LocalStore, MemoryStore, ObjectExists, ObjectMissing, ObjectStore
from maquette.storage.disk import TEMPORARY


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "bucket"
    folder.mkdir()
    return folder


@pytest.fixture
def store(root: Path) -> LocalStore:
    return LocalStore(root)


def names(store: LocalStore) -> list[str]:
    return [found.key for found in store.list().objects]


def leftovers(root: Path) -> list[Path]:
    return list((root / TEMPORARY).glob("*"))


def test_objects_are_plain_files(store: LocalStore, root: Path) -> None:
    store.write("a/b.txt", b"ours")
    assert (root / "a/b.txt").read_bytes() == b"ours"
    assert store.local_path("a/b.txt") == root / "a/b.txt"
    (root / "a/c.txt").write_bytes(b"theirs")
    assert store.get("a/c.txt") == b"theirs"
    assert names(store) == ["a/b.txt", "a/c.txt"]


def test_links_are_invisible_and_lead_nowhere(store: LocalStore, root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_bytes(b"secret")
    (root / "file").symlink_to(outside / "secret")
    (root / "folder").symlink_to(outside)
    (root / "real").mkdir()
    (root / "real/inner").symlink_to(outside)
    (root / "loop").symlink_to(root)
    for key in ("file", "folder/secret", "real/inner/secret", "loop/real/inner/secret", "folder/", "loop/"):
        with pytest.raises(ObjectMissing):
            store.head(key)
        with pytest.raises(ObjectMissing):
            store.read(key)
        assert store.local_path(key) is None
        store.delete(key)
    for key in ("folder/new", "real/inner/new", "loop/new", "folder/"):
        with pytest.raises(Conflict, match="a link"):
            store.write(key, b"")
    for listing in (store.list(), store.list(delimited=True), store.list("folder/"), store.list("loop/")):
        assert not [o.key for o in listing.objects if o.key != "real/"]
    assert [o.key for o in store.walk()] == []
    assert [o.key for o in store.walk("folder/")] == []
    assert sorted(path.name for path in outside.iterdir()) == ["secret"]
    assert (root / "file").is_symlink()
    store.write("file", b"replaces the link, not what it leads to")
    assert (outside / "secret").read_bytes() == b"secret"
    assert names(store) == ["file", "real/"]


def test_the_root_itself_may_be_a_link(root: Path, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(root)
    store = LocalStore(tmp_path / "alias")
    store.write("a", b"1")
    assert store.get("a") == b"1"


def test_special_files_and_impossible_names_are_invisible(store: LocalStore, root: Path) -> None:
    os.mkfifo(root / "pipe")
    for name in (b"latin-\xe9", b"new\nline", b"back\\slash", "right\u202eleft".encode()):
        (root / os.fsdecode(name)).write_bytes(b"")
    (root / "lost+found").mkdir()
    (root / "lost+found/1").write_bytes(b"")
    store.write("good", b"")
    assert names(store) == ["good"]
    assert [o.key for o in store.walk()] == ["good"]
    for key in ("pipe", "lost+found/1", "lost+found/", f"{TEMPORARY}/x", TEMPORARY):
        assert not store.exists(key)
        with pytest.raises(ObjectMissing):
            store.read(key)
        store.delete(key)
    for key in (TEMPORARY, f"{TEMPORARY}/x", f"{TEMPORARY}/", "lost+found"):
        with pytest.raises(Invalid, match="reserved"):
            store.write(key, b"")
    assert store.list(TEMPORARY).objects == store.list(f"{TEMPORARY}/").objects == []
    assert list(store.walk(f"{TEMPORARY}/")) == []


def test_a_name_is_a_file_or_a_folder(store: LocalStore) -> None:
    store.write("a", b"file")
    store.write("d/x", b"")

    def unread() -> None:
        raise AssertionError("the content was taken in before the clash was found")

    for key in ("a/b", "a/b/c", "d"):
        with pytest.raises(Conflict, match="either a file or a folder"):
            store.write(key, (unread() or b"" for _ in range(1)))
    with pytest.raises(Conflict):
        store.write("a/", b"")
    with pytest.raises(Conflict):
        store.move("a", "d")
    assert names(store) == ["a", "d/x"]


def test_case_twins_are_two_objects(store: LocalStore, root: Path) -> None:
    store.write("Cat.jpg", b"1")
    if (root / "cat.jpg").exists():
        pytest.fail("this disk does not tell upper from lower case: run the tests on one that does")
    store.write("cat.jpg", b"2")
    assert (store.get("Cat.jpg"), store.get("cat.jpg")) == (b"1", b"2")


def test_deleting_the_last_object_prunes_empty_parents(store: LocalStore, root: Path) -> None:
    store.write("a/b/c/x", b"")
    store.write("a/y", b"")
    store.delete("a/b/c/x")
    assert sorted(p.name for p in root.iterdir() if p.name != TEMPORARY) == ["a"]
    assert names(store) == ["a/y"]
    store.write("p/q/r", b"")
    store.write("p/q/s", b"")
    store.delete_many(["p/q/r", "p/q/s", "a/y"])
    assert names(store) == []
    assert root.exists()


def test_an_empty_folder_is_its_own_marker(store: LocalStore, root: Path) -> None:
    (root / "made/by hand").mkdir(parents=True)
    assert names(store) == ["made/by hand/"]
    assert store.exists("made/by hand/")
    assert not store.exists("made/")
    store.write("made/by hand/x", b"")
    assert names(store) == ["made/by hand/x"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
@pytest.mark.parametrize("call", ["write", "fsync", "rename", "mkdir"])
def test_a_full_disk_leaves_nothing(store: LocalStore, root: Path, number: int, call: str) -> None:
    store.write("old", b"old")
    real: Callable[..., object] = getattr(os, call)

    def full(*arguments: object, **options: object) -> object:
        if call == "mkdir" and arguments[0] == "a":
            real(*arguments, **options)
            return None
        raise OSError(number, "injected")

    with mock.patch.object(os, call, full), pytest.raises(StorageFull) as caught:
        store.write("a/b/new", [b"x" * 100])
    assert caught.value.status == 507
    assert "Free space" in caught.value.message
    assert leftovers(root) == []
    assert names(store) == ["old"]
    store.write("a/b/new", b"works again")
    assert store.get("a/b/new") == b"works again"


def test_a_really_full_disk(root: Path) -> None:
    """A file size limit of the process stands in for the end of the disk: the kernel itself says no."""
    script = f"""
        import resource, pathlib
        from maquette.kit.errors import StorageFull
        from maquette.storage import LocalStore
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
        store = LocalStore(pathlib.Path({str(root)!r}))
        store.write("small", b"fits")
        try:
            store.write("large", (b"x" * 65536 for _ in range(100)))
        except StorageFull:
            print("full", [o.key for o in store.list().objects])
    """
    assert run(script).stdout.split() == [b"full", b"['small']"]
    assert leftovers(root) == []


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.EIO])
def test_a_broken_disk_says_why(store: LocalStore, root: Path, number: int) -> None:
    def broken(*_: object, **__: object) -> int:
        raise OSError(number, "injected")

    with mock.patch.object(os, "write", broken), pytest.raises(Unavailable, match=os.strerror(number)) as caught:
        store.write("a", b"x")
    assert str(root) not in caught.value.message
    with mock.patch.object(os, "pread", broken):
        (root / "a").write_bytes(b"x")
        with pytest.raises(Unavailable):
            store.get("a")


def test_a_vanished_root_is_no_missing_object(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "unmounted")
    calls: list[Callable[[], object]] = [
        lambda: store.head("a"),
        lambda: store.get("a"),
        lambda: store.write("a", b""),
        lambda: store.delete("a"),
        lambda: store.list(),
        lambda: list(store.walk()),
        store.check,
    ]
    for call in calls:
        with pytest.raises(Unavailable, match="mounted"):
            call()
    (tmp_path / "unmounted").mkdir()
    store.check()


def run(script: str) -> "subprocess.CompletedProcess[bytes]":
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], env=environment, capture_output=True, check=True, timeout=60
    )


def test_a_killed_writer_leaves_the_old_or_the_new_object(store: LocalStore, root: Path) -> None:
    script = f"""
        import pathlib
        from maquette.storage import LocalStore
        store = LocalStore(pathlib.Path({str(root)!r}))
        turn = 0
        while True:
            turn += 1
            byte = bytes([turn % 251])
            store.write("folder/object", (byte * 50_000 for _ in range(20)))
            print(turn, flush=True)
    """
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    for _ in range(5):
        command = [sys.executable, "-c", textwrap.dedent(script)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as writer:
            assert writer.stdout
            writer.stdout.readline()
            for _ in range(int.from_bytes(os.urandom(1)) % 8):
                writer.stdout.readline()
            writer.send_signal(signal.SIGKILL)
            writer.stdout.read()
        content = store.get("folder/object")
        assert len(content) == 1_000_000
        assert len(set(content)) == 1
        assert names(store) == ["folder/object"]
        assert [o.key for o in store.walk()] == ["folder/object"]
    for path in leftovers(root):
        os.utime(path, (1, 1))
    store.write("other", b"")
    store.sweep(3600)
    assert leftovers(root) == []


def test_the_sweep_spares_what_is_being_written(store: LocalStore, root: Path) -> None:
    assert store.sweep(0) == 0
    store.write("a", b"")
    old, young = root / TEMPORARY / "old", root / TEMPORARY / "young"
    old.write_bytes(b"")
    young.write_bytes(b"")
    os.utime(old, (time.time() - 7200,) * 2)
    assert store.sweep(3600) == 1
    assert leftovers(root) == [young]


def test_writers_and_deleters_of_one_folder_do_not_disturb_each_other(store: LocalStore) -> None:
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for turn in range(60):
                store.write(f"shared/deep/{number}", b"x")
                if turn < 59:
                    store.delete(f"shared/deep/{number}")
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert names(store) == [f"shared/deep/{number}" for number in range(4)]


def test_every_file_and_folder_is_synced_before_it_counts(store: LocalStore, root: Path) -> None:
    events: list[str] = []
    real_fsync, real_rename = os.fsync, os.rename

    def fsync(descriptor: int) -> None:
        events.append("sync " + os.path.relpath(os.readlink(f"/proc/self/fd/{descriptor}"), root))
        real_fsync(descriptor)

    def rename(*arguments: str, **options: int) -> None:
        events.append("rename")
        real_rename(*arguments, **options)

    store.write("first", b"")
    with mock.patch.object(os, "fsync", fsync), mock.patch.object(os, "rename", rename):
        store.write("new/er/object", b"x")
    temporary, *rest = events
    assert temporary.startswith(f"sync {TEMPORARY}/")
    assert rest == ["sync .", "sync new", "rename", "sync new/er"]


def test_unstarted_and_unfinished_reads_leave_no_file_open(store: LocalStore) -> None:
    store.write("a", b"x" * 3_000_000)
    before = len(os.listdir("/proc/self/fd"))
    unstarted = [store.read("a") for _ in range(5)]
    unfinished = [store.read("a") for _ in range(5)]
    for stream in unfinished:
        next(stream)
    del unstarted, unfinished, stream
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_file_from_another_disk_is_copied(store: LocalStore, tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(b"elsewhere")
    real = os.rename

    def rename(source: str, *arguments: str, **options: int) -> None:
        if source == str(path):
            raise OSError(errno.EXDEV, "injected")
        real(source, *arguments, **options)

    with mock.patch.object(os, "rename", rename):
        store.adopt("a/b", path)
    assert store.get("a/b") == b"elsewhere"
    assert not path.exists()


def test_a_page_of_a_very_large_folder_is_quick(store: LocalStore, root: Path) -> None:
    (root / "many").mkdir()
    for number in range(5_000):
        (root / f"many/{number:06}").touch()
    began = time.perf_counter()
    page = store.list("many/", after="many/002000", limit=100)
    assert time.perf_counter() - began < 2
    assert [o.key for o in page.objects][:2] == ["many/002001", "many/002002"]
    assert page.next_after == "many/002100"


SIZE = 10 << 20


def halted(store: LocalStore, origin: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Begin to copy `a` to `b` and stop after the second slice, as a dying process would. Returns what was reported."""
    monkeypatch.setattr("maquette.storage.local_copying.SLICE", 2 << 20)
    state: dict[str, Any] = {}

    def stop(done: int, now: Any) -> None:
        state.update(now)
        if done >= 4 << 20:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        store.copy_from(origin, "a", "b", stop, {})
    assert not store.exists("b")
    return state


@pytest.mark.parametrize("kind", ["file", "memory", "no kernel copy"])
def test_a_copy_goes_on_where_it_was_ended(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    origin = MemoryStore() if kind == "memory" else LocalStore(tmp_path / "origin")
    (tmp_path / "origin").mkdir()
    if kind == "no kernel copy":

        def refuse(*_: Any) -> int:
            raise OSError(errno.EXDEV, "Invalid cross-device link")

        monkeypatch.setattr("maquette.storage.local_copying.os.copy_file_range", refuse)
    content = os.urandom(SIZE)
    origin.write("a", content)
    (tmp_path / "here").mkdir()
    store = LocalStore(tmp_path / "here")
    state = halted(store, origin, monkeypatch)
    told: list[int] = []
    assert store.copy_from(origin, "a", "b", lambda done, _: told.append(done), state).size == SIZE
    assert told[0] == 6 << 20
    assert store.get("b") == content
    assert list((tmp_path / "here" / TEMPORARY).iterdir()) == []


def test_a_copy_of_what_has_changed_begins_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = LocalStore(tmp_path)
    store.write("a", b"1" * SIZE)
    state = halted(store, store, monkeypatch)
    store.write("a", b"2" * SIZE)
    store.copy_from(store, "a", "b", state=state)
    assert store.get("b") == b"2" * SIZE
    assert list((tmp_path / TEMPORARY).iterdir()) == []


def test_a_copy_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = LocalStore(tmp_path)
    store.write("a", b"1" * SIZE)
    state = halted(store, store, monkeypatch)
    assert len(list((tmp_path / TEMPORARY).iterdir())) == 1
    for _ in range(2):
        store.discard_copy(state)
        assert list((tmp_path / TEMPORARY).iterdir()) == []
    store.copy_from(store, "a", "b", state=state)  # begins anew
    assert store.get("b") == b"1" * SIZE


def test_a_failed_copy_that_nobody_goes_on_with_leaves_nothing(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    store.write("a", b"1" * 10)

    def fail(done: int, state: Any) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        store.copy_from(store, "a", "b", fail)
    assert list((tmp_path / TEMPORARY).iterdir()) == []


def test_a_new_object_on_a_disk_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr("maquette.storage.disk.os.link", refuse)
    store = LocalStore(tmp_path)
    store.create("a", b"1")
    with pytest.raises(ObjectExists):
        store.create("a", b"2")
    assert store.get("a") == b"1"
    assert list((tmp_path / TEMPORARY).iterdir()) == []
