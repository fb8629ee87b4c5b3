"""Looking at files and directories, local and remote: exists, stat, list, walk, glob. Nothing here changes anything.

A remote directory is whatever has something below it. Remote answers come back in the scheme that was asked with.
"""

from __future__ import annotations

import os
import stat as modes
from collections.abc import Callable, Generator, Iterator

from moxing.framework.file import remote
from moxing.framework.file.address import Address, Path, is_remote, join, parse
from moxing.framework.file.errors import MoxFileNotExistsException

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAGIC = frozenset("*?[")


class Stat:
    """What `stat` answers; the `st_` names serve code that expects `os.stat`."""

    def __init__(self, length: int, mtime_nsec: int, is_directory: bool) -> None:
        self.length = length
        self.mtime_nsec = mtime_nsec
        self.is_directory = is_directory
        self.st_size = length
        self.st_mtime = mtime_nsec / 1e9
        self.st_mtime_ns = mtime_nsec
        self.st_mode = modes.S_IFDIR | 0o755 if is_directory else modes.S_IFREG | 0o644

    def __repr__(self) -> str:
        return f"Stat(length={self.length}, mtime_nsec={self.mtime_nsec}, is_directory={self.is_directory})"


class DirEntry:
    """A remote entry with the attributes of `os.DirEntry`."""

    def __init__(self, path: str, name: str, stat: Stat) -> None:
        self.path = path
        self.name = name
        self._stat = stat

    def is_dir(self, *, follow_symlinks: bool = True) -> bool:
        return self._stat.is_directory

    def is_file(self, *, follow_symlinks: bool = True) -> bool:
        return not self._stat.is_directory

    def is_symlink(self) -> bool:
        return False

    def stat(self, *, follow_symlinks: bool = True) -> Stat:
        return self._stat

    def __fspath__(self) -> str:
        return self.path

    def __repr__(self) -> str:
        return f"<DirEntry {self.name!r}>"


def exists(url: Path) -> bool:
    """Whether the path names a file or a directory."""
    if not is_remote(url):
        return os.path.exists(url)
    address = parse(url)
    return (not address.folder and remote.size_of(address) is not None) or remote.is_folder(address)


def is_directory(url: Path) -> bool:
    if not is_remote(url):
        return os.path.isdir(url)
    return remote.is_folder(parse(url))


def is_file(url: Path) -> bool:
    if not is_remote(url):
        return os.path.isfile(url)
    address = parse(url)
    return not address.folder and remote.size_of(address) is not None


def stat(url: Path) -> Stat:
    """Length, modification time and kind; `MoxFileNotExistsException` for what is not there."""
    if not is_remote(url):
        try:
            found = os.stat(url)
        except FileNotFoundError:
            raise _absent(url) from None
        return Stat(found.st_size, found.st_mtime_ns, modes.S_ISDIR(found.st_mode))
    address = parse(url)
    entry = None if address.folder else remote.find(address)
    if entry is not None:
        return Stat(entry.size, entry.modified_ms * 1_000_000, False)
    if remote.is_folder(address):
        return Stat(0, 0, True)
    raise _absent(url)


def get_size(url: Path, recursive: bool = False) -> int:
    """Bytes of a file, or of everything in a directory: a remote one counts 0 unless `recursive`."""
    if not is_remote(url):
        if not os.path.isdir(url):
            return stat(url).length
        return sum(os.path.getsize(os.path.join(root, name)) for root, _, names in os.walk(url) for name in names)
    found = stat(url)
    if not found.is_directory:
        return found.length
    address = parse(url)
    return sum(entry.size for entry in remote.listing(address.bucket, address.prefix)) if recursive else 0


def list_directory(
    url: Path, recursive: bool = False, remove_sep: bool = True, skip_file: bool = False, skip_dir: bool = False
) -> list[str]:
    """Names relative to `url`, sorted; directories keep a trailing slash with `remove_sep=False`."""
    if recursive:
        found = _names_below(url)
    else:
        found = ((entry.name, entry.is_dir()) for entry in scan_dir(url))
    return sorted(
        name if remove_sep or not is_folder else name + "/"
        for name, is_folder in found
        if not (skip_dir if is_folder else skip_file)
    )


