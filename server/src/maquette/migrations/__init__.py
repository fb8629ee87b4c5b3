"""The database's schema over time: Alembic revisions, and bringing a database up to the newest one.

`versions/` holds one file per change; `make migration NAME=…` writes the next from the tables.
"""

from pathlib import Path

from sqlalchemy import inspect, text

from maquette.db import Database

HEAD = "0001"


def upgrade(url: str) -> None:
    """Bring the database to HEAD; quick when it is there already."""
    if current_revision(url) == HEAD:
        return
    # Imported here: a start that finds the schema in place must not wait for Alembic.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["url"] = url
    command.upgrade(config, "head")


def current_revision(url: str) -> str | None:
    database = Database(url)
    try:
        with database.read() as session:
            if not inspect(session.connection()).has_table("alembic_version"):
                return None
            return session.scalar(text("SELECT version_num FROM alembic_version"))
    finally:
        database.dispose()
