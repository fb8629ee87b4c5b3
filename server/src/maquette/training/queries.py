"""Lists of jobs and versions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from maquette.db import visible_to
from maquette.kit.actor import Actor
from maquette.kit.clock import now_ms
from maquette.kit.errors import Invalid
from maquette.pools import Workload
from maquette.training.jobs import Run
from maquette.training.states import status_column
from maquette.training.tables import TrainingJob, TrainingVersion


@dataclass(frozen=True, slots=True)
class JobQuery:
    """`status` is numbers joined by `|`; `search` is part of a name."""

    workspace_id: str
    status: str
    search: str
    sort_by: str
    descending: bool
    skip: int
    limit: int


JobRow = tuple[TrainingJob, Workload | None]


def list_jobs(session: Session, actor: Actor, asked: JobQuery) -> tuple[list[JobRow], int]:
    """Jobs with the workload of their latest version, and the number of all that match."""
    matching = (
        select(TrainingJob, Workload)
        .outerjoin(TrainingVersion, TrainingVersion.id == TrainingJob.latest_version_id)
        .outerjoin(Workload, Workload.id == TrainingVersion.workload_id)
        .where(visible_to(actor, TrainingJob), TrainingJob.deleted.is_(False))
        .where(TrainingJob.workspace_id == asked.workspace_id)
    )
    if asked.status:
        matching = matching.where(status_column().in_(_numbers(asked.status)))
    if asked.search:
        matching = matching.where(TrainingJob.name.icontains(asked.search, autoescape=True))
    total = session.scalar(select(func.count()).select_from(matching.subquery())) or 0
    order = _order(asked.sort_by)
    ordered = matching.order_by(order.desc() if asked.descending else order.asc(), TrainingJob.id)
    rows = session.execute(ordered.offset(asked.skip).limit(asked.limit))
    return [(job, workload) for job, workload in rows], total


def list_versions(session: Session, job: TrainingJob, skip: int, limit: int) -> Sequence[Run]:
    """Newest first."""
    query = (
        select(TrainingVersion, Workload)
        .join(Workload, Workload.id == TrainingVersion.workload_id)
        .where(TrainingVersion.job_id == job.id, TrainingVersion.deleted.is_(False))
        .order_by(TrainingVersion.number.desc())
    )
    return [(version, workload) for version, workload in session.execute(query.offset(skip).limit(limit))]


def _order(name: str) -> ColumnElement[Any]:
    columns: dict[str, ColumnElement[Any]] = {
        "job_name": TrainingJob.name.expression,
        "job_desc": TrainingJob.description.expression,
        "create_time": TrainingJob.created_at.expression,
        "version_count": TrainingJob.version_count.expression,
        "status": status_column(),
        "duration": func.coalesce(Workload.finished_at, now_ms()) - func.coalesce(Workload.started_at, now_ms()),
    }
    if name not in columns:
        raise Invalid(f"sortBy must be one of {', '.join(columns)}.")
    return columns[name]


def _numbers(status: str) -> list[int]:
    try:
        return [int(part) for part in status.replace(",", "|").split("|")]
    except ValueError:
        raise Invalid("status must be state numbers joined by '|', such as 8|10.") from None
