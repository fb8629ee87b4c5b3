"""Deeds on objects that take more than one call of a store: batches, copies between buckets."""

from collections.abc import Sequence

from maquette.buckets.service import OpenedBucket
from maquette.buckets.space import check_size, check_space
from maquette.events import Resource, emit
from maquette.storage import ObjectInfo, safe_key

BATCH = 10_000


def delete_keys(bucket: OpenedBucket, keys: Sequence[str]) -> int:
    """Delete these objects; absent ones are no error. All keys are checked before the first one goes."""
    checked = [safe_key(key) for key in keys]
    _record_deletion(bucket, count=len(checked))
    bucket.store.delete_many(checked)
    return len(checked)


def delete_prefix(bucket: OpenedBucket, prefix: str) -> tuple[int, bool]:
    """Delete up to BATCH objects below the prefix. Returns how many, and whether there are more."""
    page = bucket.store.list(prefix, limit=BATCH)
    keys = [info.key for info in page.objects]
    if keys:
        _record_deletion(bucket, count=len(keys), prefix=prefix)
        bucket.store.delete_many(keys)
    return len(keys), page.next_after is not None


def copy_object(source: OpenedBucket, target: OpenedBucket, keys: tuple[str, str], *, move: bool) -> ObjectInfo:
    """Copy or move the first key of one bucket to the second of another (or the same)."""
    source_key, target_key = map(safe_key, keys)
    if source.name == target.name and move:
        return source.store.move(source_key, target_key)
    size = source.store.head(source_key).size
    check_size(size, target.settings.object_limit)
    check_space(target.folder, size, target.settings.free_space_reserve)
    if source.name == target.name:
        return source.store.copy(source_key, target_key)
    info = target.store.write(target_key, source.store.read(source_key))
    if move:
        source.store.delete(source_key)
    return info


def _record_deletion(bucket: OpenedBucket, **detail: object) -> None:
    """Beforehand: a crash in between must not leave files missing that nobody is known to have deleted."""
    resource = Resource("bucket", bucket.name, bucket.name, bucket.row.workspace_id)
    with bucket.database.write() as session:
        emit(session, bucket.actor, "deleteObjects", resource, **detail)
