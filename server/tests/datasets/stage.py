"""A dataset in a bucket on disk, its tasks on demand, and a worker process that is killed at a chosen instant.

Rows are made directly: these tests are about the tasks below the routes.
"""

import os
import signal
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import select

from maquette.buckets import Bucket, Stores
from maquette.datasets import background
from maquette.datasets.sync import start_sync
from maquette.datasets.tables import LABELLED, UNLABELLED, Dataset, Label, Sample, SyncReport, Version
from maquette.datasets.versions import PublishRequest, create_version
from maquette.db import Database
from maquette.kit.actor import Actor
from maquette.kit.config import Settings
from maquette.kit.ids import new_id
from maquette.kit.vault import Vault
from maquette.storage import LocalStore
from maquette.storage.local_batches import LocalBatch
from maquette.tasks import Task, TaskRunner

ACTOR = Actor("u1", "ann", "d1", "admin", "p1", frozenset({"0"}))
OWNED = {"project_id": "p1", "workspace_id": "0", "owner_id": "u1"}
DATASET_ID = "gfghHSokody6AJigS5A"


class Stage:
    """`database` needs only its tables; `home` is a directory of the test's own."""

    def __init__(self, database: Database, home: Path) -> None:
        self.database = database
        self.settings = Settings(home=home)
        self.settings.prepare()
        self.stores = Stores(self.settings, Vault(home))
        self.root = self.settings.buckets_dir / "data"
        self.store = LocalStore(self.root)

    def build(self, **options: Any) -> None:
        """Make the bucket, a dataset over its `in/`, and two labels."""
        self.root.mkdir()
        values = {
            "id": DATASET_ID,
            "name": "animals",
            "dataset_type": 0,
            "data_sources": [],
            "data_url": "/data/in/",
            "work_path": "/data/out/",
            "next_label_code": 3,
        }
        with self.database.write() as session:
            session.add(Bucket(name="data", **OWNED))
            session.add(Dataset(**OWNED, **(values | options)))
            session.flush()
            for code, name in ((1, "cat"), (2, "dog")):
                known = {"@modelarts:color": f"#00000{code}"}
                session.add(Label(dataset_id=DATASET_ID, code=code, name=name, type=0, property=known))

    def put(self, *names: str, content: bytes = b"bytes") -> None:
        for name in names:
            self.store.write(f"in/{name}", content)

    def add_samples(self, label_sets: Iterable[Iterable[int]], **values: Any) -> list[str]:
        """Samples in this order, each with these labels; without any it is unlabelled."""
        ids: list[str] = []
        with self.database.write() as session:
            for codes in label_sets:
                ids.append(new_id())
                labels = [{"code": code, "type": 0, "annotated_by": "human"} for code in codes]
                defaults = {
                    "state": LABELLED if labels else UNLABELLED,
                    "labels": labels,
                    "labelled_at": 1_600_000_000_000 if labels else None,
                }
                own = {"source": f"obs://data/in/{ids[-1]}.jpg", "name": f"{ids[-1]}.jpg", "generation": 1}
                session.add(Sample(id=ids[-1], dataset_id=DATASET_ID, **(defaults | own | values)))
            dataset = session.get_one(Dataset, DATASET_ID)
            dataset.total_samples += len(ids)
        return ids

    def ask_sync(self) -> str:
        with self.database.write() as session:
            return start_sync(session, ACTOR, session.get_one(Dataset, DATASET_ID)).id

    def ask_version(self, name: str | None = None, **options: Any) -> str:
        with self.database.write() as session:
            dataset = session.get_one(Dataset, DATASET_ID)
            return create_version(session, ACTOR, dataset, PublishRequest(name=name, **options)).id

    def work(self) -> None:
        """What a worker does that has just started: free the leases of a dead one, then do everything."""
        runner = TaskRunner(self.database, background.handlers(self.settings, self.database, self.stores))
        runner.reclaim()
        runner.run_until_idle()
        runner.close()

    def sync(self) -> SyncReport:
        task_id = self.ask_sync()
        self.work()
        assert self.task(task_id).state == "succeeded", self.task(task_id).error_msg
        with self.database.read() as session:
            return session.get_one(SyncReport, DATASET_ID)

    def publish(self, name: str | None = None, **options: Any) -> Version:
        version_id = self.ask_version(name, **options)
        self.work()
        version = self.version(version_id)
        assert version.state == "ready", self.task(version.task_id).error_msg
        return version

    def version(self, version_id: str) -> Version:
        with self.database.read() as session:
            return session.get_one(Version, version_id)

    def task(self, task_id: str) -> Task:
        with self.database.read() as session:
            return session.get_one(Task, task_id)

    def task_of(self, kind: str) -> str:
        """The id of the newest task of a kind."""
        with self.database.read() as session:
            return session.scalars(select(Task.id).where(Task.kind == kind).order_by(Task.id.desc())).first() or ""

    def dataset(self) -> Dataset:
        with self.database.read() as session:
            return session.get_one(Dataset, DATASET_ID)

    def samples(self) -> dict[str, Sample]:
        """By the file's name, in the order of ids."""
        with self.database.read() as session:
            return {row.name: row for row in session.scalars(select(Sample).order_by(Sample.id))}

    def files(self, below: str = "out/") -> set[str]:
        return {info.key for info in self.store.walk(below)}


def work_and_die(home: Path, url: str, instant: int) -> bool:
    """Let another process do the waiting tasks and kill it at its `instant`-th step. Returns whether it got so far."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        try:
            with _deadly(instant):
                Stage(Database(url), home).work()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


@contextmanager
def _deadly(instant: int) -> Iterator[None]:
    """Count the moments before and after each transaction and each write to the bucket; the chosen one is the last."""
    seen = 0

    def step() -> None:
        nonlocal seen
        seen += 1
        if seen == instant:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(function: Callable[..., Any]) -> Callable[..., Any]:
        def stepping(*arguments: Any, **options: Any) -> Any:
            step()
            result = function(*arguments, **options)
            step()
            return result

        return stepping

    write = Database.write

    @contextmanager
    def dying_write(self: Database) -> Iterator[Any]:
        step()
        with write(self) as session:
            yield session
            session.flush()
            step()
        step()

    Database.write = dying_write  # type: ignore[method-assign]
    LocalStore.adopt = around(LocalStore.adopt)  # type: ignore[method-assign]
    LocalStore.write = around(LocalStore.write)  # type: ignore[method-assign]
    LocalBatch.copy = around(LocalBatch.copy)  # type: ignore[method-assign]
    LocalBatch.publish = around(LocalBatch.publish)  # type: ignore[method-assign]
    yield
