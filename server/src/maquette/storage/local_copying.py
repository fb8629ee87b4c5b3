"""Copying an object into a folder, in slices that are safe on the disk before they count, so that a copy can go on.

From file to file the kernel copies, and where the file system can, it shares the blocks. What is copied and where it
is published is `local`'s affair.
"""

import errno
import os
from collections.abc import Iterator
from dataclasses import dataclass

from maquette.storage.base import CHUNK
from maquette.storage.disk import disk_errors

SLICE = 64 << 20
# The kernel copies between these two files in no way of its own: then we do.
_UNCOPIED = {errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM, errno.ETXTBSY}


@dataclass(frozen=True, slots=True)
class Span:
    """What is still to be copied of an object of `size` bytes, into the open file `target`."""

    key: str
    target: int
    start: int
    size: int


def from_file(source: int, span: Span, *, safe: bool = True) -> Iterator[int]:
    """Copy from an open file, yielding how far it has come. It stops early where the source is shorter than it was.

    Without `safe` it is the caller who makes the bytes safe on the disk.
    """
    at = span.start
    while at < span.size:
        until = min(at + SLICE, span.size)
        with disk_errors(span.key):
            while at < until and (count := _copied(source, span.target, at, until - at)):
                at += count
            if safe:
                os.fdatasync(span.target)
        yield at
        if at < until:
            return


def from_chunks(chunks: Iterator[bytes], span: Span) -> Iterator[int]:
    """Write what another store gives, yielding how far it has come."""
    at = synced = span.start
    for chunk in chunks:
        with disk_errors(span.key):
            rest = memoryview(chunk)
            while rest:
                count = os.pwrite(span.target, rest, at)
                at, rest = at + count, rest[count:]
            if at - synced >= SLICE:
                os.fdatasync(span.target)
        if at - synced >= SLICE:
            synced = at
            yield at


def _copied(source: int, target: int, at: int, count: int) -> int:
    try:
        return os.copy_file_range(source, target, count, at, at)
    except OSError as error:
        if error.errno not in _UNCOPIED:
            raise
    chunk = os.pread(source, min(count, CHUNK), at)
    return os.pwrite(target, chunk, at) if chunk else 0
