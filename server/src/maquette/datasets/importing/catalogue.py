"""The keys of a folder in a small SQLite file: pairs of files and files by name are found without holding them all.

The folder is walked once for each attempt of an import. Keys are relative to the folder. A key is the characters of
the object's name and nothing else; only where a document refers to a file, its name is also found in another
normalisation, because systems that write such documents differ in it.
"""

import sqlite3
import unicodedata
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from maquette.kit.errors import StorageFull
from maquette.storage import ObjectInfo, ObjectStore


class Catalogue:
    """What lies in one folder, in the order of names."""

    def __init__(self, connection: sqlite3.Connection, prefix: str) -> None:
        self._connection = connection
        self._prefix = prefix
        self.size = 0

    def fill(self, store: ObjectStore) -> None:
        self._connection.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-16384;"
            "CREATE TABLE files (key TEXT PRIMARY KEY, name TEXT, size INT, modified INT, etag TEXT) WITHOUT ROWID;"
            "BEGIN"
        )
        start = len(self._prefix)
        rows = (
            (info.key[start:], _name(info.key), info.size, info.modified_ms, info.etag)
            for info in store.walk(self._prefix)
        )
        try:
            self.size = self._connection.executemany(
                "INSERT OR IGNORE INTO files VALUES (?, ?, ?, ?, ?)", rows
            ).rowcount
            self._connection.execute("CREATE INDEX by_name ON files (name)")
        except sqlite3.OperationalError as error:
            raise StorageFull("The import's list of files could not be kept. Free space under the home.") from error

    def files(self, after: str = "") -> Iterator[ObjectInfo]:
        """All files behind this relative key, in the order of keys."""
        query = "SELECT key, size, modified, etag FROM files WHERE key > ? ORDER BY key"
        for key, size, modified, etag in self._connection.execute(query, (after,)):
            yield ObjectInfo(self._prefix + key, size, modified, etag)

    def relative(self, info: ObjectInfo) -> str:
        return info.key[len(self._prefix) :]

    def find(self, key: str) -> ObjectInfo | None:
        """The file of this relative key."""
        row = self._connection.execute("SELECT size, modified, etag FROM files WHERE key = ?", (key,)).fetchone()
        return ObjectInfo(self._prefix + key, *row) if row else None

    def beside(self, key: str) -> list[str]:
        """The keys that differ from this one in the suffix alone, itself among them."""
        stem = key.rpartition(".")[0] + "."
        # The slash is the character behind the full stop.
        rows = self._connection.execute("SELECT key FROM files WHERE key >= ? AND key < ?", (stem, stem[:-1] + "/"))
        return [row[0] for row in rows if "/" not in row[0][len(stem) :] and "." not in row[0][len(stem) :]]

    def find_named(self, path: str) -> ObjectInfo | None:
        """The file that another one refers to: at this path, or else the only one of this name anywhere below."""
        clean = str(PurePosixPath(path)).lstrip("/")
        if found := self.find(clean):
            return found
        query = "SELECT key, size, modified, etag FROM files WHERE name = ? LIMIT 2"
        # No object's name has a backslash: where one stands, the path comes from Windows.
        rows = self._connection.execute(query, (_name(path.replace("\\", "/")),)).fetchall()
        return ObjectInfo(self._prefix + rows[0][0], *rows[0][1:]) if len(rows) == 1 else None


def _name(path: str) -> str:
    name = path.rpartition("/")[2]
    return name if name.isascii() else unicodedata.normalize("NFC", name)


@contextmanager
def catalogue(path: Path, store: ObjectStore, prefix: str) -> Generator[Catalogue]:
    """The folder as it is now; the file at `path` is removed at the end."""
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        found = Catalogue(connection, prefix)
        found.fill(store)
        yield found
    finally:
        connection.close()
        path.unlink(missing_ok=True)
