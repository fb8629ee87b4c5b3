"""Making the world what the rows say, and the rows what the world is.

Level-triggered: each tick looks at every active row and at its attempt, whatever happened before, and takes the next
step. After a crash nothing needs to be remembered: rows and attempt directories are all there is. No transaction is
held while the engine works.

    waiting ──slot free──▶ starting ──seen running──▶ running ──▶ ended | lost
                               └────────── wanted stopped ──▶ stopping ──▶ ended
"""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from maquette.db import Database
from maquette.engines import Engine, LocalEngine, Phase
from maquette.iam import issue_token, revoke_workload_tokens
from maquette.iam.tokens import TokenSpec
from maquette.kit.clock import now_ms
from maquette.kit.config import Settings
from maquette.kit.errors import MaquetteError
from maquette.kit.ids import new_id
from maquette.pools.endings import Attempt, Outcome, finish, locked
from maquette.pools.flavors import capacity, machine
from maquette.pools.kinds import Program, WorkloadKind, compose
from maquette.pools.tables import OCCUPYING, RUNNING, STARTING, STOPPING, WAITING, WANT_RUNNING, WANT_STOPPED, Workload
from maquette.pools.watching import attempt_directory
from maquette.pools.workloads import active_workloads, occupied

log = logging.getLogger(__name__)

GRACE_S = 10.0
HUNT_S = 5.0
LAUNCH_PATIENCE_S = 30.0
TOKEN_LIFETIME_MS = 365 * 24 * 3600 * 1000  # it is revoked when the attempt ends


@dataclass(frozen=True, slots=True)
class Claim:
    """A row that is ours to launch: what to run, and the token of its attempt."""

    row: Workload
    program: Program
    token: str


