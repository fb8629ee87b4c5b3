"""Copying, moving and removing files and whole directories, between local disk and object store in any direction.

Trees are copied as they are listed, by a few threads that share one listing: memory does not grow with the tree. A
download appears under its name only when it is complete.
"""

from __future__ import annotations

import os
from _thread import allocate_lock
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, count, islice

from moxing.framework.file import remote, tree
from moxing.framework.file.address import Address, Path, is_remote, join, parse
from moxing.framework.file.errors import MoxFileNameDuplicateException, MoxFileNotExistsException
from moxing.framework.file.stream import Spool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FEW = 4  # so many files are copied without starting threads
MOST_THREADS = 16

_numbers = count()
_END = object()


def copy(src_url: Path, dst_url: Path, client_id: Any = None) -> None:
    """Copy one file; `dst_url` is its full new name. `IsADirectoryError` for a directory on either side."""
    del client_id  # the original's choice of a connection
    if os.fspath(dst_url).endswith("/") or tree.is_directory(dst_url):
        raise IsADirectoryError(f"'{os.fspath(dst_url)}' is a directory: give the full name of the new file.")
    if is_remote(dst_url) and not parse(dst_url).key:
        raise IsADirectoryError(f"'{os.fspath(dst_url)}' is a bucket: give the full name of the new file.")
    try:
        _copy_file(src_url, dst_url)
    except MoxFileNotExistsException:
        if tree.is_directory(src_url):
            raise IsADirectoryError(f"'{os.fspath(src_url)}' is a directory: use copy_parallel.") from None
        raise


def copy_parallel(
    src_url: Path,
    dst_url: Path,
    file_list: Iterable[str] | None = None,
    threads: int = 16,
    is_processing: bool = True,
    use_queue: bool = True,
) -> None:
    """Copy the contents of a directory into `dst_url`, or one file.

    Missing directories are made and existing files replaced. `file_list` restricts the copy to these names relative to
    `src_url`. The first failure ends the copy and is raised. `is_processing` and `use_queue` chose the original's
    mechanism and change nothing.
    """
    del is_processing, use_queue
    if not os.fspath(src_url).endswith("/") and tree.is_file(src_url):
        _copy_file(src_url, _file_target(src_url, dst_url))
        return
    # What can be listed is there: only of nothing is it asked whether it is an empty directory.
    names = iter(file_list) if file_list is not None else _names(src_url, dst_url)
    first = next(names, None) if is_remote(src_url) and file_list is None else None
    if first is None and not tree.is_directory(src_url):
        raise MoxFileNotExistsException(f"'{os.fspath(src_url)}' does not exist.")
    names = names if first is None else chain((first,), names)
    if not is_remote(dst_url):
        make_dirs(dst_url)

    def one(name: str) -> None:
        if name.endswith("/"):
            make_dirs(join(dst_url, name.rstrip("/")))
        else:
            _copy_file(join(src_url, name), join(dst_url, name))

    for_each((_safe(name, src_url) for name in names), one, threads)


def _file_target(src_url: Path, dst_url: Path) -> Path:
    """A single file goes to the name given, or under its own name into a directory that exists or is meant."""
    if os.fspath(dst_url).endswith("/") or tree.is_directory(dst_url):
        return join(dst_url, os.path.basename(os.fspath(src_url)))
    return dst_url


def _safe(name: str, src_url: Path) -> str:
    if ".." in name.split("/") or name.startswith("/"):
        raise ValueError(f"'{name}' leads out of '{os.fspath(src_url)}'.")
    return name


def _names(src_url: Path, dst_url: Path) -> Iterator[str]:
    """Yield what a directory holds, relative to it; an empty directory is named with a trailing slash."""
    if is_remote(src_url):
        address = parse(src_url)
        for entry in remote.listing(address.bucket, address.prefix):
            if name := entry.key[len(address.prefix) :]:
                yield name
        return
    target = None if is_remote(dst_url) else os.path.realpath(dst_url)
    seen: set[str] = set()
    for root, folders, files in os.walk(src_url, followlinks=True):
        # Linked directories are copied as their content, each once, and a copy into itself does not feed on itself.
        real = os.path.realpath(root)
        folders[:] = [name for name in folders if os.path.realpath(os.path.join(root, name)) != target]
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        below = os.path.relpath(root, src_url)
        base = "" if below == "." else below + "/"
        if not folders and not files and base:
            yield base
        yield from (base + name for name in files)


