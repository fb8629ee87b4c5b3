"""Who a process is, and finding ours: reading /proc for the engine's side.

A pid alone names nobody, since the kernel reuses it: a process is its boot id, pid and start time together.
"""

import contextlib
import os
import signal
from collections.abc import Iterator
from functools import cache
from pathlib import Path

MARKER = "MAQUETTE_ATTEMPT"
SHIM = "from shim.start import main; main()"  # what a supervisor is called in /proc


@cache
def boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def start_time(pid: int) -> int | None:
    """In clock ticks since boot; None when there is no such process or only its unburied body."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return None
    return None if fields[0] in (b"Z", b"X") else int(fields[19])


def send(pid: int, start: int, number: signal.Signals) -> bool:
    """Signal exactly this process; False when it is no more. The descriptor rules out a pid reused in between."""
    try:
        handle = os.pidfd_open(pid)
    except OSError:
        return False
    try:
        if start_time(pid) != start:
            return False
        signal.pidfd_send_signal(handle, number)
    except ProcessLookupError:
        return False
    finally:
        os.close(handle)
    return True


def marked(prefix: str) -> Iterator[tuple[int, str]]:
    """Live processes whose environment carries our marker, with its value; costs a walk over all of /proc."""
    wanted = f"{MARKER}={prefix}".encode()
    for pid in _pids():
        for entry in _read(pid, "environ"):
            if entry.startswith(wanted) and start_time(pid) is not None:
                yield pid, entry.partition(b"=")[2].decode()


def shims(home_id: str) -> Iterator[Path]:
    """Directories of the attempts of this home whose supervisor lives."""
    for pid in _pids():
        argv = _read(pid, "cmdline")
        if argv[5:6] == [SHIM.encode()] and argv[7:8] == [home_id.encode()] and start_time(pid) is not None:
            yield Path(os.fsdecode(argv[6]))


def _pids() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _read(pid: int, name: str) -> list[bytes]:
    with contextlib.suppress(OSError), open(f"/proc/{pid}/{name}", "rb") as file:
        return file.read().split(b"\0")
    return []