class Reconciler:
    """One per home, used by one thread. `kinds` are the domains' parts, by the workloads' kind."""

    def __init__(
        self, settings: Settings, database: Database, engine: Engine, kinds: Mapping[str, WorkloadKind]
    ) -> None:
        self.settings = settings
        self.database = database
        self.engine = engine
        self.kinds = kinds
        self._next_hunt = 0.0
        self._trouble: dict[str, float] = {}  # since when an attempt's launch fails, by its directory

    def tick(self) -> float | None:
        """Take every step that can be taken now; answers in how many seconds to look again, None when nobody waits."""
        if time.monotonic() >= self._next_hunt:
            self._hunt_ghosts()
            self._next_hunt = time.monotonic() + HUNT_S
        for row in self._active():
            try:
                self._follow(row)
            except Exception:
                log.exception("workload %s could not be looked after", row.id)
        while claim := self._claim():
            self._launch(claim)
        return self._patience()

    # -- looking after what runs ----------------------------------------------------------------------------------

    def _follow(self, row: Workload) -> None:
        if row.phase == WAITING:
            if row.wanted == WANT_STOPPED:
                self._finish(row, Outcome("cancelled", "It was stopped before it began."))
            return
        directory = attempt_directory(self.settings, row)
        seen = self.engine.observe(directory)
        if seen.phase == Phase.ABSENT and row.phase == STARTING:
            self._resume(row)
        elif seen.phase in (Phase.EXITED, Phase.LOST, Phase.ABSENT):
            if self.engine.verify_gone(directory):
                self._finish(row, Outcome.seen(seen))
            else:
                log.warning("workload %s has ended, but something of it resists: its slot stays taken", row.id)
        elif row.wanted == WANT_STOPPED:
            if row.phase != STOPPING:
                self.engine.stop(directory, GRACE_S)
                self._move(row, STOPPING, started_at=seen.started_ms)
        elif seen.phase == Phase.RUNNING and row.phase == STARTING:
            self._move(row, RUNNING, started_at=seen.started_ms)

    def _resume(self, row: Workload) -> None:
        """A claimed row of which nothing runs: its launch failed, or we were killed before it."""
        if row.wanted == WANT_STOPPED:
            self._finish(row, Outcome("cancelled", "It was stopped before it began."))
        elif claim := self._prepare_again(row):
            self._launch(claim)

    def _move(self, row: Workload, phase: str, *, started_at: int | None) -> None:
        with self.database.write() as session:
            current = locked(session, Attempt.of(row))
            if current is not None:
                current.phase, current.updated_at = phase, now_ms()
                current.started_at = started_at or current.started_at
                current.reason = current.message = ""

    def _finish(self, row: Workload, outcome: Outcome) -> None:
        self._trouble.pop(row.directory, None)
        with self.database.write() as session:
            finish(session, Attempt.of(row), outcome, self.kinds.get(row.kind))

    # -- starting what waits --------------------------------------------------------------------------------------

    def _claim(self) -> Claim | None:
        """Take the next workload whose turn it is and for which there is room."""
        with self.database.read() as session:
            if not session.scalar(select(Workload.id).where(Workload.phase == WAITING).limit(1)):
                return None
        while True:
            with self.database.write() as session:
                row = self._next_in_line(session)
                if row is None:
                    return None
                row.phase, row.fence, row.updated_at = STARTING, new_id(), now_ms()
                row.reason = row.message = ""
                row.exit_code = row.signal = row.started_at = row.finished_at = None
                claim = self._prepare(session, row)
            if claim is not None:
                return claim

    def _next_in_line(self, session: Session) -> Workload | None:
        """First come, first served: who does not fit holds back those behind it, or it would wait for ever."""
        rows = active_workloads(session)
        due = [
            row for row in rows if row.phase == WAITING and row.wanted == WANT_RUNNING and row.not_before <= now_ms()
        ]
        if not due:
            return None
        first, *others = due
        lacking, devices = _lacking(first, rows)
        if not lacking:
            first.devices = devices
            return first
        _explain(first, f"Waiting for {' and '.join(lacking)}; it is the next in line.")
        for position, row in enumerate(others, 1):
            _explain(row, f"Waiting its turn behind {position} other{'s' if position > 1 else ''}.")
        return None

    def _prepare(self, session: Session, row: Workload) -> Claim | None:
        """Ask the domain what to run and issue the attempt's token; None when that ended the attempt."""
        attempt = Attempt.of(row)
        session.flush()
        try:
            with session.begin_nested():
                program = self.kinds[row.kind].prepare(session, row)
        except MaquetteError as error:
            outcome = Outcome("not_started", error.message)
        except Exception:
            log.exception("workload %s could not be prepared", row.id)
            outcome = Outcome("not_started", f"It could not be prepared; the server's log has it under {row.id}.")
        else:
            revoke_workload_tokens(session, attempt.subject)
            owner = row.owner_id, TOKEN_LIFETIME_MS, row.project_id
            spec = TokenSpec("workload", *owner, subject=attempt.subject, workspace_id=row.workspace_id)
            return Claim(row, program, issue_token(session, spec))
        finish(session, attempt, outcome, self.kinds.get(row.kind))
        return None

    def _prepare_again(self, row: Workload) -> Claim | None:
        with self.database.write() as session:
            current = locked(session, Attempt.of(row))
            return self._prepare(session, current) if current is not None else None

    def _launch(self, claim: Claim) -> None:
        """Start an attempt. A launch that fails is tried again at the next ticks, for a while."""
        row = claim.row
        try:
            self.engine.launch(compose(self.settings, self.engine, row, claim.program, claim.token))
            self._trouble.pop(row.directory, None)
        except Exception as error:
            log.exception("workload %s could not be launched", row.id)
            since = self._trouble.setdefault(row.directory, time.monotonic())
            if time.monotonic() - since < LAUNCH_PATIENCE_S:
                return
            reason = error.message if isinstance(error, MaquetteError) else type(error).__name__
            if self.engine.verify_gone(attempt_directory(self.settings, row)):
                self._finish(row, Outcome("not_started", f"It could not be launched: {reason}"))

    # -- the rest -------------------------------------------------------------------------------------------------

    def _hunt_ghosts(self) -> None:
        """End whatever runs without an active row. Looked for first, so that what starts meanwhile has its row."""
        living = list(self.engine.living())
        if not living:
            return
        expected = {attempt_directory(self.settings, row) for row in self._active() if row.phase in OCCUPYING}
        for directory in living:
            if directory not in expected:
                log.warning("%s runs without a row; it is being ended", directory.name)
                self.engine.stop(directory, 0)
                self.engine.verify_gone(directory)

    def _active(self) -> list[Workload]:
        with self.database.read() as session:
            return list(active_workloads(session))

    def _patience(self) -> float | None:
        """Ends announce themselves to nobody: look the more often, the sooner something may change."""
        rows = self._active()
        if not rows:
            return None
        if any(row.phase in (STARTING, STOPPING) for row in rows):
            return 0.5 if self._trouble else 0.05
        return 0.2


def local_reconciler(settings: Settings, database: Database, kinds: Mapping[str, WorkloadKind]) -> Reconciler:
    """The reconciler of the public pool, whose workloads run on this machine."""
    return Reconciler(settings, database, LocalEngine(settings.home, sandbox=settings.sandbox), kinds)


def _lacking(wanting: Workload, rows: Sequence[Workload]) -> tuple[list[str], list[int]]:
    """What is not free of what a workload needs, in words; and the devices that it would get."""
    cpu, memory = capacity(machine())
    held_cpu, held_memory, held_devices = occupied(rows)
    devices = [index for index in range(len(machine().gpus)) if index not in held_devices]
    lacking: list[str] = []
    if held_cpu + wanting.cpu > cpu:
        lacking.append(f"{wanting.cpu:g} CPU{'' if wanting.cpu == 1 else 's'} ({max(cpu - held_cpu, 0):g} free)")
    if held_memory + wanting.memory > memory:
        lacking.append(f"{_gb(wanting.memory)} of memory ({_gb(memory - held_memory)} free)")
    if wanting.gpus > len(devices):
        lacking.append(f"{wanting.gpus} GPUs ({len(devices)} free)")
    return lacking, devices[: wanting.gpus]


def _explain(row: Workload, message: str) -> None:
    if row.message != message:
        row.reason, row.message = "queued", message


def _gb(size: int) -> str:
    return f"{max(size, 0) / (1 << 30):.1f} GB"
