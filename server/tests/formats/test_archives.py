"""Zip archives as ordinary programs write them and as attackers do, byte by byte."""

import contextlib
import io
import os
import random
import stat
import struct
import tracemalloc
import zipfile
import zlib
from typing import Any, BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maquette.formats.archives import BadMember, Limits, Member, members
from maquette.kit.errors import Invalid, MaquetteError, TooLarge


def archive(entries: "dict[str, bytes] | list[tuple[str | zipfile.ZipInfo, bytes]]", **options: Any) -> io.BytesIO:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", options.pop("compression", zipfile.ZIP_DEFLATED), **options) as made:
        for name, content in entries.items() if isinstance(entries, dict) else entries:
            made.writestr(name, content)
    return target


def raw_archive(entries: list[tuple[bytes, bytes]], *, flags: int = 0, extra: bytes = b"", mode: int = 0) -> io.BytesIO:
    """An archive whose names and flags are exactly those bytes."""
    body, directory = b"", b""
    for name, content in entries:
        common = struct.pack(
            "<5H3L2H", 20, flags, 0, 0, 0, zlib.crc32(content), len(content), len(content), len(name), 0
        )
        offset = len(body)
        body += b"PK\x03\x04" + common + name + content
        directory += b"PK\x01\x02" + struct.pack("<H", 0x0314) + common[:-2] + struct.pack("<H", len(extra))
        directory += struct.pack("<3H2L", 0, 0, 0, mode << 16, offset) + name + extra
    end = struct.pack("<4H2LH", 0, 0, len(entries), len(entries), len(directory), len(body), 0)
    return io.BytesIO(body + directory + b"PK\x05\x06" + end)


def contents(file: BinaryIO, limits: Limits | None = None) -> dict[str, bytes]:
    return {m.name: b"".join(m.chunks) for m in members(file, limits) if isinstance(m, Member)}


def bad(file: BinaryIO) -> list[BadMember]:
    return [member for member in members(file) if isinstance(member, BadMember)]


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_ordinary_archives(compression: int) -> None:
    entries = {"a.txt": b"hello", "图像/猫.jpg": os.urandom(3_000_000), "empty": b"", "zeros": bytes(2_500_000)}
    assert contents(archive(entries, compression=compression)) == entries


def test_folders_are_passed_over() -> None:
    assert contents(archive([("folder/", b""), ("folder/file", b"1")])) == {"folder/file": b"1"}


def test_members_may_be_left_unread_or_read_late() -> None:
    file = archive({"a": b"1" * 3_000_000, "b": b"2", "c": b"3"})
    found = [member for member in members(file) if isinstance(member, Member)]
    assert [(m.name, m.size) for m in found] == [("a", 3_000_000), ("b", 1), ("c", 1)]
    first = next(found[0].chunks)
    assert b"".join(found[2].chunks) == b"3"
    assert first + b"".join(found[0].chunks) == b"1" * 3_000_000


def test_a_comment_at_the_end() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("a", b"1")
        made.comment = b"c" * 60_000
    assert contents(file) == {"a": b"1"}


def test_zip64() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made, made.open("large", "w", force_zip64=True) as member:
        member.write(b"content")
    assert contents(file) == {"large": b"content"}
    many = archive({f"{number}": b"" for number in range(66_000)}, compression=zipfile.ZIP_STORED)
    assert sum(1 for _ in members(many)) == 66_000


def test_sizes_written_after_the_content() -> None:
    class Unseekable(io.RawIOBase):
        def __init__(self) -> None:
            self.target = io.BytesIO()

        def writable(self) -> bool:
            return True

        def write(self, data: Any) -> int:
            return self.target.write(data)

    stream = Unseekable()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:  # type: ignore[call-overload]
        made.writestr("a", b"streamed" * 1000)
    assert contents(stream.target) == {"a": b"streamed" * 1000}


