"""The database: engine, transactions, column types and the base of all tables. Knows no table of its own."""

from maquette.db.base import Base, JsonColumn, Owned, visible_to
from maquette.db.bulk import insert_rows
from maquette.db.engine import Database
from maquette.db.failures import explained
from maquette.db.hooks import after_commit, wake_worker

__all__ = [
    "Base",
    "Database",
    "JsonColumn",
    "Owned",
    "after_commit",
    "explained",
    "insert_rows",
    "visible_to",
    "wake_worker",
]
