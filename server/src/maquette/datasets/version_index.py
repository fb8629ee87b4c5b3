"""The sidecar of a published manifest: which sample is on which line, with what state and labels.

It serves pages of a version, filtered or not, by a few range reads, and the differences between two versions by one
pass over both. Layout, little endian:

    MAGIC · records · postings · footer (JSON) · u64 length of the footer · MAGIC

Records are of one size, in the order of sample ids and of the manifest's lines. A posting is the sorted numbers (u32)
of the records with one state or one label. Nothing here knows tables; bytes come through a `Fetch`.
"""

import hashlib
import struct
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, NamedTuple

import orjson

MAGIC = b"MQINDEX1"
HASH_BYTES = 16
MAX_FOOTER = 64 << 20
_RECORD = struct.Struct(f"<16s{HASH_BYTES}s{HASH_BYTES}sQIB")
_TAIL = struct.Struct(f"<Q{len(MAGIC)}s")
_RECORDS_A_READ = 8_192

Fetch = Callable[[int, int], bytes]
"""The bytes [start, end) of the index."""


class Record(NamedTuple):
    """One sample: hashes of its annotations and of its line, and where the line lies in the manifest."""

    sample_id: str
    annotation_hash: bytes
    line_hash: bytes
    offset: int
    length: int
    state: int


class DamagedIndex(ValueError):
    """The bytes are no index, or not a whole one."""


@dataclass(frozen=True, slots=True)
class Differences:
    added: int = 0
    deleted: int = 0
    modified: int = 0


def short_hash(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()[:HASH_BYTES]


class IndexWriter:
    """Writes an index beside a manifest that is being written: one `add` per line, in the order of ids."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self._offset = 0
        self._count = 0
        self._postings: dict[str, array[int]] = {}
        self._put(MAGIC)

    def add(self, sample_id: str, annotation_hash: bytes, line: bytes, *, state: int, codes: Iterable[int]) -> None:
        key = bytes.fromhex(sample_id)
        self._put(_RECORD.pack(key, annotation_hash, short_hash(line), self._offset, len(line), state))
        self._offset += len(line)
        for posting in (f"state {state}", *(f"label {code}" for code in codes)):
            self._postings.setdefault(posting, array("I")).append(self._count)
        self._count += 1

    def finish(self, about: dict[str, Any]) -> str:
        """Write postings and footer; `about` is kept in it as it is. Returns the sha256 of the whole index."""
        start = len(MAGIC) + self._count * _RECORD.size
        places: dict[str, tuple[int, int]] = {}
        for name, numbers in sorted(self._postings.items()):
            body = struct.pack(f"<{len(numbers)}I", *numbers)
            self._put(body)
            places[name] = (start, len(numbers))
            start += len(body)
        footer = orjson.dumps({"count": self._count, "postings": places, "about": about})
        self._put(footer)
        self._put(_TAIL.pack(len(footer), MAGIC))
        return self._hash.hexdigest()

    def _put(self, content: bytes) -> None:
        self._file.write(content)
        self._hash.update(content)


class VersionIndex:
    """An index to read. Its bytes are to be verified by whoever supplies them."""

    def __init__(self, fetch: Fetch, size: int) -> None:
        self._fetch = fetch
        tail = fetch(max(size - _TAIL.size, 0), size)
        if len(tail) != _TAIL.size:
            raise DamagedIndex("it is too short")
        length, magic = _TAIL.unpack(tail)
        if magic != MAGIC or length > min(MAX_FOOTER, size):
            raise DamagedIndex("it does not end as an index does")
        footer: dict[str, Any] = orjson.loads(fetch(size - _TAIL.size - length, size - _TAIL.size))
        self.count: int = footer["count"]
        self.about: dict[str, Any] = footer["about"]
        self._postings: dict[str, tuple[int, int]] = footer["postings"]

    def page(self, offset: int, limit: int) -> list[Record]:
        """Records by their numbers, in order."""
        first, last = min(offset, self.count), min(offset + limit, self.count)
        start = len(MAGIC)
        body = self._fetch(start + first * _RECORD.size, start + last * _RECORD.size) if first < last else b""
        return [Record(fields[0].hex(), *fields[1:]) for fields in _RECORD.iter_unpack(body)]

    def select(self, wanted: Sequence[Sequence[str]], offset: int, limit: int) -> tuple[int, list[Record]]:
        """How many records are in one posting (`state 1`, `label 7`) of each group, and a page of them."""
        if not wanted:
            return self.count, self.page(offset, limit)
        numbers = self._any_of(wanted[0])
        for group in wanted[1:]:
            other = set(self._any_of(group))
            numbers = [number for number in numbers if number in other]
        records: list[Record] = []
        for first, length in runs(numbers[offset : offset + limit]):
            records += self.page(first, length)
        return len(numbers), records

    def hashes(self) -> Iterator[tuple[str, bytes]]:
        """Every sample's id and annotation hash, in the order of ids, in bounded memory."""
        for first in range(0, self.count, _RECORDS_A_READ):
            for record in self.page(first, _RECORDS_A_READ):
                yield record.sample_id, record.annotation_hash

    def _any_of(self, postings: Sequence[str]) -> Sequence[int]:
        if len(postings) == 1:
            return self._numbers(postings[0])
        return sorted({number for posting in postings for number in self._numbers(posting)})

    def _numbers(self, posting: str) -> Sequence[int]:
        start, count = self._postings.get(posting, (0, 0))
        return array("I", struct.unpack(f"<{count}I", self._fetch(start, start + 4 * count) if count else b""))


def differences(before: Iterable[tuple[str, bytes]], after: Iterable[tuple[str, bytes]]) -> Differences:
    """Compare two versions in one pass over both: they are in the same order."""
    added = deleted = modified = 0
    old, new = iter(before), iter(after)
    left, right = next(old, None), next(new, None)
    while left or right:
        if right is None or (left and left[0] < right[0]):
            deleted += 1
            left = next(old, None)
        elif left is None or right[0] < left[0]:
            added += 1
            right = next(new, None)
        else:
            modified += left[1] != right[1]
            left, right = next(old, None), next(new, None)
    return Differences(added, deleted, modified)


def runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Sorted numbers as (first, length) of their unbroken runs, so that neighbours are one read."""
    first = length = 0
    for number in numbers:
        if length and number == first + length:
            length += 1
            continue
        if length:
            yield first, length
        first, length = number, 1
    if length:
        yield first, length
