"""Objects by the platform's files API: describe, list, read, write, copy, delete. No local path is known here."""

from __future__ import annotations

import json
import time
from collections.abc import Generator, Iterator

from moxing.framework.file import session
from moxing.framework.file.address import Address
from moxing.framework.file.errors import (
    Answer,
    MoxFileNotExistsException,
    MoxFileReadException,
    MoxFileRespException,
)
from moxing.framework.file.wire import BLOCK, Broken, Response

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from moxing.framework.file.wire import Upload


_ABSENT = "ModelArts.4404"


class Entry:
    """One object, or a folder (`key` ends in `/` then, with size 0)."""

    __slots__ = ("key", "modified_ms", "size")

    def __init__(self, key: str, size: int, modified_ms: int) -> None:
        self.key = key
        self.size = size
        self.modified_ms = modified_ms

    @property
    def folder(self) -> bool:
        return self.key.endswith("/")


def _path(bucket: str, key: str) -> str:
    return f"/buckets/{session.quote(bucket)}/objects/{session.quote(key)}"


def size_of(address: Address) -> int | None:
    """The size of the object at exactly this key, or None where there is none. One cheap request."""
    if not address.key:
        return None
    response = session.call("HEAD", _path(address.bucket, address.key), accept=(404,))
    return int(response.headers.get("content-length", "0")) if response.status < 300 else None


def find(address: Address) -> Entry | None:
    """The object at exactly this key with its modification time, or None."""
    if not address.key:
        return None
    entry = next(iter(listing(address.bucket, address.key, limit=1)), None)
    return entry if entry is not None and entry.key == address.key else None


def is_folder(address: Address) -> bool:
    """Whether anything lies below, a folder marker included; a bucket that exists is a folder."""
    try:
        first = next(iter(listing(address.bucket, address.prefix, limit=1)), None)
    except MoxFileNotExistsException:
        return False
    return first is not None or not address.key


def listing(bucket: str, prefix: str, *, delimited: bool = False, limit: int | None = None) -> Iterator[Entry]:
    """Yield what begins with the prefix in the order of keys, page by page; `limit` takes one page of that size."""
    after: str | None = ""
    while after is not None:
        query = {"prefix": prefix, "limit": str(limit or session.Policy.page)}
        if delimited:
            query["delimited"] = "true"
        if after:
            query["after"] = after
        response = session.call("GET", f"/buckets/{session.quote(bucket)}/objects", query=query)
        page: dict[str, Any] = json.loads(response.content)
        entries = [Entry(each["key"], each["size"], each["last_modified"]) for each in page["objects"]]
        entries += [Entry(each, 0, 0) for each in page["prefixes"]]
        if page["prefixes"]:
            entries.sort(key=lambda entry: entry.key)
        yield from entries
        after = page["next_after"] if limit is None else None


def write(address: Address, body: bytes | Upload) -> None:
    """Store an object whole, replacing what was there. Safe to repeat."""
    session.call("PUT", _path(address.bucket, address.key), body=body)


def make_folder(address: Address) -> None:
    session.call("PUT", _path(address.bucket, address.key + "/"), body=b"")


def delete(address: Address) -> None:
    session.call("DELETE", _path(address.bucket, address.key), accept=(404,))


def delete_below(address: Address) -> None:
    """Remove everything below the folder, its marker included."""
    _ask(address.bucket, "delete", {"prefix": address.prefix})


def copy(source: Address, target: Address, *, move: bool = False) -> None:
    """Copy or move one object on the platform's side; no byte comes here."""
    told: dict[str, Any] = {"source": source.key, "target": target.key, "move": move}
    if target.bucket != source.bucket:
        told["target_bucket"] = target.bucket
    try:
        _ask(source.bucket, "copy", told)
    except MoxFileNotExistsException:
        # A move whose answer was lost and that was repeated finds no source: it is done where the target exists.
        if not move or size_of(target) is None:
            raise


def _ask(bucket: str, what: str, told: dict[str, Any]) -> None:
    """Ask for a deed, and wait for its end where the platform has made a task of it."""
    base, headers = f"/buckets/{session.quote(bucket)}", {"Content-Type": "application/json"}
    response = session.call("POST", f"{base}/{what}", headers=headers, body=json.dumps(told).encode())
    if response.status != 202:
        return
    task = f"{base}/tasks/{json.loads(response.content)['task_id']}"
    pause = session.Policy.first_wait
    while (state := json.loads(session.call("GET", task).content))["state"] in ("waiting", "running"):
        time.sleep(pause)
        pause = min(pause * 1.6, session.Policy.longest_wait)
    if state["state"] != "succeeded":
        answer = Answer(0, state["error_code"], state["error_msg"] or f"The task was {state['state']}.")
        raise MoxFileNotExistsException(answer.reason) if answer.errorCode == _ABSENT else MoxFileRespException(answer)


def read(address: Address, start: int = 0) -> Generator[bytes, None, None]:
    """Yield the bytes from `start` on in blocks; a broken connection is resumed where it broke."""
    stream = Stream(address, start)
    try:
        while block := stream.read_some(BLOCK):
            yield block
    finally:
        stream.close()


class Stream:
    """One object read forwards, surviving restarts of the platform as long as the object stays the same."""

    def __init__(self, address: Address, start: int = 0) -> None:
        self.position = start
        self._address = address
        self._etag: str | None = None
        self._attempts = session.Attempts()
        self._response: Response | None = self._open()

    def _open(self) -> Response | None:
        headers = {"Range": f"bytes={self.position}-"} if self.position else {}
        path = _path(self._address.bucket, self._address.key)
        response = session.call("GET", path, headers=headers, accept=(416,), stream=True)
        if response.status == 416:  # at or behind the end
            session.release(response)
            return None
        etag = response.headers.get("etag", "")
        if self._etag is not None and etag != self._etag:
            response.connection.close()
            raise MoxFileReadException(Answer(412, "changed", f"{self._address} changed while it was read."))
        self._etag = etag
        return response

    def read_some(self, limit: int) -> bytes:
        """Up to `limit` bytes; empty at the end."""
        while self._response is not None:
            try:
                data = self._response.read_some(limit)
                if not data:
                    self.close()
            except Broken as problem:
                self._response.connection.close()
                self._attempts.wait(Answer(0, "unreachable", str(problem)))
                self._response = self._open()
                continue
            if data:
                self._attempts = session.Attempts()
            self.position += len(data)
            return data
        return b""

    def close(self) -> None:
        if self._response is not None:
            session.release(self._response)
            self._response = None
