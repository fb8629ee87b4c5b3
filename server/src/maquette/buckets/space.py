"""Refusing bytes that would fill a disk, before they are taken in. A disk that fills up all the same is storage's."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from maquette.buckets.service import OpenedBucket
from maquette.kit.errors import StorageFull, TooLarge

# How many bytes may come in between two looks at the disk.
LOOK_EVERY = 64 << 20


def check_space(folder: Path | None, size: int, reserve: int) -> None:
    """Raise StorageFull when `size` more bytes would leave less than the reserve. No folder, nothing to check."""
    if folder is None:
        return
    with suppress(OSError):  # an absent folder is for the store to explain
        free = shutil.disk_usage(folder).free
        if free - size < reserve:
            raise StorageFull(
                f"{size} bytes do not fit: {free} are free on the disk, of which {reserve} are kept in reserve. "
                "Free space and try again."
            )


def check_size(size: int, limit: int) -> None:
    if size > limit:
        raise TooLarge(f"The object is over the limit of {limit} bytes. Split it, or raise object_limit.")


def admitted(bucket: OpenedBucket, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Pass the chunks on for as long as the object stays under the limit and the disk above its reserve."""
    settings = bucket.settings
    total = looked = 0
    for chunk in chunks:
        total += len(chunk)
        check_size(total, settings.object_limit)
        if total - looked >= LOOK_EVERY:
            check_space(bucket.folder, len(chunk), settings.free_space_reserve)
            looked = total
        yield chunk
