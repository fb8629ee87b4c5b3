"""The bodies of the files API."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from maquette.kit.pages import INT64_MAX
from maquette.storage import ObjectInfo
from maquette.tasks import Task
from maquette.web import Own
from maquette.workspaces import DEFAULT

Text = Annotated[str, Field(max_length=4096)]
Key = Annotated[str, Field(min_length=1, max_length=4096)]


class BucketItem(Own):
    """`location` is where an attached bucket really lies; a folder's path is shown to administrators only."""

    name: str
    kind: Literal["local", "folder", "s3"]
    workspace_id: str
    created_at: int
    location: str
    direct_upload: bool


class BucketList(Own):
    buckets: list[BucketItem]
    total_count: int


class CreateBucket(Own):
    name: Text
    path: Text = ""
    endpoint: Text = ""
    access_key: Text = ""
    secret_key: Annotated[str, Field(max_length=4096, repr=False)] = ""
    region: Text = ""
    remote_bucket: Text = ""
    workspace_id: Text = DEFAULT


class ObjectItem(Own):
    key: str
    size: int
    last_modified: int
    etag: str


class ObjectList(Own):
    objects: list[ObjectItem]
    prefixes: list[str]
    next_after: str | None


class DeleteObjects(Own):
    keys: Annotated[list[Key], Field(max_length=10_000)] | None = None
    prefix: Key | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "DeleteObjects":
        if (self.keys is None) == (self.prefix is None):
            raise ValueError("give either keys or prefix")
        return self


class DeletedObjects(Own):
    deleted: int


class CopyObject(Own):
    source: Key
    target: Key
    move: bool = False
    target_bucket: Text = ""


class BeginUpload(Own):
    key: Key
    size: Annotated[int, Field(ge=0, le=INT64_MAX, strict=True)]
    sha256: Annotated[str, Field(pattern=r"^([0-9a-fA-F]{64})?$")] = ""


class DirectUpload(Own):
    url: str
    method: str = "PUT"


class BegunUpload(Own):
    upload_id: str
    offset: int
    chunk_size: int
    direct: DirectUpload | None


class UploadState(Own):
    upload_id: str
    key: str
    offset: int
    size: int


class UploadOffset(Own):
    offset: int


class ExtractArchive(Own):
    key: Key
    prefix: Annotated[str, Field(max_length=4096)] = ""
    delete_archive: bool = False


class StartedTask(Own):
    task_id: str


class FileTask(Own):
    """A task as whoever waits for it needs it; `state` is waiting, running, succeeded, failed or cancelled."""

    task_id: str
    state: str
    progress: float
    error_code: str
    error_msg: str
    result: dict[str, Any]


def file_task(row: Task) -> FileTask:
    return FileTask(
        task_id=row.id,
        state=row.state,
        progress=row.progress,
        error_code=row.error_code,
        error_msg=row.error_msg,
        result=row.result,
    )


def object_item(info: ObjectInfo) -> ObjectItem:
    return ObjectItem(key=info.key, size=info.size, last_modified=info.modified_ms, etag=info.etag)
