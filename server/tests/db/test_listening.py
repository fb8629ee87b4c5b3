"""A commit on PostgreSQL, from whichever machine, reaches the worker's socket here."""

import socket
from pathlib import Path

import pytest

from maquette.db import Database, wake_worker
from maquette.db.listening import Listener


def test_a_commit_knocks_through_the_database(postgresql: object, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = Path(tmp_path_factory.mktemp("w"))
    database = Database(postgresql.fresh())  # pyright: ignore[reportAttributeAccessIssue]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bell:
        bell.bind(str(folder / "s"))
        bell.settimeout(0.5)
        listener = Listener(database, folder / "s")
        listener.start()
        for _ in range(40):  # the listener may still be connecting
            with database.write() as session:
                wake_worker(session)
            try:
                bell.recv(64)
                break
            except TimeoutError:
                continue
        else:
            pytest.fail("no knock came")
        listener.close()
        listener.join(10)
        assert not listener.is_alive()
    database.dispose()