@pytest.mark.parametrize(
    ("name", "flags", "expected"),
    [
        ("猫/一.jpg".encode(), 0x800, "猫/一.jpg"),
        ("猫/一.jpg".encode(), 0, "猫/一.jpg"),
        ("图像/猫.jpg".encode("gbk"), 0, "图像/猫.jpg"),
        ("caf\u00e9.jpg".encode("cp437"), 0, "caf\u00e9.jpg"),
        (b"folder\\file.txt", 0, "folder/file.txt"),
    ],
)
def test_names_in_the_ways_programs_write_them(name: bytes, flags: int, expected: str) -> None:
    assert contents(raw_archive([(name, b"1")], flags=flags)) == {expected: b"1"}


def test_the_unicode_path_field_counts_only_for_its_own_name() -> None:
    for raw, expected in ((b"old", "新"), (b"changed", "changed")):
        field = struct.pack("<BL", 1, zlib.crc32(b"old")) + "新".encode()
        extra = struct.pack("<2H", 0x7075, len(field)) + field
        assert contents(raw_archive([(raw, b"1")], extra=extra)) == {expected: b"1"}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (b"/etc/passwd", "begins with a slash"),
        (b"../up", "'..'"),
        (b"a/../../up", "'..'"),
        (b"..", "'..'"),
        (b"..\\..\\up", "'..'"),
        (b"\\windows", "begins with a slash"),
        (b"a/..\\up", "backslash"),
        (b"./a", "'.'"),
        (b"a//b", "empty segment"),
        (b"", "empty"),
        (b"a\x00b", "U+0000"),
        (b"a\nb", "U+000A"),
        (b"x" * 300, "300 bytes"),
        (b"../folder/", "'..'"),
        ("a\u202egpj".encode(), "U+202E"),
    ],
)
def test_hostile_names_are_reported_and_passed_over(name: bytes, reason: str) -> None:
    file = raw_archive([(b"before", b"1"), (name, b""), (b"after", b"2")])
    (refused,) = bad(file)
    assert reason in refused.reason
    assert refused.remedy
    assert refused.name.isprintable()
    assert contents(file) == {"before": b"1", "after": b"2"}


def test_a_name_that_claims_to_be_utf8() -> None:
    (refused,) = bad(raw_archive([(b"\xff\xfe", b"")], flags=0x800))
    assert "UTF-8" in refused.reason


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_links_and_devices(kind: int) -> None:
    file = raw_archive([(b"special", b"/etc/passwd")], mode=kind | 0o777)
    (refused,) = bad(file)
    assert "link" in refused.reason or "regular" in refused.reason
    assert contents(file) == {}


def test_regular_files_with_a_mode_are_files() -> None:
    assert contents(raw_archive([(b"a", b"1")], mode=stat.S_IFREG | 0o644)) == {"a": b"1"}


def test_encrypted_members() -> None:
    (refused,) = bad(raw_archive([(b"secret", b"x")], flags=1))
    assert "encrypted" in refused.reason
    assert "password" in refused.remedy


def test_other_compressions() -> None:
    file = archive([("deflated", b"1")])
    with zipfile.ZipFile(file, "a", zipfile.ZIP_LZMA) as made:
        made.writestr("lzma", b"2" * 100)
    (refused,) = bad(file)
    assert (refused.name, "LZMA" in refused.reason) == ("lzma", True)
    assert contents(file) == {"deflated": b"1"}


def test_a_name_twice_counts_once_and_case_twins_are_two() -> None:
    file = raw_archive([(b"a", b"1"), (b"A", b"2"), (b"a", b"3")])
    assert contents(file) == {"a": b"1", "A": b"2"}
    assert [(m.name, "twice" in m.reason) for m in bad(file)] == [("a", True)]


def test_a_folder_with_content() -> None:
    (refused,) = bad(raw_archive([(b"folder/", b"content")]))
    assert "folder" in refused.reason


