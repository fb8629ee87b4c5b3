"""The sidecar of a published manifest: which sample is on which line, with what state and labels.

It serves pages of a version, filtered or not, by a few range reads, and lets two versions be compared (`comparison`)
without a look at their manifests. Layout, little endian:

    MAGIC · blocks · postings · footer (JSON) · u64 length of the footer · MAGIC

Samples are in the order of their ids and of the manifest's lines, BLOCK of them in a block (fewer in the last). A block
is four columns: ids, annotation hashes, numbers of label sets (u32), lines. What two versions have in common is equal
bytes in the first three, and found as fast as memory is compared. The footer lists the label sets, each the sorted
codes of a sample. A posting is the sorted numbers (u32) of the samples with one state or one label. Nothing here knows
tables; bytes come through a `Fetch`.
"""

import hashlib
import struct
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, NamedTuple

import orjson

MAGIC = b"MQINDEX2"
ID_BYTES = HASH_BYTES = 16
MAX_FOOTER = 256 << 20
BLOCK = 65_536
_LINE = struct.Struct(f"<{HASH_BYTES}sQIB")
_COMPARED_BYTES = ID_BYTES + HASH_BYTES + 4
_SAMPLE_BYTES = _COMPARED_BYTES + _LINE.size
_TAIL = struct.Struct(f"<Q{len(MAGIC)}s")

Fetch = Callable[[int, int], bytes]
"""The bytes [start, end) of the index."""


class Record(NamedTuple):
    """One sample: a hash of its line, and where that lies in the manifest."""

    sample_id: str
    line_hash: bytes
    offset: int
    length: int
    state: int


@dataclass(frozen=True, slots=True)
class Block:
    """What is compared of some samples: ids and annotation hashes one behind the other, and a label set of each."""

    start: int
    ids: bytes
    hashes: bytes
    label_sets: "array[int]"


class DamagedIndex(ValueError):
    """The bytes are no index, or not a whole one."""


def _numbers() -> "array[int]":
    return array("I")


def short_hash(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()[:HASH_BYTES]


class IndexWriter:
    """Writes an index beside a manifest that is being written: one `add` per line, in the order of ids."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self._offset = 0
        self._count = 0
        self._states: defaultdict[int, array[int]] = defaultdict(_numbers)
        self._carriers: defaultdict[int, array[int]] = defaultdict(_numbers)
        self._label_sets: dict[tuple[int, ...], int] = {}
        self._columns: list[list[bytes]] = [[], [], [], []]
        self._put(MAGIC)

    def add(self, sample_id: str, annotation_hash: bytes, line: bytes, *, state: int, codes: tuple[int, ...]) -> None:
        """`codes` are those of the sample's labels, each once, in order."""
        number = self._label_sets.setdefault(codes, len(self._label_sets))
        ids, hashes, label_sets, lines = self._columns
        ids.append(bytes.fromhex(sample_id))
        hashes.append(annotation_hash)
        label_sets.append(number.to_bytes(4, "little"))
        lines.append(_LINE.pack(short_hash(line), self._offset, len(line), state))
        self._offset += len(line)
        self._states[state].append(self._count)
        for code in codes:
            self._carriers[code].append(self._count)
        self._count += 1
        if len(ids) == BLOCK:
            self._flush()

    def finish(self, about: dict[str, Any]) -> str:
        """Write postings and footer; `about` is kept in it as it is. Returns the sha256 of the whole index."""
        self._flush()
        start = len(MAGIC) + self._count * _SAMPLE_BYTES
        places: dict[str, tuple[int, int]] = {}
        postings = {f"state {state}": numbers for state, numbers in sorted(self._states.items())}
        postings |= {f"label {code}": numbers for code, numbers in sorted(self._carriers.items())}
        for name, numbers in postings.items():
            body = struct.pack(f"<{len(numbers)}I", *numbers)
            self._put(body)
            places[name] = (start, len(numbers))
            start += len(body)
        sets = list(self._label_sets)
        footer = orjson.dumps({"count": self._count, "postings": places, "label_sets": sets, "about": about})
        self._put(footer)
        self._put(_TAIL.pack(len(footer), MAGIC))
        return self._hash.hexdigest()

    def carriers(self, code: int) -> int:
        """How many of the samples so far carry the label."""
        return len(self._carriers[code])

    def _flush(self) -> None:
        for column in self._columns:
            self._put(b"".join(column))
            column.clear()

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
        self.label_sets: list[list[int]] = footer["label_sets"]
        self._postings: dict[str, tuple[int, int]] = footer["postings"]

    def page(self, offset: int, limit: int) -> list[Record]:
        """Records by their numbers, in order."""
        records: list[Record] = []
        last = min(offset + limit, self.count)
        while offset < last:
            place, size = self._block_at(offset)
            first = offset % BLOCK
            number = min(last - offset, size - first)
            ids = self._part(place, ID_BYTES, first, number)
            lines = self._part(place + size * _COMPARED_BYTES, _LINE.size, first, number)
            for at, fields in enumerate(_LINE.iter_unpack(lines)):
                records.append(Record(ids[at * ID_BYTES : (at + 1) * ID_BYTES].hex(), *fields))
            offset += number
        return records

    def blocks(self) -> Iterator[Block]:
        """What is compared of every sample, in order and in bounded memory."""
        for start in range(0, self.count, BLOCK):
            place, size = self._block_at(start)
            body = self._fetch(place, place + size * _COMPARED_BYTES)
            if len(body) != size * _COMPARED_BYTES:
                raise DamagedIndex("it is too short")
            hashes, sets = size * ID_BYTES, size * (ID_BYTES + HASH_BYTES)
            label_sets = array("I", struct.unpack(f"<{size}I", body[sets:]))
            yield Block(start, body[:hashes], body[hashes:sets], label_sets)

    def select(self, wanted: Sequence[Sequence[str]], offset: int, limit: int) -> tuple[int, list[Record]]:
        """How many samples are in one posting (`state 1`, `label 7`) of each group, and a page of them."""
        if not wanted:
            return self.count, self.page(offset, limit)
        numbers = self._any_of(wanted[0])
        for group in wanted[1:]:
            other = set(self._any_of(group))
            numbers = [number for number in numbers if number in other]
        return len(numbers), self.records(numbers[offset : offset + limit])

    def records(self, numbers: Iterable[int]) -> list[Record]:
        """The records of these numbers, which are sorted."""
        return [record for first, length in runs(numbers) for record in self.page(first, length)]

    def carriers(self, code: int) -> int:
        """How many samples carry the label."""
        return self._postings.get(f"label {code}", (0, 0))[1]

    def _block_at(self, number: int) -> tuple[int, int]:
        """Where the block of this sample begins, and how many samples it has."""
        start = number - number % BLOCK
        return len(MAGIC) + start * _SAMPLE_BYTES, min(BLOCK, self.count - start)

    def _part(self, column: int, width: int, first: int, number: int) -> bytes:
        body = self._fetch(column + first * width, column + (first + number) * width)
        if len(body) != number * width:
            raise DamagedIndex("it is too short")
        return body

    def _any_of(self, postings: Sequence[str]) -> Sequence[int]:
        if len(postings) == 1:
            return self._numbers(postings[0])
        return sorted({number for posting in postings for number in self._numbers(posting)})

    def _numbers(self, posting: str) -> Sequence[int]:
        start, count = self._postings.get(posting, (0, 0))
        return array("I", struct.unpack(f"<{count}I", self._fetch(start, start + 4 * count) if count else b""))


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
