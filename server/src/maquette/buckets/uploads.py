"""Resumable uploads: begun with a size, continued at an offset, published whole, and safe to repeat at every step.

    open ──complete──▶ publishing ──the bucket has taken the file──▶ complete

A crash between two states loses nothing: `complete` goes on from whichever is stored. While the state is `publishing`,
an absent part file means that the bucket has it.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from maquette.buckets.deeds import emit_deed
from maquette.buckets.errors import no_upload, upload_lost, wrong_digest, wrong_offset
from maquette.buckets.parts import ClaimedPart, PartFile, PartMissing
from maquette.buckets.service import OpenedBucket
from maquette.buckets.space import check_size, check_space
from maquette.buckets.tables import COMPLETE, PUBLISHING, Upload
from maquette.db import Database, visible_to
from maquette.kit.actor import Actor
from maquette.kit.clock import now_ms
from maquette.kit.config import Settings
from maquette.kit.errors import Invalid
from maquette.kit.ids import new_id
from maquette.storage import ObjectInfo
from maquette.storage.base import ObjectMissing

STALE_MS = 7 * 24 * 3600 * 1000
DIRECT_S = 12 * 3600
DIRECT_BYTES = 5 << 30  # what S3 takes in one request
# A file without a row is left by a crash in the middle of discarding; a young one may be of an upload being begun.
ORPHAN_MS = 3600 * 1000


@dataclass(frozen=True, slots=True)
class Begun:
    upload: Upload
    direct_url: str | None


def begin(bucket: OpenedBucket, key: str, size: int, sha256: str = "") -> Begun:
    """Make room for an upload. `key` and `sha256` have been checked."""
    if key.endswith("/"):
        raise Invalid("A folder has no bytes to upload. PUT it as an object whose key ends in a slash.")
    settings, actor = bucket.settings, bucket.actor
    check_size(size, settings.object_limit)
    url = bucket.store.presign("PUT", key, DIRECT_S) if bucket.row.direct_upload and size <= DIRECT_BYTES else None
    if url is None:
        check_space(settings.uploads_dir, size, settings.free_space_reserve)
        check_space(bucket.folder, size, settings.free_space_reserve)
    upload = Upload(
        id=new_id(),
        bucket=bucket.name,
        key=key,
        size=size,
        sha256=sha256,
        direct=url is not None,
        previous=_identity(bucket, key) if url else "",
        project_id=actor.project_id,
        workspace_id=bucket.row.workspace_id,
        owner_id=actor.user_id,
    )
    _part(settings, upload).create()
    with bucket.database.write() as session:
        session.add(upload)
    return Begun(upload, url)


def find_upload(session: Session, actor: Actor, bucket: str, upload_id: str) -> Upload:
    query = select(Upload).where(Upload.id == upload_id, Upload.bucket == bucket, visible_to(actor, Upload))
    upload = session.scalar(query)
    if upload is None:
        raise no_upload(upload_id)
    return upload


def look_up(bucket: OpenedBucket, upload_id: str) -> tuple[Upload, int]:
    """The upload and how many of its bytes are here."""
    upload = _found(bucket, upload_id)
    try:
        return upload, _part(bucket.settings, upload).size()
    except PartMissing:
        upload = _found(bucket, upload_id)
        if upload.state in (PUBLISHING, COMPLETE):
            return upload, upload.size
        raise upload_lost(upload_id) from None


def append(bucket: OpenedBucket, upload_id: str, offset: int, chunks: Iterable[bytes]) -> int:
    """Store bytes durably at `offset` and return the next one. Raises Conflict with the true offset for another."""
    upload, size = look_up(bucket, upload_id)
    if offset != size or upload.state == COMPLETE:
        raise wrong_offset(size)
    try:
        return _part(bucket.settings, upload).append(offset, chunks, upload.size)
    except PartMissing:
        raise upload_lost(upload_id) from None


def complete(bucket: OpenedBucket, upload_id: str) -> ObjectInfo:
    """Check what has arrived and make it the object. Repeated, it answers the same."""
    upload = _found(bucket, upload_id)
    if upload.state == COMPLETE:
        return _published(upload)
    part = _part(bucket.settings, upload)
    try:
        with part.claimed() as claimed:
            if upload.direct and claimed.size() == 0 and upload.size > 0:
                info = _arrived_directly(bucket, upload)
            else:
                _verify(claimed, upload)
                if upload.state != PUBLISHING:
                    upload.previous = _identity(bucket, upload.key)
                    _store(bucket, upload, state=PUBLISHING, previous=upload.previous)
                info = bucket.store.adopt(upload.key, part.path)
    except PartMissing:
        upload = _found(bucket, upload_id)
        if upload.state == COMPLETE:
            return _published(upload)
        if upload.state != PUBLISHING:
            raise upload_lost(upload_id) from None
        info = bucket.store.head(upload.key)
    _finish(bucket, upload, info)
    part.discard()
    return info


def discard(bucket: OpenedBucket, upload_id: str) -> None:
    """Forget an upload. What a complete one became stays."""
    with bucket.database.write() as session:
        upload = find_upload(session, bucket.actor, bucket.name, upload_id)
        session.delete(upload)
    _part(bucket.settings, upload).discard()


def sweep_uploads(database: Database, settings: Settings, moment_ms: int | None = None) -> int:
    """Forget uploads that nobody has touched for seven days, and files without an upload. Returns how many went."""
    moment = now_ms() if moment_ms is None else moment_ms
    with database.read() as session:
        ids = set(session.scalars(select(Upload.id)))
        old = set(session.scalars(select(Upload.id).where(Upload.touched_at < moment - STALE_MS)))
    stale = [upload_id for upload_id in old if _changed_at(settings, upload_id) < moment - STALE_MS]
    for at in range(0, len(stale), 500):
        with database.write() as session:
            session.execute(delete(Upload).where(Upload.id.in_(stale[at : at + 500])))
    orphans = [
        path.name
        for path in settings.uploads_dir.iterdir()
        if path.name not in ids and _changed_at(settings, path.name) < moment - ORPHAN_MS
    ]
    for name in (*stale, *orphans):
        (settings.uploads_dir / name).unlink(missing_ok=True)
    return len(stale) + len(orphans)


def _found(bucket: OpenedBucket, upload_id: str) -> Upload:
    with bucket.database.read() as session:
        return find_upload(session, bucket.actor, bucket.name, upload_id)


def _part(settings: Settings, upload: Upload) -> PartFile:
    return PartFile(settings.uploads_dir / upload.id, upload.key)


def _changed_at(settings: Settings, name: str) -> int:
    """When the part file last grew, in milliseconds; 0 when there is none."""
    try:
        return (settings.uploads_dir / name).stat().st_mtime_ns // 1_000_000
    except FileNotFoundError:
        return 0


def _verify(claimed: ClaimedPart, upload: Upload) -> None:
    if claimed.size() != upload.size:
        raise wrong_offset(claimed.size())
    if upload.sha256 and claimed.sha256() != upload.sha256:
        claimed.empty()
        raise wrong_digest(upload.key)


def _arrived_directly(bucket: OpenedBucket, upload: Upload) -> ObjectInfo:
    """The object a browser has sent past us. One that was there before does not count for it."""
    try:
        info = bucket.store.head(upload.key)
    except ObjectMissing:
        raise wrong_offset(0) from None
    if info.size != upload.size or _identified(info) == upload.previous:
        raise wrong_offset(0)
    if upload.sha256:
        digest = hashlib.sha256()
        for chunk in bucket.store.read(upload.key):
            digest.update(chunk)
        if digest.hexdigest() != upload.sha256:
            bucket.store.delete(upload.key)
            raise wrong_digest(upload.key)
    return info


def _identity(bucket: OpenedBucket, key: str) -> str:
    try:
        return _identified(bucket.store.head(key))
    except ObjectMissing:
        return ""


def _identified(info: ObjectInfo) -> str:
    return f"{info.etag} {info.modified_ms}"


def _published(upload: Upload) -> ObjectInfo:
    return ObjectInfo(upload.key, upload.size, upload.published_at, upload.etag)


def _finish(bucket: OpenedBucket, upload: Upload, info: ObjectInfo) -> None:
    """Store the end and record the deed, once: somebody else may have got here first."""
    ending = update(Upload).where(Upload.id == upload.id, Upload.state != COMPLETE)
    values = {"state": COMPLETE, "etag": info.etag, "published_at": info.modified_ms, "touched_at": now_ms()}
    with bucket.database.write() as session:
        if session.scalar(ending.values(values).returning(Upload.id)):
            replaced = bool(upload.previous)
            emit_deed(session, bucket, "uploadObject", upload.key, size=info.size, replaced=replaced)


def _store(bucket: OpenedBucket, upload: Upload, **values: str | int) -> None:
    with bucket.database.write() as session:
        session.execute(update(Upload).where(Upload.id == upload.id).values(touched_at=now_ms(), **values))
