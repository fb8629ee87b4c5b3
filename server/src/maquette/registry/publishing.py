"""Copying a model package out of its bucket: what is deployed later is what was checked now, whatever becomes of the
folder it came from.

The copy is made in a folder of its own and renamed when it is whole, so a crash leaves nothing half: the task begins
that folder anew. The copy can be read by workloads, which are another user; `models_dir` keeps others out.
"""

import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from maquette.buckets import Stores, open_url
from maquette.db import Database
from maquette.formats.package_config import CONFIG_BYTES, BadPackage, PackageConfig, read_config
from maquette.kit.clock import now_ms
from maquette.kit.config import Settings
from maquette.kit.errors import StorageFull
from maquette.registry.errors import bad_package
from maquette.registry.service import PUBLISH, REMOVE
from maquette.registry.tables import PUBLISHED, Model
from maquette.storage import ObjectInfo, ObjectStore, safe_key
from maquette.storage.disk import disk_errors
from maquette.tasks import RunningTask, TaskHandler
from maquette.tasks.progress import PROGRESS

NEEDS_CODE = frozenset({"PyTorch", "MXNet", "Caffe", "Spark_MLlib", "Custom"})
STEP_S = 0.25


def handlers(settings: Settings, database: Database, stores: Stores) -> dict[str, TaskHandler]:
    publisher = _Publisher(settings, database, stores)
    return {PUBLISH: publisher.publish, REMOVE: publisher.remove}


def package_path(settings: Settings, model_id: str) -> Path:
    """The folder that holds a published package's `config.json`, code and weights."""
    return settings.models_dir / model_id


class _Publisher:
    def __init__(self, settings: Settings, database: Database, stores: Stores) -> None:
        self.settings = settings
        self.database = database
        self.stores = stores

    def publish(self, task: RunningTask) -> dict[str, Any]:
        with self.database.read() as session:
            model = session.get(Model, task.resource_id)
        if model is None or model.stage == PUBLISHED:
            return {}
        store, key = open_url(self.database, self.stores, task.actor, model.source_location)
        root, objects = find_package(store, key, self.settings.package_files)
        config = read_package(store, root, {info.key for info in objects}, model.model_type)
        size = self._check_size(objects)
        target = package_path(self.settings, model.id)
        draft = target.with_name(f".{target.name}")
        try:
            files = _Copy(task, store, size).make(root, objects, draft)
            # What lies there, if anything, is from an attempt that ended before it could be recorded.
            shutil.rmtree(target, ignore_errors=True)
            draft.rename(target)
            _sync_folder(target.parent)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        with task.step(progress=1.0) as session:
            known = _record(session, model.id, config, size, files)
        if not known:
            shutil.rmtree(target, ignore_errors=True)
        return {"size": size, "files": len(files)}

    def remove(self, task: RunningTask) -> None:
        shutil.rmtree(package_path(self.settings, task.payload["id"]), ignore_errors=True)

    def _check_size(self, objects: list[ObjectInfo]) -> int:
        size = sum(info.size for info in objects)
        if size > self.settings.package_bytes:
            raise bad_package(f"its files have {size} bytes, over the limit of {self.settings.package_bytes}.")
        if shutil.disk_usage(self.settings.models_dir).free < size + self.settings.free_space_reserve:
            raise StorageFull(f"The model package of {size} bytes does not fit on the server's disk. Free some space.")
        return size


class _Copy:
    """Files onto our disk, durably, with a step of the task now and then."""

    def __init__(self, task: RunningTask, store: ObjectStore, size: int) -> None:
        self.task, self.store, self.size = task, store, size
        self.copied = 0
        self.next_step = 0.0

    def make(self, root: str, objects: list[ObjectInfo], folder: Path) -> list[dict[str, Any]]:
        """Copy the objects below `root` into a fresh folder; what each file is and holds."""
        shutil.rmtree(folder, ignore_errors=True)
        found: list[dict[str, Any]] = []
        for info in sorted(objects, key=lambda item: item.key):
            name = safe_key(info.key[len(root) :])
            digest = self._write(folder / name, self.store.read(info.key), name)
            found.append({"path": name, "size": (folder / name).stat().st_size, "sha256": digest})
        for place, _, _ in os.walk(folder):
            os.chmod(place, 0o755)  # noqa: S103 - workloads are another user
            _sync_folder(Path(place))
        return found

    def _write(self, path: Path, chunks: Iterator[bytes], name: str) -> str:
        digest = hashlib.sha256()
        with disk_errors(name):
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                os.fchmod(file.fileno(), 0o644)
                for chunk in chunks:
                    digest.update(chunk)
                    file.write(chunk)
                    self.copied += len(chunk)
                    self._step(name)
                file.flush()
                os.fsync(file.fileno())
        return digest.hexdigest()

    def _step(self, name: str) -> None:
        if time.monotonic() >= self.next_step:
            with self.task.step(
                progress=0.95 * self.copied / max(self.size, 1), message=PROGRESS.say("copying-file", name=name)
            ):
                self.next_step = time.monotonic() + STEP_S


def find_package(store: ObjectStore, key: str, limit: int) -> tuple[str, list[ObjectInfo]]:
    """The package's folder (with its closing `/`) and its files: `<key>/model/`, or `<key>/` with a config.json."""
    base = key.rstrip("/") + "/" if key.rstrip("/") else ""
    for root in (f"{base}model/", base):
        if store.exists(f"{root}config.json"):
            objects = list(islice(store.walk(root), limit + 1))
            if len(objects) > limit:
                raise bad_package(f"'{root or '/'}' has more than {limit} files. Name the folder of the model alone.")
            return root, objects
    raise bad_package(f"there is no 'model/config.json' in '{base or '/'}'. Name the folder that holds 'model/'.")


def read_package(store: ObjectStore, root: str, keys: set[str], model_type: str) -> PackageConfig:
    """Check a package without reading its weights. Raises Invalid with what to mend."""
    try:
        config = read_config(b"".join(store.read(f"{root}config.json", 0, CONFIG_BYTES + 1)))
    except BadPackage as error:
        raise bad_package(str(error)) from None
    if model_type and model_type.lower() != config.model_type.lower():
        raise bad_package(
            f"config.json says model_type {config.model_type}, the request {model_type}. Make them agree."
        )
    if config.model_type == "Image":
        raise bad_package("model_type Image names a container image, which this installation does not run.")
    if config.model_type in NEEDS_CODE and f"{root}customize_service.py" not in keys:
        raise bad_package(f"'customize_service.py' is missing beside config.json; {config.model_type} needs it.")
    return config


def _record(session: Session, model_id: str, config: PackageConfig, size: int, files: list[dict[str, Any]]) -> bool:
    """Publish; False when the model was deleted meanwhile."""
    model = session.get(Model, model_id)
    if model is None:
        return False
    model.stage, model.updated_at = PUBLISHED, now_ms()
    model.size, model.files = size, list(files)
    model.model_type = config.model_type
    model.model_algorithm = config.model_algorithm
    model.runtime = model.runtime or config.runtime
    model.apis = model.apis or list(config.apis)
    model.dependencies = model.dependencies or config.dependencies
    model.metrics = model.metrics or config.metrics
    model.health = config.health
    return True


def _sync_folder(path: Path) -> None:
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
