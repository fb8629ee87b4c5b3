"""The task that publishes a version: snapshot, the files beside the manifest, all into the bucket, and last the row.

A version is whole or absent: until its row says READY, with the manifest's hash, nobody reads its files, so a killed
publication simply goes on, or begins anew with the state of that moment, and ends once. What it writes:

    <work path>/<dataset>-<id>/annotation/V001/V001.manifest     the samples
    <work path>/<dataset>-<id>/annotation/V001/…                 what goes with them (`version_files`, `version_tables`)
    <work path>/<dataset>-<id>/.index/V001/<sha256>.index        where each sample is (`version_index`)
"""

import logging
import shutil
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import update

from maquette.buckets import Stores, open_bucket, open_url
from maquette.datasets.comparison import compare
from maquette.datasets.paths import inner_paths
from maquette.datasets.service import lock_dataset_row
from maquette.datasets.snapshots import INDEX_FILE, MANIFEST_FILE, Snapshot, sha256_of, take_snapshot
from maquette.datasets.tables import Dataset, Version
from maquette.datasets.types import TABLE, TYPES, Shape
from maquette.datasets.version_errors import no_version
from maquette.datasets.version_files import VersionFiles
from maquette.datasets.version_index import VersionIndex
from maquette.datasets.version_paths import VersionFolder
from maquette.datasets.version_reading import open_index
from maquette.datasets.version_tables import VersionTables
from maquette.datasets.versions import CREATING, KIND, READY
from maquette.db import Database
from maquette.kit.clock import now_ms
from maquette.kit.config import Settings
from maquette.kit.errors import Conflict, MaquetteError, NotFound
from maquette.storage import ObjectStore, obs_url, parse_obs_url
from maquette.storage.disk import disk_errors
from maquette.tasks import RunningTask, TaskHandler
from maquette.tasks.progress import PROGRESS

log = logging.getLogger(__name__)

_SHARE_OF_SNAPSHOT = 0.5


def handlers(settings: Settings, database: Database, stores: Stores) -> dict[str, TaskHandler]:
    return {KIND: partial(_publish, settings, stores)}


def _publish(settings: Settings, stores: Stores, task: RunningTask) -> dict[str, Any]:
    with task.database.read() as session:
        version = session.get(Version, task.payload["version_id"])
        dataset = session.get(Dataset, task.resource_id)
        before = session.get(Version, version.previous_version_id) if version else None
    if version is None or dataset is None or dataset.deleted or version.state not in (CREATING, READY):
        raise no_version(task.payload["version_id"])
    folder = settings.cache_dir / f"publish-{version.id}"
    try:
        if version.state == CREATING:
            _Publication(stores, task, dataset, version, folder).run(before)
        return {"version_id": version.id}
    finally:
        # A full disk must not stay full because of us. After a kill the next attempt comes by here.
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class _Target:
    """The keys of one version in the bucket of the dataset's work path."""

    bucket: str
    manifest: str
    indexes: str


def _target(dataset: Dataset, version: Version) -> _Target:
    folder = VersionFolder.of(dataset, version)
    home = parse_obs_url(inner_paths(dataset)["inner_work_path"])[1]
    return _Target(folder.bucket, f"{folder.key}{version.name}.manifest", f"{home}.index/{version.name}/")


