"""Request bodies of any size on their way from the event loop to synchronous code, in bounded memory.

The loop must not wait for a disk, and the store wants to pull. So the consumer runs in a thread of its own and pulls
from a short queue; a full queue makes the loop wait, which in the end makes the client wait.
"""

import asyncio
import functools
import hashlib
import queue
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from fastapi import Request
from starlette.requests import ClientDisconnect

from maquette.kit.errors import Invalid

BATCH = 1 << 20
QUEUED = 4
# Apart from the threads that answer other requests: slow uploads wait for each other only.
WRITERS = 64

_SHA256 = re.compile(r"[0-9a-f]{64}")


class BrokenOff(Exception):
    """The client went away in the middle of its body."""


T = TypeVar("T")


async def pour(request: Request, consume: Callable[[Iterator[bytes]], T]) -> T:
    """Give the request's body to `consume` in a thread and return what it returns.

    When the client goes away the iterator raises, so that nothing incomplete is stored; when `consume` fails the rest
    of the body is left unread and its error is raised.
    """
    channel = _Channel(asyncio.get_running_loop())
    working = asyncio.get_running_loop().run_in_executor(_writers(), consume, channel.received())
    working.add_done_callback(channel.abandon)
    try:
        await _feed(request, channel)
    except BaseException as error:
        channel.finish(broken=True)
        # The consumer tidies up before the request is over.
        await asyncio.wait([working])
        working.exception()
        if isinstance(error, ClientDisconnect):
            raise Invalid("The request broke off before its end; nothing of it was stored. Send it again.") from None
        raise
    return await working


def attested(request: Request, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Pass the chunks on and raise at their end unless they have the SHA-256 that the request's signature covers."""
    declared = request.headers.get("x-sdk-content-sha256", "").lower()
    if not _SHA256.fullmatch(declared):
        yield from chunks
        return
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
        yield chunk
    if digest.hexdigest() != declared:
        raise Invalid("The body is not the one whose hash was signed; nothing of it was stored. Send it again.")


async def _feed(request: Request, channel: "_Channel") -> None:
    batch: list[bytes] = []
    length = 0
    async for piece in request.stream():
        batch.append(piece)
        length += len(piece)
        if length >= BATCH:
            if not await channel.send(b"".join(batch)):
                return
            batch, length = [], 0
    if not length or await channel.send(b"".join(batch)):
        channel.finish(broken=False)


class _Channel:
    """`send` and `finish` belong to the event loop, `received` to the consumer's thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._queue: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._room = asyncio.Semaphore(QUEUED)
        self._abandoned = False
        self._broken = False

    async def send(self, piece: bytes) -> bool:
        """Queue the piece once there is room. False: nobody will take it any more."""
        await self._room.acquire()
        if self._abandoned:
            return False
        self._queue.put(piece)
        return True

    def finish(self, *, broken: bool) -> None:
        self._broken = broken
        self._queue.put(None)

    def abandon(self, _: object) -> None:
        self._abandoned = True
        self._room.release()

    def received(self) -> Iterator[bytes]:
        while (piece := self._queue.get()) is not None:
            self._loop.call_soon_threadsafe(self._room.release)
            yield piece
        if self._broken:
            raise BrokenOff


@functools.cache
def _writers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(WRITERS, thread_name_prefix="upload")