def test_a_bomb_is_stopped_by_its_ratio() -> None:
    file = archive({"bomb": bytes(100 << 20)})
    assert len(file.getvalue()) < 200_000
    with pytest.raises(TooLarge, match="200 times"):
        contents(file)


def test_overlapping_members_are_stopped_too() -> None:
    """Many entries of the directory share one compressed body."""
    packed = zlib.compress(bytes(4 << 20), 9)[2:-4]
    common = (20, 0, 8, 0, 0, zlib.crc32(bytes(4 << 20)), len(packed), 4 << 20)
    body = b"PK\x03\x04" + struct.pack("<5H3L2H", *common, 1, 0) + b"a" + packed
    directory = b""
    for number in range(100):
        name = b"%03d" % number
        directory += b"PK\x01\x02" + struct.pack("<6H3L5H2L", 20, *common[:5], *common[5:], 3, 0, 0, 0, 0, 0, 0) + name
    end = struct.pack("<4H2LH", 0, 0, 100, 100, len(directory), len(body), 0)
    with pytest.raises(TooLarge):
        contents(io.BytesIO(body + directory + b"PK\x05\x06" + end))


def test_limits_of_bytes_and_files() -> None:
    file = archive({f"{number}": os.urandom(1000) for number in range(10)})
    assert len(contents(file, Limits(total_bytes=10_000, files=10))) == 10
    with pytest.raises(TooLarge, match="9,999 bytes"):
        contents(file, Limits(total_bytes=9_999))
    with pytest.raises(TooLarge, match="9 files"):
        contents(file, Limits(files=9))


def test_a_member_that_lies_about_its_size_or_bytes() -> None:
    good = bytearray(raw_archive([(b"a", b"12345"), (b"b", b"1")]).getvalue())
    directory = good.index(b"PK\x01\x02")
    smaller, other = bytearray(good), bytearray(good)
    struct.pack_into("<L", smaller, directory + 24, 3)
    other[good.index(b"12345")] = ord("x")
    for data in (smaller, other):
        first, second = [m for m in members(io.BytesIO(data)) if isinstance(m, Member)]
        with pytest.raises(Invalid, match="'a' in the archive is damaged"):
            b"".join(first.chunks)
        assert b"".join(second.chunks) == b"1"


@pytest.mark.parametrize("data", [b"", b"PK", b"not a zip" * 100, b"PK\x05\x06", b"Rar!\x1a\x07\x00" + b"\x00" * 100])
def test_what_is_no_archive(data: bytes) -> None:
    with pytest.raises(Invalid, match="zip archive"):
        list(members(io.BytesIO(data)))


def test_an_empty_archive() -> None:
    assert list(members(archive({}))) == []


def test_a_truncated_archive() -> None:
    data = archive({"a": os.urandom(5000)}).getvalue()
    for cut in (10, 100, len(data) // 2, len(data) - 1):
        with pytest.raises(Invalid):
            contents(io.BytesIO(data[:cut]))


def test_memory_does_not_grow_with_the_archive() -> None:
    file = archive({f"{number}": random.Random(number).randbytes(5 << 20) for number in range(4)})
    tracemalloc.start()
    total = sum(len(chunk) for m in members(file) if isinstance(m, Member) for chunk in m.chunks)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total == 20 << 20
    assert peak < 5 << 20


SEED = archive({"a": b"hello" * 100, "folder/b": os.urandom(50), "图": b""}).getvalue()


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(SEED) - 1), st.integers(0, 255)), min_size=1, max_size=6))
def test_damage_anywhere_gives_bytes_or_a_clear_no(damage: list[tuple[int, int]]) -> None:
    data = bytearray(SEED)
    for at, value in damage:
        data[at] = value
    with contextlib.suppress(MaquetteError):
        for member in members(io.BytesIO(data)):
            if isinstance(member, Member):
                with contextlib.suppress(Invalid):
                    list(member.chunks)
