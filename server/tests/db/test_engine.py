"""Transactions on both databases: committed whole or not at all, writers queue, hooks only after a commit."""

import subprocess
import sys
import threading

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from maquette.db import Base, Database, after_commit, explained
from maquette.events import Event, Resource, emit, missing_numbers
from maquette.events.tables import EventCounter
from maquette.kit.actor import Actor
from maquette.kit.errors import Conflict

ACTOR = Actor("u1", "ann", "d1", "admin", "p1", frozenset({"0"}))


def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    def fail() -> None:
        with database.write() as session:
            emit(session, ACTOR, "createDataset", Resource("dataset", "1"))
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with database.read() as session:
        assert session.scalars(select(Event)).all() == []


def test_the_second_of_two_equal_things_is_a_conflict(database: Database) -> None:
    def twice() -> None:
        with database.write() as session:
            session.add_all([EventCounter(id=1, last=1), EventCounter(id=2, last=1)])
            session.flush()
            session.expunge_all()
            session.add(EventCounter(id=2, last=1))

    with pytest.raises(IntegrityError) as raised:
        twice()
    assert isinstance(explained(raised.value), Conflict)


def test_hooks_run_after_the_commit_and_never_without(database: Database) -> None:
    seen: list[str] = []
    with database.write() as session:
        after_commit(session, lambda: seen.append("done"))
        assert seen == []
    assert seen == ["done"]


def test_event_numbers_have_no_gap_though_writers_race_and_fail(database: Database) -> None:
    def work(worker: int) -> None:
        for number in range(10):
            try:
                with database.write() as session:
                    emit(session, ACTOR, "updateDataset", Resource("dataset", f"{worker}-{number}"))
                    if number % 3 == 0:
                        raise KeyError
            except KeyError:
                pass

    with database.write() as session:
        emit(session, ACTOR, "createDataset", Resource("dataset", "0"))
    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.write() as session:
        numbers = session.scalars(select(Event.sequence).order_by(Event.sequence)).all()
        assert list(numbers) == list(range(1, 26))
        assert missing_numbers(session) == 0
        session.execute(text("DELETE FROM events WHERE sequence = 7"))
        assert missing_numbers(session) == 1


def test_sqlite_is_durable(tmp_path_factory: pytest.TempPathFactory) -> None:
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('db') / 'x.db'}")
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    database.dispose()


def test_a_new_connection_drops_no_lock_of_the_others(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Else another process that leaves would take itself for the last one and delete the log of our transactions."""
    path = tmp_path_factory.mktemp("db") / "x.db"
    database = Database(f"sqlite:///{path}")
    Base.metadata.create_all(database.engine)
    with database.engine.connect() as first, database.engine.connect() as second:
        first.exec_driver_sql("SELECT count(*) FROM events")
        second.exec_driver_sql("SELECT count(*) FROM events")
        visit = (
            f"import sqlite3; c = sqlite3.connect({str(path)!r}); c.execute('SELECT count(*) FROM events'); c.close()"
        )
        subprocess.run([sys.executable, "-c", visit], check=True)
        assert path.with_name("x.db-wal").exists()
    database.dispose()
