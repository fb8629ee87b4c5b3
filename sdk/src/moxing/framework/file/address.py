"""Telling remote addresses from local paths, and taking them apart.

`obs://bucket/key` and `s3://bucket/key` name the same object. Scripts build such addresses by concatenation and by
`os.path.join`, so one slash or three after the scheme, and doubled slashes inside, are read as they were meant. A
path without a scheme is local, `/bucket/key` too.
"""

from __future__ import annotations

import os

SCHEMES = ("obs:/", "s3:/", "s3a:/")

Path = str | os.PathLike[str]


class Address:
    """One remote place. `key` has no leading slash and no trailing one; `folder` says that a trailing one was given.

    `root` is what the user wrote before the key (`obs://bucket`), so that answers come back in the same scheme.
    """

    __slots__ = ("bucket", "folder", "key", "root")

    def __init__(self, scheme: str, bucket: str, key: str, folder: bool = False) -> None:
        self.bucket = bucket
        self.key = key
        self.folder = folder
        self.root = f"{scheme}://{bucket}"

    @property
    def prefix(self) -> str:
        """What the keys of everything inside begin with."""
        return f"{self.key}/" if self.key else ""

    def url(self, key: str | None = None) -> str:
        key = self.key if key is None else key
        return f"{self.root}/{key}" if key else self.root

    def child(self, relative: str) -> Address:
        """The address of a name below; a trailing slash in it makes a folder."""
        key = (self.prefix + relative).rstrip("/")
        return Address(self.root.partition(":")[0], self.bucket, key, relative.endswith("/"))

    def __str__(self) -> str:
        return self.url()


def is_remote(path: object) -> bool:
    """Whether `path` is an address of the object store; anything else is the local file system's business."""
    if not isinstance(path, str):
        if not isinstance(path, os.PathLike):
            return False
        path = os.fspath(path)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    return isinstance(path, str) and path.startswith(SCHEMES)


def parse(path: Path) -> Address:
    """Take a remote address apart; `ValueError` when it names no bucket."""
    text = os.fspath(path)
    scheme, _, rest = text.partition(":")
    segments = [segment for segment in rest.split("/") if segment]
    if not segments:
        raise ValueError(f"'{text}' names no bucket. Write {scheme}://bucket/key.")
    return Address(scheme, segments[0], "/".join(segments[1:]), rest.endswith("/"))


def join(path: Path, name: str) -> str:
    """Join like `os.path.join`, with `/` for both kinds."""
    text = os.fspath(path)
    return text + name if text.endswith("/") else f"{text}/{name}"
