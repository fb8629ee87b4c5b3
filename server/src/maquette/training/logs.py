"""Reading a job's log by pages and as it grows. Positions are byte offsets: pages join without gap or overlap."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maquette.pools.watching import read_bytes, whole_characters

PAGE_BYTES = 1 << 20
FOLLOW_S = 0.25
CHECK_S = 1.0
CHUNK = 256 << 10


@dataclass(frozen=True, slots=True)
class Page:
    content: str
    lines: int
    start: int
    end: int


def read_forward(path: Path, start: int, lines: int) -> Page:
    """At most `lines` lines that begin at `start`, and at most a mebibyte."""
    data, _ = read_bytes(path, start, PAGE_BYTES)
    cut = _after_lines(data, lines)
    kept = whole_characters(data[:cut])
    return Page(kept.decode(errors="replace"), _count(kept), start, start + len(kept))


def read_backward(path: Path, end: int | None, lines: int) -> Page:
    """The last `lines` lines before `end`, or of the whole log."""
    _, size = read_bytes(path, 0, 0)
    end = size if end is None else min(end, size)
    begin = max(0, end - PAGE_BYTES)
    data = read_bytes(path, begin, end - begin)[0]
    position = len(data) - (1 if data.endswith(b"\n") else 0)
    for _ in range(lines):
        position = data.rfind(b"\n", 0, position)
        if position < 0:
            break
    # A page may begin in the middle of a line, but not of a character.
    kept = data[position + 1 :] if lines else b""
    while kept and position < 0 and begin and kept[0] & 0xC0 == 0x80:
        kept = kept[1:]
    return Page(kept.decode(errors="replace"), _count(kept), end - len(kept), end)


Look = Callable[[], Awaitable[dict[str, Any] | None]]


async def follow(path: Path, offset: int, look: Look) -> AsyncIterator[str]:
    """Server-sent events: `log` with each new piece, `end` with what `look` says once it says something.

    `look` tells how the job ended, or None while it goes on; it raises when the reader may not read any longer. It is
    asked before the file is read for the last time, so that nothing is left out.
    """
    loop = asyncio.get_running_loop()
    next_look = 0.0
    ended: dict[str, Any] | None = None
    while True:
        if loop.time() >= next_look:
            ended = await look()
            next_look = loop.time() + CHECK_S
        while True:
            data, size = await asyncio.to_thread(read_bytes, path, offset, CHUNK)
            if size < offset:  # a log that flooded was shortened in its middle
                offset = size
                break
            kept = data if ended else whole_characters(data)
            if not kept:
                break
            offset += len(kept)
            yield _event("log", {"offset": offset, "text": kept.decode(errors="replace")}, offset)
        if ended is not None:
            yield _event("end", {"offset": offset, **ended}, offset)
            return
        await asyncio.sleep(FOLLOW_S)


def _event(name: str, data: dict[str, Any], number: int) -> str:
    return f"id: {number}\nevent: {name}\ndata: {json.dumps(data)}\n\n"


def _after_lines(data: bytes, lines: int) -> int:
    position = 0
    for _ in range(lines):
        found = data.find(b"\n", position)
        if found < 0:
            return len(data)
        position = found + 1
    return position


def _count(data: bytes) -> int:
    return data.count(b"\n") + (1 if data and not data.endswith(b"\n") else 0)
