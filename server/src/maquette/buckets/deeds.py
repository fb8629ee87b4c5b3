"""What the audit log is told about objects: one event for each thing that somebody asked for, however many objects.

What adds or moves is recorded once it is done and before it is acknowledged; a deletion beforehand, so that a crash
in between leaves no files missing that nobody is known to have deleted.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from maquette.buckets.service import OpenedBucket
from maquette.events import Resource, emit

# How many of the keys that are deleted together an event names; it counts all.
NAMED = 20


def emit_deed(session: Session, bucket: OpenedBucket, name: str, key: str, **detail: Any) -> None:
    """Record a deed on one object in the caller's transaction."""
    place = f"{bucket.name}/{key}"
    emit(session, bucket.actor, name, Resource("object", place, place, bucket.row.workspace_id), **detail)


def record(bucket: OpenedBucket, name: str, key: str, **detail: Any) -> None:
    """Record a deed on one object in a transaction of its own."""
    with bucket.database.write() as session:
        emit_deed(session, bucket, name, key, **detail)


def record_deletion(bucket: OpenedBucket, keys: Sequence[str], **detail: Any) -> None:
    """Record that these objects are about to be deleted."""
    resource = Resource("bucket", bucket.name, bucket.name, bucket.row.workspace_id)
    with bucket.database.write() as session:
        if len(keys) == 1 and not detail:
            emit_deed(session, bucket, "deleteObject", keys[0])
        else:
            named = {"count": len(keys), "keys": list(keys[:NAMED])}
            emit(session, bucket.actor, "deleteObjects", resource, **named, **detail)
