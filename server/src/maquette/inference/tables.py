"""Services, their instances, events, changes and call counts."""

from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from maquette.db import Base, Owned
from maquette.kit.clock import now_ms

RUNNING, STOPPED = "running", "stopped"
DEPLOYING, CONCERNING, FAILED, STOPPING = "deploying", "concerning", "failed", "stopping"
LOADING, READY, GONE = "loading", "ready", "gone"


class Service(Base, Owned):
    """`config` is what the user asked for as `revision`; predictions go to the instances of `live_revision`.

    `wanted` is the user's, `status` the keeper's. A `live_revision` of 0 is none.
    """

    __tablename__ = "services"
    __table_args__ = (UniqueConstraint("project_id", "workspace_id", "name"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    owner_name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    infer_type: Mapped[str] = mapped_column(default="real-time")
    config: Mapped[list[Any]]
    revision: Mapped[int] = mapped_column(default=1)
    live_revision: Mapped[int] = mapped_column(default=0)
    wanted: Mapped[str] = mapped_column(default=RUNNING)
    status: Mapped[str] = mapped_column(default=DEPLOYING)
    message: Mapped[str] = mapped_column(default="")
    schedule: Mapped[list[Any]] = mapped_column(default=list)
    due_at: Mapped[int | None]
    additional_properties: Mapped[dict[str, Any]] = mapped_column(default=dict)
    priority: Mapped[int | None]
    started_at: Mapped[int | None]
    finished_at: Mapped[int | None]
    transition_at: Mapped[int] = mapped_column(default=now_ms)
    invocations: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)


class Instance(Base):
    """One copy of one model of a service; its id is its workload's. `weight` is its model's share of the calls.

    `trouble` is why its last attempt ended, in words. One that is GONE will not come back.
    """

    __tablename__ = "service_instances"

    id: Mapped[str] = mapped_column(primary_key=True)
    service_id: Mapped[str] = mapped_column(ForeignKey("services.id", ondelete="CASCADE"), index=True)
    revision: Mapped[int]
    position: Mapped[int]
    model_id: Mapped[str]
    weight: Mapped[int]
    state: Mapped[str] = mapped_column(default=LOADING)
    deadline: Mapped[int]
    trouble: Mapped[str] = mapped_column(default="")
    invocations: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)


class ServiceEvent(Base):
    __tablename__ = "service_events"
    __table_args__ = (Index("ix_service_events_service_time", "service_id", "time"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    service_id: Mapped[str] = mapped_column(ForeignKey("services.id", ondelete="CASCADE"))
    time: Mapped[int] = mapped_column(default=now_ms)
    type: Mapped[str]
    info: Mapped[str]


class ServiceChange(Base):
    """One asked-for configuration and what became of it."""

    __tablename__ = "service_changes"

    service_id: Mapped[str] = mapped_column(ForeignKey("services.id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    time: Mapped[int] = mapped_column(default=now_ms)
    result: Mapped[str] = mapped_column(default="RUNNING")
    config: Mapped[list[Any]]


class ServiceMinute(Base):
    """Calls of one minute, for the rate that the monitor shows; old ones are forgotten."""

    __tablename__ = "service_minutes"

    service_id: Mapped[str] = mapped_column(ForeignKey("services.id", ondelete="CASCADE"), primary_key=True)
    minute: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    calls: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    milliseconds: Mapped[int] = mapped_column(default=0)
