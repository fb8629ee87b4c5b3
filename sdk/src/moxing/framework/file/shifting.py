"""`shift`: making `open`, `os`, `glob` and `shutil` understand remote addresses, for scripts written for local files.

Only calls whose path is remote change; every other call goes to the original with the arguments it came with.
"""

from __future__ import annotations

import builtins
import glob as glob_module
import os
import shutil
from collections.abc import Callable, Iterator

from moxing.framework.file import stream, transfer, tree
from moxing.framework.file.address import is_remote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_patched: list[tuple[Any, str, Any]] = []


def shift(source: str, target: str) -> None:
    """`shift('os', 'mox')` patches the standard library, `shift('tf', 'mox')` TensorFlow's gfile;
    `shift('mox', 'os')` or `('mox', 'tf')` takes every patch back."""
    if source == "mox" and target in ("os", "tf"):
        while _patched:
            owner, name, original = _patched.pop()
            setattr(owner, name, original)
        return
    if target != "mox" or source not in ("os", "tf"):
        raise ValueError(
            f"shift('{source}', '{target}') is not known: use ('os', 'mox'), ('tf', 'mox') or ('mox', 'os')."
        )
    if source == "os":
        for owner, name, replacement in _standard():
            _patch(owner, name, replacement)
    else:
        for owner, name, replacement in _tensorflow():
            _patch(owner, name, replacement)


def _patch(owner: Any, name: str, replacement: Callable[..., Any]) -> None:
    original = getattr(owner, name)
    if any(each[0] is owner and each[1] == name for each in _patched):
        return

    def dispatch(*args: Any, **kwargs: Any) -> Any:
        path = args[0] if args else next(iter(kwargs.values()), None)
        second = args[1] if len(args) > 1 else None
        if is_remote(path) or (name in _TWO_PATHS and is_remote(second)):
            return replacement(*args, **kwargs)
        return original(*args, **kwargs)

    dispatch.__name__ = name
    dispatch.__doc__ = original.__doc__
    dispatch.__wrapped__ = original  # type: ignore[attr-defined]
    _patched.append((owner, name, original))
    setattr(owner, name, dispatch)


_TWO_PATHS = frozenset(("rename", "replace", "copyfile", "copy", "copy2", "copytree", "move"))


def _standard() -> list[tuple[Any, str, Callable[..., Any]]]:
    return [
        (builtins, "open", _open),
        (glob_module, "glob", _glob),
        (glob_module, "iglob", _iglob),
        (os, "listdir", tree.list_directory),
        (os, "makedirs", _makedirs),
        (os, "mkdir", _mkdir),
        (os, "remove", transfer.remove),
        (os, "unlink", transfer.remove),
        (os, "rmdir", _rmdir),
        (os, "rename", transfer.rename),
        (os, "replace", transfer.rename),
        (os, "scandir", _Scan),
        (os, "stat", _stat),
        (os, "walk", tree.walk),
        (os.path, "exists", tree.exists),
        (os.path, "isdir", tree.is_directory),
        (os.path, "isfile", tree.is_file),
        (os.path, "getsize", tree.get_size),
        (shutil, "copyfile", _copy_keeping),
        (shutil, "copy", _copy_into),
        (shutil, "copy2", _copy_into),
        (shutil, "copytree", _copytree),
        (shutil, "move", _move),
        (shutil, "rmtree", _rmtree),
    ]


def _tensorflow() -> list[tuple[Any, str, Callable[..., Any]]]:
    from importlib import import_module

    gfile: Any = import_module("tensorflow").io.gfile
    return [
        (gfile, "GFile", stream.File),
        (gfile, "copy", _copy_keeping),
        (gfile, "exists", tree.exists),
        (gfile, "glob", tree.glob),
        (gfile, "isdir", tree.is_directory),
        (gfile, "listdir", tree.list_directory),
        (gfile, "makedirs", transfer.make_dirs),
        (gfile, "mkdir", transfer.mk_dir),
        (gfile, "remove", transfer.remove),
        (gfile, "rename", _rename),
        (gfile, "rmtree", _rmtree),
        (gfile, "stat", tree.stat),
        (gfile, "walk", tree.walk),
    ]


class _Scan:
    """`os.scandir` is also used as a context manager."""

    def __init__(self, path: Any) -> None:
        self._entries = tree.scan_dir(path)

    def __iter__(self) -> Any:
        return self._entries

    def __next__(self) -> Any:
        return next(self._entries)

    def __enter__(self) -> _Scan:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._entries.close()


def _open(file: Any, mode: str = "r", buffering: int = -1, encoding: str | None = None, *_: Any, **more: Any) -> Any:
    del buffering
    return stream.File(file, mode, encoding=encoding or "utf-8", newline=more.get("newline"))


def _glob(pattern: Any, **_: Any) -> list[str]:
    return tree.glob(pattern)


def _iglob(pattern: Any, **_: Any) -> Iterator[str]:
    return iter(tree.glob(pattern))


def _stat(path: Any, **_: Any) -> tree.Stat:
    return tree.stat(path)


def _mkdir(path: Any, *_: Any, **__: Any) -> None:
    transfer.mk_dir(path)


def _rmtree(path: Any, *_: Any, **__: Any) -> None:
    transfer.remove(path, recursive=True)


def _rename(src: Any, dst: Any, **_: Any) -> None:
    transfer.rename(src, dst)


def _makedirs(name: Any, mode: int = 0o777, exist_ok: bool = False) -> None:
    del mode
    if not exist_ok and tree.exists(name):
        raise FileExistsError(f"'{name}' exists.")
    transfer.make_dirs(name)


def _rmdir(path: Any, **_: Any) -> None:
    if tree.list_directory(path):
        raise OSError(f"The directory '{path}' is not empty.")
    transfer.remove(path, recursive=True)


def _copy_keeping(src: Any, dst: Any, **_: Any) -> Any:
    transfer.copy(src, dst)
    return dst


def _copy_into(src: Any, dst: Any, **_: Any) -> Any:
    if tree.is_directory(dst) or str(dst).endswith("/"):
        dst = f"{str(dst).rstrip('/')}/{os.path.basename(str(src))}"
    transfer.copy(src, dst)
    return dst


def _copytree(src: Any, dst: Any, *_: Any, dirs_exist_ok: bool = False, **__: Any) -> Any:
    if not dirs_exist_ok and tree.exists(dst):
        raise FileExistsError(f"'{dst}' exists.")
    transfer.copy_parallel(src, dst)
    return dst


def _move(src: Any, dst: Any, **_: Any) -> Any:
    if tree.is_directory(dst):
        dst = f"{str(dst).rstrip('/')}/{os.path.basename(str(src).rstrip('/'))}"
    transfer.rename(src, dst)
    return dst
