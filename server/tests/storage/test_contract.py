"""What every bucket promises, whatever lies below it."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from maquette.kit.errors import Invalid
from maquette.storage import CHUNK, Listing, MemoryStore, ObjectExists, ObjectMissing, ObjectStore

ODD_KEYS = [
    "a b.txt",
    "100%.txt",
    "a%20b",
    "file#2",
    "q?x=1&y=2",
    "a+b=c",
    "~tilde*star",
    "quote'\"quote",
    "semi;colon:,@!$()[]{}|<>^`",
    "图像/猫 一.jpg",
    "emoji/😀.png",
    "e\u0301 decomposed",
    "\u00e9 composed",
    ".hidden/.file",
    "trailing. ",
    " leading",
    "...",
    "a..b/..c",
    "UPPER/lower",
    "s" * 255,
    "/".join(["d" * 50] * 20),
]
TREE = ["a", "b/1", "b/2", "b-c", "b0", "c/d/e", "c/d/f", "图/猫", "z"]


def fill(store: ObjectStore, keys: list[str]) -> None:
    for key in keys:
        store.write(key, key.encode())


def pages(store: ObjectStore, prefix: str, delimited: bool, limit: int) -> Iterator[Listing]:
    after = ""
    for _ in range(1000):
        page = store.list(prefix, delimited=delimited, after=after, limit=limit)
        assert len(page.objects) + len(page.prefixes) <= limit
        yield page
        if page.next_after is None:
            return
        assert page.next_after.encode() > after.encode()
        after = page.next_after
    raise AssertionError("the listing does not end")


def everything(store: ObjectStore, prefix: str = "", delimited: bool = False, limit: int = 1000) -> list[str]:
    names = [
        sorted([*(o.key for o in page.objects), *page.prefixes], key=str.encode)
        for page in pages(store, prefix, delimited, limit)
    ]
    return [name for page in names for name in page]


def test_a_written_object_reads_back(store: ObjectStore) -> None:
    written = store.write("a/b.txt", b"hello")
    assert store.get("a/b.txt") == b"hello"
    found = store.head("a/b.txt")
    assert (
        (written.key, written.size, written.etag) == (found.key, found.size, found.etag) == ("a/b.txt", 5, found.etag)
    )
    assert store.exists("a/b.txt")
    assert not store.exists("a/b")


@pytest.mark.parametrize("key", ODD_KEYS)
def test_odd_names_are_names(store: ObjectStore, key: str) -> None:
    store.write(key, b"odd")
    assert store.get(key) == b"odd"
    assert [o.key for o in store.list().objects] == [key]
    assert [o.key for o in store.list(key).objects] == [key]
    assert [o.key for o in store.walk()] == [key]
    store.delete(key)
    assert not store.exists(key)


@pytest.mark.parametrize("key", ["", "/a", "a//b", "../a", "a/..", "./a", "a\\b", "a\x00", "a\n", "\ud800", "x" * 1025])
def test_names_that_are_none_are_refused(store: ObjectStore, key: str) -> None:
    for call in (store.head, store.get, store.delete, lambda key: store.write(key, b"")):
        with pytest.raises(Invalid):
            call(key)


def test_the_etag_changes_with_the_bytes(store: ObjectStore) -> None:
    first = store.write("a", b"one")
    second = store.write("a", b"two")
    assert first.etag != second.etag
    assert store.head("a").etag == second.etag
    assert store.list().objects[0].etag == second.etag
    assert store.get("a") == b"two"


def test_content_may_come_in_pieces(store: ObjectStore) -> None:
    pieces = [b"", b"ab", b"", b"c" * (CHUNK + 1), b"d"]
    info = store.write("pieces", iter(pieces))
    assert info.size == CHUNK + 4
    chunks = list(store.read("pieces"))
    assert b"".join(chunks) == b"".join(pieces)
    assert max(map(len, chunks)) <= CHUNK
    assert store.write("none", iter([])).size == 0
    assert store.get("none") == b""


def test_a_large_stream_is_stored_whole(store: ObjectStore) -> None:
    piece = bytes(range(256)) * 4096
    info = store.write("large", (piece for _ in range(40)))
    assert info.size == store.head("large").size == 40 * len(piece)
    assert b"".join(store.read("large", 17 * len(piece) - 3, 17 * len(piece) + 3)) == piece[-3:] + piece[:3]
    assert sum(map(len, store.read("large"))) == 40 * len(piece)


@pytest.mark.parametrize("megabytes", [0, 20])
def test_an_interrupted_source_leaves_the_old_object(store: ObjectStore, megabytes: int) -> None:
    store.write("a", b"old")

    def broken() -> Iterator[bytes]:
        for _ in range(megabytes):
            yield b"x" * (1 << 20)
        yield b"some"
        raise ConnectionResetError("the browser went away")

    with pytest.raises(ConnectionResetError, match="the browser went away"):
        store.write("a", broken())
    with pytest.raises(ConnectionResetError):
        store.write("new", broken())
    assert store.get("a") == b"old"
    assert everything(store) == ["a"]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (0, None, b"0123456789"),
        (3, 6, b"345"),
        (0, 1, b"0"),
        (8, 99, b"89"),
        (10, None, b""),
        (99, None, b""),
        (4, 4, b""),
    ],
)
def test_ranges(store: ObjectStore, start: int, end: int | None, expected: bytes) -> None:
    store.write("digits", b"0123456789")
    assert b"".join(store.read("digits", start, end)) == expected


def test_what_is_absent_says_so_at_once(store: ObjectStore) -> None:
    store.write("dir/file", b"")
    for key in ("absent", "dir/absent", "absent/file", "dir/file/below", "dir", "absent/"):
        with pytest.raises(ObjectMissing) as caught:
            store.head(key)
        assert caught.value.code == "ModelArts.4404"
        assert key in caught.value.message
        with pytest.raises(ObjectMissing):
            store.read(key)
        store.delete(key)
    assert everything(store) == ["dir/file"]


def test_deleting(store: ObjectStore) -> None:
    fill(store, TREE)
    store.delete("b/1")
    assert not store.exists("b/1")
    store.delete_many(["b/2", "c/d/e", "absent", "c/d/f", "a"])
    assert everything(store) == ["b-c", "b0", "z", "图/猫"]
    store.delete_many([])
    store.delete_many(everything(store))
    assert everything(store) == []


@pytest.mark.parametrize("limit", [1, 2, 3, 1000])
def test_listing_pages_in_the_order_of_utf8(store: ObjectStore, limit: int) -> None:
    fill(store, TREE)
    assert everything(store, limit=limit) == sorted(TREE, key=str.encode)
    assert everything(store, delimited=True, limit=limit) == ["a", "b-c", "b/", "b0", "c/", "z", "图/"]
    assert everything(store, "b", limit=limit) == ["b-c", "b/1", "b/2", "b0"]
    assert everything(store, "b", delimited=True, limit=limit) == ["b-c", "b/", "b0"]
    assert everything(store, "b/", delimited=True, limit=limit) == ["b/1", "b/2"]
    assert everything(store, "c/d", delimited=True, limit=limit) == ["c/d/"]
    assert everything(store, "c/d/", delimited=True, limit=limit) == ["c/d/e", "c/d/f"]


@pytest.mark.parametrize(
    "prefix", ["nothing", "a/", "../", "//", "./", "..", "b/1/", "\x00", "\n", "\ud800", "c\\", "x" * 2000]
)
def test_a_prefix_of_nothing_lists_nothing(store: ObjectStore, prefix: str) -> None:
    fill(store, TREE)
    assert everything(store, prefix) == []
    assert everything(store, prefix, delimited=True) == []
    assert list(store.walk(prefix)) == []


def test_listing_resumes_anywhere(store: ObjectStore) -> None:
    fill(store, TREE)
    assert [o.key for o in store.list(after="b/1x").objects] == ["b/2", "b0", "c/d/e", "c/d/f", "z", "图/猫"]
    assert [o.key for o in store.list("c/", after="b").objects] == ["c/d/e", "c/d/f"]
    assert store.list("b", after="c").objects == []
    assert store.list(after="\ud800").objects == []
    page = store.list(delimited=True, after="b/")
    assert ([o.key for o in page.objects], page.prefixes) == (["b0", "z"], ["c/", "图/"])


def test_walk_yields_every_object_below(store: ObjectStore) -> None:
    fill(store, TREE)
    store.write("empty/", b"")
    assert sorted(o.key for o in store.walk()) == sorted(TREE)
    assert sorted(o.key for o in store.walk("c/")) == ["c/d/e", "c/d/f"]
    assert sorted(o.key for o in store.walk("b")) == ["b-c", "b/1", "b/2", "b0"]
    assert {o.key: o.size for o in store.walk()} == {key: len(key.encode()) for key in TREE}
    assert all(store.head(o.key).etag == o.etag for o in store.walk())


def test_folder_markers(store: ObjectStore) -> None:
    assert store.write("empty/folder/", b"").size == 0
    assert store.head("empty/folder/").size == 0
    assert store.get("empty/folder/") == b""
    assert everything(store) == ["empty/folder/"]
    assert everything(store, delimited=True) == ["empty/"]
    assert everything(store, "empty/", delimited=True) == ["empty/folder/"]
    assert everything(store, "empty/folder/", delimited=True) == ["empty/folder/"]
    assert everything(store, "empty/fold") == ["empty/folder/"]
    store.write("empty/folder/x", b"1")
    assert "empty/folder/x" in everything(store)
    store.delete("empty/folder/x")
    store.delete("empty/folder/")
    assert everything(store) == []
    with pytest.raises(Invalid, match="folder"):
        store.write("a/", b"bytes")


def test_copying_and_moving(store: ObjectStore) -> None:
    store.write("图/a b+c.txt", b"content")
    store.write("target", b"old")
    assert store.copy("图/a b+c.txt", "target").size == 7
    assert store.get("target") == b"content"
    assert store.move("图/a b+c.txt", "new/名.txt").key == "new/名.txt"
    assert everything(store) == ["new/名.txt", "target"]
    assert store.get("new/名.txt") == b"content"
    assert store.move("target", "target").size == 7
    assert store.get("target") == b"content"
    for call in (store.copy, store.move):
        with pytest.raises(ObjectMissing):
            call("absent", "target")
    assert store.get("target") == b"content"


def test_a_finished_file_is_taken_over(store: ObjectStore, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("outside") / "upload"
    path.write_bytes(b"uploaded")
    info = store.adopt("deep/er/file", path)
    assert (info.size, info.etag) == (8, store.head("deep/er/file").etag)
    assert store.get("deep/er/file") == b"uploaded"
    assert not path.exists()


def test_a_path_is_given_only_where_there_is_one(store: ObjectStore) -> None:
    store.write("a", b"here")
    path = store.local_path("a")
    assert path is None or path.read_bytes() == b"here"
    assert store.local_path("absent") is None


def test_a_working_store_checks_out(store: ObjectStore) -> None:
    store.check()


def test_times_are_milliseconds(store: ObjectStore, tmp_path: Path) -> None:
    (tmp_path / "clock").write_bytes(b"")
    now = (tmp_path / "clock").stat().st_mtime * 1000
    assert abs(store.write("a", b"").modified_ms - now) < 5000
    assert abs(store.head("a").modified_ms - now) < 5000
    (tmp_path / "clock").unlink()


def test_a_new_object_takes_no_ones_place(store: ObjectStore) -> None:
    made = store.create("图/a b+c.txt", b"first")
    assert (made.size, made.etag) == (5, store.head("图/a b+c.txt").etag)
    with pytest.raises(ObjectExists, match="already"):
        store.create("图/a b+c.txt", b"second")
    assert store.get("图/a b+c.txt") == b"first"
    store.write("图/a b+c.txt", b"replaced")
    store.delete("图/a b+c.txt")
    assert store.create("图/a b+c.txt", b"").size == 0
    assert everything(store) == ["图/a b+c.txt"]
    with pytest.raises(Invalid, match="folder"):
        store.create("folder/", b"")


def test_of_many_who_create_one_key_one_succeeds(store: ObjectStore) -> None:
    ready = threading.Barrier(16)

    def create(key: str, content: bytes) -> bytes | None:
        ready.wait()
        try:
            store.create(key, content)
        except ObjectExists:
            return None
        return content

    contents = [b"%d" % number for number in range(16)]
    with ThreadPoolExecutor(16) as threads:
        for key in ("contested/1", "contested/2", "contested/3"):
            winners = [content for content in threads.map(create, [key] * 16, contents) if content is not None]
            assert winners == [store.get(key)]
    assert len(everything(store)) == 3


def test_copying_from_another_store(store: ObjectStore) -> None:
    origin = MemoryStore()
    origin.write("a", b"x" * (3 << 20))
    origin.write("folder/", b"")
    told: list[int] = []
    assert store.copy_from(origin, "a", "b/c", lambda done, state: told.append(done)).size == 3 << 20
    assert store.get("b/c") == origin.get("a")
    assert told == sorted(told)
    assert origin.copy_from(store, "b/c", "back").size == 3 << 20
    assert store.copy_from(origin, "folder/", "empty/").size == 0
    with pytest.raises(ObjectMissing):
        store.copy_from(origin, "absent", "b/c")
    assert store.head("b/c").size == 3 << 20


def test_a_rename_is_at_once_or_not_at_all(store: ObjectStore) -> None:
    store.write("a", b"content")
    renamed = store.rename("a", "b/c")
    assert everything(store) == (["a"] if renamed is None else ["b/c"])
    with pytest.raises(ObjectMissing):
        store.move("absent", "b")


def test_many_at_once(store: ObjectStore) -> None:
    origin = MemoryStore()
    origin.write("a", b"from elsewhere")
    store.write("old", b"before")
    with store.together() as many, ThreadPoolExecutor(4) as threads:
        infos = list(threads.map(lambda n: many.write(f"x/{n % 3}/{n}", b"%d" % n), range(30)))
        many.write("old", iter((b"af", b"ter")))
        copied = [many.copy_from(origin, "a", "copies/a"), many.copy_from(store, "old", "copies/old")]
        with pytest.raises(ObjectMissing):
            many.copy_from(store, "absent", "copies/absent")
        with pytest.raises(Invalid):
            many.write("../outside", b"")
    assert [store.head(info.key) for info in (*infos, copied[0])] == [*infos, copied[0]]
    assert store.get("copies/a") == b"from elsewhere"
    assert store.get("old") == b"after"
    assert not store.exists("copies/absent")


def test_a_piece_that_breaks_off_is_never_an_object(store: ObjectStore) -> None:
    def broken() -> Iterator[bytes]:
        yield b"begun"
        raise ValueError("broken off")

    with store.together() as many:
        with pytest.raises(ValueError, match="broken off"):
            many.write("a", broken())
        many.write("b", b"whole")
    assert everything(store) == ["b"]


def test_what_failed_leaves_nothing_half_done(store: ObjectStore) -> None:
    def stopped() -> None:
        with store.together() as many:
            many.write("a", b"whole")
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        stopped()
    assert everything(store) in ([], ["a"])
    assert not store.exists("a") or store.get("a") == b"whole"
