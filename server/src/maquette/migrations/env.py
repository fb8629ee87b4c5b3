"""Alembic's entry: runs the revisions in one transaction on the database that `upgrade` was given."""

from alembic import context

from maquette.db import Base, Database
from maquette.migrations.tables import load_tables

load_tables()
database = Database(context.config.attributes["url"])
with database.engine.execution_options(maquette_write=True).connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
database.dispose()
