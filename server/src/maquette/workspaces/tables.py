"""Workspaces and who may enter the closed ones. The default workspace of a project is no row."""

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from maquette.db import Base
from maquette.kit.clock import now_ms


class Workspace(Base):
    """`auth_type` is PUBLIC (everybody of the project), PRIVATE (its owner) or INTERNAL (owner and grants)."""

    __tablename__ = "workspaces"
    __table_args__ = (UniqueConstraint("project_id", "name"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    project_id: Mapped[str]
    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    auth_type: Mapped[str] = mapped_column(default="PUBLIC")
    owner_id: Mapped[str]
    owner_name: Mapped[str]
    created_at: Mapped[int] = mapped_column(default=now_ms)
    updated_at: Mapped[int] = mapped_column(default=now_ms)


class WorkspaceGrant(Base):
    __tablename__ = "workspace_grants"

    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[str] = mapped_column(primary_key=True)
