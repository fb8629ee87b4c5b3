"""One Database per process: SQLite (WAL, FULL) or PostgreSQL behind the same two calls.

`write()` opens a transaction that may change things: on SQLite it takes the write lock at once (BEGIN IMMEDIATE), so
that two writers queue instead of failing half way. `read()` never waits for writers; on SQLite it sees one
snapshot, on PostgreSQL each statement sees its own (`datasets.snapshots` asks for more where it needs more).
Both commit when the block ends and roll back when it raises.
"""

import os
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import Session

from maquette.db.hooks import WORKER_SOCKET, run_after_commit
from maquette.db.json import from_json, to_json

BUSY_TIMEOUT_MS = 15_000


class Database:
    def __init__(self, url: str, worker_socket: Path | None = None) -> None:
        parsed = make_url(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if parsed.drivername in {"postgresql", "postgres"}:
            parsed = parsed.set(drivername="postgresql+psycopg")
        options: dict[str, Any] = {"json_serializer": to_json, "json_deserializer": from_json}
        if self.is_sqlite:
            options["connect_args"] = {"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False}
            options["pool_size"] = 20
        else:
            options |= {"pool_pre_ping": True, "pool_size": 20, "connect_args": {"connect_timeout": 10}}
        self.url = parsed
        self.worker_socket = worker_socket
        self.engine: Engine = create_engine(parsed, max_overflow=20, pool_timeout=30, hide_parameters=True, **options)
        if self.is_sqlite:
            event.listen(self.engine, "do_connect", _keep_private)
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        self._writer = self.engine.execution_options(maquette_write=True)

    @contextmanager
    def write(self) -> Generator[Session]:
        session = self.write_session()
        with session:
            yield session
            session.commit()
        run_after_commit(session)

    @contextmanager
    def read(self) -> Generator[Session]:
        with self.read_session() as session:
            yield session

    def write_session(self) -> Session:
        """A session the caller commits: for the edge of a request, which commits before it answers."""
        return Session(self._writer, expire_on_commit=False, info={WORKER_SOCKET: self.worker_socket})

    def read_session(self) -> Session:
        return Session(self.engine, expire_on_commit=False)

    def integrity_problems(self) -> list[str]:
        """What the database itself finds wrong with its file; empty on PostgreSQL, which checks pages on its own."""
        if not self.is_sqlite:
            return []
        with self.read() as session:
            found = [row[0] for row in session.execute(text("PRAGMA integrity_check")).all()]
        return [] if found == ["ok"] else found

    def dispose(self) -> None:
        self.engine.dispose()


def _keep_private(_dialect: object, _record: object, arguments: list[str], _options: object) -> None:
    """SQLite would make the file for all to read; its companions (-wal, -shm) take their mode from it.

    A file that is there is never opened here: closing it again would drop every lock that this process has on it, and
    another process would then take itself for the last user and delete the log under us.
    """
    path = arguments[0]
    if not path.startswith((":", "file:")):
        with suppress(OSError):  # what is wrong with the place SQLite says better
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    # The driver must leave transactions to us, or it would begin them late and without IMMEDIATE.
    assert isinstance(connection, sqlite3.Connection)
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "cache_size=-16384",
        "temp_store=MEMORY",
        "mmap_size=268435456",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    write = connection.get_execution_options().get("maquette_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
