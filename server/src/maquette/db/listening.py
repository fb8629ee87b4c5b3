"""PostgreSQL only: hearing that a process on any machine committed something for the worker."""

import contextlib
import logging
import threading
from pathlib import Path

from maquette.db.engine import Database
from maquette.db.hooks import NOTIFY_CHANNEL, knock

log = logging.getLogger(__name__)

RETRY_S = 5.0


class Listener(threading.Thread):
    """Passes every notification on as a knock at this machine's worker. Idle where the database is SQLite."""

    def __init__(self, database: Database, worker_socket: Path) -> None:
        super().__init__(name="listener", daemon=True)
        self._database = database
        self._socket = worker_socket
        self._over = threading.Event()

    def run(self) -> None:
        if self._database.is_sqlite:
            return
        # Imported here: the driver is an extra.
        import psycopg

        address = self._database.url.set(drivername="postgresql").render_as_string(hide_password=False)
        while not self._over.is_set():
            with contextlib.suppress(psycopg.Error), psycopg.connect(address, autocommit=True) as connection:
                connection.execute(f"LISTEN {NOTIFY_CHANNEL}")
                while not self._over.is_set():
                    for _ in connection.notifies(timeout=1.0):
                        knock(self._socket)
            self._over.wait(0 if self._over.is_set() else RETRY_S)

    def close(self) -> None:
        """Leave off within a second or so."""
        self._over.set()
