"""A small HTTP/1.1 client over a Unix socket, TCP or TLS.

It exists because importing `http.client` costs more than a job's whole start-up may, and because the files API needs
little: known lengths out; known lengths, chunks or end-of-connection in. Retries and credentials live in `session`.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Mapping
from io import BufferedReader
from socket import SocketIO

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class Upload(Protocol):
        """A request body that can be read again for a retry."""

        size: int

        def chunks(self) -> Iterator[bytes]: ...


BLOCK = 1 << 18
LIMIT_HEAD = 1 << 16
LIMIT_DRAIN = 1 << 16


class Broken(Exception):
    """The connection failed. `retry` is false where trying again cannot help."""

    def __init__(self, message: str, *, retry: bool = True) -> None:
        super().__init__(message)
        self.retry = retry


class Response:
    """Status, lower-case headers, and a body to be read once; `finish` before the connection is used again."""

    def __init__(self, connection: Connection, status: int, headers: dict[str, str], bodiless: bool) -> None:
        self.status = status
        self.headers = headers
        self.content = b""
        self.connection = connection
        self._chunked = "chunked" in headers.get("transfer-encoding", "").lower() and not bodiless
        length = headers.get("content-length")
        self._left: int | None = 0 if bodiless or self._chunked else (int(length) if length is not None else None)
        self._ended = bodiless or (self._left == 0 and not self._chunked)
        framed = bodiless or self._left is not None or self._chunked
        self._reusable = framed and headers.get("connection", "").lower() != "close"

    def read_some(self, limit: int = BLOCK) -> bytes:
        """Return up to `limit` bytes; empty at the end. `Broken` when the body ends early."""
        if self._ended:
            return b""
        if self._chunked and not self._left:
            self._left = self._next_chunk()
            if not self._left:
                self._ended = True
                return b""
        data = self.connection.receive(limit if self._left is None else min(limit, self._left))
        if not data:
            if self._left is None:
                self._ended = True
                return b""
            raise Broken("the connection ended in the middle of an answer")
        if self._left is not None:
            self._left -= len(data)
            if self._chunked:
                if not self._left:
                    self.connection.line()
            elif not self._left:
                self._ended = True
        return data

    def _next_chunk(self) -> int:
        size = int(self.connection.line().split(b";")[0], 16)
        if size == 0:
            while self.connection.line():  # trailers end with an empty line
                pass
        return size

    def read(self) -> bytes:
        """The whole body: for small ones."""
        parts: list[bytes] = []
        while part := self.read_some():
            parts.append(part)
        return b"".join(parts)

    def finish(self) -> None:
        """Make the connection ready for the next request, draining a short rest and giving up on a long one."""
        drained = 0
        if not self.connection.open:
            return
        while not self._ended and self._reusable and drained < LIMIT_DRAIN:
            drained += len(self.read_some(LIMIT_DRAIN))
        if not self._ended or not self._reusable:
            self.connection.close()


class Connection:
    """One connection to an endpoint: `unix:/path`, `http://host:port` or `https://host:port`."""

    def __init__(self, endpoint: str, timeout: float, verify: bool = True) -> None:
        self._endpoint = endpoint
        self.owner = (os.getpid(), endpoint)
        self._socket = _connect(endpoint, timeout, verify)
        self._reader = BufferedReader(SocketIO(self._socket, "rb"), BLOCK)
        self.open = True

    def request(self, method: str, target: str, headers: Mapping[str, str], body: bytes | Upload | None) -> Response:
        """Send one request and read the head of its answer."""
        lines = [f"{method} {target} HTTP/1.1", f"Host: {host_of(self._endpoint)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if body is not None or method in ("POST", "PUT"):
            lines.append(f"Content-Length: {_size(body)}")
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        if isinstance(body, bytes) and len(body) <= LIMIT_HEAD:
            self._send(head + body)
        else:
            self._send_large(head, body)
        return self._answer(method)

    def _send_large(self, head: bytes, body: bytes | Upload | None) -> None:
        self._send(head)
        parts = (body,) if isinstance(body, bytes) else body.chunks() if body is not None else ()
        try:
            for part in parts:
                self._send(part)
        except Broken:
            # The other side may have refused early (too large, no space) and told why before it hung up.
            self._socket.settimeout(2)

    def _send(self, data: bytes) -> None:
        try:
            self._socket.sendall(data)
        except OSError as problem:
            raise Broken(str(problem)) from problem

    def _answer(self, method: str) -> Response:
        while True:
            first = self.line().split(None, 2)
            if len(first) < 2 or not first[0].startswith(b"HTTP/1."):
                raise Broken("the answer is not HTTP")
            status = int(first[1])
            headers: dict[str, str] = {}
            while line := self.line():
                name, _, value = line.decode("latin-1").partition(":")
                headers[name.strip().lower()] = value.strip()
            if status >= 200:
                return Response(self, status, headers, method == "HEAD" or status in (204, 304))

    def line(self) -> bytes:
        """One line of a head, without its end."""
        try:
            line = self._reader.readline(LIMIT_HEAD)
        except OSError as problem:
            raise Broken(str(problem)) from problem
        if not line.endswith(b"\n"):
            raise Broken("the connection was closed")
        return line.rstrip(b"\r\n")

    def receive(self, limit: int) -> bytes:
        try:
            return self._reader.read1(limit)
        except OSError as problem:
            raise Broken(str(problem)) from problem

    def close(self) -> None:
        self.open = False
        self._reader.close()
        self._socket.close()

    def __del__(self) -> None:
        # A thread's connection goes with the thread.
        if getattr(self, "open", False):
            self.close()


def _size(body: bytes | Upload | None) -> int:
    if body is None:
        return 0
    return len(body) if isinstance(body, bytes) else body.size


def host_of(endpoint: str) -> str:
    """What to say in the Host header."""
    return "localhost" if endpoint.startswith("unix:") else endpoint.split("://", 1)[-1].split("/", 1)[0]


def _connect(endpoint: str, timeout: float, verify: bool) -> socket.socket:
    try:
        if endpoint.startswith("unix:"):
            return _unix(endpoint.removeprefix("unix:").replace("//", "/", 1), timeout)
        secure = endpoint.startswith("https://")
        host, _, port = host_of(endpoint).rpartition(":") if ":" in host_of(endpoint) else (host_of(endpoint), "", "")
        connected = socket.create_connection((host.strip("[]"), int(port or (443 if secure else 80))), timeout)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return _secured(connected, host, verify) if secure else connected
    except PermissionError as problem:
        raise Broken(f"{endpoint}: {problem}", retry=False) from problem
    except OSError as problem:
        raise Broken(f"{endpoint}: {problem}") from problem


def _unix(path: str, timeout: float) -> socket.socket:
    connected = socket.socket(socket.AF_UNIX)
    connected.settimeout(timeout)
    try:
        connected.connect(path)
    except OSError:
        connected.close()
        raise
    return connected


def _secured(plain: socket.socket, host: str, verify: bool) -> socket.socket:
    import ssl  # only those who speak TLS pay for it

    context = ssl.create_default_context() if verify else ssl._create_unverified_context()  # pyright: ignore[reportPrivateUsage] # noqa: S323
    return context.wrap_socket(plain, server_hostname=host)
