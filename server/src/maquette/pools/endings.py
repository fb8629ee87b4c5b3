"""How an attempt's end is recorded: once, by whom the fence still belongs to, and what follows from it."""

import logging
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from maquette.db import wake_worker
from maquette.engines import Observation, Phase
from maquette.iam import revoke_workload_tokens
from maquette.kit.clock import now_ms
from maquette.pools.kinds import WorkloadKind
from maquette.pools.tables import ACTIVE, ENDED, LOST, WAITING, WANT_RUNNING, Workload
from maquette.pools.workloads import attempt_path

log = logging.getLogger(__name__)

LONGEST_PAUSE_S = 60
STABLE_S = 600


@dataclass(frozen=True, slots=True)
class Attempt:
    """The identity of one attempt: a result without the right fence is a stale one."""

    workload_id: str
    number: int
    fence: str

    @classmethod
    def of(cls, workload: Workload) -> "Attempt":
        return cls(workload.id, workload.attempt, workload.fence)

    @property
    def subject(self) -> str:
        """What the attempt's tokens are issued to."""
        return f"{self.workload_id}-{self.number}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended. `reason` is the engine's, or `lost` (its supervisor is gone) or `cancelled` (it never began)."""

    reason: str
    message: str = ""
    exit_code: int | None = None
    signal: int | None = None
    started_at: int | None = None
    finished_at: int | None = None

    @classmethod
    def seen(cls, seen: Observation) -> "Outcome":
        reason = "lost" if seen.phase in (Phase.LOST, Phase.ABSENT) else seen.reason or "failed"
        return cls(reason, seen.message, seen.exit_code, seen.signal, seen.started_ms, seen.finished_ms)


def locked(session: Session, attempt: Attempt) -> Workload | None:
    """The row, held for this transaction, if it still is about this attempt and has not ended."""
    query = select(Workload).where(
        Workload.id == attempt.workload_id,
        Workload.attempt == attempt.number,
        Workload.fence == attempt.fence,
        Workload.phase.in_(ACTIVE),
    )
    return session.scalar(query.with_for_update())


def finish(session: Session, attempt: Attempt, outcome: Outcome, kind: WorkloadKind | None) -> bool:
    """Record the end of an attempt; False, and nothing done, when it is not the row's present one any more."""
    row = locked(session, attempt)
    if row is None:
        return False
    row.phase = LOST if outcome.reason == "lost" else ENDED
    row.reason, row.message = outcome.reason, _sentence(row, outcome)
    row.exit_code, row.signal = outcome.exit_code, outcome.signal
    row.started_at = outcome.started_at or row.started_at
    row.finished_at = row.updated_at = outcome.finished_at or now_ms()
    row.devices = []
    revoke_workload_tokens(session, attempt.subject)
    if _was_stable(row):
        row.restarts = 0
    if _tries_again(row):
        _begin_again(row)
    session.flush()
    if kind is not None:
        _tell(session, row, kind)
    wake_worker(session)  # others may be waiting for the slot
    return True


def _sentence(row: Workload, outcome: Outcome) -> str:
    if outcome.reason in ("stopped", "cancelled") and row.stopped_by:
        return f"It was stopped by {row.stopped_by}."
    if outcome.reason == "completed":
        return ""
    return outcome.message or f"It ended: {outcome.reason}."


def _tries_again(row: Workload) -> bool:
    over = row.reason in ("stopped", "cancelled") or (row.kind != "service" and row.reason == "completed")
    return row.wanted == WANT_RUNNING and not over and row.restarts < row.max_restarts


def _was_stable(row: Workload) -> bool:
    """What has run well for a while is no crash loop, however often it was started before."""
    ran_ms = row.finished_at - row.started_at if row.started_at and row.finished_at else 0
    return ran_ms >= STABLE_S * 1000


def pause_s(restarts: int) -> int:
    """How long the next attempt waits after so many restarts in a row."""
    return min(2**restarts, LONGEST_PAUSE_S)


def _begin_again(row: Workload) -> None:
    pause = pause_s(row.restarts)
    row.message = f"Attempt {row.attempt} ended ({row.message or 'it completed'}) The next one begins in {pause} s."
    row.attempt += 1
    row.restarts += 1
    row.directory = attempt_path(row.id, row.attempt)
    row.phase, row.fence, row.not_before = WAITING, "", now_ms() + pause * 1000


def _tell(session: Session, row: Workload, kind: WorkloadKind) -> None:
    """The domain's part must not keep an end from being recorded: the slot would stay taken for ever."""
    try:
        with session.begin_nested():
            kind.ended(session, row)
    except Exception:
        log.exception("the domain could not take note of the end of workload %s", row.id)