def for_each(items: Iterator[Any], act: Callable[[Any], None], threads: int) -> None:
    """Call `act` for every item, in several threads when there are many; the first error stops all and is raised."""
    first = list(islice(items, FEW + 1))
    if len(first) <= FEW or threads <= 1:
        for item in first:
            act(item)
        for item in items:
            act(item)
        return

    import threading

    lock = allocate_lock()
    failures: list[BaseException] = []
    shared = chain(first, items)

    def work() -> None:
        while not failures:
            try:
                with lock:
                    item = next(shared, _END)
                if item is _END:
                    return
                act(item)
            except BaseException as problem:
                failures.append(problem)

    # Each thread holds the interpreter between its waits: more than a few per core only get in each other's way.
    most = min(threads, MOST_THREADS, 4 * (os.cpu_count() or 1))
    workers = [threading.Thread(target=work, daemon=True) for _ in range(most)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if failures:
        raise failures[0]


def _copy_file(src_url: Path, dst_url: Path) -> None:
    source = parse(src_url) if is_remote(src_url) else None
    target = parse(dst_url) if is_remote(dst_url) else None
    if source is not None and target is not None:
        if (source.bucket, source.key) != (target.bucket, target.key):
            remote.copy(source, target)
    elif source is not None:
        _download(source, os.fspath(dst_url))
    elif target is not None:
        upload(os.fspath(src_url), target)
    else:
        _copy_local(os.fspath(src_url), os.fspath(dst_url))


def upload(path: str, target: Address) -> None:
    """Store a local file, streaming it."""
    try:
        file = open(path, "rb")  # noqa: SIM115
    except FileNotFoundError:
        raise MoxFileNotExistsException(f"'{path}' does not exist.") from None
    with file:
        size = os.fstat(file.fileno()).st_size
        # Small files go out in one packet with their head; large ones never enter memory.
        remote.write(target, file.read() if size <= 1 << 16 else Spool(file))


def _download(source: Address, path: str) -> None:
    blocks = remote.read(source)
    first = next(blocks, b"")
    path = os.path.realpath(path) if os.path.islink(path) else path
    partial = os.path.join(os.path.dirname(path), f".mox-{os.getpid()}-{next(_numbers)}")
    try:
        with _create(partial) as file:
            file.write(first)
            for block in blocks:
                file.write(block)
        os.replace(partial, path)
    except BaseException as problem:
        blocks.close()
        if os.path.exists(partial):
            os.unlink(partial)
        if isinstance(problem, (IsADirectoryError, NotADirectoryError)):
            raise MoxFileNameDuplicateException(f"'{path}' would be a file and a directory: {problem}") from problem
        raise


def _create(path: str) -> Any:
    try:
        return open(path, "wb")
    except FileNotFoundError:
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
        except FileExistsError as problem:
            raise MoxFileNameDuplicateException(f"'{os.path.dirname(path)}' is a file.") from problem
        return open(path, "wb")


def _copy_local(source: str, target: str) -> None:
    if not os.path.exists(source):
        raise MoxFileNotExistsException(f"'{source}' does not exist.")
    if os.path.exists(target) and os.path.samefile(source, target):
        return
    if folder := os.path.dirname(target):
        os.makedirs(folder, exist_ok=True)
    import shutil  # which brings in compressors: jobs start without it

    shutil.copyfile(source, target)


def make_dirs(url: Path) -> None:
    """Make a directory with its parents; nothing happens where it exists."""
    if not is_remote(url):
        os.makedirs(url, exist_ok=True)
        return
    address = parse(url)
    if remote.is_folder(address):
        return
    if address.key and remote.size_of(address) is not None:
        raise MoxFileNameDuplicateException(f"'{address}' is a file.")
    if not address.key:
        raise MoxFileNotExistsException(f"The bucket '{address.bucket}' does not exist.")
    remote.make_folder(address)


def mk_dir(url: Path) -> None:
    """Make one directory: its parent must exist and it must not."""
    if not is_remote(url):
        os.mkdir(url)
        return
    address = parse(url)
    parent = Address("obs", address.bucket, address.key.rpartition("/")[0])
    if not remote.is_folder(parent):
        raise MoxFileNotExistsException(f"The directory '{parent}' does not exist.")
    if tree.exists(address.url()):
        raise MoxFileNameDuplicateException(f"'{address}' exists.")
    remote.make_folder(address)


def remove(url: Path, recursive: bool = False) -> None:
    """Remove a file, or with `recursive` a directory and everything below. A bucket itself is never emptied."""
    if not tree.exists(url):
        raise MoxFileNotExistsException(f"'{os.fspath(url)}' does not exist.")
    if tree.is_file(url) or os.path.islink(url):
        if is_remote(url):
            remote.delete(parse(url))
        else:
            os.remove(url)
        return
    if not recursive:
        raise IsADirectoryError(f"'{os.fspath(url)}' is a directory: pass recursive=True to remove it with its files.")
    if not is_remote(url):
        import shutil

        shutil.rmtree(url)
        return
    address = parse(url)
    if not address.key:
        raise PermissionError(f"'{address}' is a bucket: name the directories to remove.")
    remote.delete_below(address)


def rename(src_url: Path, dst_url: Path) -> None:
    """Move a file or a directory; it becomes `dst_url`, also across the object store and the local disk."""
    if not is_remote(src_url) and not is_remote(dst_url):
        if not os.path.exists(src_url):
            raise MoxFileNotExistsException(f"'{os.fspath(src_url)}' does not exist.")
        import shutil

        shutil.move(os.fspath(src_url), os.fspath(dst_url))
        return
    if tree.is_file(src_url):
        if is_remote(src_url) and is_remote(dst_url):
            remote.copy(parse(src_url), parse(dst_url), move=True)
            return
        _copy_file(src_url, dst_url)
    elif is_remote(src_url) and is_remote(dst_url) and join(dst_url, "").startswith(join(src_url, "")):
        raise ValueError(f"'{os.fspath(src_url)}' cannot be moved into itself.")
    else:
        copy_parallel(src_url, dst_url)
    remove(src_url, recursive=True)
