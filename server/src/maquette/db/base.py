"""What every table shares: the declarative base, column types and the columns of things that belong to a workspace."""

from typing import Any

from sqlalchemy import JSON, BigInteger, ColumnElement, MetaData, String, and_
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from maquette.kit.actor import Actor
from maquette.kit.clock import now_ms

JsonColumn = JSON().with_variant(JSONB(), "postgresql")


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {int: BigInteger(), str: String(), dict[str, Any]: JsonColumn, list[Any]: JsonColumn}


class Owned:
    """Columns of a thing that lives in a workspace of a project and was made by a user."""

    project_id: Mapped[str] = mapped_column(index=True)
    workspace_id: Mapped[str]
    owner_id: Mapped[str]
    created_at: Mapped[int] = mapped_column(default=now_ms)
    updated_at: Mapped[int] = mapped_column(default=now_ms)


def visible_to(actor: Actor, table: type[Owned]) -> ColumnElement[bool]:
    """The condition under which rows of `table` exist for this actor; every query of a domain carries it."""
    return and_(table.project_id == actor.project_id, table.workspace_id.in_(actor.workspaces))
