"""A task in the hands of its handler: steps, checkpoints, progress, cancellation.

A handler may be killed at any instant and is then called again with the last committed checkpoint. So each step does
its outside effects first (idempotently), then its rows and the checkpoint in one transaction:

    def handle(task: RunningTask) -> dict[str, Any]:
        for batch in batches(start=task.checkpoint.get("done", 0)):
            with task.step(progress=..., checkpoint={"done": batch.end}) as session:
                ...
        return {"counted": n}
"""

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from maquette.db import Database
from maquette.kit.actor import Actor
from maquette.kit.clock import now_ms
from maquette.tasks.tables import Task

_SHARED = "0"  # the default workspace, which everybody of a project may enter


class Cancelled(Exception):
    """The user asked the task to stop; raised at a step's beginning."""


class LeaseLost(Exception):
    """Somebody else has taken the task over: whatever this runner still wanted to write is void."""


class Interrupted(Exception):
    """This process is about to end: the task goes on in the next one, from its checkpoint."""


class RunningTask:
    """What a handler sees. `payload` and `checkpoint` are plain JSON; `actor` acts for the user who asked."""

    def __init__(self, database: Database, row: Task, lease_ms: int) -> None:
        self.database = database
        self.id = row.id
        self.kind = row.kind
        self.resource_id = row.resource_id
        self.workspace_id = row.workspace_id
        self.payload: dict[str, Any] = row.payload
        self.checkpoint: dict[str, Any] = row.checkpoint
        self.actor = Actor(
            user_id=row.owner_id,
            user_name=row.user_name,
            domain_id=row.domain_id,
            domain_name=row.domain_name,
            project_id=row.project_id,
            workspaces=frozenset({_SHARED, row.workspace_id}),
        )
        self.progress = row.progress
        self._token = row.lease_token
        self._lease_ms = lease_ms
        self._stop = threading.Event()

    @contextmanager
    def step(
        self, *, progress: float | None = None, checkpoint: dict[str, Any] | None = None, message: str | None = None
    ) -> Generator[Session]:
        """One transaction of the task. Raises Cancelled, Interrupted or LeaseLost before the block is entered.

        `checkpoint` may be filled in by the block: it is read when the block ends.
        """
        with self.database.write() as session:
            self.renew(session)
            yield session
            values: dict[str, Any] = {"updated_at": now_ms()}
            if progress is not None:
                self.progress = values["progress"] = min(max(progress, 0.0), 1.0)
            if checkpoint is not None:
                values["checkpoint"] = checkpoint
            if message is not None:
                values["message"] = message
            session.execute(update(Task).where(Task.id == self.id).values(values))
        if checkpoint is not None:
            self.checkpoint = checkpoint

    def renew(self, session: Session, *, finishing: bool = False) -> None:
        """Prove that the task is still ours, for another lease. Locks the row until the transaction ends."""
        claim = (
            update(Task)
            .where(Task.id == self.id, Task.lease_token == self._token, Task.state == "running")
            .values(lease_until=now_ms() + self._lease_ms)
            .returning(Task.cancel_requested)
        )
        cancelled = session.scalar(claim)
        if cancelled is None:
            raise LeaseLost(self.id)
        if cancelled and not finishing:
            raise Cancelled(self.id)
        if self._stop.is_set() and not finishing:
            raise Interrupted(self.id)

    def interrupt(self) -> None:
        """Make the handler leave off at its next step."""
        self._stop.set()


TaskHandler = Callable[[RunningTask], dict[str, Any] | None]
