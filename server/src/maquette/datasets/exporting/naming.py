"""Where each sample's file goes below the folder of an export: safe names, each given once.

Samples that are taken from many folders, or put under their labels, may meet under one name: the later one gets its
sample's id behind it, which is the same however often the export is repeated. Names given are kept on disk.
"""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from maquette.formats.paths import name_problem
from maquette.kit.errors import StorageFull


class Names:
    """The names that are given already. With `by_stem` names must differ in more than their suffix."""

    def __init__(self, connection: sqlite3.Connection, *, by_stem: bool) -> None:
        self._connection = connection
        self._by_stem = by_stem
        self._folder = ""
        connection.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-16384;"
            "CREATE TABLE names (name TEXT PRIMARY KEY) WITHOUT ROWID; BEGIN"
        )

    def give(self, wanted: str, sample_id: str) -> str:
        """The wanted name, if it can be used and is free, else one like it with the id."""
        suffix = PurePosixPath(wanted).suffix[:16]
        stem = wanted.removesuffix(suffix)
        like_it = (wanted, f"{stem}-{sample_id}{suffix}") if name_problem(wanted) is None else ()
        candidates = (*like_it, f"{sample_id}{suffix}")
        found = next((name for name in candidates if self._is_free(name)), None)
        number = 1
        while found is None:
            number += 1
            name = f"{sample_id}-{number}{suffix if name_problem(suffix) is None else ''}"
            found = name if self._is_free(name) else None
        self._take(found)
        return found

    def reserve(self, name: str) -> None:
        """Keep a name for something that is no sample, so that no folder gets it."""
        self._connection.execute("INSERT OR IGNORE INTO names VALUES (?)", (f"={name}",))

    def _is_free(self, name: str) -> bool:
        """It can be used, nobody has it, nobody's folder has it, and none of its folders is somebody's name."""
        if name_problem(name) is not None or name.endswith("/"):
            return False
        keys = [self._key(name), f"{name}/"]
        if (folder := name.rpartition("/")[0]) != self._folder:
            keys += [f"={parent}" for parent in _parents(folder)]
        known = self._connection.execute
        return not any(known("SELECT 1 FROM names WHERE name = ?", (key,)).fetchone() for key in keys)

    def _take(self, name: str) -> None:
        keys = [self._key(name)]
        if self._by_stem:
            keys.append(f"={name}")
        if (folder := name.rpartition("/")[0]) != self._folder:
            keys += [f"{parent}/" for parent in _parents(folder)]
            self._folder = folder
        try:
            self._connection.executemany("INSERT OR IGNORE INTO names VALUES (?)", [(key,) for key in keys])
        except sqlite3.OperationalError as error:
            raise StorageFull("The export's list of names could not be kept. Free space under the home.") from error

    def _key(self, name: str) -> str:
        """What must be unique. Folders end in a slash, whole names begin with `=`, so that no two kinds meet."""
        if not self._by_stem:
            return f"={name}"
        folder, slash, last = name.rpartition("/")
        return f"~{folder}{slash}{last.rpartition('.')[0] or last}"


@contextmanager
def names(path: Path, *, by_stem: bool) -> Generator[Names]:
    """No names at first, whatever an interrupted run left at `path`; removed at the end."""
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        yield Names(connection, by_stem=by_stem)
    finally:
        connection.close()
        path.unlink(missing_ok=True)


def _parents(folder: str) -> list[str]:
    parts = folder.split("/") if folder else []
    return ["/".join(parts[: end + 1]) for end in range(len(parts))]
