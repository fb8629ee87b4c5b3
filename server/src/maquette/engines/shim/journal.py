"""What an attempt leaves on the disk: its state, replaced atomically, and its log, held under a cap."""

import json
import os
import select
import time

from .kernel import start_time

_CHUNK = 1 << 20


def now_ms() -> int:
    return time.time_ns() // 1_000_000


class Record:
    """The state file: what a server that comes back later reads."""

    def __init__(self, directory: str, boot_id: str) -> None:
        self.path = f"{directory}/state.json"
        self.facts: dict[str, object] = {
            "boot": boot_id,
            "shim": {"pid": os.getpid(), "start": start_time("self")},
            "phase": "starting",
        }

    def write(self, *, durable: bool, **facts: object) -> None:
        self.facts.update(facts)
        beside = self.path + ".tmp"
        fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.write(fd, json.dumps(self.facts).encode())
            if durable:
                os.fsync(fd)
        finally:
            os.close(fd)
        os.rename(beside, self.path)
        if durable:
            folder = os.open(os.path.dirname(self.path), os.O_RDONLY)
            os.fsync(folder)
            os.close(folder)


class Log:
    """The log file, fed by a pipe that is the workload's stdout and stderr.

    One pipe keeps both in order; and the workload, which may do as it likes with its descriptors (`> /dev/stderr`
    truncates a file), cannot undo a line that has arrived. A flood is held under `cap`: the head and the latest
    quarter stay, and a line says what went.
    """

    def __init__(self, path: str, cap: int, owner: list[int] | None) -> None:
        self.path, self.cap = path, cap
        self.file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC)
        self.size = os.fstat(self.file).st_size
        self.left_out = 0
        self.source, self.sink = os.pipe2(os.O_CLOEXEC)
        os.set_blocking(self.source, False)
        if owner is not None:
            os.fchown(self.sink, *owner)  # or nobody but root could open /dev/stderr by its name

    def take(self, rounds: int = 8) -> bool:
        """Write down what has arrived, up to some rounds; False once nobody can write any more."""
        for _ in range(rounds):
            try:
                chunk = os.read(self.source, _CHUNK)
            except BlockingIOError:
                return True
            if not chunk:
                return False
            self._append(chunk)
            if self.size > self.cap:
                self._trim()
        return True

    def finish(self) -> None:
        """Take the rest, when all writers are dead."""
        while self.take() and self._more():
            pass

    def last_line(self) -> str:
        lines = os.pread(self.file, 2000, max(0, self.size - 2000)).decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else ""

    def _more(self) -> bool:
        return bool(select.select([self.source], [], [], 0)[0])

    def _append(self, chunk: bytes) -> None:
        try:
            while chunk:
                written = os.write(self.file, chunk)
                self.size += written
                chunk = chunk[written:]
        except OSError:
            self.left_out += len(chunk)  # a full disk costs lines, never the job

    def _trim(self) -> None:
        head, quarter = self.cap // 2, self.cap // 4
        tail = os.pread(self.file, quarter, self.size - quarter).partition(b"\n")[2]
        os.truncate(self.file, head)
        self.left_out += self.size - head - len(tail)
        self.size = head
        note = f"\n[maquette] {self.left_out} bytes of log were left out here: it grew over {self.cap} bytes.\n"
        self._append(note.encode() + tail)
