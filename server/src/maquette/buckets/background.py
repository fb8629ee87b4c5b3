"""What the worker does for buckets: unpacking archives, and clearing away what nobody came back for."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from sqlalchemy import select

from maquette.buckets.extraction import Extraction
from maquette.buckets.service import OpenedBucket, Stores, find_bucket
from maquette.buckets.tables import Bucket
from maquette.buckets.uploads import sweep_uploads
from maquette.db import Database
from maquette.kit.config import Settings
from maquette.kit.errors import MaquetteError
from maquette.storage import LocalStore
from maquette.storage.base import ObjectMissing
from maquette.tasks import RunningTask, TaskHandler

EXTRACT = "buckets.extract"

# No write may last as long: what is older was left by a process that is gone.
TEMPORARY_S = 24 * 3600.0


def handlers(settings: Settings, database: Database, stores: Stores) -> Mapping[str, TaskHandler]:
    def extract(task: RunningTask) -> dict[str, Any]:
        """Unpack the archive; it is deleted only when that was asked for and every member could be had."""
        key: str = task.payload["key"]
        with database.read() as session:
            row = find_bucket(session, task.actor, task.payload["bucket"])
        bucket = OpenedBucket(row, stores.of(row), stores.folder_of(row), task.actor, database, settings)
        result = task.checkpoint.get("result")
        if result is None:
            extraction = Extraction(task, bucket)
            result = extraction.run()
            with task.step(checkpoint={"result": result, "etag": extraction.etag}):
                pass
        deleted = bool(task.payload["delete_archive"]) and result["bad_count"] == 0
        if deleted:
            _delete_unchanged(bucket, key, task.checkpoint["etag"])
        return {**result, "archive_deleted": deleted}

    return {EXTRACT: extract}


def tidy(settings: Settings, database: Database, stores: Stores) -> None:
    """Sweep stale uploads and the unfinished files of crashed writes; call it when the worker starts and each hour."""
    sweep_uploads(database, settings)
    with database.read() as session:
        folders = [folder for row in session.scalars(select(Bucket)) if (folder := stores.folder_of(row))]
    for folder in folders:
        with suppress(MaquetteError):  # a disk that is not mounted today is swept another day
            LocalStore(folder).sweep(TEMPORARY_S)


def _delete_unchanged(bucket: OpenedBucket, key: str, etag: str) -> None:
    """Delete the archive that was unpacked, and none that has taken its place or is there after a crash."""
    with suppress(ObjectMissing):
        if bucket.store.head(key).etag == etag:
            bucket.store.delete(key)
