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
from collections.abc import Generator, Mapping

from maquette.buckets import Stores
from maquette.buckets import background as buckets_work
from maquette.datasets import background as datasets_work
from maquette.db import Database
from maquette.db.listening import Listener
from maquette.iam.tokens import forget_expired
from maquette.inference.instances import ServiceKind
from maquette.inference.keeper import ServiceKeeper
from maquette.kit.config import Settings
from maquette.kit.vault import Vault
from maquette.pools import WorkloadKind
from maquette.pools.interpreter import compile_runtime
from maquette.pools.reconciler import Reconciler, local_reconciler
from maquette.registry import publishing
from maquette.tasks import TaskHandler, TaskRunner
from maquette.tasks.queue import forget_old_tasks
from maquette.training import TrainingKind
from maquette.training import background as training_work
from maquette.web.idempotency import forget_old as forget_old_answers

log = logging.getLogger(__name__)

IDLE_S = 0.5
HOUSEKEEPING_S = 5.0
TIDY_S = 3600.0


def task_handlers(settings: Settings, database: Database, stores: Stores) -> Mapping[str, TaskHandler]:
    """Every kind of platform task and who does it."""
    return {
        **buckets_work.handlers(settings, database, stores),
        **datasets_work.handlers(settings, database, stores),
        **training_work.handlers(settings, database, stores),
        **publishing.handlers(settings, database, stores),
    }


def workload_kinds(settings: Settings) -> Mapping[str, WorkloadKind]:
    """Every kind of users' code and whose it is."""
    return {"job": TrainingKind(settings), "service": ServiceKind(settings)}


class Worker:
    """One per home. `run` returns after `stop`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.database = Database(settings.database, settings.worker_socket)
        self.stores = Stores(settings, Vault(settings.home))
        self.tasks = TaskRunner(self.database, task_handlers(settings, self.database, self.stores))
        self.workloads: Reconciler = local_reconciler(settings, self.database, workload_kinds(settings))
        self.services = ServiceKeeper(settings, self.database)
        self._stopping = False

    def run(self) -> None:
        with _doorbell(self.settings) as bell:
            self.tasks.reclaim()
            compile_runtime(self.settings.job_python)
            listener = Listener(self.database, self.settings.worker_socket)
            listener.start()
            next_housekeeping = next_tidy = 0.0
            while not self._stopping:
                patience = self._keep_workloads()
                self._keep_tasks(leases=time.monotonic() >= next_housekeeping)
                if time.monotonic() >= next_housekeeping:
                    next_housekeeping = time.monotonic() + HOUSEKEEPING_S
                if time.monotonic() >= next_tidy:
                    self._tidy()
                    next_tidy = time.monotonic() + TIDY_S
                ready, _, _ = select.select([bell], [], [], patience)
                if ready:
                    _drain(bell)
        listener.close()
        self.tasks.close()
        self.stores.close()
        self.database.dispose()

    def _keep_workloads(self) -> float:
        """One look at all workloads; answers how long the next may wait."""
        try:
            waits = [wait for wait in (self.services.tick(), self.workloads.tick()) if wait is not None]
        except Exception:
            log.exception("workloads could not be looked after; the next round tries again")
            return IDLE_S
        return min([IDLE_S, *waits])

    def _keep_tasks(self, *, leases: bool) -> None:
        """Begin what can be begun; a database that does not answer for a while is no reason to end."""
        try:
            self.tasks.poke()
            if leases:
                self.tasks.keep_leases()
        except Exception:
            log.exception("tasks could not be looked after; the next round tries again")

    def _tidy(self) -> None:
        """Forget what is over: uploads nobody goes on with, expired tokens, old answers and old tasks."""
        try:
            buckets_work.tidy(self.settings, self.database, self.stores)
            with self.database.write() as session:
                forget_expired(session)
                forget_old_answers(session)
                forget_old_tasks(session)
        except Exception:
            log.exception("leftovers could not be swept; the next round tries again")

    def stop(self) -> None:
        self._stopping = True


def main(settings: Settings) -> None:
    worker = Worker(settings)

    def stop(*_: object) -> None:
        worker.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    worker.run()


@contextlib.contextmanager
def _doorbell(settings: Settings) -> Generator[socket.socket]:
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
