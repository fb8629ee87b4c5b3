"""A small threaded HTTP/1.1 server for one service: keep-alive, a Unix socket or a port, draining at the end.

A thread per connection suits what it serves: a gateway that keeps few connections, and handlers that compute. The
standard library's server parses headers by the e-mail package, which takes longer than a small model's answer.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from io import BufferedReader
from socket import SocketIO

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

LIMIT_HEAD = 1 << 16
IDLE_SECONDS = 120.0
REASONS = {
    200: "OK", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed", 411: "Length Required",
    413: "Content Too Large", 431: "Request Header Fields Too Large", 500: "Internal Server Error",
    503: "Service Unavailable",
}  # fmt: skip


class Refused(Exception):
    """A request that is answered without asking the service; the connection ends after it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Request:
    """Method, path without the query, lower-case headers and the whole body."""

    __slots__ = ("body", "headers", "keep", "method", "path", "version")

    def __init__(self, method: str, path: str, version: str) -> None:
        self.method = method
        self.path = path
        self.version = version
        self.headers: dict[str, str] = {}
        self.body = b""
        self.keep = True


class Server:
    """Listens, answers by `handle(request) -> (status, JSON bytes)`, and drains on `stop`.

    `refuse(status, message)` renders what never reaches `handle`.
    """

    def __init__(
        self,
        handle: Callable[[Request], tuple[int, bytes]],
        refuse: Callable[[int, str], bytes],
        body_limit: int,
    ) -> None:
        self._handle = handle
        self._refuse = refuse
        self._body_limit = body_limit
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._connections: dict[socket.socket, bool] = {}  # whether a request is in progress
        self._listener: socket.socket | None = None
        self._path: str | None = None

    def listen_unix(self, path: str) -> None:
        """Listen under a temporary name and rename: whoever sees the path can connect."""
        listener = socket.socket(socket.AF_UNIX)
        partial = f"{path}.{os.getpid()}"
        if os.path.exists(partial):
            os.unlink(partial)
        listener.bind(partial)
        listener.listen(128)
        os.rename(partial, path)
        self._listener, self._path = listener, path

    def listen_port(self, host: str, port: int) -> int:
        """Listen on TCP and return the port, chosen by the system for 0."""
        self._listener = socket.create_server((host, port), backlog=128)
        return self._listener.getsockname()[1]

    def run(self) -> None:
        """Accept until `stop`; returns at once then."""
        assert self._listener is not None
        while not self._stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return  # the listener was closed
            with self._lock:
                self._connections[connection] = False
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def stop(self, grace: float) -> bool:
        """Accept nothing more, let requests in progress finish; False when some did not within the grace."""
        self._stopping.set()
        if self._path is not None and os.path.exists(self._path):
            os.unlink(self._path)
        if self._listener is not None:
            # Closing alone does not wake an accept that waits.
            _ignore(lambda listener=self._listener: listener.shutdown(socket.SHUT_RDWR))
            self._listener.close()
        with self._lock:
            idle = [connection for connection, busy in self._connections.items() if not busy]
        for connection in idle:
            _ignore(lambda idle=connection: idle.shutdown(socket.SHUT_RD))
        until = time.monotonic() + grace
        while self._connections and time.monotonic() < until:
            time.sleep(0.005)
        return not self._connections

    def _serve(self, connection: socket.socket) -> None:
        try:
            connection.settimeout(IDLE_SECONDS)
            if connection.family != socket.AF_UNIX:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            reader: BufferedReader = BufferedReader(SocketIO(connection, "r"), 1 << 16)
            while self._one(connection, reader):
                pass
        except OSError:
            pass  # the other side went away or stayed silent
        finally:
            with self._lock:
                self._connections.pop(connection, None)
            connection.close()

    def _one(self, connection: socket.socket, reader: BufferedReader) -> bool:
        """Answer one request; whether another may follow."""
        try:
            request = self._read(connection, reader)
            if request is None:
                return False
            status, body = self._handle(request)
            keep = request.keep and not self._stopping.is_set()
        except Refused as refused:
            status, body, keep = refused.status, self._refuse(refused.status, str(refused)), False
        head = (
            f"HTTP/1.1 {status} {REASONS.get(status, 'Error')}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nConnection: {'keep-alive' if keep else 'close'}\r\n\r\n"
        )
        connection.sendall(head.encode() + body)
        with self._lock:
            self._connections[connection] = False
        # Stopping may have begun while this connection counted as busy.
        return keep and not self._stopping.is_set()

    def _read(self, connection: socket.socket, reader: BufferedReader) -> Request | None:
        first = reader.readline(LIMIT_HEAD)
        while first in (b"\r\n", b"\n"):  # tolerated between requests
            first = reader.readline(LIMIT_HEAD)
        if not first:
            return None
        with self._lock:
            self._connections[connection] = True
        words = first.decode("latin-1").split()
        if len(words) != 3 or not words[2].startswith("HTTP/1."):
            raise Refused(400, "The request line is not HTTP/1.1.")
        request = Request(words[0], words[1].partition("?")[0], words[2])
        left = LIMIT_HEAD - len(first)
        while (line := reader.readline(LIMIT_HEAD)) not in (b"\r\n", b"\n"):
            left -= len(line)
            if left < 0 or not line.endswith(b"\n"):
                raise Refused(431 if left < 0 else 400, "The request's header is too large or cut short.")
            name, _, value = line.decode("latin-1").partition(":")
            request.headers[name.strip().lower()] = value.strip()
        wish = request.headers.get("connection", "").lower()
        request.keep = wish != "close" if request.version == "HTTP/1.1" else wish == "keep-alive"
        request.body = self._body(connection, reader, request)
        return request

    def _body(self, connection: socket.socket, reader: BufferedReader, request: Request) -> bytes:
        chunked = "chunked" in request.headers.get("transfer-encoding", "").lower()
        length = request.headers.get("content-length")
        if chunked and length is not None:
            raise Refused(400, "A request has either a Content-Length or chunks.")
        if length is not None and not length.isdigit():
            raise Refused(400, "The Content-Length is not a number.")
        if int(length or 0) > self._body_limit:
            raise Refused(413, f"The body has {length} bytes; the limit is {self._body_limit}.")
        if request.headers.get("expect", "").lower() == "100-continue":
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        if chunked:
            return self._chunks(reader)
        body = reader.read(int(length or 0))
        if len(body) < int(length or 0):
            raise Refused(400, "The body is shorter than its Content-Length.")
        return body

    def _chunks(self, reader: BufferedReader) -> bytes:
        parts: list[bytes] = []
        total = 0
        while True:
            try:
                size = int(reader.readline(LIMIT_HEAD).partition(b";")[0], 16)
            except ValueError:
                raise Refused(400, "The body's chunks are malformed.") from None
            total += size
            if size < 0 or total > self._body_limit:
                raise Refused(413, f"The body is larger than the limit of {self._body_limit} bytes.")
            if size == 0:
                while reader.readline(LIMIT_HEAD) not in (b"\r\n", b"\n", b""):
                    pass
                return b"".join(parts)
            parts.append(reader.read(size))
            reader.readline(LIMIT_HEAD)


def _ignore(act: Callable[[], Any]) -> None:
    with suppress(OSError):
        act()