class _Publication:
    """One version on its way into the bucket."""

    def __init__(self, stores: Stores, task: RunningTask, dataset: Dataset, version: Version, folder: Path) -> None:
        self._stores = stores
        self._task = task
        self._dataset = dataset
        self._version = version
        self._folder = self._ready = folder
        self._actor = task.actor
        self._target = _target(dataset, version)
        self._store = open_bucket(task.database, stores, self._actor, self._target.bucket)

    def run(self, before: Version | None) -> None:
        snapshot = self._snapshot()
        snapshot, remarks = self._write_files(snapshot)
        changes = self._differences(snapshot, before, remarks)
        index_key = f"{self._target.indexes}{snapshot.index_sha256}.index"
        # Whoever took this task over writes these files too: be sure that it is still ours.
        with self._task.step(message=PROGRESS.say("storing-manifest")):
            pass
        self._remove_other_indexes(index_key)
        self._store.adopt(index_key, self._ready / INDEX_FILE)
        self._store.adopt(self._target.manifest, self._ready / MANIFEST_FILE)
        self._commit(snapshot, changes, " ".join(remarks), index_key)

    def _write_files(self, snapshot: Snapshot) -> tuple[Snapshot, list[str]]:
        """What the version has beside its manifest, and what is to be said of it; of tables the manifest too."""
        remarks: list[str] = []
        shared = (self._stores, self._task, self._dataset, self._version)
        if self._dataset.dataset_type == TABLE:
            self._ready = self._folder / "ready"
            snapshot, number = VersionTables(*shared, self._folder, self._ready).write(snapshot)
            if number:
                remarks.append(f"Remarks on cells and records that do not fit the schema: {number}.")
            return snapshot, remarks
        files = VersionFiles(*shared, self._folder / MANIFEST_FILE)
        if TYPES[self._dataset.dataset_type].shape is Shape.GEOMETRY:
            lost = files.write_annotations([label["name"] for label in snapshot.label_stats])
            if lost:
                remarks.append(f"Objects in the manifest alone, which a VOC file cannot hold: {lost}.")
        if self._version.export_images and (absent := files.copy_files()):
            remarks.append(f"{absent} files no longer exist and were not exported.")
        return snapshot, remarks

    def _snapshot(self) -> Snapshot:
        """The one an interrupted attempt has finished, if its files are still whole, else a new one."""
        kept = self._task.checkpoint.get("snapshot")
        if kept is not None:
            snapshot = Snapshot(**kept)
            files = {MANIFEST_FILE: snapshot.manifest_sha256, INDEX_FILE: snapshot.index_sha256}
            paths = {self._folder / name: digest for name, digest in files.items()}
            if all(path.is_file() and sha256_of(path) == digest for path, digest in paths.items()):
                return snapshot
        shutil.rmtree(self._folder, ignore_errors=True)
        with disk_errors("the manifest"):
            self._folder.mkdir(parents=True)
        snapshot = take_snapshot(self._task.database, self._version, self._folder, self._report)
        with self._task.step(progress=_SHARE_OF_SNAPSHOT, checkpoint={"snapshot": asdict(snapshot)}):
            pass
        return snapshot

    def _report(self, done: int, total: int) -> None:
        share = min(done / total, 1.0) if total else 1.0
        with self._task.step(
            progress=_SHARE_OF_SNAPSHOT * share, message=PROGRESS.say("samples-read", done=done, total=total)
        ):
            pass

    def _differences(self, snapshot: Snapshot, before: Version | None, remarks: list[str]) -> dict[str, int]:
        """Against the previous version; a remark is added when that one's index cannot be read any more."""
        if before is None:
            return {"added_samples": snapshot.total_samples}
        path = self._ready / INDEX_FILE
        with path.open("rb") as file:

            def fetch(start: int, end: int) -> bytes:
                file.seek(start)
                return file.read(end - start)

            try:
                old = open_index(self._store_of(before.index_url), before)
                found = compare(old, VersionIndex(fetch, path.stat().st_size))
            except MaquetteError as error:
                log.warning("version %s cannot be compared with %s: %s", self._version.id, before.id, error.message)
                remarks.append(f"The differences to {before.name} are unknown: its index cannot be read.")
                return {}
        return {
            "added_samples": len(found.added.numbers),
            "deleted_samples": len(found.removed.numbers),
            "modified_samples": found.changed,
        }

    def _store_of(self, address: str) -> ObjectStore:
        return open_url(self._task.database, self._stores, self._actor, address)[0]

    def _remove_other_indexes(self, kept: str) -> None:
        """Those of an attempt that was killed before its version was there."""
        found = self._store.list(self._target.indexes).objects
        self._store.delete_many([info.key for info in found if info.key != kept])

    def _commit(self, snapshot: Snapshot, changes: dict[str, int], remark: str, index_key: str) -> None:
        """The one moment in which the version begins to exist."""
        values: dict[str, Any] = {
            "state": READY,
            "message": remark,
            "manifest_url": obs_url(self._target.bucket, self._target.manifest),
            "manifest_sha256": snapshot.manifest_sha256,
            "index_url": obs_url(self._target.bucket, index_key),
            "total_samples": snapshot.total_samples,
            "labelled_samples": snapshot.labelled_samples,
            **changes,
            "label_stats": snapshot.label_stats,
            "multi_label": snapshot.multi_label,
            "updated_at": now_ms(),
        }
        mine = (Version.id == self._version.id, Version.state == CREATING)
        with self._task.step(
            progress=1.0, message=PROGRESS.say("samples-written", count=snapshot.total_samples)
        ) as session:
            dataset = lock_dataset_row(session, self._dataset.id)
            if dataset is None:
                raise NotFound("The dataset has been deleted.")
            if session.scalar(update(Version).where(*mine).values(values).returning(Version.id)) is None:
                raise Conflict(f"The version '{self._version.name}' has been changed meanwhile. Publish again.")
            dataset.current_version_id = self._version.id
