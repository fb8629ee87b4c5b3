"""Making, attaching and removing buckets, for the API and the command line alike.

Each has two halves: what touches disks and networks happens outside any transaction, the row in one.
"""

import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from maquette.buckets.cors import allows_direct_upload
from maquette.buckets.errors import administrators_only, bucket_exists, bucket_not_empty, folder_refused
from maquette.buckets.service import Stores, find_bucket
from maquette.buckets.tables import FOLDER, LOCAL, S3, Bucket, Upload
from maquette.db import Database
from maquette.events import Resource, emit
from maquette.kit.actor import Actor
from maquette.kit.config import Settings
from maquette.kit.destinations import Destination
from maquette.kit.errors import Invalid
from maquette.storage import LocalStore
from maquette.storage.disk import TEMPORARY, disk_errors
from maquette.storage.keys import safe_bucket
from maquette.workspaces import DEFAULT, check_workspace

# The system's own: neither these folders nor anything below them.
_SYSTEM = ("/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/libx32", "/proc", "/sbin", "/sys", "/usr")
# Not these folders themselves; below them people keep data.
_SHARED = ("/", "/home", "/media", "/mnt", "/opt", "/root", "/run", "/srv", "/tmp", "/var")  # noqa: S108
# Where desktops mount removable disks, the one place in /run that is not the system's.
_REMOVABLE = Path("/run/media")

LEFTOVER_S = 3600.0


@dataclass(frozen=True, slots=True)
class BucketSpec:
    """What somebody asks for: a local bucket, or with `path` an existing folder, or with `endpoint` an S3 bucket."""

    name: str
    path: str = ""
    endpoint: str = ""
    access_key: str = ""
    secret_key: str = field(default="", repr=False)
    region: str = ""
    remote_bucket: str = ""
    workspace_id: str = DEFAULT


def create_bucket(database: Database, settings: Settings, stores: Stores, actor: Actor, spec: BucketSpec) -> Bucket:
    """Check, prepare and store a bucket. Must not be called within a transaction."""
    bucket = prepare_bucket(database, settings, stores, actor, spec)
    with database.write() as session:
        return add_bucket(session, actor, spec.name, bucket)


def prepare_bucket(
    database: Database, settings: Settings, stores: Stores, actor: Actor, spec: BucketSpec
) -> Bucket | None:
    """The row for `spec`, not yet stored, when the place it names can be used; None when the name is taken.

    May be repeated, and leaves it to `add_bucket` to refuse a taken name: the transaction recognises a request that
    was only sent twice.
    """
    safe_bucket(spec.name)
    check_workspace(actor, spec.workspace_id)
    with database.read() as session:
        if session.get(Bucket, spec.name):
            return None
    if spec.path and spec.endpoint:
        raise Invalid("A bucket is a folder or lies on an S3 endpoint: give path or endpoint, not both.")
    if spec.path:
        return _folder(settings, actor, spec)
    if spec.endpoint:
        return _remote(settings, stores, actor, spec)
    if spec.access_key or spec.secret_key or spec.remote_bucket:
        raise Invalid("Keys and a remote bucket need the endpoint they belong to.")
    with disk_errors(spec.name):
        (settings.buckets_dir / spec.name).mkdir(exist_ok=True, mode=0o700)
        _sync(settings.buckets_dir)
    return _row(actor, spec, LOCAL)


def add_bucket(session: Session, actor: Actor, name: str, bucket: Bucket | None) -> Bucket:
    """Store what `prepare_bucket` returned."""
    if bucket is None or session.get(Bucket, name):
        raise bucket_exists(name)
    session.add(bucket)
    try:
        session.flush()
    except IntegrityError:
        raise bucket_exists(name) from None
    emit(session, actor, "createBucket", _resource(bucket), kind=bucket.kind)
    return bucket


