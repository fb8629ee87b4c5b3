"""A bucket in a folder: an object is the plain file `root/key`, so that other programs read and write the same data.

What differs from an object store, on purpose:
- A name is a file or a folder, never both: writing `a/b` while `a` is an object is a Conflict.
- An empty folder is its own marker (`dir/`, size 0). Deleting the last object below a folder removes the folder, and
  its parents as far as they are empty, as they would vanish from an object store's listing.
- Symbolic links, devices and names that cannot be keys are invisible, and nothing is reached through a link.
"""

import errno
import os
import stat
import uuid
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from maquette.kit.errors import Conflict, Invalid, Unavailable
from maquette.storage import disk, local_copying
from maquette.storage.base import (
    CHUNK,
    Listing,
    ObjectExists,
    ObjectInfo,
    ObjectMissing,
    ObjectStore,
    Report,
    Writing,
    unreported,
)
from maquette.storage.disk import ABSENT, RESERVED, disk_errors, explained, opened_folder, opened_root
from maquette.storage.keys import safe_key
from maquette.storage.local_batches import LocalBatch
from maquette.storage.local_listing import Ordered, described, folder_described, visible, walked

# How often to make a folder anew that a neighbour's deletion has just pruned.
_ATTEMPTS = 100


class LocalStore(ObjectStore):
    waits = False

    def __init__(self, root: Path) -> None:
        self._root = root

    def head(self, key: str) -> ObjectInfo:
        folders, name = _parts(key)
        try:
            if key.endswith("/"):
                return self._marker(key, [*folders, name])
            with opened_folder(self._root, folders) as folder:
                status = os.stat(name, dir_fd=folder, follow_symlinks=False)
        except OSError as error:
            raise _read_error(error, key) from error
        if not stat.S_ISREG(status.st_mode) or _reserved(folders, name):
            raise ObjectMissing(key)
        return described(key, status)

    def read(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        stream = self._stream(key, start, end)
        next(stream)  # opens the file now, so that an absent key is an error here and not in the middle of an answer
        return stream

    def write(self, key: str, content: bytes | Iterable[bytes]) -> ObjectInfo:
        if key.endswith("/"):
            return self._write_marker(key, content)
        self._refuse_clash(key)
        with disk.Temporary(self._root, key) as temporary:
            status = temporary.fill((content,) if isinstance(content, bytes) else content)
            self._publish(key, temporary.name, temporary.folder)
        return described(key, status)

    def create(self, key: str, content: bytes) -> ObjectInfo:
        if key.endswith("/"):
            raise Invalid(f"'{key}' is a folder, and only objects can be made new.")
        self._refuse_clash(key)
        with disk.Temporary(self._root, key) as temporary:
            status = temporary.fill((content,))
            self._publish(key, temporary.name, temporary.folder, replace=False)
        return described(key, status)

    def delete(self, key: str) -> None:
        if self._remove(key):
            with disk_errors(key):
                disk.prune(self._root, _parts(key)[0])

    def delete_many(self, keys: Iterable[str]) -> None:
        folders = {tuple(_parts(key)[0]) for key in keys if self._remove(key)}
        for folder in sorted(folders, reverse=True):  # the deepest first
            with disk_errors("/".join(folder)):
                disk.prune(self._root, folder)

    def list(self, prefix: str = "", *, delimited: bool = False, after: str = "", limit: int = 1000) -> Listing:
        page = Listing()
        last = ""
        for found in Ordered(self._root, prefix, after, delimited):
            if len(page.objects) + len(page.prefixes) == limit:
                return Listing(page.objects, page.prefixes, last)
            if isinstance(found, str):
                page.prefixes.append(found)
                last = found
            else:
                page.objects.append(found)
                last = found.key
        return page

    def walk(self, prefix: str = "") -> Iterator[ObjectInfo]:
        return walked(self._root, prefix)

    def check(self) -> None:
        with disk_errors(""), opened_root(self._root) as root, os.scandir(root) as entries:
            next(entries, None)

    def adopt(self, key: str, path: Path) -> ObjectInfo:
        _parts(key)
        with disk_errors(key):
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                os.fsync(descriptor)
                status = os.fstat(descriptor)
            finally:
                os.close(descriptor)
        try:
            self._publish(key, str(path.absolute()), None)
        except _AnotherDisk:
            return super().adopt(key, path)
        return described(key, status)

    def copy_from(
        self,
        origin: ObjectStore,
        source: str,
        target: str,
        report: Report = unreported,
        state: Mapping[str, Any] | None = None,
    ) -> ObjectInfo:
        info = origin.head(source)
        if source.endswith("/") or target.endswith("/"):
            return super().copy_from(origin, source, target, report)
        self._refuse_clash(target)
        name, start = self._continued(info, state)
        with disk.Temporary(self._root, target, name) as temporary:
            if os.fstat(temporary.file).st_size < start:
                start = 0  # swept in the meantime, and begun anew
            span = local_copying.Span(target, temporary.file, start, info.size)
            for done in _copying(origin, source, span):
                report(done, {"file": temporary.name, "etag": info.etag, "done": done})
            status = temporary.fill(())
            if status.st_size != info.size or origin.head(source).etag != info.etag:
                raise Conflict(f"The object '{source}' changed while it was being copied. Copy it again.")
            self._publish(target, temporary.name, temporary.folder)
        return described(target, status)

    @contextmanager
    def together(self) -> Generator[Writing]:
        batch = LocalBatch(self._root, _refuse_reserved)
        try:
            yield _Together(batch)
            batch.publish()
        finally:
            batch.discard()

    def discard_copy(self, state: Mapping[str, Any]) -> None:
        if name := state.get("file"):
            disk.remove_temporary(self._root, name)

    def rename(self, source: str, target: str) -> ObjectInfo | None:
        self.head(source)
        if source.endswith("/") or source == target:
            return super().rename(source, target)
        folders, name = _parts(source)
        try:
            with opened_folder(self._root, folders) as folder:
                self._publish(target, name, folder)
                os.fsync(folder)
        except _AnotherDisk:
            return None
        except OSError as error:
            raise _read_error(error, source) from error
        with disk_errors(source):
            disk.prune(self._root, folders)
        return self.head(target)

    def local_path(self, key: str) -> Path | None:
        if key.endswith("/") or not self.exists(key):
            return None
        return self._root / key

    @contextmanager
    def opened(self, key: str) -> Generator[int, None, None]:
        """The object's file, open for reading while the block lasts."""
        folders, name = _parts(key)
        try:
            with opened_folder(self._root, folders) as folder:
                # Without O_NONBLOCK the open would wait for the other end of a named pipe.
                flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
                descriptor = os.open(name, flags, dir_fd=folder)
        except OSError as error:
            raise _read_error(error, key) from error
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode) or _reserved(folders, name):
                raise ObjectMissing(key)
            yield descriptor
        finally:
            os.close(descriptor)

    def sweep(self, older_than_s: float) -> int:
        """Remove what interrupted writes left behind. Nothing that is still being written may be as old."""
        return disk.sweep(self._root, older_than_s)

    def _stream(self, key: str, start: int, end: int | None) -> Iterator[bytes]:
        """The first item is empty and says only that the file is open."""
        if key.endswith("/"):
            self.head(key)
            yield b""
            return
        with self.opened(key) as descriptor:
            yield b""
            at = start
            while end is None or at < end:
                with disk_errors(key):
                    chunk = os.pread(descriptor, CHUNK if end is None else min(CHUNK, end - at), at)
                if not chunk:
                    return
                at += len(chunk)
                yield chunk

    def _continued(self, info: ObjectInfo, state: Mapping[str, Any] | None) -> tuple[str, int]:
        """The unfinished file to go on with and where; a new one, or none that is to be kept."""
        if state is None:
            return "", 0
        if state and state["etag"] == info.etag:
            return state["file"], state["done"]
        self.discard_copy(state)
        return uuid.uuid4().hex, 0

    def _marker(self, key: str, segments: Sequence[str]) -> ObjectInfo:
        with opened_folder(self._root, segments) as folder:
            if _reserved(segments[:-1], segments[-1]) or next(_objects_in(folder, key), None):
                raise ObjectMissing(key)
            return folder_described(key, os.fstat(folder))

    def _write_marker(self, key: str, content: bytes | Iterable[bytes]) -> ObjectInfo:
        folders, name = _parts(key)
        if _reserved(folders, name):
            raise _reserved_error(key)
        if any((content,) if isinstance(content, bytes) else content):
            raise Invalid(f"The folder '{key}' cannot hold bytes itself. Leave the trailing slash away.")
        with disk_errors(key), opened_folder(self._root, [*folders, name], create=True) as folder:
            os.fsync(folder)
            return folder_described(key, os.fstat(folder))

    def _refuse_clash(self, key: str) -> None:
        """Find a file in a folder's place, or the reverse, before the content is taken in."""
        folders, name = _parts(key)
        if _reserved(folders, name):
            raise _reserved_error(key)
        try:
            with opened_folder(self._root, folders) as folder:
                status = os.stat(name, dir_fd=folder, follow_symlinks=False)
        except FileNotFoundError:
            return
        except OSError as error:
            raise explained(error, key) from error
        if stat.S_ISDIR(status.st_mode):
            raise explained(IsADirectoryError(errno.EISDIR, ""), key)

    def _publish(self, key: str, source: str, source_folder: int | None, *, replace: bool = True) -> None:
        """Give a finished file its key and make that durable. Nothing of the key is left behind on failure."""
        folders, name = _parts(key)
        if key.endswith("/") or _reserved(folders, name):
            raise _reserved_error(key)
        for _ in range(_ATTEMPTS):
            try:
                with opened_folder(self._root, folders, create=True) as folder:
                    if replace:
                        os.rename(source, name, src_dir_fd=source_folder, dst_dir_fd=folder)
                    else:
                        disk.place_new(source, name, source_folder, folder)
                    os.fsync(folder)
                    return
            except FileNotFoundError as error:
                try:
                    os.stat(source, dir_fd=source_folder, follow_symlinks=False)
                except FileNotFoundError:
                    raise ObjectMissing(key) from error
            except OSError as error:
                with suppress(OSError):
                    disk.prune(self._root, folders)
                if not replace and isinstance(error, FileExistsError):
                    raise ObjectExists(key) from error
                if error.errno == errno.EXDEV:
                    raise _AnotherDisk from error
                raise explained(error, key) from error
        raise Conflict(f"'{key}' could not be stored: its folder is being deleted again and again. Try again.")

    def _remove(self, key: str) -> bool:
        """Unlink the object, if it is one, leaving its folder to be pruned and synced by the caller."""
        folders, name = _parts(key)
        try:
            with opened_folder(self._root, folders) as folder:
                mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
                if _reserved(folders, name):
                    return False
                if key.endswith("/") and stat.S_ISDIR(mode):
                    os.rmdir(name, dir_fd=folder)
                elif not key.endswith("/") and stat.S_ISREG(mode):
                    os.unlink(name, dir_fd=folder)
                else:
                    return False
        except OSError as error:
            if error.errno in ABSENT or error.errno in (errno.ENOTEMPTY, errno.EEXIST):
                return False
            raise explained(error, key) from error
        return True


