"""The worker process: runs the platform's tasks and keeps the users' workloads as their rows say.

It sleeps on a socket. A committed change that needs it knocks there (`db.wake_worker`), so nothing on a user's path
waits for a poll; the short sleep that remains is for what nobody announces: a process that ends, a lease that runs out.
"""

import contextlib
import logging
import select
import signal
import socket
import time
from collections.abc import Iterator, Mapping

from maquette.buckets import Stores
from maquette.db import Database
from maquette.kit.config import Settings
from maquette.kit.vault import Vault
from maquette.tasks import TaskHandler, TaskRunner

log = logging.getLogger(__name__)

IDLE_S = 0.5
HOUSEKEEPING_S = 5.0


def task_handlers(settings: Settings, database: Database, stores: Stores) -> Mapping[str, TaskHandler]:
    """Every kind of platform task and who does it."""
    return {}


class Worker:
    """One per home. `run` returns after `stop`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.database = Database(settings.database, settings.worker_socket)
        self.stores = Stores(settings, Vault(settings.home))
        self.tasks = TaskRunner(self.database, task_handlers(settings, self.database, self.stores))
        self._stopping = False

    def run(self) -> None:
        with _doorbell(self.settings) as bell:
            self.tasks.reclaim()
            next_housekeeping = 0.0
            while not self._stopping:
                self.tasks.poke()
                if time.monotonic() >= next_housekeeping:
                    self.tasks.keep_leases()
                    next_housekeeping = time.monotonic() + HOUSEKEEPING_S
                ready, _, _ = select.select([bell], [], [], IDLE_S)
                if ready:
                    _drain(bell)
        self.tasks.close()
        self.database.dispose()

    def stop(self) -> None:
        self._stopping = True


def main(settings: Settings) -> None:
    worker = Worker(settings)
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    worker.run()


@contextlib.contextmanager
def _doorbell(settings: Settings) -> Iterator[socket.socket]:
    path = settings.worker_socket
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bell:
        bell.bind(str(path))
        path.chmod(0o600)
        bell.setblocking(False)
        yield bell


def _drain(bell: socket.socket) -> None:
    with contextlib.suppress(BlockingIOError):
        while True:
            bell.recv(64)
