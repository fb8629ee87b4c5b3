"""The worker's side: claiming tasks, running their handlers in threads, keeping leases alive, recording the end."""

import logging
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from maquette.db import Database, explained
from maquette.kit.clock import now_ms
from maquette.kit.errors import MaquetteError
from maquette.kit.ids import new_id
from maquette.tasks.handling import Cancelled, Interrupted, LeaseLost, RunningTask, TaskHandler
from maquette.tasks.tables import CANCELLED, FAILED, RUNNING, SUCCEEDED, WAITING, Task

log = logging.getLogger(__name__)

LEASE_MS = 30_000
MOST_ATTEMPTS = 100  # a task that takes its worker down with it each time must not do so for ever


class TaskRunner:
    """Runs up to `threads` tasks at once. `poke` after a wake-up; `close` waits for the steps at hand.

    A task whose lease has run out belongs to a dead runner and is claimed again. A restarted worker need not wait
    for that: `reclaim` frees what the dead process of the same host held.
    """

    def __init__(
        self, database: Database, handlers: Mapping[str, TaskHandler], *, threads: int = 2, lease_ms: int = LEASE_MS
    ) -> None:
        self.database = database
        self.handlers = handlers
        self.lease_ms = lease_ms
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="task")
        self._running: dict[str, RunningTask] = {}
        self._lock = threading.Lock()
        self._closing = False

    def reclaim(self) -> None:
        """Free all leases at once: only for the one worker of a home, when it starts."""
        with self.database.write() as session:
            session.execute(update(Task).where(Task.state == RUNNING).values(lease_until=0))

    def poke(self) -> None:
        """Start what can be started now."""
        while not self._closing:
            with self._lock:
                if len(self._running) >= self._threads:
                    return
            task = self._claim()
            if task is None:
                return
            with self._lock:
                self._running[task.id] = task
            self._pool.submit(self._run_and_go_on, task)

    def keep_leases(self) -> None:
        """Renew the leases of all running tasks; call it every few seconds."""
        with self._lock:
            ids = list(self._running)
        if ids:
            with self.database.write() as session:
                mine = [task._token for task in self._running.values()]  # pyright: ignore[reportPrivateUsage]
                until = now_ms() + self.lease_ms
                session.execute(
                    update(Task).where(Task.id.in_(ids), Task.lease_token.in_(mine)).values(lease_until=until)
                )

    def run_until_idle(self, deadline_s: float = 60.0) -> None:
        """Do everything there is to do in this thread: for tests and the command line."""
        until = now_ms() + deadline_s * 1000
        while now_ms() < until:
            task = self._claim()
            if task is None:
                return
            self._run(task)

    def close(self) -> None:
        """Let running tasks leave off at their next step, and wait for that; whoever runs next takes them up there."""
        self._closing = True
        with self._lock:
            for task in self._running.values():
                task.interrupt()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _claim(self) -> RunningTask | None:
        with self.database.write() as session:
            due = or_(Task.state == WAITING, (Task.state == RUNNING) & (Task.lease_until < now_ms()))
            query = select(Task).where(due, Task.kind.in_(list(self.handlers))).order_by(Task.id).limit(1)
            row = session.scalar(query.with_for_update(skip_locked=True))
            if row is None:
                return None
            row.state, row.lease_token, row.lease_until = RUNNING, new_id(), now_ms() + self.lease_ms
            row.attempts += 1
            if row.attempts > MOST_ATTEMPTS:
                return self._give_up(row)
            row.started_at = row.started_at or now_ms()
            return RunningTask(self.database, row, self.lease_ms)

    def _give_up(self, row: Task) -> None:
        row.state, row.finished_at, row.lease_until = FAILED, now_ms(), 0
        row.error_code = "ModelArts.0500"
        row.error_msg = f"The task was begun {MOST_ATTEMPTS} times and never ended; the server's log tells more."

    def _run(self, task: RunningTask) -> None:
        outcome: dict[str, Any]
        try:
            result = self.handlers[task.kind](task)
            outcome = {"state": SUCCEEDED, "progress": 1.0, "result": result or {}}
        except Cancelled:
            outcome = {"state": CANCELLED}
        except LeaseLost:
            log.warning("task %s was taken over by another worker", task.id)
            self._forget(task)
            return
        except Interrupted:
            log.info("task %s goes on when a worker runs again", task.id)
            self._forget(task)
            return
        except MaquetteError as error:
            outcome = {"state": FAILED, "error_code": error.code, "error_msg": error.message}
        except Exception as error:
            log.exception("task %s (%s) failed", task.id, task.kind)
            known = explained(error) if isinstance(error, DBAPIError) else None
            reason = f"The task met an unexpected error; the server's log has it under task {task.id}."
            outcome = {
                "state": FAILED,
                "error_code": known.code if known else "ModelArts.0500",
                "error_msg": known.message if known else reason,
            }
        try:
            with self.database.write() as session:
                task.renew(session, finishing=True)
                self._finish(session, task, outcome)
        except Exception:
            # The row keeps its lease and is claimed again when that ends: nothing is lost, the end is only later.
            log.exception("the end of task %s could not be recorded", task.id)
        self._forget(task)

    def _run_and_go_on(self, task: RunningTask) -> None:
        self._run(task)
        self.poke()

    def _finish(self, session: Session, task: RunningTask, outcome: dict[str, Any]) -> None:
        moment = now_ms()
        session.execute(
            update(Task)
            .where(Task.id == task.id)
            .values(finished_at=moment, updated_at=moment, lease_until=0, **outcome)
        )

    def _forget(self, task: RunningTask) -> None:
        with self._lock:
            self._running.pop(task.id, None)
