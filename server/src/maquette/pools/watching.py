"""Reading what an attempt leaves on disk while it runs and afterwards. Whoever reads here asks no process."""

import contextlib
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from maquette.kit.config import Settings
from maquette.pools.tables import Workload

_USAGE_BYTES = 16 << 20  # two days at a line every two seconds


def attempt_directory(settings: Settings, workload: Workload) -> Path:
    """Where the present (or last) attempt of a workload keeps its files; it may not exist yet, or no more."""
    return settings.jobs_dir.resolve() / workload.directory


def log_path(settings: Settings, workload: Workload) -> Path:
    return attempt_directory(settings, workload) / "log"


def clear_scratch(directory: Path) -> None:
    """Remove what an ended attempt worked on (code, data, credentials); its log, usage and end stay."""
    for name in ("cache", "home", "files"):
        shutil.rmtree(directory / name, ignore_errors=True)


def read_bytes(path: Path, start: int, limit: int) -> tuple[bytes, int]:
    """At most `limit` bytes from `start`, and the file's size; an absent file is an empty one."""
    try:
        # A workload without a sandbox could put a link here, to have us read what it may not.
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return b"", 0
    with open(fd, "rb") as file:
        size = os.fstat(fd).st_size
        file.seek(min(start, size))
        return file.read(limit), size


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a text file. `end` is the byte where the next piece begins, `size` the file's."""

    content: str
    end: int
    size: int


def read_text(path: Path, start: int, limit: int, *, grows: bool) -> Piece:
    """At most `limit` bytes (four or more) from the byte `start`, with no character cut in two.

    What is left of a character before `start` is skipped. One whose end is not here belongs to the next piece; at the
    end of a file that does not grow any more it comes as it is.
    """
    lead = min(start, 3)
    around, size = read_bytes(path, start - lead, lead + limit + 3)
    skipped = lead
    for byte in around[lead : lead + _broken_off(around[:lead])[1]]:
        if not _continues(byte):
            break
        skipped += 1
    begin = start - lead + skipped
    data = around[skipped : skipped + limit]
    kept = data if begin + len(data) >= size and not grows else whole_characters(data)
    return Piece(kept.decode(errors="replace"), begin + len(kept), size)


def whole_characters(data: bytes) -> bytes:
    """Leave a character off the end whose bytes have not all come yet."""
    return data[: len(data) - _broken_off(data)[0]]


def _broken_off(data: bytes) -> tuple[int, int]:
    """How many bytes there are of a character that the end cuts off, and how many are missing."""
    for back in range(1, min(3, len(data)) + 1):
        byte = data[-back]
        if not _continues(byte):
            length = 2 if byte >> 5 == 0b110 else 3 if byte >> 4 == 0b1110 else 4 if byte >> 3 == 0b11110 else 1
            return (back, length - back) if back < length else (0, 0)
    return 0, 0


def _continues(byte: int) -> bool:
    """Whether this is not the first byte of its character."""
    return byte & 0xC0 == 0x80


def usage_of(directory: Path, points: int = 500) -> list[dict[str, Any]]:
    """What the attempt used, oldest first, thinned to at most `points`: t (ms), cpu (cores), memory (bytes)."""
    content, size = read_bytes(directory / "usage.jsonl", 0, _USAGE_BYTES)
    if size > _USAGE_BYTES:
        content = read_bytes(directory / "usage.jsonl", size - _USAGE_BYTES, _USAGE_BYTES)[0].partition(b"\n")[2]
    lines = content.splitlines()
    stride = -(-len(lines) // points) or 1
    found: list[dict[str, Any]] = []
    for line in lines[::-stride][::-1]:  # counted from the end, so that the latest is always among them
        with contextlib.suppress(ValueError, KeyError, TypeError):
            told = cast("dict[str, Any]", json.loads(line))
            found.append({"t": int(told["t"]), "cpu": float(told["cpu"]), "memory": int(told["memory"])})
    return found
