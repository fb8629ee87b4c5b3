"""The thumbnails kept on disk: found by name, and the longest unused thrown away where they become too many.

Names are hashes, so the 256 folders grow alike and each is kept within its share of the limit by whoever writes into
it: nobody walks them all, and no count has to survive a crash. A lost entry is made again, so nothing here is synced.
"""

import itertools
import logging
import os
import time
from contextlib import suppress
from pathlib import Path

from maquette.kit.ids import new_id

log = logging.getLogger(__name__)

FOLDERS = 256
# Looking into a folder at every write would cost more than the picture.
LOOK_EVERY = 8
# A folder that is over its share is emptied to this part of it.
KEPT = 0.8
# Whether one was used this hour or the last makes no difference, and the note of it is a write.
USED_S = 3600.0
# What was being written for so long was left by a process that is gone.
DRAFT_S = 3600.0

_writes = itertools.count()


class ThumbnailCache:
    """`limit` is in bytes, over all folders together."""

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder = folder
        self._share = limit // FOLDERS

    def find(self, name: str) -> bytes | None:
        """The thumbnail that is kept under this hash, noted as used."""
        path = self._path(name)
        try:
            with path.open("rb") as file:
                content = file.read()
                if time.time() - os.fstat(file.fileno()).st_mtime > USED_S:
                    with suppress(OSError):
                        os.utime(file.fileno())
        except FileNotFoundError:
            return None
        return content

    def keep(self, name: str, content: bytes) -> None:
        """Write beside and rename: a reader sees the whole file or none. A full disk is no reason to withhold it."""
        path = self._path(name)
        draft = path.with_suffix(f".{new_id()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(content)
            draft.replace(path)
            if next(_writes) % LOOK_EVERY == 0:
                self._trim(path.parent)
        except OSError as error:
            log.warning("a thumbnail could not be kept: %s", error)
            with suppress(OSError):
                draft.unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / f"{name}.webp"

    def _trim(self, folder: Path) -> None:
        """Throw away the longest unused of one folder if it is over its share, and what crashes left in it."""
        found: list[tuple[float, int, str]] = []
        with os.scandir(folder) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):
                    status = entry.stat(follow_symlinks=False)
                    if entry.name.endswith(".webp"):
                        found.append((status.st_mtime, status.st_size, entry.path))
                    elif time.time() - status.st_mtime > DRAFT_S:
                        os.unlink(entry.path)
        total = sum(size for _, size, _ in found)
        if total <= self._share:
            return
        for _, size, path in sorted(found):
            with suppress(FileNotFoundError):
                os.unlink(path)
            total -= size
            if total <= self._share * KEPT:
                return
