"""The event log and the counter that numbers it."""

from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from maquette.db import Base
from maquette.kit.clock import now_ms


class Event(Base):
    """One deed. `sequence` has no gaps: a missing number means that somebody removed a row."""

    __tablename__ = "events"

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    time: Mapped[int] = mapped_column(default=now_ms, index=True)
    name: Mapped[str]
    project_id: Mapped[str]
    workspace_id: Mapped[str]
    user_id: Mapped[str]
    user_name: Mapped[str]
    domain_name: Mapped[str]
    resource_type: Mapped[str]
    resource_id: Mapped[str]
    resource_name: Mapped[str]
    request_id: Mapped[str]
    address: Mapped[str]
    method: Mapped[str]
    detail: Mapped[dict[str, Any]]


class EventCounter(Base):
    """The last number given out. A plain sequence would leave gaps at rollbacks."""

    __tablename__ = "event_counter"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]
