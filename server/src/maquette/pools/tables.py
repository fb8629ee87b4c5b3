"""The workload row: what a user wants to run, and what is known of its present attempt."""

from typing import Any

from sqlalchemy import Float, Index
from sqlalchemy.orm import Mapped, mapped_column

from maquette.db import Base, Owned

WAITING, STARTING, RUNNING, STOPPING, ENDED, LOST = "waiting", "starting", "running", "stopping", "ended", "lost"
OCCUPYING = (STARTING, RUNNING, STOPPING)
ACTIVE = (WAITING, *OCCUPYING)
WANT_RUNNING, WANT_STOPPED = "running", "stopped"


class Workload(Base, Owned):
    """A job or a service. Users write `wanted`, the reconciler everything else.

    `attempt` and `fence` name the present attempt: its end is recorded only while the row still carries both. While
    the phase is one of OCCUPYING the row holds `cpu`, `memory` and `devices` of the pool: slots are the sum of these
    rows, there is no counter. `directory` is the attempt's, relative to the jobs directory. `restarts` are those in a
    row: an attempt that ran for a while begins the count anew. `reason` and `message` say why a workload waits, and
    later how it ended.
    """

    __tablename__ = "workloads"
    __table_args__ = (
        Index("ix_workloads_phase_id", "phase", "id"),
        Index("ix_workloads_subject", "kind", "subject_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    subject_id: Mapped[str]
    spec: Mapped[dict[str, Any]]
    flavor: Mapped[str]
    cpu: Mapped[float] = mapped_column(Float)
    memory: Mapped[int]
    gpus: Mapped[int] = mapped_column(default=0)
    devices: Mapped[list[Any]] = mapped_column(default=list)
    max_restarts: Mapped[int] = mapped_column(default=0)
    restarts: Mapped[int] = mapped_column(default=0)
    wanted: Mapped[str] = mapped_column(default=WANT_RUNNING)
    stopped_by: Mapped[str] = mapped_column(default="")
    phase: Mapped[str] = mapped_column(default=WAITING)
    attempt: Mapped[int] = mapped_column(default=1)
    fence: Mapped[str] = mapped_column(default="")
    directory: Mapped[str]
    not_before: Mapped[int] = mapped_column(default=0)
    exit_code: Mapped[int | None]
    signal: Mapped[int | None]
    reason: Mapped[str] = mapped_column(default="")
    message: Mapped[str] = mapped_column(default="")
    started_at: Mapped[int | None]
    finished_at: Mapped[int | None]
