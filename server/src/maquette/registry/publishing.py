"""Copying a model package out of its bucket: what is deployed later is what was checked now, whatever becomes of the
folder it came from.

The copy is made in a folder of its own and renamed when it is whole, so a crash leaves nothing half: the task begins
that folder anew.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from maquette.buckets import Stores, open_url
from maquette.db import Database
from maquette.formats.package_config import BadPackage, PackageConfig, read_config
from maquette.kit.clock import now_ms
from maquette.kit.config import Settings
from maquette.kit.errors import MaquetteError, StorageFull
from maquette.registry.errors import bad_package
from maquette.registry.service import PUBLISH, REMOVE
from maquette.registry.tables import FAILED, PUBLISHED, Model
from maquette.storage import ObjectInfo, ObjectStore, safe_key
from maquette.tasks import Cancelled, RunningTask, TaskHandler

NEEDS_CODE = frozenset({"PyTorch", "Scikit_Learn", "XGBoost", "TensorFlow", "MXNet", "Caffe", "Spark_MLlib", "Custom"})


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
        if model is None or model.status == PUBLISHED:
            return {}
        try:
            facts = self._copy(task, model)
            with task.step(progress=1.0) as session:
                _record(session, model.id, facts)
        except (MaquetteError, Cancelled) as error:
            reason = error.message if isinstance(error, MaquetteError) else "Publishing was cancelled."
            with self.database.write() as session:
                _fail(session, model.id, reason)
            raise
        return {"size": facts["size"], "files": len(facts["files"])}

    def remove(self, task: RunningTask) -> None:
        shutil.rmtree(package_path(self.settings, task.payload["id"]), ignore_errors=True)

    def _copy(self, task: RunningTask, model: Model) -> dict[str, Any]:
        store, key = open_url(self.database, self.stores, task.actor, model.source_location)
        root, objects = find_package(store, key)
        config = read_package(store, root, {info.key for info in objects}, model.model_type)
        size = self._check_size(objects)
        target = package_path(self.settings, model.id)
        draft = target.with_name(f".{target.name}")
        shutil.rmtree(draft, ignore_errors=True)
        files: list[dict[str, Any]] = []
        copied = 0
        for info in sorted(objects, key=lambda item: item.key):
            name = safe_key(info.key[len(root) :])
            files.append({"path": name, "size": info.size, "sha256": _write(draft / name, store.read(info.key))})
            copied += info.size
            with task.step(progress=0.95 * copied / max(size, 1), message=name):
                pass
        if not target.exists():
            draft.rename(target)
            _sync_folder(target.parent)
        shutil.rmtree(draft, ignore_errors=True)
        return {"config": config, "size": size, "files": files}

    def _check_size(self, objects: list[ObjectInfo]) -> int:
        size = sum(info.size for info in objects)
        if len(objects) > self.settings.package_files or size > self.settings.package_bytes:
            limit = f"{self.settings.package_files} files and {self.settings.package_bytes >> 30} GiB"
            raise bad_package(f"it has {len(objects)} files of {size} bytes in all, over the limit of {limit}.")
        if shutil.disk_usage(self.settings.models_dir).free < size + self.settings.free_space_reserve:
            raise StorageFull(f"The model package of {size} bytes does not fit on the server's disk. Free some space.")
        return size


def find_package(store: ObjectStore, key: str) -> tuple[str, list[ObjectInfo]]:
    """The package's folder (with its closing `/`) and its files: `<key>/model/`, or `<key>/` if config.json is there."""
    base = key.rstrip("/") + "/" if key.rstrip("/") else ""
    for root in (f"{base}model/", base):
        if store.exists(f"{root}config.json"):
            return root, list(store.walk(root))
    raise bad_package(f"there is no 'model/config.json' in '{base or '/'}'. Name the folder that holds 'model/'.")


def read_package(store: ObjectStore, root: str, keys: set[str], model_type: str) -> PackageConfig:
    try:
        config = read_config(store.get(f"{root}config.json"))
    except BadPackage as error:
        raise bad_package(str(error)) from None
    if model_type and model_type.lower() != config.model_type.lower():
        raise bad_package(
            f"config.json says model_type {config.model_type}, the request {model_type}. Make them agree."
        )
    if config.model_type in NEEDS_CODE and f"{root}customize_service.py" not in keys:
        raise bad_package(f"'customize_service.py' is missing beside config.json; {config.model_type} needs it.")
    return config


def _record(session: Session, model_id: str, facts: dict[str, Any]) -> None:
    model = session.get(Model, model_id)
    if model is None:
        return
    config: PackageConfig = facts["config"]
    model.status, model.message, model.updated_at = PUBLISHED, "", now_ms()
    model.size, model.files = facts["size"], facts["files"]
    model.model_type = config.model_type
    model.model_algorithm = config.model_algorithm
    model.runtime = model.runtime or config.runtime
    model.apis = model.apis or list(config.apis)
    model.dependencies = model.dependencies or config.dependencies
    model.metrics = model.metrics or config.metrics
    model.health = config.health


def _fail(session: Session, model_id: str, reason: str) -> None:
    model = session.get(Model, model_id)
    if model is not None:
        model.status, model.message, model.updated_at = FAILED, reason, now_ms()


def _write(path: Path, chunks: Iterator[bytes]) -> str:
    """Write a file durably; its SHA-256."""
    path.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for chunk in chunks:
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def _sync_folder(path: Path) -> None:
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
