"""The order of a folder's objects: pages and walks over a tree on disk that never read more of it than they must.

Object keys sort by their UTF-8 bytes, in which `a-b` comes before `a/b` although the folder `a` sorts before `a-b`.
Within one folder it is enough to compare files by name and folders by name plus `/`: every key below a folder shares
that beginning. So a page descends folder by folder in order, and skips folders that lie before where it resumes.
"""

import heapq
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from maquette.formats.paths import MAX_NAME_BYTES, segment_problem
from maquette.storage.base import ObjectInfo
from maquette.storage.disk import ABSENT, RESERVED, explained, opened_folder
from maquette.storage.keys import order

_SHORT = MAX_NAME_BYTES // 4  # so few characters cannot exceed the limit in bytes


def described(key: str, status: os.stat_result) -> ObjectInfo:
    size, modified = status.st_size, status.st_mtime_ns
    return ObjectInfo(key, size, modified // 1_000_000, f"{size:x}-{modified:x}-{status.st_ino:x}")


def folder_described(key: str, status: os.stat_result) -> ObjectInfo:
    """An empty folder as the marker of itself."""
    return ObjectInfo(key, 0, status.st_mtime_ns // 1_000_000, f"{status.st_mtime_ns:x}-{status.st_ino:x}")


def folder_of(prefix: str) -> str:
    """The deepest folder that holds every key with this prefix: empty for the root, else ending in a slash."""
    return prefix[: prefix.rfind("/") + 1]


def segments_of(base: str) -> list[str]:
    return base[:-1].split("/") if base else []


def visible(folder: int, base: str) -> Iterator["os.DirEntry[str]"]:
    """The entries that can be objects or folders by name; links and names that are no keys are invisible."""
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if segment_problem(name) is None and (base or name not in RESERVED):
                key_length = len(base) + len(name) + 1
                if key_length <= _SHORT or len(order(base + name)) <= MAX_NAME_BYTES:
                    yield entry


def walked(root: Path, prefix: str) -> Iterator[ObjectInfo]:
    """Every file below the prefix, at about the cost of scandir and stat."""
    start = folder_of(prefix)
    folders = [start] if _possible(start) else []
    while folders:
        base = folders.pop()
        narrow = len(base) < len(prefix)
        try:
            with opened_folder(root, segments_of(base)) as folder:
                for entry in visible(folder, base):
                    key = base + entry.name
                    if narrow and not (key.startswith(prefix) or prefix.startswith(key + "/")):
                        continue
                    if entry.is_file(follow_symlinks=False):
                        try:
                            status = entry.stat(follow_symlinks=False)
                        except FileNotFoundError:
                            continue
                        yield described(key, status)
                    elif entry.is_dir(follow_symlinks=False):
                        folders.append(key + "/")
        except OSError as error:
            if error.errno not in ABSENT:
                raise explained(error, base) from error


# One candidate of a folder: its place in the order, its name, and whether it is a folder.
_Candidate = tuple[bytes, str, bool]


@dataclass(slots=True)
class Ordered:
    """One listing in order, resumed after a key. Yields objects and, when delimited, folded prefixes as strings."""

    root: Path
    prefix: str
    after: str
    delimited: bool
    _prefix: bytes = field(init=False)
    _after: bytes = field(init=False)

    def __post_init__(self) -> None:
        self._prefix, self._after = order(self.prefix), order(self.after)

    def __iter__(self) -> Iterator[ObjectInfo | str]:
        start = folder_of(self.prefix)
        if not _possible(start):
            return
        pending: list[tuple[str, list[_Candidate]]] = []
        waiting: str | None = start
        while waiting is not None or pending:
            if waiting is not None:
                candidates, marker = self._read(waiting)
                if marker:
                    yield marker
                pending.append((waiting, candidates))
                waiting = None
            base, candidates = pending[-1]
            if not candidates:
                pending.pop()
                continue
            _, name, is_folder = heapq.heappop(candidates)
            if not is_folder:
                if info := self._stat(base, name):
                    yield info
            elif self._folds(order(base + name + "/")):
                yield base + name + "/"
            else:
                waiting = base + name + "/"

    def _folds(self, folder: bytes) -> bool:
        return self.delimited and folder.startswith(self._prefix) and len(folder) > len(self._prefix)

    def _read(self, base: str) -> tuple[list[_Candidate], ObjectInfo | None]:
        """What of one folder lies in this listing, as a heap, and the folder's own marker when nothing is in it."""
        beginning = order(base)
        candidates: list[_Candidate] = []
        empty = True
        try:
            with opened_folder(self.root, segments_of(base)) as folder:
                for entry in visible(folder, base):
                    is_folder = entry.is_dir(follow_symlinks=False)
                    if not is_folder and not entry.is_file(follow_symlinks=False):
                        continue
                    empty = False
                    name = entry.name
                    key = beginning + order(name) + (b"/" if is_folder else b"")
                    if self._wanted(key, is_folder):
                        candidates.append((key, name, is_folder))
                status = os.fstat(folder)
        except OSError as error:
            if error.errno in ABSENT:
                return [], None
            raise explained(error, base) from error
        heapq.heapify(candidates)
        is_marker = empty and base and beginning > self._after and beginning.startswith(self._prefix)
        return candidates, folder_described(base, status) if is_marker else None

    def _wanted(self, key: bytes, is_folder: bool) -> bool:
        if key.startswith(self._prefix):
            return key > self._after or (is_folder and self._after.startswith(key) and not self._folds(key))
        # A folder on the way to the prefix; the order cannot exclude it, because everything wanted lies below it.
        return is_folder and self._prefix.startswith(key)

    def _stat(self, base: str, name: str) -> ObjectInfo | None:
        try:
            with opened_folder(self.root, segments_of(base)) as folder:
                status = os.stat(name, dir_fd=folder, follow_symlinks=False)
        except OSError as error:
            if error.errno in ABSENT:
                return None
            raise explained(error, base + name) from error
        return described(base + name, status) if stat.S_ISREG(status.st_mode) else None


def _possible(base: str) -> bool:
    """Whether any key can begin so: a prefix is what a user typed, and may climb or name nothing."""
    return all(segment_problem(segment) is None for segment in segments_of(base)) and (
        not base or segments_of(base)[0] not in RESERVED
    )
