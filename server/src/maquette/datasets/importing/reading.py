"""What a reader is: a source of samples that can go on where an interrupted import stood."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, Protocol

from maquette.datasets.importing.catalogue import Catalogue
from maquette.formats.samples import Problem, Sample
from maquette.kit.errors import Conflict
from maquette.storage import ObjectInfo, ObjectMissing, ObjectStore, obs_url, parse_obs_url, safe_key

BATCH = 5_000
"""Items in one transaction."""

BATCH_BYTES = 16 << 20
"""Bytes of the files that the items of one transaction were read from."""


@dataclass(slots=True)
class Item:
    """A sample with its address resolved to `obs://` or `content://`.

    `info` describes its file where it is known, `weight` is about how many bytes it was read from. `file` is the
    address of that file where it holds a text as a line of its own, as a sync will read it again.
    """

    sample: Sample
    where: str
    info: ObjectInfo | None = None
    weight: int = 0
    file: str = ""


@dataclass(slots=True)
class Batch:
    """Items and problems in order, and where to go on behind them: plain JSON."""

    items: list[Item | Problem]
    position: dict[str, Any]
    progress: float = 0.0


class Reader(Protocol):
    """Gives batches behind a position that it gave before; `{}` is the beginning."""

    def batches(self, position: dict[str, Any]) -> Iterator[Batch]: ...


class Gathering:
    """Items on their way into a batch, until they are as many, or as heavy, as one transaction should hold."""

    def __init__(self) -> None:
        self._items: list[Item | Problem] = []
        self._weight = 0

    def add(self, item: Item | Problem) -> None:
        self._items.append(item)
        if isinstance(item, Item):
            self._weight += item.weight

    def is_full(self) -> bool:
        return len(self._items) >= BATCH or self._weight >= BATCH_BYTES

    def taken(self) -> list[Item | Problem]:
        items, self._items, self._weight = self._items, [], 0
        return items


@dataclass(frozen=True, slots=True)
class Place:
    """Where an import reads: a store, the bucket's name, and a key or a prefix that ends with a slash."""

    store: ObjectStore
    bucket: str
    key: str


class Addresses:
    """Makes addresses whole that files write down, and finds out whether the importing user may use them.

    Only the bucket is looked for, once: a million objects are not asked for one by one.
    """

    def __init__(self, place: Place, open_bucket: Callable[[str], ObjectStore]) -> None:
        self._folder = obs_url(place.bucket, place.key).rpartition("/")[0] + "/"
        self._start = obs_url(place.bucket)
        # Bounded: a file may name a million buckets that do not exist.
        self._open = lru_cache(maxsize=1_000)(open_bucket)

    def whole(self, address: str) -> str:
        """The address as `obs://bucket/key`; a relative one is beside the file that names it. Raises MaquetteError."""
        if "://" not in address and not address.startswith("/"):
            address = self._folder + address.removeprefix("./")
        if address.startswith(self._start):
            # Most addresses of most files: the bucket is the one that is being read from.
            safe_key(address[len(self._start) :])
            return address
        bucket, key = parse_obs_url(address)
        self._open(bucket)
        return obs_url(bucket, key)

    def open(self, address: str) -> tuple[ObjectStore, str]:
        bucket, key = parse_obs_url(address)
        return self._open(bucket), key


def check_unchanged(position: dict[str, Any], info: ObjectInfo) -> None:
    """Raise Conflict when the file is no longer the one that the position belongs to."""
    if position and position["etag"] != info.etag:
        name = info.key.rpartition("/")[2]
        raise Conflict(f"'{name}' was changed while it was being imported. Start the import again.")


def numbered(items: Iterable[Item | Problem], position: dict[str, Any], info: ObjectInfo) -> Iterator[Batch]:
    """Batches of a file that is read from its beginning each time: a position is the number of items passed."""
    check_unchanged(position, info)
    done = int(position.get("items", 0))
    gathering = Gathering()
    for item in islice(items, done, None):
        done += 1
        gathering.add(item)
        if gathering.is_full():
            yield Batch(gathering.taken(), {"items": done, "etag": info.etag})
    if rest := gathering.taken():
        yield Batch(rest, {"items": done, "etag": info.etag}, 1.0)


def file_by_file(
    files: Catalogue, read: Callable[[ObjectInfo, str], Iterator[Item | Problem]], position: dict[str, Any]
) -> Iterator[Batch]:
    """Batches of a folder's files in the order of their keys; `read` gives what is in one of them.

    A position is the last file that was read to its end and, of the next one, how many items were passed: these count
    only while it is the same file, unchanged. Files that come before that place meanwhile are left to the next import.
    """
    after, done = str(position.get("after", "")), int(position.get("files", 0))
    begun = (position.get("file"), position.get("etag"))
    gathering = Gathering()

    def share() -> float:
        return done / max(files.size, 1)

    for info in files.files(after):
        name = files.relative(info)
        passed = int(position.get("items", 0)) if begun == (name, info.etag) else 0
        for number, item in enumerate(_guarded(read(info, name), name), start=1):
            if number <= passed:
                continue
            gathering.add(item)
            if gathering.is_full():
                within = {"after": after, "files": done, "file": name, "etag": info.etag, "items": number}
                yield Batch(gathering.taken(), within, share())
        after, done = name, done + 1
        if gathering.is_full():
            yield Batch(gathering.taken(), {"after": after, "files": done}, share())
    yield Batch(gathering.taken(), {"after": after, "files": done}, 1.0)


def _guarded(items: Iterator[Item | Problem], name: str) -> Iterator[Item | Problem]:
    """The folder is somebody's: a file of the list may be gone by the time it is read."""
    try:
        yield from items
    except (ObjectMissing, FileNotFoundError):
        yield Problem(0, "the file was removed while it was being imported", "Import it again.", name)
