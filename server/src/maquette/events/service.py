"""Writing events, and the check that none is missing."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from maquette.events.tables import Event, EventCounter
from maquette.kit.actor import Actor


@dataclass(frozen=True, slots=True)
class Resource:
    """What the deed was done to."""

    type: str
    id: str
    name: str = ""
    workspace_id: str = "0"


def emit(session: Session, actor: Actor, name: str, resource: Resource, **detail: Any) -> None:
    """Record a deed in the caller's transaction; it exists exactly if the deed does. `detail` must hold no secret."""
    session.add(
        Event(
            sequence=_next_number(session),
            name=name,
            project_id=actor.project_id,
            workspace_id=resource.workspace_id,
            user_id=actor.user_id,
            user_name=actor.user_name,
            domain_name=actor.domain_name,
            resource_type=resource.type,
            resource_id=resource.id,
            resource_name=resource.name,
            request_id=actor.request_id,
            address=actor.address,
            method=actor.method,
            detail=detail,
        )
    )


def missing_numbers(session: Session) -> int:
    """How many events have gone missing: 0, or somebody tampered with the log."""
    counted, last = session.execute(select(func.count(Event.sequence), func.max(Event.sequence))).one()
    expected = session.scalar(select(EventCounter.last)) or 0
    return max(expected, last or 0) - counted


def _next_number(session: Session) -> int:
    number = session.scalar(update(EventCounter).values(last=EventCounter.last + 1).returning(EventCounter.last))
    if number is None:
        # The very first one; of two who begin at once, both go on with the same row.
        session.execute(text("INSERT INTO event_counter (id, last) VALUES (1, 0) ON CONFLICT DO NOTHING"))
        return _next_number(session)
    return number
