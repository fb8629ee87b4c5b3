"""The engine seam: running one attempt of a user's workload somewhere and telling the truth about it.

An engine knows processes and containers, not jobs or services. It never writes our database: `pools` compares what
`observe` says with its rows. Every attempt has a private directory on the server's disk, made by the caller, in which
the engine keeps its own state; that directory alone is enough to observe an attempt after the server was killed.

    <directory>/log          what the workload printed, stdout and stderr in order, appended by the shim
    <directory>/usage.jsonl  one line every two seconds: {"t": ms, "cpu": cores used, "memory": bytes, …}
    <directory>/state.json   the shim's own state, replaced atomically
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Mount:
    """A directory or file of the host shown inside the sandbox at `target`.

    The workload is another user than the server may be. A writable source is handed over to it (itself, not what lies
    in it already); what it shall only read must be readable by others: keep it private by the directory around it.
    """

    source: Path
    target: str
    writable: bool = False


@dataclass(frozen=True, slots=True)
class Launch:
    """One attempt. `key` is unique to the attempt (`job-17-2`); launching the same key twice starts it once.

    `command`, `cwd`, mount targets and the names in `files` are paths as seen inside the sandbox. `/cache` and
    `/home/ma-user` are writable and private to the attempt. The interpreter that runs the server is visible at its own
    path; any other host directory the command needs (a package path) is a mount whose target is its source. `files`
    are small texts (credentials) laid at their paths, readable by this workload alone. Where no sandbox is active the
    workload sees host paths: the engine translates `cwd`, and `Engine.inside` tells the caller how to write paths
    into `command` and `env`. Secrets belong into `env` or `files`, never into `command`, which every user can read.
    """

    key: str
    directory: Path
    command: tuple[str, ...]
    env: Mapping[str, str]
    cwd: str = "/home/ma-user"
    mounts: tuple[Mount, ...] = ()
    cpu: float = 1.0
    memory_bytes: int = 1 << 30
    timeout_s: int | None = None
    grace_s: float = 10.0  # between TERM and KILL when the time is over
    network: bool = False
    files: Mapping[str, str] = field(default_factory=dict[str, str])


class Phase(StrEnum):
    STARTING = "starting"
    RUNNING = "running"
    EXITED = "exited"
    LOST = "lost"  # proved dead without having told its end: the host rebooted or the shim was killed
    ABSENT = "absent"  # nothing ever ran: never launched here, or the launch was cut off before its process began


@dataclass(frozen=True, slots=True)
class Observation:
    """What is known of an attempt. `signal` is set when a signal ended it, and `exit_code` is then 128 and its number,
    as shells tell it; `reason` is one of `completed`, `failed`, `signal`, `out_of_memory`, `timeout`, `stopped`,
    `not_started` once it has EXITED, and `message` says the same to a person."""

    phase: Phase
    exit_code: int | None = None
    signal: int | None = None
    reason: str | None = None
    message: str = ""
    started_ms: int | None = None
    finished_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Isolation:
    """How workloads are kept apart from the host, for the console and the administrator to see."""

    kind: str  # "bubblewrap" or "process"
    strong: bool
    why: str = ""
    details: dict[str, bool] = field(default_factory=dict[str, bool])


class Engine(ABC):
    """Implementations: `local.LocalEngine`; containers and Ray come later. One contract suite holds for all."""

    @abstractmethod
    def isolation(self) -> Isolation:
        """What was probed at start; cheap to call again."""

    @abstractmethod
    def launch(self, launch: Launch) -> None:
        """Start the attempt, detached from this process; returns once it is on its way (within 100 ms)."""

    @abstractmethod
    def observe(self, directory: Path) -> Observation:
        """The truth about the attempt whose directory this is; cheap enough to call every second for hundreds."""

    @abstractmethod
    def stop(self, directory: Path, grace_s: float = 10.0) -> None:
        """Ask the attempt to end: TERM, then KILL after the grace. Returns at once; idempotent."""

    @abstractmethod
    def verify_gone(self, directory: Path) -> bool:
        """Kill whatever of the attempt is left and say whether nothing is: only then may its slot be given out."""

    @abstractmethod
    def living(self) -> Iterable[Path]:
        """Directories of all attempts of this home that have a live process here, with or without a row."""

    @abstractmethod
    def inside(self, launch: Launch, path: str) -> str:
        """What `path` (as promised inside the sandbox) is called for the workload under the active isolation."""
