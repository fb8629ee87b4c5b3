"""The model row, and the pins of those who use it."""

from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint, and_, case, exists
from sqlalchemy.orm import Mapped, column_property, mapped_column

from maquette.db import Base, Owned
from maquette.tasks import Task
from maquette.tasks.tables import ACTIVE

PUBLISHING, PUBLISHED, FAILED = "publishing", "published", "failed"


class Model(Base, Owned):
    """One version of an AI application. Its package is copied while `stage` is publishing and never changes after.

    `status` is what users see: publishing that no task is at any more (it failed, or was cancelled) has failed.
    """

    __tablename__ = "models"
    __table_args__ = (UniqueConstraint("project_id", "workspace_id", "name", "version"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    version: Mapped[str]
    owner_name: Mapped[str]
    stage: Mapped[str] = mapped_column(default=PUBLISHING)
    model_type: Mapped[str]
    model_algorithm: Mapped[str] = mapped_column(default="")
    runtime: Mapped[str] = mapped_column(default="")
    description: Mapped[str] = mapped_column(default="")
    source_location: Mapped[str]
    source_type: Mapped[str] = mapped_column(default="")
    source_job_id: Mapped[str] = mapped_column(default="")
    source_job_version: Mapped[str] = mapped_column(default="")
    execution_code: Mapped[str] = mapped_column(default="")
    input_params: Mapped[list[Any]] = mapped_column(default=list)
    output_params: Mapped[list[Any]] = mapped_column(default=list)
    dependencies: Mapped[list[Any]] = mapped_column(default=list)
    metrics: Mapped[dict[str, Any]] = mapped_column(default=dict)
    apis: Mapped[list[Any]] = mapped_column(default=list)
    health: Mapped[dict[str, Any]] = mapped_column(default=dict)
    initial_config: Mapped[str] = mapped_column(default="")
    install_type: Mapped[list[Any]] = mapped_column(default=list)
    size: Mapped[int] = mapped_column(default=0)
    files: Mapped[list[Any]] = mapped_column(default=list)
    status: Mapped[str] = column_property(
        case(
            (
                and_(
                    stage == PUBLISHING,
                    ~exists().where(Task.resource_id == id, Task.state.in_(ACTIVE)).correlate_except(Task),
                ),
                FAILED,
            ),
            else_=stage,
        )
    )


class ModelPin(Base):
    """A user of a model, such as a service."""

    __tablename__ = "model_pins"

    model_id: Mapped[str] = mapped_column(ForeignKey("models.id", ondelete="CASCADE"), primary_key=True)
    user_type: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(primary_key=True)
