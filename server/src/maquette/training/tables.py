"""Training jobs and their versions. What runs is a workload of `pools`; a version knows its id."""

from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from maquette.db import Base, Owned
from maquette.kit.clock import now_ms

# SQLite numbers rows by itself only in a column of exactly this type.
_Number = BigInteger().with_variant(Integer, "sqlite")


class TrainingJob(Base, Owned):
    """A name under which versions are trained. Deleted ones stay, invisible, until their files are gone."""

    __tablename__ = "training_jobs"
    __table_args__ = (UniqueConstraint("project_id", "workspace_id", "name"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(_Number, primary_key=True, autoincrement=True)
    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    next_number: Mapped[int] = mapped_column(default=1)
    version_count: Mapped[int] = mapped_column(default=0)
    latest_version_id: Mapped[int | None]
    deleted: Mapped[bool] = mapped_column(default=False)


class TrainingVersion(Base):
    """One run of a job. `config` is what the user asked for, `plan` what was made of it (addresses, parameters)."""

    __tablename__ = "training_versions"
    __table_args__ = (
        UniqueConstraint("job_id", "number"),
        Index("ix_training_versions_workload", "workload_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(_Number, primary_key=True, autoincrement=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("training_jobs.id", ondelete="CASCADE"))
    number: Mapped[int]
    pre_version_id: Mapped[int | None]
    workload_id: Mapped[str]
    resource_id: Mapped[str]
    config: Mapped[dict[str, Any]]
    plan: Mapped[dict[str, Any]]
    created_at: Mapped[int] = mapped_column(default=now_ms)
    deleted: Mapped[bool] = mapped_column(default=False)

    @property
    def name(self) -> str:
        return f"V{self.number:04d}"
