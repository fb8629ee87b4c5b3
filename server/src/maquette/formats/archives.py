"""Zip archives from strangers, read member by member by our own reader, which never touches a file system.

The central directory is read as a stream and every member is inflated as it is consumed, so memory does not grow with
the archive. A bad member (a climbing name, a link, an encrypted one) is yielded as `BadMember` and passed over; an
archive that is itself an attack, or no archive, raises. Names are UTF-8 where the archive says so; else UTF-8 if they
are, then GBK, which Chinese Windows writes without saying, then CP437, which the standard prescribes.
"""

import stat
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from maquette.formats.paths import name_problem
from maquette.kit.errors import Invalid, TooLarge

CHUNK = 1 << 20

_END = struct.Struct("<4s4H2LH")
_END64_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_FULL32 = 0xFFFFFFFF
_STORED, _DEFLATED = 0, 8
_METHODS = {9: "Deflate64", 12: "BZip2", 14: "LZMA", 93: "Zstandard", 95: "XZ", 98: "PPMd", 99: "AES encryption"}
_ENCRYPTED, _UTF8_NAME = 0x1, 0x800
# Below this many bytes no ratio is suspicious: an empty bitmap of a megabyte deflates to nothing.
_RATIO_FLOOR = 16 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an archive may hold: bytes inflated, files, and bytes inflated for each byte of the archive."""

    total_bytes: int = 100 << 30
    files: int = 1_000_000
    ratio: int = 200


@dataclass(frozen=True, slots=True)
class Member:
    """A file of the archive. `chunks` may be consumed once or not at all.

    It raises Invalid when the member turns out to be damaged, and TooLarge when the archive exceeds its limits.
    """

    name: str
    size: int
    chunks: Iterator[bytes]


@dataclass(frozen=True, slots=True)
class BadMember:
    name: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class _Entry:
    raw_name: bytes
    extra: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int
    unix_mode: int


@dataclass(slots=True)
class _Budget:
    limits: Limits
    archive_bytes: int
    spent: int = 0

    def spend(self, count: int) -> None:
        self.spent += count
        if self.spent > self.limits.total_bytes:
            raise TooLarge(
                f"The archive holds more than {self.limits.total_bytes:,} bytes. Split it into smaller archives."
            )
        if self.spent > max(_RATIO_FLOOR, self.archive_bytes * self.limits.ratio):
            raise TooLarge(
                f"The archive inflates to more than {self.limits.ratio} times its size, as archives made to do harm "
                "do. Upload the files themselves."
            )


def members(file: BinaryIO, limits: Limits | None = None) -> Iterator[Member | BadMember]:
    """Yield the files of a zip archive in the order of its directory; folders are passed over.

    The file must be seekable. Raises Invalid when it is no zip archive and TooLarge when it exceeds the limits.
    """
    limits = limits or Limits()
    archive_bytes = file.seek(0, 2)
    budget = _Budget(limits, archive_bytes)
    seen: set[int] = set()
    for count, entry in enumerate(_entries(file, archive_bytes), start=1):
        if count > limits.files:
            raise TooLarge(f"The archive holds more than {limits.files:,} files. Split it into smaller archives.")
        name = _name(entry)
        if name is not None and name.endswith("/") and not entry.size and name_problem(name) is None:
            continue
        bad = _refused(entry, name)
        # A hash of a name is enough to know it again, and a million names would not be small.
        if bad is None and name is not None and hash(name) in seen:
            bad = BadMember(name, "the archive holds this name twice", "Give the files different names.")
        if bad is not None or name is None:
            yield bad or BadMember(repr(entry.raw_name), "its name is not valid UTF-8", "Write the archive again.")
            continue
        seen.add(hash(name))
        yield Member(name, entry.size, _inflated(file, entry, name, budget))


def _refused(entry: _Entry, name: str | None) -> BadMember | None:
    if name is None:
        return None
    if problem := name_problem(name):
        shown = "".join(c if c.isprintable() else "?" for c in name[:200])
        return BadMember(shown, f"its name cannot be used: {problem}", "Rename it and write the archive again.")
    if name.endswith("/"):
        return BadMember(name, "it is a folder with content", "Write the archive again.")
    if entry.flags & _ENCRYPTED or entry.method == 99:
        return BadMember(name, "it is encrypted", "Write the archive again without a password.")
    kind = stat.S_IFMT(entry.unix_mode)
    if kind == stat.S_IFLNK:
        return BadMember(name, "it is a symbolic link", "Put the file itself into the archive.")
    if kind not in (0, stat.S_IFREG):
        return BadMember(name, "it is no regular file", "Leave it out of the archive.")
    if entry.method not in (_STORED, _DEFLATED):
        method = _METHODS.get(entry.method, f"method {entry.method}")
        return BadMember(name, f"it is compressed with {method}", "Write the archive again with Deflate.")
    return None


def _name(entry: _Entry) -> str | None:
    """The member's name with `/` between folders, or None when it claims to be UTF-8 and is not."""
    raw = _unicode_path(entry) or entry.raw_name
    if entry.flags & _UTF8_NAME or raw is not entry.raw_name:
        encodings: tuple[str, ...] = ("utf-8",)
    else:
        encodings = ("utf-8", "gbk", "cp437")
    for encoding in encodings:
        try:
            name = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        # Some Windows programs write their own separator. No name can hold it, so nothing is lost by reading it so.
        return name if "/" in name else name.replace("\\", "/")
    return None


