"""Deeds on objects: what is short is done here, and what may take long becomes a task (`copying`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from maquette.buckets.deeds import emit_deed, record_deletion
from maquette.buckets.service import OpenedBucket
from maquette.buckets.space import check_size, check_space
from maquette.events import Resource, emit
from maquette.kit.actor import Actor
from maquette.kit.errors import NotFound
from maquette.storage import ObjectInfo, safe_key
from maquette.tasks import Task, TaskSpec, enqueue
from maquette.tasks.queue import active_tasks, find_task

COPY, MOVE, DELETE = "buckets.copy", "buckets.move", "buckets.delete"

# A larger object is not copied while somebody waits for the answer, and more objects are not deleted.
COPIED_AT_ONCE = 64 << 20
DELETED_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Transfer:
    """An object to be copied or moved, from one bucket to another or within one. The keys are checked."""

    source: OpenedBucket
    key: str
    target: OpenedBucket
    target_key: str
    move: bool

    @property
    def within(self) -> bool:
        return self.source.name == self.target.name


def delete_keys(bucket: OpenedBucket, keys: Sequence[str]) -> int:
    """Delete these objects; absent ones are no error. All keys are checked before the first one goes."""
    checked = [safe_key(key) for key in keys]
    if checked:
        record_deletion(bucket, checked)
        bucket.store.delete_many(checked)
    return len(checked)


def delete_prefix(bucket: OpenedBucket, prefix: str) -> int | Task:
    """Delete all objects below the prefix and return how many, or the task that does it."""
    page = bucket.store.list(prefix, limit=DELETED_AT_ONCE)
    if page.next_after is not None:
        with bucket.database.write() as session:
            resource = Resource("bucket", bucket.name, bucket.name, bucket.row.workspace_id)
            emit(session, bucket.actor, "deleteObjects", resource, prefix=prefix)
            return _enqueued(session, bucket, (DELETE, prefix), {"bucket": bucket.name, "prefix": prefix})
    keys = [info.key for info in page.objects]
    if keys:
        record_deletion(bucket, keys, prefix=prefix)
        bucket.store.delete_many(keys)
    return len(keys)


def transfer(wanted: Transfer) -> ObjectInfo | Task:
    """Copy or move the object and describe what it became, or return the task that does it."""
    source, target = wanted.source, wanted.target
    if wanted.within and wanted.key == wanted.target_key:
        return source.store.head(wanted.key)
    if wanted.within and wanted.move and (renamed := source.store.rename(wanted.key, wanted.target_key)):
        return _recorded(wanted, renamed)
    size = source.store.head(wanted.key).size
    check_size(size, target.settings.object_limit)
    check_space(target.folder, size, target.settings.free_space_reserve)
    if size > COPIED_AT_ONCE:
        return _transferred_later(wanted)
    info = target.store.copy_from(source.store, wanted.key, wanted.target_key)
    if wanted.move:
        source.store.delete(wanted.key)
    return _recorded(wanted, info)


def find_bucket_task(session: Session, actor: Actor, bucket: str, task_id: str) -> Task:
    """A task that works on this bucket's objects."""
    task = find_task(session, actor, task_id)
    if task.resource_type != "bucket" or task.resource_id != bucket:
        raise NotFound(f"There is no task '{task_id}' of the bucket '{bucket}'.")
    return task


def _transferred_later(wanted: Transfer) -> Task:
    source, target = wanted.source, wanted.target
    payload = {
        "bucket": source.name,
        "key": wanted.key,
        "target_bucket": target.name,
        "target": wanted.target_key,
        "workspaces": sorted({source.row.workspace_id, target.row.workspace_id}),
    }
    kind = MOVE if wanted.move else COPY
    with source.database.write() as session:
        # A request that was sent twice, because its answer was lost, is the same deed.
        for task in active_tasks(session, source.name, kind):
            if task.payload == payload and task.owner_id == source.actor.user_id:
                return task
        _emit_transfer(session, wanted)
        return _enqueued(session, source, (kind, wanted.key), payload)


def _enqueued(session: Session, bucket: OpenedBucket, what: tuple[str, str], payload: dict[str, Any]) -> Task:
    kind, title = what
    spec = TaskSpec(kind, title, "bucket", bucket.name, bucket.row.workspace_id, payload)
    return enqueue(session, bucket.actor, spec)


def _recorded(wanted: Transfer, info: ObjectInfo) -> ObjectInfo:
    with wanted.source.database.write() as session:
        _emit_transfer(session, wanted)
    return info


def _emit_transfer(session: Session, wanted: Transfer) -> None:
    """A copy is a deed on the object that comes, a move on the one that goes."""
    source, target = f"{wanted.source.name}/{wanted.key}", f"{wanted.target.name}/{wanted.target_key}"
    if wanted.move:
        emit_deed(session, wanted.source, "moveObject", wanted.key, target=target)
    else:
        emit_deed(session, wanted.target, "copyObject", wanted.target_key, source=source)
