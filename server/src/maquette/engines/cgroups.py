"""Kernel bounds for an attempt where cgroup v2 is writable: one group per attempt, made here, joined by the workload.

Each part is used if the host offers it: killing and finding a whole tree needs no controller; memory, process and
CPU limits need theirs. Without any, the shim watches from outside. Version 1 hierarchies are left alone.
"""

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

_CONTROLLERS = ("memory", "pids", "cpu")


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one attempt may use."""

    memory_bytes: int
    processes: int
    cpu: float


@dataclass(frozen=True, slots=True)
class Groups:
    """The place where attempts' groups are made; `parent` is None where the host gives us none."""

    parent: Path | None
    controllers: frozenset[str] = frozenset()

    def make(self, name: str, bounds: Bounds) -> Path | None:
        """Create the attempt's group with its limits; None when it cannot be made."""
        if self.parent is None:
            return None
        group = self.parent / name
        try:
            group.mkdir(exist_ok=True)
            if "memory" in self.controllers:
                (group / "memory.max").write_text(str(bounds.memory_bytes))
                (group / "memory.oom.group").write_text("1")
                with contextlib.suppress(OSError):
                    (group / "memory.swap.max").write_text("0")
            if "pids" in self.controllers:
                (group / "pids.max").write_text(str(bounds.processes))
            if "cpu" in self.controllers:
                (group / "cpu.max").write_text(f"{int(bounds.cpu * 100_000)} 100000")
        except OSError:
            return None
        return group

    def members(self, name: str) -> list[int]:
        if self.parent is None:
            return []
        try:
            return [int(pid) for pid in (self.parent / name / "cgroup.procs").read_text().split()]
        except OSError:
            return []

    def kill(self, name: str) -> None:
        if self.parent is not None:
            with contextlib.suppress(OSError):
                (self.parent / name / "cgroup.kill").write_text("1")

    def remove(self, name: str) -> bool:
        """Whether the group is no more; it cannot go while a process is in it."""
        if self.parent is None:
            return True
        with contextlib.suppress(OSError):
            (self.parent / name).rmdir()
        return not (self.parent / name).exists()


def probe(name: str) -> Groups:
    """Find where we may make groups: beside our own group, or below the root when that is where we are."""
    mount, own = _mounted(), _own()
    if mount is None or own is None:
        return Groups(None)
    here = mount / own.lstrip("/")
    parent = mount if own == "/" else here.parent
    if not os.access(parent, os.W_OK):
        return Groups(None)
    for controller in _CONTROLLERS:
        with contextlib.suppress(OSError):
            (parent / "cgroup.subtree_control").write_text(f"+{controller}")
    trial = parent / f"{name}-{os.getpid()}"
    try:
        trial.mkdir()
        if not (trial / "cgroup.procs").exists():
            return Groups(None)
        found = frozenset(_CONTROLLERS) & set((trial / "cgroup.controllers").read_text().split())
    except OSError:
        return Groups(None)
    finally:
        with contextlib.suppress(OSError):
            trial.rmdir()
    return Groups(parent, found)


def _mounted() -> Path | None:
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        fields, _, kind = line.partition(" - ")
        if kind.startswith("cgroup2 "):
            return Path(fields.split()[4])
    return None


def _own() -> str | None:
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        if line.startswith("0::"):
            return line[3:]
    return None
