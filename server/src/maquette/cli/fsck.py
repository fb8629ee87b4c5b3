"""`maquette fsck`: do database, files and running work agree? The judge of every fault test; changes nothing."""

import hashlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import typer
from sqlalchemy import select

from maquette.buckets import Stores
from maquette.buckets.tables import Bucket, Upload
from maquette.cli.administration import opened, require_home
from maquette.datasets.tables import Version
from maquette.db import Database
from maquette.events import missing_numbers
from maquette.kit.config import Settings
from maquette.kit.errors import MaquetteError
from maquette.kit.vault import Vault
from maquette.pools import Workload
from maquette.pools.inspection import disagreements
from maquette.registry import Model, package_path
from maquette.storage import CHUNK, parse_obs_url

ORPHAN_AGE_S = 3600


def check(settings: Settings) -> int:
    """Print each finding and a closing line; 0 when there is none, else 1."""
    require_home(settings)
    findings = 0
    with opened(settings) as (database, _):
        for title, look in CHECKS.items():
            for finding in look(settings, database):
                typer.echo(f"{title}: {finding}")
                findings += 1
    typer.echo("clean" if not findings else f"{findings} finding{'s' if findings > 1 else ''}")
    return 1 if findings else 0


def _manifests(settings: Settings, database: Database) -> Iterator[str]:
    """Every published version's manifest is there, with the hash that was recorded."""
    stores = Stores(settings, Vault(settings.home))
    with database.read() as session:
        versions = session.scalars(select(Version).where(Version.manifest_sha256 != "", Version.state == "ready")).all()
        buckets = {row.name: row for row in session.scalars(select(Bucket))}
    for version in versions:
        name = f"version {version.name} of dataset {version.dataset_id}"
        try:
            bucket, key = parse_obs_url(version.manifest_url)
            if bucket not in buckets:
                yield f"{name}: its bucket '{bucket}' is gone"
                continue
            digest = hashlib.sha256()
            for chunk in stores.of(buckets[bucket]).read(key):
                digest.update(chunk)
            if digest.hexdigest() != version.manifest_sha256:
                yield f"{name}: the manifest is not the one that was published"
        except MaquetteError as error:
            yield f"{name}: {error.message}"


def _packages(settings: Settings, database: Database) -> Iterator[str]:
    """Every published model's files are there, with the hashes that were recorded."""
    with database.read() as session:
        models = session.scalars(select(Model).where(Model.status == "published")).all()
    for model in models:
        for file in model.files:
            path = package_path(settings, model.id) / file["path"]
            if not path.is_file():
                yield f"{model.name} {model.version}: {file['path']} is missing"
            elif _sha256(path) != file["sha256"]:
                yield f"{model.name} {model.version}: {file['path']} is not the file that was published"


def _orphans(settings: Settings, database: Database) -> Iterator[str]:
    """No file older than an hour that nothing names."""
    with database.read() as session:
        models = set(session.scalars(select(Model.id)))
        workloads = set(session.scalars(select(Workload.id)))
        uploads = set(session.scalars(select(Upload.id)))
    named = {settings.models_dir: models, settings.jobs_dir: workloads, settings.uploads_dir: uploads}
    for folder, known in named.items():
        for path in folder.iterdir():
            if path.name.split(".")[0] not in known and time.time() - path.stat().st_mtime > ORPHAN_AGE_S:
                yield f"{path} belongs to nothing"


def _workloads(settings: Settings, database: Database) -> Iterator[str]:
    yield from disagreements(settings, database)


def _audit(settings: Settings, database: Database) -> Iterator[str]:
    with database.read() as session:
        missing = missing_numbers(session)
    if missing:
        yield f"{missing} events are missing from the log"


def _database(settings: Settings, database: Database) -> Iterator[str]:
    yield from database.integrity_problems()


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


CHECKS: dict[str, Callable[[Settings, Database], Iterator[str]]] = {
    "manifest": _manifests,
    "model": _packages,
    "orphan": _orphans,
    "workload": _workloads,
    "audit": _audit,
    "database": _database,
}
