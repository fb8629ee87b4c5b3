"""Alembic's entry: runs the revisions in one transaction on the database that `upgrade` was given."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import JSON

from maquette.db import Base, Database
from maquette.migrations.tables import load_tables


def render_item(kind: str, item: Any, _autogen: Any) -> str | Literal[False]:
    """Write the JSON type by its one name, which knows what it is on each database."""
    return "JsonColumn" if kind == "type" and isinstance(item, JSON) else False


load_tables()
database = Database(context.config.attributes["url"])
with database.engine.execution_options(maquette_write=True).connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata, render_item=render_item)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
database.dispose()
