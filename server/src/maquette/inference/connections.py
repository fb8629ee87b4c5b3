"""One HTTP/1.1 exchange after another over an instance's Unix socket.

What answers there is a user's process and may send anything: the answer is parsed strictly and has a limit. How a
connection breaks tells whether the instance can have seen the whole request, that is, whether it may be sent again.
"""

import asyncio
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

import httptools

IDLE_S = 60.0  # shorter than the time after which an instance closes an idle connection


class NotDelivered(Exception):
    """The instance cannot have read the whole request: it may go to another one."""


class Broken(Exception):
    """The request may have been read, and no answer that can be used came back; the message says what did."""


@dataclass(slots=True)
class Reply:
    """An answer; the header names are lower case."""

    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list[tuple[bytes, bytes]])
    body: bytes = b""


class Line:
    """The connections to one instance. `busy` is how many requests are on their way."""

    def __init__(self, connect: Callable[[], socket.socket], reply_limit: int) -> None:
        self._connect_socket = connect
        self._reply_limit = reply_limit
        self._idle: list[_Connection] = []
        self.busy = 0
        self.closed = False

    async def exchange(self, request: bytes) -> Reply:
        """Send a whole request, receive the whole answer. Raises NotDelivered or Broken. Cancelling hangs up."""
        self.busy += 1
        connection: _Connection | None = None
        try:
            connection = self._take() or await self._connect()
            reply = await connection.exchange(request)
        except BaseException:
            if connection is not None:
                connection.hang_up()
            raise
        finally:
            self.busy -= 1
        if connection.reusable and not self.closed:
            connection.idle_since = time.monotonic()
            self._idle.append(connection)
        else:
            connection.hang_up()
        return reply

    def close(self) -> None:
        """Hang up what is idle; requests on their way are answered."""
        self.closed = True
        while self._idle:
            self._idle.pop().hang_up()

    def _take(self) -> "_Connection | None":
        while self._idle:
            connection = self._idle.pop()
            if connection.reusable and time.monotonic() - connection.idle_since < IDLE_S:
                return connection
            connection.hang_up()
        return None

    async def _connect(self) -> "_Connection":
        try:
            connected = self._connect_socket()  # at once: a local socket accepts into its backlog, or refuses
        except OSError:
            raise NotDelivered from None
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_unix_connection(lambda: _Connection(self._reply_limit), sock=connected)
        return connection


class _Connection(asyncio.Protocol):
    """Also the parser's listener: the methods named `on_…` are called by it."""

    def __init__(self, reply_limit: int) -> None:
        self._limit = reply_limit
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[Reply] | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._reply = Reply()
        self._parts: list[bytes] = []
        self._size = 0
        self._until_end = False  # the answer ends with the connection
        self.reusable = True
        self.idle_since = 0.0

    async def exchange(self, request: bytes) -> Reply:
        assert self._transport is not None
        self._parser = httptools.HttpResponseParser(self)
        self._reply, self._parts, self._size, self._until_end = Reply(), [], 0, False
        answer = self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await answer

    def hang_up(self) -> None:
        self.reusable = False
        if self._transport is not None:
            self._transport.abort()

    # -- the transport's calls ------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if self._answer is None or self._answer.done():
            self.hang_up()  # nobody has asked
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self.reusable = False
            self._fail(Broken("answered with malformed HTTP"))

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self.reusable = False
        if self._until_end and exc is None:
            self.on_message_complete()
        elif self._reply.headers or self._size:
            self._fail(Broken("broke off in the middle of its answer"))
        elif isinstance(exc, OSError):
            # Either we could not write, or it closed while something of the request was still unread.
            self._fail(NotDelivered())
        else:
            self._fail(Broken("closed the connection without an answer"))

    # -- the parser's calls ---------------------------------------------------------------------------------------

    def on_header(self, name: bytes, value: bytes) -> None:
        self._reply.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        self._reply.status = self._parser.get_status_code()
        names = {name for name, _ in self._reply.headers}
        self._until_end = not names & {b"content-length", b"transfer-encoding"}
        if not 200 <= self._reply.status <= 599:
            self._fail(Broken(f"answered with the status {self._reply.status}"))

    def on_body(self, body: bytes) -> None:
        self._size += len(body)
        if self._size > self._limit:
            self._fail(Broken(f"answered more than {self._limit >> 20} MiB"))
        else:
            self._parts.append(body)

    def on_message_complete(self) -> None:
        if self._answer is None or self._answer.done():
            self.reusable = False
            return
        self._until_end = False
        self.reusable = self.reusable and self._parser.should_keep_alive()
        self._reply.body = b"".join(self._parts)
        self._answer.set_result(self._reply)

    def _fail(self, error: Exception) -> None:
        self.reusable = False
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)
