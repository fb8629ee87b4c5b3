"""The file that collects a resumable upload: it only grows, each byte lands once, and what was acknowledged is synced.

The place of every piece is checked under a lock on the file, held for that piece alone. So of two requests that send
the same bytes (a client that lost its connection and came back) none waits for the other, and none writes twice.
"""

import fcntl
import hashlib
import os
import time
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path

from maquette.buckets.errors import wrong_offset
from maquette.kit.errors import Invalid, Unavailable
from maquette.storage import CHUNK
from maquette.storage.disk import disk_errors

CLAIM_S = 20.0
_POLL_S = 0.05


class PartMissing(Exception):
    """The file is not there: published, discarded, or lost."""


class PartFile:
    def __init__(self, path: Path, key: str) -> None:
        self.path = path
        self._key = key

    def create(self) -> None:
        with disk_errors(self._key):
            os.close(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666))
            folder = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def size(self) -> int:
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            raise PartMissing from None

    def append(self, offset: int, chunks: Iterable[bytes], end: int) -> int:
        """Write the chunks from `offset` on, never beyond `end`, sync them and return where the next one belongs.

        Raises Conflict with the true offset when that is another one. What was written before an error stays.
        """
        with self._opened(os.O_WRONLY) as file:
            at = offset
            self._write(file, b"", at)
            for chunk in chunks:
                if at + len(chunk) > end:
                    raise Invalid(f"The upload was announced with {end} bytes, and more arrived. Start it again.")
                self._write(file, chunk, at)
                at += len(chunk)
            with disk_errors(self._key):
                os.fsync(file)
            return at

    def discard(self) -> None:
        self.path.unlink(missing_ok=True)

    @contextmanager
    def claimed(self) -> Generator["ClaimedPart", None, None]:
        """Keep everybody else from the file, for publishing it."""
        with self._opened(os.O_RDWR) as file:
            until = time.monotonic() + CLAIM_S
            while not _locked(file):
                if time.monotonic() > until:
                    raise Unavailable(f"The upload of '{self._key}' is being completed already. Ask again in a moment.")
                time.sleep(_POLL_S)
            # Closing the file lets go of the lock.
            if self._replaced(file):
                raise PartMissing
            yield ClaimedPart(file, self._key)

    def _write(self, file: int, chunk: bytes, at: int) -> None:
        with disk_errors(self._key):
            fcntl.flock(file, fcntl.LOCK_EX)
            try:
                size = os.fstat(file).st_size
                if size != at:
                    raise wrong_offset(size)
                rest = memoryview(chunk)
                while rest:
                    written = os.pwrite(file, rest, at)
                    at, rest = at + written, rest[written:]
            finally:
                fcntl.flock(file, fcntl.LOCK_UN)

    def _replaced(self, file: int) -> bool:
        try:
            return self.path.stat().st_ino != os.fstat(file).st_ino
        except FileNotFoundError:
            return True

    @contextmanager
    def _opened(self, flags: int) -> Generator[int, None, None]:
        try:
            file = os.open(self.path, flags | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            raise PartMissing from None
        try:
            yield file
        finally:
            os.close(file)


class ClaimedPart:
    """The file while it is ours alone."""

    def __init__(self, file: int, key: str) -> None:
        self._file = file
        self._key = key

    def size(self) -> int:
        return os.fstat(self._file).st_size

    def sha256(self) -> str:
        digest = hashlib.sha256()
        at = 0
        with disk_errors(self._key):
            while chunk := os.pread(self._file, CHUNK, at):
                digest.update(chunk)
                at += len(chunk)
        return digest.hexdigest()

    def empty(self) -> None:
        with disk_errors(self._key):
            os.ftruncate(self._file, 0)
            os.fsync(self._file)


def _locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
