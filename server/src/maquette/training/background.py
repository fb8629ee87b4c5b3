"""Training's tasks: what is left to do when a job has ended (its log, its scratch), and removing what was deleted."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import select

from maquette.buckets import Stores, open_url
from maquette.db import Database
from maquette.iam import User, system_actor
from maquette.kit.config import Settings
from maquette.pools import Workload, attempt_directory, log_path
from maquette.pools.watching import clear_scratch
from maquette.storage import CHUNK
from maquette.tasks import RunningTask, TaskHandler
from maquette.training.jobs import REMOVE, forget_version
from maquette.training.running import SETTLE
from maquette.training.tables import TrainingVersion
from maquette.workspaces import accessible


def handlers(settings: Settings, database: Database, stores: Stores) -> dict[str, TaskHandler]:
    work = TrainingWork(settings, database, stores)
    return {SETTLE: work.settle, REMOVE: work.remove}


def log_name(version: TrainingVersion) -> str:
    return f"modelarts-job-{version.resource_id.removeprefix('job')}-worker-0.log"


class TrainingWork:
    def __init__(self, settings: Settings, database: Database, stores: Stores) -> None:
        self.settings = settings
        self.database = database
        self.stores = stores

    def settle(self, task: RunningTask) -> dict[str, Any] | None:
        """Free the attempt's scratch and write its whole log to log_url; repeating it writes the same object."""
        with self.database.read() as session:
            row = _load(session.execute(_versions(task)).one_or_none())
            if row is None or row[0].deleted:
                return None
            version, workload = row
            owner = system_actor(session, session.get_one(User, workload.owner_id), workload.project_id)
            owner = replace(owner, confined_to=workload.workspace_id)
            actor = owner.within(workload.project_id, accessible(session, owner))
        clear_scratch(attempt_directory(self.settings, workload))
        path = log_path(self.settings, workload)
        if not version.plan["log_url"] or not path.exists():
            return None
        address = f"{version.plan['log_url']}{log_name(version)}"
        store, key = open_url(self.database, self.stores, actor, address)
        info = store.write(key, _chunks(path))
        return {"url": address, "size": info.size}

    def remove(self, task: RunningTask) -> None:
        """Remove an ended version's attempt directories, then its rows, and the job's with the last one."""
        with self.database.read() as session:
            row = _load(session.execute(_versions(task)).one_or_none())
        if row is None:
            return
        version, workload = row
        shutil.rmtree(attempt_directory(self.settings, workload).parent, ignore_errors=True)
        with task.step() as session:
            forget_version(session, version)


def _versions(task: RunningTask) -> Any:
    query = select(TrainingVersion, Workload).join(Workload, Workload.id == TrainingVersion.workload_id)
    return query.where(TrainingVersion.id == int(task.payload["version_id"]))


def _load(row: Any) -> tuple[TrainingVersion, Workload] | None:
    return None if row is None else (row[0], row[1])


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from iter(lambda: file.read(CHUNK), b"")