def _unicode_path(entry: _Entry) -> bytes | None:
    """The name in the Info-ZIP Unicode Path field, valid only while it belongs to the name in the header."""
    field = _extra_field(entry.extra, 0x7075)
    if not field or len(field) <= 5:
        return None
    version, checksum = struct.unpack_from("<BL", field)
    return field[5:] if version == 1 and checksum == zlib.crc32(entry.raw_name) else None


def _extra_field(extra: bytes, wanted: int) -> bytes | None:
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == wanted:
            return extra[at + 4 : at + 4 + length]
        at += 4 + length
    return None


def _entries(file: BinaryIO, archive_bytes: int) -> Iterator[_Entry]:
    """The central directory, entry by entry, each read where the last one ended."""
    at, end = _directory(file, archive_bytes)
    while at < end:
        file.seek(at)
        fields = _unpacked(_CENTRAL, file, b"PK\x01\x02")
        name_size, extra_size, comment_size = fields[10:13]
        raw_name, extra = file.read(name_size), file.read(extra_size)
        if len(raw_name) != name_size or len(extra) != extra_size:
            raise _no_archive()
        at += _CENTRAL.size + name_size + extra_size + comment_size
        packed, size, offset = _wide(extra, packed=fields[8], size=fields[9], offset=fields[16])
        made_by_unix = fields[1] >> 8 == 3
        yield _Entry(
            raw_name=raw_name,
            extra=extra,
            flags=fields[3],
            method=fields[4],
            crc=fields[7],
            packed=packed,
            size=size,
            offset=offset,
            unix_mode=fields[15] >> 16 if made_by_unix else 0,
        )


def _wide(extra: bytes, *, packed: int, size: int, offset: int) -> tuple[int, int, int]:
    """Replace each full 32-bit number by its 64-bit one, which stand in the extra field in a fixed order."""
    field = _extra_field(extra, 1) or b""
    at = 0
    wide: list[int] = []
    for value in (size, packed, offset):
        if value == _FULL32 and at + 8 <= len(field):
            value = struct.unpack_from("<Q", field, at)[0]
            at += 8
        wide.append(value)
    return wide[1], wide[0], wide[2]


def _directory(file: BinaryIO, archive_bytes: int) -> tuple[int, int]:
    """Where the central directory begins and ends, by the record at the end of the file."""
    tail_size = min(archive_bytes, _END.size + 0xFFFF)
    file.seek(archive_bytes - tail_size)
    tail = file.read(tail_size)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or at + _END.size > len(tail):
        raise _no_archive()
    record = _END.unpack_from(tail, at)
    end = archive_bytes - tail_size + at
    size, start = record[5], record[6]
    if _FULL32 in (size, start) or 0xFFFF in record[3:5]:
        size, start, end = _directory64(file, end) or (size, start, end)
    # Something may stand before the archive, such as a program that unpacks itself; offsets would lie then.
    if start + size > end or start != end - size:
        raise _no_archive()
    return start, end


def _directory64(file: BinaryIO, end: int) -> tuple[int, int, int] | None:
    if end < _END64_LOCATOR.size:
        return None
    file.seek(end - _END64_LOCATOR.size)
    locator = file.read(_END64_LOCATOR.size)
    if not locator.startswith(b"PK\x06\x07"):
        return None
    position = _END64_LOCATOR.unpack(locator)[2]
    if position > end:
        raise _no_archive()
    file.seek(position)
    record = _unpacked(_END64, file, b"PK\x06\x06")
    return record[8], record[9], position


def _inflated(file: BinaryIO, entry: _Entry, name: str, budget: _Budget) -> Iterator[bytes]:
    """The member's bytes, checked against the size and the checksum that the directory promises."""
    file.seek(entry.offset)
    local = _unpacked(_LOCAL, file, b"PK\x03\x04")
    position = entry.offset + _LOCAL.size + local[9] + local[10]
    checksum = total = 0
    for chunk in _raw(file, position, entry, name):
        total += len(chunk)
        budget.spend(len(chunk))
        if total > entry.size:
            raise _damaged(name)
        checksum = zlib.crc32(chunk, checksum)
        yield chunk
    if total != entry.size or checksum != entry.crc:
        raise _damaged(name)


def _raw(file: BinaryIO, position: int, entry: _Entry, name: str) -> Iterator[bytes]:
    """Inflate, never more than one chunk at a time whatever the input expands to."""
    inflate = zlib.decompressobj(-zlib.MAX_WBITS) if entry.method == _DEFLATED else None
    left = entry.packed
    while left:
        file.seek(position)  # the consumer may have moved the file meanwhile
        packed = file.read(min(left, CHUNK))
        if not packed:
            raise _damaged(name)
        position += len(packed)
        left -= len(packed)
        if inflate is None:
            yield packed
            continue
        try:
            while packed and not inflate.eof:
                if chunk := inflate.decompress(packed, CHUNK):
                    yield chunk
                packed = inflate.unconsumed_tail
        except zlib.error as error:
            raise _damaged(name) from error
    while inflate is not None and not inflate.eof:
        try:
            chunk = inflate.decompress(inflate.unconsumed_tail, CHUNK)
        except zlib.error as error:
            raise _damaged(name) from error
        if not chunk:
            raise _damaged(name)
        yield chunk


def _unpacked(layout: struct.Struct, file: BinaryIO, signature: bytes) -> tuple[int, ...]:
    raw = file.read(layout.size)
    if len(raw) != layout.size or not raw.startswith(signature):
        raise _no_archive()
    return layout.unpack(raw)


def _damaged(name: str) -> Invalid:
    return Invalid(f"The file '{name}' in the archive is damaged. Write the archive again.")


def _no_archive() -> Invalid:
    return Invalid("The file is no complete zip archive. Upload it again, or write it again as a zip archive.")
