"""What the worker does for buckets: unpacking, long copies and deletions, clearing away what nobody came back for."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from sqlalchemy import select

from maquette.buckets.copying import Copying, delete_folder, delete_unchanged
from maquette.buckets.extraction import Extraction
from maquette.buckets.objects import COPY, DELETE, MOVE
from maquette.buckets.service import OpenedBucket, Stores, find_bucket
from maquette.buckets.tables import Bucket
from maquette.buckets.uploads import sweep_uploads
from maquette.db import Database
from maquette.kit.actor import Actor
from maquette.kit.config import Settings
from maquette.kit.errors import MaquetteError
from maquette.storage import LocalStore
from maquette.tasks import RunningTask, TaskHandler

EXTRACT = "buckets.extract"

# No write may last as long: what is older was left by a process that is gone.
TEMPORARY_S = 24 * 3600.0


def handlers(settings: Settings, database: Database, stores: Stores) -> Mapping[str, TaskHandler]:
    def opened(actor: Actor, name: str) -> OpenedBucket:
        with database.read() as session:
            row = find_bucket(session, actor, name)
        return OpenedBucket(row, stores.of(row), stores.folder_of(row), actor, database, settings)

    def extract(task: RunningTask) -> dict[str, Any]:
        """Unpack the archive; it is deleted only when that was asked for and every member could be had."""
        bucket = opened(task.actor, task.payload["bucket"])
        result = task.checkpoint.get("result")
        if result is None:
            extraction = Extraction(task, bucket)
            result = extraction.run()
            with task.step(checkpoint={"result": result, "etag": extraction.etag}):
                pass
        deleted = bool(task.payload["delete_archive"]) and result["bad_count"] == 0
        if deleted:
            delete_unchanged(bucket, task.payload["key"], task.checkpoint["etag"])
        return {**result, "archive_deleted": deleted}

    def transfer(task: RunningTask) -> dict[str, Any]:
        # Both workspaces were open to whoever asked.
        actor = task.actor.within(task.actor.project_id, frozenset(task.payload["workspaces"]))
        copying = Copying(task, opened(actor, task.payload["bucket"]), opened(actor, task.payload["target_bucket"]))
        result = copying.run()
        if task.kind == MOVE:
            copying.delete_source()
        return result

    def delete(task: RunningTask) -> dict[str, Any]:
        return delete_folder(task, opened(task.actor, task.payload["bucket"]))

    return {EXTRACT: extract, COPY: transfer, MOVE: transfer, DELETE: delete}


def tidy(settings: Settings, database: Database, stores: Stores) -> None:
    """Sweep stale uploads and the unfinished files of crashed writes; call it when the worker starts and each hour."""
    sweep_uploads(database, settings)
    with database.read() as session:
        folders = [folder for row in session.scalars(select(Bucket)) if (folder := stores.folder_of(row))]
    for folder in folders:
        with suppress(MaquetteError):  # a disk that is not mounted today is swept another day
            LocalStore(folder).sweep(TEMPORARY_S)
