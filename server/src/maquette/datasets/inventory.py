"""What a sync finds in an input folder: which files become samples, which are passed over and why, and which were seen.

Knows object descriptions only; the rows are `sync`'s.
"""

import sqlite3
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from maquette.datasets.types import IMAGE_SEGMENTATION, DatasetType
from maquette.formats.masks import MASKS_FOLDER
from maquette.kit.errors import StorageFull
from maquette.storage import ObjectInfo

ANNOTATION_EXTENSIONS = frozenset({".txt", ".xml"})
LISTED_PROBLEMS = 1_000


@dataclass(slots=True)
class Problems:
    """Files that did not become samples: all counted, the first thousand listed with the reason."""

    count: int = 0
    listed: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def add(self, key: str, code: str, reason: str) -> None:
        self.count += 1
        if len(self.listed) < LISTED_PROBLEMS:
            self.listed.append({"source": key, "code": code, "reason": reason})


def refusal(info: ObjectInfo, kind: DatasetType, limit: int) -> tuple[str, str] | None:
    """Why a file cannot be a sample, as a code and a sentence; None when it can."""
    # Asked of every file of a folder, where a path object each would cost more than all the rest.
    extension = "." + info.key.rpartition("/")[2].rpartition(".")[2].lower()
    if not kind.takes(extension):
        if extension in ANNOTATION_EXTENSIONS and not kind.texts:
            return "annotation", "Annotation files are read by an import, not by a sync."
        return "format", f"Only {', '.join(sorted(kind.media or ()))} files are read."
    if kind.number == IMAGE_SEGMENTATION and f"/{MASKS_FOLDER}/" in f"/{info.key}":
        return "annotation", "Masks are no pictures to label: the xml of a picture holds its outlines."
    if info.size == 0:
        return "empty", "The file is empty."
    if info.size > limit:
        return "size", f"The file has {info.size} bytes, more than the limit of {limit}."
    return None


def batches(items: Iterable[ObjectInfo], size: int) -> Iterator[list[ObjectInfo]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


class Seen:
    """A set of keys on disk, so that a sync of millions of files needs no more memory than one of thousands."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-16384;"
            "CREATE TABLE seen (key TEXT PRIMARY KEY) WITHOUT ROWID; BEGIN"
        )

    def add(self, keys: Iterable[str]) -> None:
        try:
            self._connection.executemany("INSERT OR IGNORE INTO seen VALUES (?)", ((key,) for key in keys))
        except sqlite3.OperationalError as error:
            raise StorageFull("The sync's list of files could not be kept. Free space under the home.") from error

    def lacks(self, keys: Iterable[str]) -> list[str]:
        """Those of the keys that were never added, in the given order."""
        known = self._connection.execute
        return [key for key in keys if known("SELECT 1 FROM seen WHERE key = ?", (key,)).fetchone() is None]


@contextmanager
def seen_keys(path: Path) -> Generator[Seen]:
    """An empty set at `path`, whatever an interrupted run left there; removed at the end."""
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        yield Seen(connection)
    finally:
        connection.close()
        path.unlink(missing_ok=True)
