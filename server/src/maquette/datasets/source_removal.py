"""Deleting samples with their files: rows in the request, files as a task right behind it.

The task is asked for in the transaction that removes the rows, so a crash loses neither. A sync that still saw a file
may have added its sample again meanwhile: the task takes that row away with the file.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from maquette.buckets import Stores, open_bucket
from maquette.datasets.service import lock_dataset_row
from maquette.datasets.tables import Dataset
from maquette.datasets.working_set import BATCH, read_by_source, remove_samples
from maquette.db import Database
from maquette.iam import require
from maquette.kit.actor import Actor
from maquette.storage import parse_obs_url
from maquette.tasks import RunningTask, Task, TaskHandler, TaskSpec, enqueue

KIND = "dataset.delete-files"
DELETE_FILES = "obs:object:DeleteObject"


def ask_for_removal(session: Session, actor: Actor, dataset: Dataset, sources: Sequence[str]) -> Task:
    """Raises Forbidden, like the label deletion that takes files along, unless the actor may delete objects."""
    require(session, actor, DELETE_FILES)
    payload = {"sources": list(sources)}
    return enqueue(session, actor, TaskSpec(KIND, dataset.name, "dataset", dataset.id, dataset.workspace_id, payload))


def handler(database: Database, stores: Stores) -> TaskHandler:
    def handle(task: RunningTask) -> dict[str, Any]:
        sources: list[str] = task.payload["sources"]
        done = int(task.checkpoint.get("done", 0))
        while done < len(sources):
            batch = sources[done : done + BATCH]
            with task.step():
                pass  # a cancelled task stops before the files, not after
            delete_files(database, stores, task, batch)
            done += len(batch)
            with task.step(progress=done / len(sources), checkpoint={"done": done}) as session:
                _forget(session, task.actor, task.resource_id, batch)
        return {"files": done}

    return handle


def delete_files(database: Database, stores: Stores, task: RunningTask, sources: Sequence[str]) -> None:
    """Delete the objects behind the samples' sources; those that are gone already are no error."""
    with database.read() as session:
        dataset = session.get(Dataset, task.resource_id)
    if dataset is None:
        return
    keys: dict[str, list[str]] = {}
    for source in sources:
        bucket, key = parse_obs_url(source)
        keys.setdefault(bucket, []).append(key)
    for bucket, some in keys.items():
        open_bucket(database, stores, task.actor, bucket).delete_many(some)


def _forget(session: Session, actor: Actor, dataset_id: str, sources: Sequence[str]) -> None:
    dataset = lock_dataset_row(session, dataset_id)
    if dataset is None:
        return
    remove_samples(session, dataset, actor, list(read_by_source(session, dataset, sources).values()))
