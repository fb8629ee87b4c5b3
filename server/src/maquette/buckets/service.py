"""Finding the store behind a bucket. Bytes are handled by whoever opened it, outside any transaction."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from maquette.buckets.errors import no_bucket
from maquette.buckets.tables import FOLDER, LOCAL, Bucket
from maquette.db import Database, visible_to
from maquette.kit.actor import Actor
from maquette.kit.config import Settings
from maquette.kit.vault import Vault
from maquette.storage import LocalStore, ObjectStore, parse_obs_url
from maquette.storage.keys import safe_bucket


class Stores:
    """Opens the stores of buckets; one a process, so that connections to S3 are kept."""

    def __init__(self, settings: Settings, vault: Vault) -> None:
        self._settings = settings
        self._vault = vault
        self._s3: dict[tuple[str, ...], ObjectStore] = {}
        self._retired: list[ObjectStore] = []
        self._lock = threading.Lock()

    def of(self, bucket: Bucket) -> ObjectStore:
        if folder := self.folder_of(bucket):
            return LocalStore(folder)
        identity = _identity(bucket)
        with self._lock:
            if identity not in self._s3:
                self._s3[identity] = self._connect(bucket)
            return self._s3[identity]

    def folder_of(self, bucket: Bucket) -> Path | None:
        """The folder a bucket's objects lie in, or None when they are not on our disks."""
        if bucket.kind == LOCAL:
            return self._settings.buckets_dir / bucket.name
        return Path(bucket.path) if bucket.kind == FOLDER else None

    def forget(self, bucket: Bucket) -> None:
        """Serve a detached bucket no more. Requests that still use its store may end: it is closed with the others."""
        with self._lock:
            store = self._s3.pop(_identity(bucket), None)
            if store is not None:
                self._retired.append(store)

    def close(self) -> None:
        """Let go of all connections, when the process ends."""
        with self._lock:
            for store in (*self._s3.values(), *self._retired):
                store.close()
            self._s3.clear()
            self._retired.clear()

    def seal(self, secret: str) -> str:
        return self._vault.seal(secret)

    def _connect(self, bucket: Bucket) -> ObjectStore:
        # Imported here: the server must start without waiting for the S3 client.
        from maquette.storage.s3 import S3Store
        from maquette.storage.s3_requests import Address

        return S3Store(
            Address(
                endpoint=bucket.endpoint,
                bucket=bucket.remote_bucket or bucket.name,
                access_key=bucket.access_key,
                secret_key=self._vault.open(bucket.sealed_secret),
                region=bucket.region,
                private=self._settings.private_endpoints,
            )
        )


@dataclass(frozen=True, slots=True)
class OpenedBucket:
    """A bucket the actor can see, its store, and what acting on it takes. `folder` is None for a bucket elsewhere."""

    row: Bucket
    store: ObjectStore
    folder: Path | None
    actor: Actor
    database: Database
    settings: Settings

    @property
    def name(self) -> str:
        return self.row.name


def _identity(bucket: Bucket) -> tuple[str, ...]:
    return bucket.endpoint, bucket.remote_bucket or bucket.name, bucket.access_key, bucket.sealed_secret, bucket.region


def find_bucket(session: Session, actor: Actor, name: str) -> Bucket:
    bucket = session.scalar(select(Bucket).where(Bucket.name == name, visible_to(actor, Bucket)))
    if bucket is None:
        raise no_bucket(name)
    return bucket


def list_buckets(session: Session, actor: Actor) -> Sequence[Bucket]:
    return session.scalars(select(Bucket).where(visible_to(actor, Bucket)).order_by(Bucket.name)).all()


def open_bucket(database: Database, stores: Stores, actor: Actor, name: str) -> ObjectStore:
    """The store of a bucket the actor can see. Takes a short transaction of its own."""
    safe_bucket(name)
    with database.read() as session:
        return stores.of(find_bucket(session, actor, name))


def open_url(database: Database, stores: Stores, actor: Actor, url: str) -> tuple[ObjectStore, str]:
    """The store and the key behind `obs://bucket/key`. Raises Invalid for another form, NotFound for no bucket."""
    bucket, key = parse_obs_url(url)
    return open_bucket(database, stores, actor, bucket), key
