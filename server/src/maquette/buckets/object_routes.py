"""Objects over HTTP: list, read, write, delete, copy, unpack."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from maquette.buckets import objects, schemas
from maquette.buckets.background import EXTRACT
from maquette.buckets.deeds import record
from maquette.buckets.dependencies import BucketDep, KeyDep, StoresDep
from maquette.buckets.schemas import object_item
from maquette.buckets.service import OpenedBucket, find_bucket
from maquette.buckets.serving import describe_object, serve
from maquette.buckets.space import admitted, check_size, check_space
from maquette.buckets.streaming import attested, pour
from maquette.events import Resource, emit
from maquette.iam import require
from maquette.kit.errors import Invalid
from maquette.storage import ObjectInfo, safe_key
from maquette.tasks import Task, TaskSpec, enqueue
from maquette.web import ActorDep, Router, SessionDep

router = Router("/v1/{project_id}/buckets/{bucket}", "files")

_GET, _PUT, _DELETE = "obs:object:GetObject", "obs:object:PutObject", "obs:object:DeleteObject"


@router.get("/objects", action="obs:bucket:ListBucket", response_model_exclude_none=False)
def list_objects(
    bucket: BucketDep,
    prefix: str = "",
    delimited: bool = False,
    after: str = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 1000,
) -> schemas.ObjectList:
    """One page in the order of the keys' UTF-8 bytes; `delimited` folds what lies deeper into `prefixes`."""
    page = bucket.store.list(prefix, delimited=delimited, after=after, limit=limit)
    return schemas.ObjectList(
        objects=[object_item(info) for info in page.objects], prefixes=page.prefixes, next_after=page.next_after
    )


@router.get("/objects/{key:path}", action=_GET)
def get_object(bucket: BucketDep, key: KeyDep, request: Request, inline: bool = False) -> Response:
    """The object's bytes, or one range of them, as a download unless a harmless type is asked for `inline`."""
    return serve(bucket.store, key, request.headers, inline=inline)


@router.head("/objects/{key:path}", action=_GET)
def head_object(bucket: BucketDep, key: KeyDep, request: Request, inline: bool = False) -> Response:
    return describe_object(bucket.store, key, request.headers, inline=inline)


@router.put("/objects/{key:path}", action=_PUT)
async def put_object(bucket: BucketDep, key: KeyDep, request: Request) -> schemas.ObjectItem:
    """Store the raw body as the object, whole or not at all."""
    size = declared_size(request)
    check_size(size, bucket.settings.object_limit)
    await run_in_threadpool(check_space, bucket.folder, size, bucket.settings.free_space_reserve)

    def store(chunks: Iterator[bytes]) -> ObjectInfo:
        replaced = bucket.store.exists(key)
        info = bucket.store.write(key, attested(request, admitted(bucket, chunks)))
        record(bucket, "uploadObject", key, size=info.size, replaced=replaced)
        return info

    return object_item(await pour(request, store))


@router.delete("/objects/{key:path}", action=_DELETE, status_code=204)
def delete_object(bucket: BucketDep, key: KeyDep) -> Response:
    """An absent object is no error."""
    objects.delete_keys(bucket, [key])
    return Response(status_code=204)


@router.post("/delete", action=_DELETE)
def delete_objects(
    body: schemas.DeleteObjects, bucket: BucketDep, response: Response
) -> schemas.DeletedObjects | schemas.StartedTask:
    """Up to 10,000 named objects, or all below a prefix: 202 and a task where those are many."""
    if body.prefix is None:
        return schemas.DeletedObjects(deleted=objects.delete_keys(bucket, body.keys or []))
    done = objects.delete_prefix(bucket, body.prefix)
    if isinstance(done, Task):
        response.status_code = 202
        return schemas.StartedTask(task_id=done.id)
    return schemas.DeletedObjects(deleted=done)


@router.post("/copy", action=_PUT)
def copy_object(
    body: schemas.CopyObject, bucket: BucketDep, stores: StoresDep, response: Response
) -> schemas.ObjectItem | schemas.StartedTask:
    """Also needs the right to read, and with `move` to delete. 202 and a task for a large object."""
    target = bucket
    with bucket.database.read() as session:
        require(session, bucket.actor, _GET)
        if body.move:
            require(session, bucket.actor, _DELETE)
        if body.target_bucket and body.target_bucket != bucket.name:
            row = find_bucket(session, bucket.actor, body.target_bucket)
            store, folder = stores.of(row), stores.folder_of(row)
            target = OpenedBucket(row, store, folder, bucket.actor, bucket.database, bucket.settings)
    wanted = objects.Transfer(bucket, safe_key(body.source), target, safe_key(body.target), body.move)
    done = objects.transfer(wanted)
    if isinstance(done, Task):
        response.status_code = 202
        return schemas.StartedTask(task_id=done.id)
    return object_item(done)


@router.get("/tasks/{task_id}", action=_GET)
def show_file_task(bucket: BucketDep, task_id: str, actor: ActorDep, session: SessionDep) -> schemas.FileTask:
    """How far a task of this bucket has come: for jobs too, whose tokens open nothing but files."""
    return schemas.file_task(objects.find_bucket_task(session, actor, bucket.name, task_id))


def _archive(body: schemas.ExtractArchive, bucket: BucketDep) -> None:
    """What asks the store, before the route's transaction begins."""
    if not body.key.lower().endswith(".zip"):
        raise Invalid(f"'{body.key}' is no zip archive. Only .zip files can be unpacked.")
    if body.prefix:
        safe_key(body.prefix)
    bucket.store.head(body.key)


@router.post("/extract", action=_PUT, status_code=202)
def extract_archive(
    body: schemas.ExtractArchive,
    bucket: BucketDep,
    checked: Annotated[None, Depends(_archive)],
    actor: ActorDep,
    session: SessionDep,
) -> schemas.StartedTask:
    """Unpack a zip in the background; the task's result names the members that could not be had."""
    require(session, actor, _GET)
    if body.delete_archive:
        require(session, actor, _DELETE)
    prefix = body.prefix if not body.prefix or body.prefix.endswith("/") else body.prefix + "/"
    workspace_id = bucket.row.workspace_id
    payload = {"bucket": bucket.name, "key": body.key, "prefix": prefix, "delete_archive": body.delete_archive}
    spec = TaskSpec(EXTRACT, body.key, "bucket", bucket.name, workspace_id, payload)
    task = enqueue(session, actor, spec)
    resource = Resource("bucket", bucket.name, bucket.name, workspace_id)
    emit(session, actor, "extractArchive", resource, key=body.key, prefix=prefix)
    return schemas.StartedTask(task_id=task.id)


def declared_size(request: Request) -> int:
    """The body's length as its header says it, 0 where it says nothing."""
    declared = request.headers.get("content-length", "")
    return int(declared) if declared.isascii() and declared.isdigit() and len(declared) < 20 else 0
