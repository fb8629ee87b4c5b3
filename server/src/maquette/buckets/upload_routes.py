"""Resumable uploads over HTTP: begin, look, append, complete, discard."""

from typing import Annotated

from fastapi import Query, Request, Response
from starlette.concurrency import run_in_threadpool

from maquette.buckets import schemas, uploads
from maquette.buckets.dependencies import BucketDep
from maquette.buckets.object_routes import declared_size
from maquette.buckets.schemas import object_item
from maquette.buckets.space import check_space
from maquette.buckets.streaming import pour
from maquette.kit.pages import INT64_MAX
from maquette.storage import safe_key
from maquette.web import Router

router = Router("/v1/{project_id}/buckets/{bucket}/uploads", "files")

_PUT = "obs:object:PutObject"


@router.post("", action=_PUT, status_code=201, response_model_exclude_none=False)
def begin_upload(body: schemas.BeginUpload, bucket: BucketDep) -> schemas.BegunUpload:
    """`direct` is where a browser may PUT the whole object past us; it may also send it here in chunks."""
    begun = uploads.begin(bucket, safe_key(body.key), body.size, body.sha256.lower())
    return schemas.BegunUpload(
        upload_id=begun.upload.id,
        offset=0,
        chunk_size=bucket.settings.upload_chunk,
        direct=schemas.DirectUpload(url=begun.direct_url) if begun.direct_url else None,
    )


@router.get("/{upload_id}", action=_PUT)
def show_upload(bucket: BucketDep, upload_id: str) -> schemas.UploadState:
    upload, offset = uploads.look_up(bucket, upload_id)
    return schemas.UploadState(upload_id=upload.id, key=upload.key, offset=offset, size=upload.size)


@router.put("/{upload_id}", action=_PUT)
async def append_to_upload(
    bucket: BucketDep, upload_id: str, request: Request, offset: Annotated[int, Query(ge=0, le=INT64_MAX)]
) -> schemas.UploadOffset:
    """Append the raw body at `offset`, durably. 409 names the true offset when the upload stands elsewhere."""
    settings = bucket.settings
    await run_in_threadpool(check_space, settings.uploads_dir, declared_size(request), settings.free_space_reserve)
    reached = await pour(request, lambda chunks: uploads.append(bucket, upload_id, offset, chunks))
    return schemas.UploadOffset(offset=reached)


@router.post("/{upload_id}/complete", action=_PUT)
def complete_upload(bucket: BucketDep, upload_id: str) -> schemas.ObjectItem:
    """Check size and hash and publish the object. An answer that was lost can be asked for again."""
    return object_item(uploads.complete(bucket, upload_id))


@router.delete("/{upload_id}", action=_PUT, status_code=204)
def discard_upload(bucket: BucketDep, upload_id: str) -> Response:
    uploads.discard(bucket, upload_id)
    return Response(status_code=204)
