"""Folders and files below one root, reached without ever following a symbolic link, and made durable.

Every path is walked from the root by directory descriptors with O_NOFOLLOW, so that no link, not even one swapped in
while we look, leads outside. This module knows descriptors and errno; what an object is belongs to `local`.
"""

import errno
import fcntl
import os
import time
import uuid
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from maquette.kit.errors import Conflict, Invalid, MaquetteError, StorageFull, Unavailable

TEMPORARY = ".maquette-tmp"
# Names that are never objects: our own unfinished files, and what the file system keeps for itself.
RESERVED = frozenset({TEMPORARY, "lost+found"})

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_LINKLESS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_CLASH = {errno.ENOTDIR, errno.ELOOP, errno.EISDIR, errno.EEXIST, errno.ENOTEMPTY}
ABSENT = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP}


@contextmanager
def disk_errors(key: str) -> Generator[None, None, None]:
    """Turn what the operating system says into the error a user can act on."""
    try:
        yield
    except OSError as error:
        raise explained(error, key) from error


def explained(error: OSError, key: str) -> MaquetteError:
    reason = os.strerror(error.errno or errno.EIO)
    if error.errno in _FULL:
        return StorageFull(f"'{key}' could not be stored: {reason}. Free space on the bucket's disk and try again.")
    if error.errno in _CLASH:
        return Conflict(
            f"'{key}' could not be stored: in a bucket on disk a name is either a file or a folder, and a part of this "
            "one is already the other, or a link. Choose another key or remove what is there."
        )
    if error.errno == errno.ENAMETOOLONG:
        return Invalid(f"The key '{key}' is too long for the bucket's disk. Choose a shorter one.")
    return Unavailable(f"The bucket's folder does not work for '{key}': {reason}. Check the disk and its permissions.")


@contextmanager
def opened_root(root: Path) -> Generator[int, None, None]:
    """Open the root itself, which an administrator chose and which may be a link. Its absence is no missing object."""
    try:
        descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        reason = os.strerror(error.errno or errno.EIO)
        raise Unavailable(f"The bucket's folder cannot be opened: {reason}. Check that its disk is mounted.") from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def opened_folder(root: Path, segments: Sequence[str], *, create: bool = False) -> Generator[int, None, None]:
    """Open a folder below the root, making and syncing missing ones on request. Raises plain OSError."""
    with opened_root(root) as top:
        current = os.dup(top)
        try:
            for segment in segments:
                following = _step(current, segment, create)
                os.close(current)
                current = following
            yield current
        finally:
            os.close(current)


def _step(folder: int, segment: str, create: bool) -> int:
    try:
        return os.open(segment, _FOLDER, dir_fd=folder)
    except FileNotFoundError:
        if not create:
            raise
    with suppress(FileExistsError):
        os.mkdir(segment, dir_fd=folder)
        os.fsync(folder)
    return os.open(segment, _FOLDER, dir_fd=folder)


def prune(root: Path, segments: Sequence[str]) -> None:
    """Remove the folder and its parents while they are empty, and make what was removed in the last one durable."""
    for depth in range(len(segments), 0, -1):
        try:
            with opened_folder(root, segments[: depth - 1]) as parent:
                os.rmdir(segments[depth - 1], dir_fd=parent)
        except FileNotFoundError:
            continue
        except OSError:
            with suppress(FileNotFoundError, NotADirectoryError), opened_folder(root, segments[:depth]) as folder:
                os.fsync(folder)
            return
    with opened_root(root) as top:
        os.fsync(top)


def place_new(source: str, name: str, source_folder: int | None, folder: int) -> None:
    """Give a finished file its name without taking that from another. Raises FileExistsError; the source may stay."""
    try:
        os.link(source, name, src_dir_fd=source_folder, dst_dir_fd=folder, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _LINKLESS:
            raise
    else:
        return
    # Without hard links (exFAT), those who make new files in a folder take turns.
    fcntl.flock(folder, fcntl.LOCK_EX)
    with suppress(FileNotFoundError):
        os.stat(name, dir_fd=folder, follow_symlinks=False)
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
    os.rename(source, name, src_dir_fd=source_folder, dst_dir_fd=folder)


class Temporary:
    """A file being written beside the objects, on the same file system; removed unless it was renamed away.

    With `name` it goes on with an earlier one if that is still there, and is kept when an error ends it.
    """

    def __init__(self, root: Path, key: str, name: str = "") -> None:
        self._key = key
        self._kept = bool(name)
        self.name = name or uuid.uuid4().hex
        with disk_errors(key), opened_folder(root, [TEMPORARY], create=True) as folder:
            flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | (0 if name else os.O_EXCL)
            self.file = os.open(self.name, flags, 0o666, dir_fd=folder)
            self.folder = os.dup(folder)

    def __enter__(self) -> "Temporary":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None or not self._kept:
            with suppress(FileNotFoundError):
                os.unlink(self.name, dir_fd=self.folder)
        os.close(self.file)
        os.close(self.folder)

    def fill(self, chunks: Iterable[bytes]) -> os.stat_result:
        """Write and sync everything. An error of the source passes unchanged; only the disk's are translated."""
        for chunk in chunks:
            with disk_errors(self._key):
                rest = memoryview(chunk)
                while rest:
                    rest = rest[os.write(self.file, rest) :]
        with disk_errors(self._key):
            os.fsync(self.file)
            return os.fstat(self.file)


def remove_temporary(root: Path, name: str) -> None:
    """Remove one unfinished file, if it is there."""
    with disk_errors(TEMPORARY), suppress(FileNotFoundError), opened_folder(root, [TEMPORARY]) as folder:
        os.unlink(name, dir_fd=folder)


def sweep(root: Path, older_than_s: float) -> int:
    """Remove unfinished files that nobody has written to for so long, left by a crash. Returns how many."""
    removed = 0
    limit = time.time() - older_than_s
    try:
        with opened_folder(root, [TEMPORARY]) as folder, os.scandir(folder) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):
                    if entry.stat(follow_symlinks=False).st_mtime < limit:
                        os.unlink(entry.name, dir_fd=folder)
                        removed += 1
    except FileNotFoundError:
        return removed
    except OSError as error:
        raise explained(error, TEMPORARY) from error
    return removed