def _names_below(url: Path) -> Iterator[tuple[str, bool]]:
    if not is_remote(url):
        for root, folders, files in os.walk(url, onerror=_raise):
            for names, is_folder in ((folders, True), (files, False)):
                yield from ((os.path.relpath(os.path.join(root, name), url), is_folder) for name in names)
        return
    address = _folder(url)
    seen: set[str] = set()
    for entry in remote.listing(address.bucket, address.prefix):
        name = entry.key[len(address.prefix) :]
        parent = name.rstrip("/") if entry.folder else name.rpartition("/")[0]
        while parent and parent not in seen:
            seen.add(parent)
            yield parent, True
            parent = parent.rpartition("/")[0]
        if name and not entry.folder:
            yield name, False


def scan_dir(url: Path = ".") -> Generator[Any, None, None]:
    """Yield entries with `name`, `path`, `is_dir()`, `is_file()` and `stat()`."""
    if not is_remote(url):
        try:
            with os.scandir(url) as found:
                yield from found
        except FileNotFoundError:
            raise _absent(url) from None
        return
    address = _folder(url)
    for entry in remote.listing(address.bucket, address.prefix, delimited=True):
        name = entry.key[len(address.prefix) :].rstrip("/")
        if name:
            yield DirEntry(join(url, name), name, Stat(entry.size, entry.modified_ms * 1_000_000, entry.folder))


def walk(
    url: Path, topdown: bool = True, onerror: Callable[[OSError], Any] | None = None, followlinks: bool = False
) -> Iterator[tuple[str, list[str], list[str]]]:
    """Walk like `os.walk`; editing the list of directories prunes when `topdown`."""
    if not is_remote(url):
        yield from os.walk(os.fspath(url), topdown, onerror, followlinks)
        return
    folders: list[str] = []
    files: list[str] = []
    try:
        for entry in scan_dir(url):
            (folders if entry.is_dir() else files).append(entry.name)
    except OSError as problem:
        if onerror is not None:
            onerror(problem)
        return
    if topdown:
        yield os.fspath(url), folders, files
    for name in folders:
        yield from walk(join(url, name), topdown, onerror, followlinks)
    if not topdown:
        yield os.fspath(url), folders, files


def glob(pattern: Path) -> list[str]:
    """Paths that match, sorted; `*` stays within a segment, `**` spans directories."""
    if not is_remote(pattern):
        from glob import glob as local_glob

        return sorted(local_glob(os.fspath(pattern), recursive=True))
    address = parse(pattern)
    segments = address.key.split("/") if address.key else []
    fixed = 0
    while fixed < len(segments) and not MAGIC & set(segments[fixed]):
        fixed += 1
    if fixed == len(segments):
        return [address.url()] if exists(address.url()) else []
    start = Address(address.root.partition(":")[0], address.bucket, "/".join(segments[:fixed]))
    return sorted(set(_matches(start, segments[fixed:])))


def _matches(folder: Address, segments: list[str]) -> Iterator[str]:
    from fnmatch import fnmatchcase

    wanted, rest = segments[0], segments[1:]
    if wanted == "**" and rest:
        yield from _matches(folder, rest)
    for entry in remote.listing(folder.bucket, folder.prefix, delimited=True):
        name = entry.key[len(folder.prefix) :].rstrip("/")
        if not name or (name.startswith(".") and not wanted.startswith(".")) or not fnmatchcase(name, wanted):
            continue
        child = folder.child(name)
        if not rest:
            yield child.url()
        if entry.folder and (rest or wanted == "**"):
            yield from _matches(child, segments if wanted == "**" else rest)


def _folder(url: Path) -> Address:
    address = parse(url)
    if not remote.is_folder(address):
        raise _absent(url)
    return address


def _absent(url: Path) -> MoxFileNotExistsException:
    return MoxFileNotExistsException(f"'{os.fspath(url)}' does not exist.")


def _raise(problem: OSError) -> None:
    raise problem
