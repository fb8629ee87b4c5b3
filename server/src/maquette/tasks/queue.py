"""Asking for work, asking it to stop, and looking at what there is."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from maquette.db import visible_to, wake_worker
from maquette.kit.actor import Actor
from maquette.kit.clock import now_ms
from maquette.kit.errors import NotFound
from maquette.kit.ids import new_id
from maquette.tasks.tables import ACTIVE, CANCELLED, WAITING, Task

KEPT_MS = 30 * 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """`kind` names the handler, `title` the object as people call it, `payload` all the handler gets: plain JSON."""

    kind: str
    title: str
    resource_type: str
    resource_id: str
    workspace_id: str
    payload: dict[str, Any] = field(default_factory=dict[str, Any])


def enqueue(session: Session, actor: Actor, spec: TaskSpec) -> Task:
    """Add a task in the caller's transaction and wake the worker once that is committed."""
    task = Task(
        id=new_id(),
        kind=spec.kind,
        title=spec.title,
        resource_type=spec.resource_type,
        resource_id=spec.resource_id,
        payload=spec.payload,
        project_id=actor.project_id,
        workspace_id=spec.workspace_id,
        owner_id=actor.user_id,
        user_name=actor.user_name,
        domain_id=actor.domain_id,
        domain_name=actor.domain_name,
        state=WAITING,
    )
    session.add(task)
    session.flush()
    wake_worker(session)
    return task


def cancel(session: Session, task: Task) -> None:
    """Stop a task: at once when nobody has begun, else at its next step. A finished one stays as it is."""
    if task.state == WAITING:
        task.state, task.finished_at = CANCELLED, now_ms()
    elif task.state in ACTIVE:
        task.cancel_requested = True
        wake_worker(session)


def find_task(session: Session, actor: Actor, task_id: str) -> Task:
    task = session.scalar(select(Task).where(Task.id == task_id, visible_to(actor, Task)))
    if task is None:
        raise NotFound(f"There is no task '{task_id}'.")
    return task


def list_tasks(session: Session, actor: Actor, *, active: bool, skip: int, limit: int) -> tuple[Sequence[Task], int]:
    """Newest first, with the number of all that match."""
    matching = select(Task).where(visible_to(actor, Task))
    if active:
        matching = matching.where(Task.state.in_(ACTIVE))
    total = session.scalar(select(func.count()).select_from(matching.subquery())) or 0
    return session.scalars(matching.order_by(Task.id.desc()).offset(skip).limit(limit)).all(), total


def active_tasks(session: Session, resource_id: str, kind: str | None = None) -> Sequence[Task]:
    """The unfinished tasks of one object, oldest first."""
    query = select(Task).where(Task.resource_id == resource_id, Task.state.in_(ACTIVE)).order_by(Task.id)
    return session.scalars(query.where(Task.kind == kind) if kind else query).all()


def forget_old_tasks(session: Session) -> None:
    """Drop what ended a month ago and more; domains that still need a task's end copy it into rows of their own."""
    ended = Task.state.not_in(ACTIVE) & (Task.finished_at < now_ms() - KEPT_MS)
    session.execute(delete(Task).where(ended))
