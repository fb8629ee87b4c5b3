"""A bucket in memory, for tests: it behaves as an S3 bucket does, folder markers included."""

import itertools
import threading
from collections.abc import Iterable, Iterator, Sequence

from maquette.kit.clock import now_ms
from maquette.kit.errors import Invalid
from maquette.storage.base import CHUNK, Listing, ObjectExists, ObjectInfo, ObjectMissing, ObjectStore
from maquette.storage.keys import order, safe_key


class MemoryStore(ObjectStore):
    def __init__(self) -> None:
        self._objects: dict[str, tuple[ObjectInfo, bytes]] = {}
        self._lock = threading.Lock()
        self._versions = itertools.count(1)

    def head(self, key: str) -> ObjectInfo:
        return self._find(key)[0]

    def read(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        content = self._find(key)[1][start:end]
        return (content[at : at + CHUNK] for at in range(0, len(content), CHUNK))

    def write(self, key: str, content: bytes | Iterable[bytes]) -> ObjectInfo:
        return self._put(key, content if isinstance(content, bytes) else b"".join(content), replace=True)

    def create(self, key: str, content: bytes) -> ObjectInfo:
        if key.endswith("/"):
            raise Invalid(f"'{key}' is a folder, and only objects can be made new.")
        return self._put(key, content, replace=False)

    def delete(self, key: str) -> None:
        with self._lock:
            self._objects.pop(safe_key(key), None)

    def list(self, prefix: str = "", *, delimited: bool = False, after: str = "", limit: int = 1000) -> Listing:
        page = Listing()
        last = ""
        for key, info in self._sorted(prefix):
            head, slash, _ = key[len(prefix) :].partition("/")
            folded = delimited and bool(slash)
            name = prefix + head + "/" if folded else key
            if name == last or order(name) <= order(after):
                continue
            if len(page.objects) + len(page.prefixes) == limit:
                return Listing(page.objects, page.prefixes, last)
            last = name
            if folded:
                page.prefixes.append(name)
            else:
                page.objects.append(info)
        return page

    def walk(self, prefix: str = "") -> Iterator[ObjectInfo]:
        return (info for key, info in self._sorted(prefix) if not key.endswith("/"))

    def check(self) -> None:
        """Memory is always there."""

    def _put(self, key: str, body: bytes, *, replace: bool) -> ObjectInfo:
        if key.endswith("/") and body:
            raise Invalid(f"The folder '{key}' cannot hold bytes itself. Leave the trailing slash away.")
        info = ObjectInfo(safe_key(key), len(body), now_ms(), f"{next(self._versions):x}")
        with self._lock:
            if not replace and key in self._objects:
                raise ObjectExists(key)
            self._objects[key] = (info, body)
        return info

    def _find(self, key: str) -> tuple[ObjectInfo, bytes]:
        found = self._objects.get(safe_key(key))
        if found is None:
            raise ObjectMissing(key)
        return found

    def _sorted(self, prefix: str) -> Sequence[tuple[str, ObjectInfo]]:
        with self._lock:
            found = [(key, info) for key, (info, _) in self._objects.items() if key.startswith(prefix)]
        return sorted(found, key=lambda pair: order(pair[0]))
