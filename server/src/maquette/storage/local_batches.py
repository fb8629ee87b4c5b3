"""Many files into a folder at once: written beside the objects, made safe on the disk together, then named one by one.

A file on its own waits for the disk each time. Here the disk is asked once for all of them, and once for each folder
that they go to. An object is still whole or not there: it gets its name when its bytes are safe.
"""

import ctypes
import os
import uuid
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager, suppress
from pathlib import Path

from maquette.storage import local_copying
from maquette.storage.disk import TEMPORARY, disk_errors, opened_folder

Refusal = Callable[[str], None]
"""Raises what is wrong with a key before anything is written for it."""


class LocalBatch:
    """The files of one batch. Threads may write at once; `publish` and `discard` are the owner's, one of them last."""

    def __init__(self, root: Path, refuse: Refusal) -> None:
        self._root = root
        self._refuse = refuse
        self._written: list[tuple[str, str]] = []
        with disk_errors(TEMPORARY), opened_folder(root, [TEMPORARY], create=True) as folder:
            self._folder = os.dup(folder)

    def write(self, key: str, chunks: Iterable[bytes]) -> os.stat_result:
        with self._filling(key) as file:
            for chunk in chunks:
                with disk_errors(key):
                    rest = memoryview(chunk)
                    while rest:
                        rest = rest[os.write(file, rest) :]
            with disk_errors(key):
                return os.fstat(file)

    def copy(self, source: int, size: int, key: str) -> os.stat_result:
        """Copy from an open file of this size. The result tells how much there was."""
        with self._filling(key) as file:
            for _ in local_copying.from_file(source, local_copying.Span(key, file, 0, size), safe=False):
                pass
            with disk_errors(key):
                return os.fstat(file)

    def publish(self) -> None:
        """Make all bytes safe, then give every file its name, and make the names safe."""
        with disk_errors(TEMPORARY):
            _sync(self._folder)
        folders: dict[str, list[tuple[str, str]]] = {}
        for name, key in self._written:
            folder, _, last = key.rpartition("/")
            folders.setdefault(folder, []).append((name, last))
        for path, files in folders.items():
            segments = path.split("/") if path else []
            with disk_errors(path), opened_folder(self._root, segments, create=True) as folder:
                for name, last in files:
                    os.rename(name, last, src_dir_fd=self._folder, dst_dir_fd=folder)
                os.fsync(folder)
        self._written.clear()

    def discard(self) -> None:
        """Remove what has no name yet, and let go of the folder."""
        for name, _ in self._written:
            with suppress(OSError):
                os.unlink(name, dir_fd=self._folder)
        os.close(self._folder)

    @contextmanager
    def _filling(self, key: str) -> Generator[int]:
        """A new file for this key, open; it counts once it is full."""
        self._refuse(key)
        name = uuid.uuid4().hex
        with disk_errors(key):
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            file = os.open(name, flags, 0o666, dir_fd=self._folder)
        try:
            yield file
        except BaseException:
            os.unlink(name, dir_fd=self._folder)
            raise
        else:
            self._written.append((name, key))
        finally:
            os.close(file)


def _sync(folder: int) -> None:
    """Everything of this file system onto the disk."""
    try:
        failed = ctypes.CDLL(None, use_errno=True).syncfs(folder)
    except AttributeError:
        os.sync()  # a C library without it
        return
    if failed:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
