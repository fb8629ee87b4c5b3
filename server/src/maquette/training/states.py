"""A version's state as ModelArts numbers it, derived from its workload: nothing is stored twice.

The numbers are JOBSTAT_* of the public API; those that stand for steps we do not have (images, scaling) never occur.
"""

from typing import Any

from sqlalchemy import ColumnElement, case, literal

from maquette.pools import Workload

INIT, WAITING, RUNNING, KILLING, COMPLETED, FAILED, KILLED, CANCELED, LOST = 1, 7, 8, 9, 10, 11, 12, 13, 14

# Phase, reason (None: any other), number; the first that fits decides.
_RULES: tuple[tuple[str, str | None, int], ...] = (
    ("waiting", "", INIT),
    ("waiting", None, WAITING),
    ("starting", None, INIT),
    ("running", None, RUNNING),
    ("stopping", None, KILLING),
    ("ended", "completed", COMPLETED),
    ("ended", "stopped", KILLED),
    ("ended", "cancelled", CANCELED),
    ("ended", None, FAILED),
    ("lost", None, LOST),
)
ENDED = frozenset({COMPLETED, FAILED, KILLED, CANCELED, LOST})


def status_of(workload: Workload | None) -> int:
    """A job made without a version has no workload yet: it is initial."""
    if workload is None:
        return INIT
    return next(
        status for phase, reason, status in _RULES if workload.phase == phase and reason in (None, workload.reason)
    )


def status_column() -> ColumnElement[int]:
    """The same in SQL, for filters and orders over an outer join with workloads."""
    branches: list[tuple[Any, Any]] = [
        (
            (Workload.phase == phase) if reason is None else (Workload.phase == phase) & (Workload.reason == reason),
            status,
        )
        for phase, reason, status in _RULES
    ]
    return case(*branches, else_=literal(INIT))


def duration_of(workload: Workload | None, now: int) -> int:
    """Milliseconds from its start to its end, or until now."""
    if workload is None or workload.started_at is None:
        return 0
    return max(0, (workload.finished_at or now) - workload.started_at)
