"""Unpacking a zip archive that lies in a bucket, member by member, into the same bucket.

The archive is read where it lies, through a small cache of its parts: nothing is unpacked on the way and nothing of
it is opened by a path. A repeated step writes the same objects again.
"""

import io
import time
from collections import OrderedDict
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, BinaryIO, cast

from maquette.buckets.service import OpenedBucket
from maquette.buckets.space import admitted, check_space
from maquette.formats.archives import BadMember, Limits, Member, members
from maquette.kit.errors import Conflict, Invalid
from maquette.storage import ObjectInfo, ObjectStore
from maquette.tasks import RunningTask

WINDOW = 4 << 20
WINDOWS = 4
RATIO = 200
STEP_FILES = 200
STEP_S = 2.0
# A store syncs every object, which takes time and no work: so small members are stored several at a time.
SMALL = 1 << 20
WRITERS = 8
PENDING = 32
# How many bad members a result names; all are counted.
NAMED = 500


class StoredFile(io.RawIOBase):
    """An object as a seekable file, read in windows of which the last few are kept."""

    def __init__(self, store: ObjectStore, key: str, size: int) -> None:
        self._store = store
        self._key = key
        self._size = size
        self._at = 0
        self._windows: OrderedDict[int, bytes] = OrderedDict()

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def read(self, size: int = -1) -> bytes:
        end = self._size if size < 0 else min(self._size, self._at + size)
        pieces: list[bytes] = []
        while self._at < end:
            number, skip = divmod(self._at, WINDOW)
            piece = self._window(number)[skip : skip + end - self._at]
            if not piece:
                break
            pieces.append(piece)
            self._at += len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _window(self, number: int) -> bytes:
        if number in self._windows:
            self._windows.move_to_end(number)
        else:
            start = number * WINDOW
            content = b"".join(self._store.read(self._key, start, min(start + WINDOW, self._size)))
            self._windows[number] = content
            if len(self._windows) > WINDOWS:
                self._windows.popitem(last=False)
        return self._windows[number]


class Extraction:
    """The work of one task. `state` is its checkpoint: where to go on, and what has been found so far."""

    def __init__(self, task: RunningTask, bucket: OpenedBucket) -> None:
        self._task = task
        self._bucket = bucket
        self._key: str = task.payload["key"]
        self._prefix: str = task.payload["prefix"]
        self._archive = bucket.store.head(self._key)
        self._writers = ThreadPoolExecutor(WRITERS, thread_name_prefix="extract")
        self._pending: list[tuple[str, Future[ObjectInfo]]] = []
        empty: dict[str, Any] = {
            "etag": self._archive.etag,
            "next": 0,
            "files": 0,
            "bytes": 0,
            "bad": [],
            "bad_count": 0,
        }
        self.state: dict[str, Any] = dict(task.checkpoint or empty)
        if self.state["etag"] != self._archive.etag:
            raise Conflict(f"The archive '{self._key}' has changed while it was being unpacked. Ask for it again.")

    @property
    def etag(self) -> str:
        return self._archive.etag

    def run(self) -> dict[str, Any]:
        """Unpack what is left. Returns the result, which names the bad members."""
        settings, state = self._bucket.settings, self.state
        file = StoredFile(self._bucket.store, self._key, self._archive.size)
        limits = Limits(settings.archive_bytes - state["bytes"], settings.archive_files, RATIO)
        saved_at, saved_next = time.monotonic(), state["next"]
        with self._writers:
            for index, member in enumerate(members(cast(BinaryIO, file), limits)):
                if index < state["next"]:
                    continue
                self._take(member)
                state["next"] = index + 1
                if state["next"] - saved_next >= STEP_FILES or time.monotonic() - saved_at > STEP_S:
                    self._save(file.tell() / max(1, self._archive.size))
                    saved_at, saved_next = time.monotonic(), state["next"]
            self._save(1.0)
        return {name: state[name] for name in ("files", "bytes", "bad", "bad_count")}

    def _take(self, member: Member | BadMember) -> None:
        if isinstance(member, BadMember):
            self._report(member.name, member.reason, member.remedy)
            return
        check_space(self._bucket.folder, member.size, self._bucket.settings.free_space_reserve)
        chunks: Iterable[bytes] = admitted(self._bucket, member.chunks)
        try:
            # Inflated here, since all members share the one file; only storing it may happen beside the next.
            content = b"".join(chunks) if member.size <= SMALL else chunks
        except Invalid as error:
            self._report(member.name, error.message, "")
            return
        self._pending.append((member.name, self._writers.submit(self._write, member.name, content)))
        if member.size > SMALL or len(self._pending) >= PENDING:
            self._settle()

    def _write(self, name: str, content: bytes | Iterable[bytes]) -> ObjectInfo:
        return self._bucket.store.write(self._prefix + name, content)

    def _settle(self) -> None:
        """Wait for what is being stored, and count it."""
        pending, self._pending = self._pending, []
        for name, written in pending:
            try:
                size = written.result().size
            except (Invalid, Conflict) as error:
                # This member cannot be had or cannot be stored under its name; the others can.
                self._report(name, error.message, "")
            else:
                self.state["files"] += 1
                self.state["bytes"] += size

    def _report(self, name: str, reason: str, remedy: str) -> None:
        self.state["bad_count"] += 1
        if len(self.state["bad"]) < NAMED:
            self.state["bad"] = [*self.state["bad"], {"name": name, "reason": reason, "remedy": remedy}]

    def _save(self, progress: float) -> None:
        self._settle()
        with self._task.step(progress=progress, checkpoint=dict(self.state)):
            pass
