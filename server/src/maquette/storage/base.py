"""The object store seam: what every bucket can do, whatever lies below it.

A store is one bucket. Keys are the bucket's object names: UTF-8, `/` between segments, no leading slash, checked by
`keys.safe_key`. A key that ends in `/` is a folder marker of size 0; it is sure to be listed only while nothing else
lies below it (on disk a folder with content needs no marker). All calls are synchronous and thread-safe, and no call
is made inside a database transaction.

Errors: `ObjectMissing` for an absent key, `ObjectExists` for one that was to be new, `StorageFull` when space runs out
(nothing of the object is visible then), `Unavailable` when the store does not answer. Any other failure of the medium
is `Unavailable` too, with its reason.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Protocol

from maquette.kit.errors import Conflict, NotFound

CHUNK = 1 << 20


class ObjectMissing(NotFound):
    """The key names no object."""

    def __init__(self, key: str) -> None:
        super().__init__(f"The object '{key}' does not exist.", code="ModelArts.4404")
        self.key = key


class ObjectExists(Conflict):
    """The key that was to be new names something already."""

    def __init__(self, key: str) -> None:
        super().__init__(f"There is something named '{key}' already. Choose another name, or remove what is there.")
        self.key = key


# Called as a copy comes along, with the bytes so far and what a later call needs to go on from there (plain JSON).
# What it raises ends the copy.
Report = Callable[[int, Mapping[str, Any]], None]


def unreported(done: int, state: Mapping[str, Any]) -> None:
    """The report of a copy that nobody watches."""


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """One object. `etag` changes whenever the bytes may have changed; it is no content hash."""

    key: str
    size: int
    modified_ms: int
    etag: str


@dataclass(frozen=True, slots=True)
class Listing:
    """One page: objects and, when a delimiter was asked for, the folders directly below the prefix (ending in `/`).

    `next_after` is what to pass as `after` for the next page, or None on the last one.
    """

    objects: list[ObjectInfo] = field(default_factory=list[ObjectInfo])
    prefixes: list[str] = field(default_factory=list[str])
    next_after: str | None = None


class Writing(Protocol):
    """What can be done of many objects at once, from any thread."""

    def write(self, key: str, content: bytes | Iterable[bytes]) -> ObjectInfo: ...

    def copy_from(self, origin: "ObjectStore", source: str, target: str) -> ObjectInfo: ...


class ObjectStore(ABC):
    """One bucket's objects. Implementations: `local.LocalStore`, `memory.MemoryStore`, `s3.S3Store`."""

    waits: ClassVar[bool] = True
    """Whether a call mostly waits, so that many at once are faster than one by one."""

    @abstractmethod
    def head(self, key: str) -> ObjectInfo:
        """Describe one object or raise ObjectMissing."""

    @abstractmethod
    def read(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Yield the bytes [start, end) in chunks of at most CHUNK. An absent key raises at the call, not later."""

    @abstractmethod
    def write(self, key: str, content: bytes | Iterable[bytes]) -> ObjectInfo:
        """Store the object whole or not at all, durably, replacing what was there. Memory stays bounded."""

    @abstractmethod
    def create(self, key: str, content: bytes) -> ObjectInfo:
        """Store a new object as `write` does, or raise ObjectExists and leave what is there. For small ones only.

        Of any number who create one key at once in this process, one succeeds. Whether that holds against other
        processes too is the medium's affair: a disk sees to it, and so do S3 services that honour `If-None-Match`.
        """

    @abstractmethod
    def delete(self, key: str) -> None:
        """Remove one object; an absent key is no error."""

    @abstractmethod
    def list(self, prefix: str = "", *, delimited: bool = False, after: str = "", limit: int = 1000) -> Listing:
        """Page through keys that begin with `prefix` and sort after `after`, in the order of their UTF-8 bytes.

        With `delimited`, keys with a further `/` behind the prefix are folded into `prefixes`; objects and prefixes
        together count towards `limit` and share one order.
        """

    @abstractmethod
    def walk(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Yield every object below the prefix, in no promised order, faster than `list` and without folder markers."""

    @abstractmethod
    def check(self) -> None:
        """Raise Unavailable with the reason unless the store can be reached and listed."""

    def get(self, key: str) -> bytes:
        """Read a whole object into memory: for small ones only."""
        return b"".join(self.read(key))

    def exists(self, key: str) -> bool:
        try:
            self.head(key)
        except ObjectMissing:
            return False
        return True

    def copy(self, source: str, target: str) -> ObjectInfo:
        """Copy within the store."""
        return self.copy_from(self, source, target)

    def copy_from(
        self,
        origin: "ObjectStore",
        source: str,
        target: str,
        report: Report = unreported,
        state: Mapping[str, Any] | None = None,
    ) -> ObjectInfo:
        """Copy an object of this or another store, whole or not at all, by the shortest way there is between the two.

        With a `state` (empty at first) what was copied outlives an error: called again with the state last reported,
        it goes on there as far as the medium allows, unless the source has changed. Whoever does not go on gives
        that state to `discard_copy`.
        """
        return self.write(target, _watched(origin.read(source), report))

    @contextmanager
    def together(self) -> Generator["Writing"]:
        """Write and copy many objects: all are stored, durably, when the block ends, and none is sure to be before.

        Each is whole or not at all. After an error some are stored.
        """
        yield self

    def discard_copy(self, state: Mapping[str, Any]) -> None:  # noqa: B027 - a plain write leaves nothing
        """Let go of what an unfinished copy has left; nothing happens if that is gone."""

    def rename(self, source: str, target: str) -> ObjectInfo | None:
        """Give the object another key at once, or return None where only a copy can do that."""
        return self.head(source) if source == target else None

    def move(self, source: str, target: str) -> ObjectInfo:
        """Give the object another key. Where this is no rename, a crash in the middle leaves both keys."""
        if renamed := self.rename(source, target):
            return renamed
        info = self.copy(source, target)
        self.delete(source)
        return info

    def delete_many(self, keys: Iterable[str]) -> None:
        """Remove many objects at less cost than one by one; absent keys are no error."""
        for key in keys:
            self.delete(key)

    def adopt(self, key: str, path: Path) -> ObjectInfo:
        """Store a finished local file, consuming it: a rename where the medium allows it."""
        with path.open("rb") as file:
            info = self.write(key, iter(lambda: file.read(CHUNK), b""))
        path.unlink()
        return info

    def presign(self, method: str, key: str, seconds: int) -> str | None:
        """A URL by which a browser may GET or PUT the object directly, or None where there is no such thing."""
        return None

    def local_path(self, key: str) -> Path | None:
        """The plain file behind a key where there is one; it may only be read."""
        return None

    def close(self) -> None:  # noqa: B027 - most stores hold nothing to let go of
        """Let go of connections. The store is not used afterwards."""


def _watched(chunks: Iterable[bytes], report: Report) -> Iterator[bytes]:
    done = 0
    for chunk in chunks:
        yield chunk
        done += len(chunk)
        report(done, {})
