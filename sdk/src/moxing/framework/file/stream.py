"""`File`: an open file, local or remote, in every mode of `open`.

A remote file is read as a stream: seeking asks for a new range when the next byte is wanted, not before. What is
written is spooled on the local disk and stored whole when the file is flushed or closed, so that memory stays small
and a reader never sees half of it.
"""

from __future__ import annotations

import io
import os
import time
from collections.abc import Iterable, Iterator
from types import TracebackType

from moxing.framework.file import remote
from moxing.framework.file.address import Address, Path, is_remote, parse
from moxing.framework.file.errors import MoxFileNameDuplicateException, MoxFileNotExistsException
from moxing.framework.file.wire import BLOCK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MODES = frozenset(("r", "w", "a", "r+", "w+", "a+"))
READ_BUFFER = 1 << 18


class RemoteReader(io.RawIOBase):
    """The raw, seekable side of reading an object; `size` is what it was when opened."""

    def __init__(self, address: Address, size: int) -> None:
        self.address = address
        self.size = size
        self._position = 0
        self._stream: remote.Stream | None = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        if self._position >= self.size:
            return 0
        if self._stream is None:
            self._stream = remote.Stream(self.address, self._position)
        view = memoryview(buffer).cast("B")
        data = self._stream.read_some(len(view))
        view[: len(data)] = data
        self._position += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        base = (0, self._position, self.size)[whence]
        if base + offset < 0:
            raise ValueError(f"Cannot seek to {base + offset}.")
        if base + offset != self._position:
            self._position = base + offset
            self._let_go()
        return self._position

    def tell(self) -> int:
        return self._position

    def close(self) -> None:
        self._let_go()
        super().close()

    def _let_go(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None


class Spool:
    """An upload body that reads an open local file from its beginning, as often as retries need."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self.size = os.fstat(file.fileno()).st_size

    def chunks(self) -> Iterator[bytes]:
        # Positional reads leave the file's own position alone: the user may be in the middle of writing.
        position = 0
        while position < self.size:
            data = os.pread(self._file.fileno(), min(BLOCK, self.size - position), position)
            if not data:
                raise OSError(f"The file became shorter than {self.size} bytes while it was uploaded.")
            position += len(data)
            yield data


class File:
    """`open` for local and remote paths: `with File("obs://bucket/a.txt", "w") as file: …`.

    Text is UTF-8 unless `encoding` says otherwise. `flush` stores what was written so far; frequent flushes are thinned
    out so that a log does not upload itself for every line.
    """

    def __init__(self, name: Path, mode: str = "r", *, encoding: str = "utf-8", newline: str | None = None) -> None:
        self.name = os.fspath(name)
        self.mode = mode
        self._address = parse(self.name) if is_remote(self.name) else None
        self._spool: Any = None
        self._dirty = False
        self._next_store = 0.0
        plain = mode.replace("b", "").replace("t", "")
        if plain not in MODES or ("b" in mode and "t" in mode):
            raise ValueError(f"The mode '{mode}' is not one of r, w, a, r+, w+, a+, each with b or without.")
        self._writes = plain != "r"
        text = "b" not in mode
        if self._address is None:
            options: dict[str, Any] = {"encoding": encoding, "newline": newline} if text else {}
            self._file: Any = open(self.name, mode, **options)  # noqa: SIM115
            return
        binary = self._open_spool(self._address, plain) if self._writes else self._open_reader(self._address)
        self._file = io.TextIOWrapper(binary, encoding, newline=newline) if text else binary

    def _open_reader(self, address: Address) -> Any:
        size = remote.size_of(address)
        if size is None:
            raise _missing(address)
        return io.BufferedReader(RemoteReader(address, size), READ_BUFFER)

    def _open_spool(self, address: Address, plain: str) -> Any:
        if not address.key or address.folder:
            raise IsADirectoryError(f"'{address}' is a directory.")
        import tempfile  # writers only

        self._spool = tempfile.TemporaryFile("w+b", dir=scratch())  # noqa: SIM115
        if plain in ("r+", "a", "a+"):
            try:
                for block in remote.read(address):
                    self._spool.write(block)
            except MoxFileNotExistsException:
                if plain == "r+":
                    self._spool.close()
                    raise
            self._spool.seek(0, os.SEEK_END if plain.startswith("a") else os.SEEK_SET)
        self._dirty = plain != "r+"  # opening for writing creates the file, as `open` does
        return _Appending(self._spool) if plain.startswith("a") else self._spool

    def read(self, n: int | None = -1) -> Any:
        return self._file.read(-1 if n is None else n)

    def readline(self, n: int = -1) -> Any:
        return self._file.readline(n)

    def readlines(self) -> list[Any]:
        return self._file.readlines()

    def readinto(self, buffer: Any) -> int:
        return self._file.readinto(buffer)

    def write(self, data: Any) -> int:
        self._dirty = True
        return self._file.write(data)

    def writelines(self, lines: Iterable[Any]) -> None:
        self._dirty = True
        self._file.writelines(lines)

    def truncate(self, size: int | None = None) -> int:
        self._dirty = True
        return self._file.truncate(size)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def size(self) -> int:
        """The length in bytes, what was written so far included."""
        if self._writes:
            self._file.flush()
        if self._address is not None and self._spool is None:
            raw: RemoteReader = getattr(self._file, "buffer", self._file).raw
            return raw.size
        return os.fstat(self._file.fileno()).st_size

    def flush(self) -> None:
        """Store what was written. Uploads take at most about a tenth of the time: in between they wait for the next."""
        self._file.flush()
        if self._spool is not None and self._dirty and time.monotonic() >= self._next_store:
            self._store()

    def _store(self) -> None:
        assert self._address is not None
        begun = time.monotonic()
        if remote.is_folder(self._address):
            raise MoxFileNameDuplicateException(f"'{self._address}' is a directory.")
        remote.write(self._address, Spool(self._spool))
        self._dirty = False
        self._next_store = time.monotonic() + 9 * (time.monotonic() - begun)

    def close(self) -> None:
        if self.closed:
            return
        try:
            if self._spool is not None:
                self._file.flush()
                if self._dirty:
                    self._store()
        finally:
            self._file.close()

    @property
    def closed(self) -> bool:
        return self._file.closed

    def readable(self) -> bool:
        return self._file.readable()

    def writable(self) -> bool:
        return self._file.writable()

    def seekable(self) -> bool:
        return self._file.seekable()

    def fileno(self) -> int:
        """The local descriptor; a remote file that is read has none."""
        return self._file.fileno()

    def __iter__(self) -> Iterator[Any]:
        return iter(self._file)

    def __next__(self) -> Any:
        return next(self._file)

    def __enter__(self) -> File:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        # A file that was never closed is closed here, as a local one is; a constructor that failed has none.
        if getattr(self, "_file", None) is not None and not self.closed:
            self.close()


class _Appending(io.BufferedIOBase):
    """Writes at the end wherever reading stands, as the operating system does for mode `a`."""

    def __init__(self, spool: Any) -> None:
        self._spool = spool

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        return self._spool.read(-1 if size is None else size)

    def read1(self, size: int = -1, /) -> bytes:
        return self._spool.read1(size)

    def readinto(self, buffer: Any, /) -> int:
        return self._spool.readinto(buffer)

    def write(self, buffer: Any, /) -> int:
        self._spool.seek(0, os.SEEK_END)
        return self._spool.write(buffer)

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        return self._spool.seek(offset, whence)

    def tell(self) -> int:
        return self._spool.tell()

    def truncate(self, size: int | None = None, /) -> int:
        return self._spool.truncate(size)

    def flush(self) -> None:
        if not self._spool.closed:
            self._spool.flush()

    def fileno(self) -> int:
        return self._spool.fileno()

    def close(self) -> None:
        super().close()
        self._spool.close()


def scratch() -> str | None:
    """Where temporary files go: the job's scratch disk where there is one, or the system's place."""
    return "/cache" if os.access("/cache", os.W_OK) else None


def _missing(address: Address) -> OSError:
    if remote.is_folder(address):
        return IsADirectoryError(f"'{address}' is a directory.")
    return MoxFileNotExistsException(f"'{address}' does not exist.")


def read(url: Path, client_id: Any = None, binary: bool = False) -> Any:
    """Return the whole content: text, or bytes with `binary`."""
    del client_id  # the original's choice of a connection
    if is_remote(url):
        address = parse(url)
        try:
            content = b"".join(remote.read(address)) if address.key else None
        except MoxFileNotExistsException:
            content = None
        if content is None:
            raise _missing(address)
    else:
        with open(url, "rb") as file:
            content = file.read()
    return content if binary else content.decode("utf-8")


def write(url: Path, data: str | bytes, binary: bool = False) -> None:
    """Replace the content; `data` is text, or bytes with `binary` (either is taken for what it is)."""
    with File(url, "wb") as file:
        file.write(_bytes(data, binary))


def append(url: Path, data: str | bytes, binary: bool = False) -> None:
    """Add to the end, creating the file when it is not there. A remote file is stored anew: mind large ones."""
    with File(url, "ab") as file:
        file.write(_bytes(data, binary))


def append_remote(src: Path, dst: Path) -> None:
    """Add the content of the file `src` to the end of `dst`."""
    with File(src, "rb") as source, File(dst, "ab") as target:
        while block := source.read(BLOCK):
            target.write(block)


def _bytes(data: str | bytes, binary: bool) -> bytes:
    del binary
    return data.encode("utf-8") if isinstance(data, str) else bytes(data)
