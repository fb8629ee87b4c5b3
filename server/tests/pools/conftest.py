"""A reconciler over an engine that only pretends, so that every state of the world can be set up at will."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session
from tests.conftest import Platform

from maquette.engines import Engine, Isolation, Launch, Observation, Phase
from maquette.iam.users import find_user
from maquette.kit.actor import Actor
from maquette.kit.errors import Invalid
from maquette.pools import Program, Workload, WorkloadSpec, request_workload, stop_workload
from maquette.pools.flavors import Machine
from maquette.pools.reconciler import Reconciler

GIB = 1 << 30


class PretendEngine(Engine):
    """Attempts are entries of a table; a test says what becomes of them."""

    def __init__(self) -> None:
        self.attempts: dict[Path, Observation] = {}
        self.launches: list[Launch] = []
        self.stopped: list[Path] = []
        self.resisting: set[Path] = set()
        self.broken = False

    def isolation(self) -> Isolation:
        return Isolation("pretend", True)

    def launch(self, launch: Launch) -> None:
        if self.broken:
            raise OSError("no room for another process")
        self.launches.append(launch)
        self.attempts.setdefault(launch.directory, Observation(Phase.RUNNING, started_ms=1000))

    def observe(self, directory: Path) -> Observation:
        return self.attempts.get(directory, Observation(Phase.ABSENT))

    def stop(self, directory: Path, grace_s: float = 10.0) -> None:
        self.stopped.append(directory)

    def verify_gone(self, directory: Path) -> bool:
        if directory in self.resisting:
            return False
        if self.attempts.get(directory, Observation(Phase.ABSENT)).phase == Phase.RUNNING:
            del self.attempts[directory]
        return True

    def living(self) -> Iterable[Path]:
        return [path for path, seen in self.attempts.items() if seen.phase in (Phase.STARTING, Phase.RUNNING)]

    def inside(self, launch: Launch, path: str) -> str:
        return path

    def end(self, directory: Path, reason: str = "completed", **facts: Any) -> None:
        code = facts.pop("exit_code", 0 if reason == "completed" else 1)
        facts = {"finished_ms": 2000} | facts
        self.attempts[directory] = Observation(Phase.EXITED, code, reason=reason, **facts)


@dataclass
class PretendKind:
    """A domain that takes note of ends, and may fail at either of its two duties."""

    ends: list[tuple[str, int, str, str]] = field(default_factory=list[tuple[str, int, str, str]])
    refusal: str = ""
    clumsy: bool = False

    def prepare(self, session: Session, workload: Workload) -> Program:
        if self.refusal:
            raise Invalid(self.refusal)
        return Program(command=lambda inside: ("true", inside("/cache")))

    def ended(self, session: Session, workload: Workload) -> None:
        self.ends.append((workload.id, workload.attempt, workload.phase, workload.reason))
        if self.clumsy:
            raise RuntimeError("the domain stumbled")


class Pool:
    """Asks for workloads as a user would, and ticks."""

    def __init__(self, platform: Platform) -> None:
        self.database = platform.database
        self.settings = platform.settings
        self.engine = PretendEngine()
        self.kind = PretendKind()
        with self.database.read() as session:
            user = find_user(session, "admin", "admin")
        self.actor = Actor(user.id, user.name, user.domain_id, "admin", "p", frozenset({"0"}))
        self.reconciler = self.restarted()

    def restarted(self) -> Reconciler:
        """A worker that knows nothing but rows and directories."""
        self.reconciler = Reconciler(
            self.settings, self.database, self.engine, {"job": self.kind, "service": self.kind}
        )
        return self.reconciler

    def ask(self, flavor: str = "modelarts.vm.cpu.1u", kind: str = "job", **options: Any) -> str:
        with self.database.write() as session:
            return request_workload(session, self.actor, WorkloadSpec(kind, "1", "0", flavor, **options)).id

    def stop(self, workload_id: str) -> None:
        with self.database.write() as session:
            stop_workload(session, session.get_one(Workload, workload_id), by="alice")

    def row(self, workload_id: str) -> Workload:
        with self.database.read() as session:
            return session.get_one(Workload, workload_id)

    def phase(self, workload_id: str) -> str:
        return self.row(workload_id).phase

    def directory(self, workload_id: str) -> Path:
        return self.settings.jobs_dir.resolve() / self.row(workload_id).directory

    def tick(self, times: int = 1) -> float | None:
        wanted = None
        for _ in range(times):
            wanted = self.reconciler.tick()
        return wanted


class Clock:
    """The time of the pool's parts, in milliseconds since 1970."""

    def __init__(self) -> None:
        self.now = 1_700_000_000_000

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    for part in ("endings", "reconciler"):
        monkeypatch.setattr(f"maquette.pools.{part}.now_ms", made)
    return made


@pytest.fixture
def pool(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Pool:
    """A pool of two CPUs and 16 GB."""
    machine = Machine(2, 16 * GIB)
    monkeypatch.setattr(import_module("maquette.pools.flavors"), "machine", lambda: machine)
    monkeypatch.setattr("maquette.pools.reconciler.machine", lambda: machine)
    return Pool(platform)