class _Together(Writing):
    """Objects that get their names when all of them are safe on the disk."""

    def __init__(self, batch: LocalBatch) -> None:
        self._batch = batch

    def write(self, key: str, content: bytes | Iterable[bytes]) -> ObjectInfo:
        return described(key, self._batch.write(key, (content,) if isinstance(content, bytes) else content))

    def copy_from(self, origin: ObjectStore, source: str, target: str) -> ObjectInfo:
        if not isinstance(origin, LocalStore):
            return self.write(target, origin.read(source))
        with origin.opened(source) as file:
            before = os.fstat(file)
            status = self._batch.copy(file, before.st_size, target)
            after = os.fstat(file)
        if status.st_size != before.st_size or described(source, after) != described(source, before):
            raise Conflict(f"The object '{source}' changed while it was being copied. Copy it again.")
        return described(target, status)


class _AnotherDisk(Unavailable):
    """A rename would cross file systems. A caller that can copy does so; to others it is the store's failure."""

    def __init__(self) -> None:
        super().__init__(
            "The object could not be stored: another disk is mounted below the bucket's folder. Make a bucket of it."
        )


def _copying(origin: ObjectStore, source: str, span: local_copying.Span) -> Iterator[int]:
    """How far the copy has come, again and again."""
    if isinstance(origin, LocalStore):
        with origin.opened(source) as file:
            yield from local_copying.from_file(file, span)
    else:
        yield from local_copying.from_chunks(origin.read(source, span.start), span)


def _parts(key: str) -> tuple[list[str], str]:
    """The folders above the object and its own name, with the key checked once more."""
    *folders, name = safe_key(key).removesuffix("/").split("/")
    return folders, name


def _reserved(folders: Sequence[str], name: str) -> bool:
    return (folders[0] if folders else name) in RESERVED


def _reserved_error(key: str) -> Invalid:
    return Invalid(f"The key '{key}' cannot be used in a bucket on disk: the name is reserved. Choose another key.")


def _refuse_reserved(key: str) -> None:
    folders, name = _parts(key)
    if key.endswith("/") or _reserved(folders, name):
        raise _reserved_error(key)


def _objects_in(folder: int, base: str) -> "Iterator[os.DirEntry[str]]":
    for entry in visible(folder, base):
        if entry.is_file(follow_symlinks=False) or entry.is_dir(follow_symlinks=False):
            yield entry


def _read_error(error: OSError, key: str) -> Exception:
    return ObjectMissing(key) if error.errno in ABSENT else explained(error, key)
