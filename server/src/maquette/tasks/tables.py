"""The task row: what to do, how far it is and who is at it."""

from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from maquette.db import Base, Owned

WAITING, RUNNING, SUCCEEDED, FAILED, CANCELLED = "waiting", "running", "succeeded", "failed", "cancelled"
ACTIVE = (WAITING, RUNNING)


class Task(Base, Owned):
    """`lease_token` is the fence: a step is committed only while the row still carries the runner's own."""

    __tablename__ = "tasks"
    __table_args__ = (Index("ix_tasks_state_lease", "state", "lease_until"), Index("ix_tasks_resource", "resource_id"))

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    title: Mapped[str]
    resource_type: Mapped[str]
    resource_id: Mapped[str]
    payload: Mapped[dict[str, Any]]
    checkpoint: Mapped[dict[str, Any]] = mapped_column(default=dict)
    result: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(default=WAITING)
    progress: Mapped[float] = mapped_column(default=0.0)
    message: Mapped[str] = mapped_column(default="")
    error_code: Mapped[str] = mapped_column(default="")
    error_msg: Mapped[str] = mapped_column(default="")
    attempts: Mapped[int] = mapped_column(default=0)
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    lease_token: Mapped[str] = mapped_column(default="")
    lease_until: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[int | None]
    finished_at: Mapped[int | None]
    user_name: Mapped[str]
    domain_id: Mapped[str]
    domain_name: Mapped[str]
