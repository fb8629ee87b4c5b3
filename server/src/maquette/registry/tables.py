"""The model row, and the pins of those who use it."""

from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from maquette.db import Base, Owned

PUBLISHING, PUBLISHED, FAILED = "publishing", "published", "failed"


class Model(Base, Owned):
    """One version of an AI application. Its package is copied while `status` is publishing and never changes after."""

    __tablename__ = "models"
    __table_args__ = (UniqueConstraint("project_id", "workspace_id", "name", "version"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    version: Mapped[str]
    owner_name: Mapped[str]
    status: Mapped[str] = mapped_column(default=PUBLISHING)
    message: Mapped[str] = mapped_column(default="")
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


class ModelPin(Base):
    """A user of a model, such as a service."""

    __tablename__ = "model_pins"

    model_id: Mapped[str] = mapped_column(ForeignKey("models.id", ondelete="CASCADE"), primary_key=True)
    user_type: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(primary_key=True)