def remove_bucket(database: Database, settings: Settings, stores: Stores, actor: Actor, name: str) -> None:
    """Remove an empty local bucket, or detach another kind and leave its objects where they are. May be repeated."""
    with database.read() as session:
        bucket = find_bucket(session, actor, name)
    if bucket.kind == LOCAL:
        _remove_folder(settings.buckets_dir / bucket.name, bucket.name)
    elif not actor.administrator:
        raise administrators_only("detach a bucket that an administrator attached")
    with database.write() as session:
        row = find_bucket(session, actor, name)
        ids = list(session.scalars(delete(Upload).where(Upload.bucket == name).returning(Upload.id)))
        session.delete(row)
        emit(session, actor, "deleteBucket", _resource(row), kind=row.kind)
    stores.forget(bucket)
    for upload_id in ids:
        (settings.uploads_dir / upload_id).unlink(missing_ok=True)


def check_folder(settings: Settings, path: str) -> Path:
    """The real folder behind `path` when it may be attached, else Invalid with the reason."""
    if "\x00" in path or not Path(path).is_absolute():
        raise folder_refused(path.replace("\x00", "?"), "an absolute path is needed")
    try:
        real = Path(path).resolve(strict=True)
    except (OSError, RuntimeError):
        raise folder_refused(path, "it does not exist on the server") from None
    if not real.is_dir():
        raise folder_refused(path, "it is not a folder")
    if str(real) in _SHARED or (_in(real, *map(Path, (*_SYSTEM, "/run"))) and not _in(real, _REMOVABLE)):
        raise folder_refused(path, "it belongs to the system")
    for ours in (settings.home.resolve(), settings.runtime_dir.resolve()):
        if _in(real, ours) or _in(ours, real):
            raise folder_refused(path, "it overlaps the platform's own files")
    return real


def _folder(settings: Settings, actor: Actor, spec: BucketSpec) -> Bucket:
    if not actor.administrator:
        raise administrators_only("attach a folder of the server")
    real = check_folder(settings, spec.path)
    LocalStore(real).check()
    return _row(actor, spec, FOLDER, path=str(real))


def _remote(settings: Settings, stores: Stores, actor: Actor, spec: BucketSpec) -> Bucket:
    if not actor.administrator:
        raise administrators_only("attach a bucket of an S3 service")
    if not spec.access_key or not spec.secret_key:
        raise Invalid("An S3 bucket needs access_key and secret_key.")
    bucket = _row(
        actor,
        spec,
        S3,
        endpoint=spec.endpoint.rstrip("/"),
        region=spec.region or "us-east-1",
        remote_bucket=spec.remote_bucket or spec.name,
        access_key=spec.access_key,
        sealed_secret=stores.seal(spec.secret_key),
    )
    safe_bucket(bucket.remote_bucket)
    destination = Destination(bucket.endpoint, private=settings.private_endpoints)
    try:
        destination.address()
        stores.of(bucket).check()
    except Exception:
        stores.forget(bucket)
        raise
    bucket.direct_upload = allows_direct_upload(f"{bucket.endpoint}/{bucket.remote_bucket}", settings.url, destination)
    return bucket


def _row(actor: Actor, spec: BucketSpec, kind: str, **place: str) -> Bucket:
    return Bucket(
        name=spec.name,
        kind=kind,
        project_id=actor.project_id,
        workspace_id=spec.workspace_id,
        owner_id=actor.user_id,
        **place,
    )


def _remove_folder(root: Path, name: str) -> None:
    """Remove an empty bucket's folder; the last step fails if something has been written in the meantime."""
    if not root.exists():
        return  # removed before a crash, and only the row is left
    store = LocalStore(root)
    page = store.list(limit=1)
    if page.objects or page.prefixes:
        raise bucket_not_empty(name)
    store.sweep(LEFTOVER_S)
    try:
        with suppress(FileNotFoundError):
            (root / TEMPORARY).rmdir()
        root.rmdir()
    except OSError:
        raise bucket_not_empty(name) from None
    with disk_errors(name):
        _sync(root.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _in(path: Path, *folders: Path) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)


def _resource(bucket: Bucket) -> Resource:
    return Resource("bucket", bucket.name, bucket.name, bucket.workspace_id)
