"""Inserting many rows at once: what the driver takes, without a pass through each value for each row.

A batch of five thousand rows costs a third of what the same insert costs through the statement's own processors. In
return nothing is filled in: every row names every column that has no default in the database itself.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import JSON, Dialect, Table, insert
from sqlalchemy.orm import Session

from maquette.db.base import Base
from maquette.db.json import to_json


def insert_rows(session: Session, entity: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows of an entity, given by the names of its columns; all of them have the keys of the first."""
    if not rows:
        return
    connection = session.connection()
    sql, order, documents = _statement(connection.dialect, cast(Table, entity.__table__), tuple(rows[0]))
    if documents:
        rows = [{**row, **{name: to_json(row[name]) for name in documents}} for row in rows]
    if order is None:
        connection.exec_driver_sql(sql, list(rows))
    else:
        connection.exec_driver_sql(sql, [tuple(row[name] for name in order) for row in rows])


@lru_cache(maxsize=64)
def _statement(dialect: Dialect, table: Table, names: tuple[str, ...]) -> tuple[str, list[str] | None, list[str]]:
    """The SQL, the order of its parameters where they are positional, and the columns that hold JSON."""
    compiled = insert(table).compile(dialect=dialect, column_keys=list(names))
    documents = [name for name in names if isinstance(table.columns[name].type, JSON)]
    return str(compiled), list(compiled.positiontup or ()) if dialect.positional else None, documents
