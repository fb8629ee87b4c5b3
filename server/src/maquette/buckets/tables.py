"""The bucket row: where a bucket's objects really lie. And the row of an upload that is under way."""

from sqlalchemy.orm import Mapped, mapped_column

from maquette.db import Base, Owned
from maquette.kit.clock import now_ms

LOCAL, FOLDER, S3 = "local", "folder", "s3"


class Bucket(Base, Owned):
    """`path` is for folders, the endpoint and what follows for S3. Names are unique over the whole installation."""

    __tablename__ = "buckets"

    name: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(default=LOCAL)
    path: Mapped[str] = mapped_column(default="")
    endpoint: Mapped[str] = mapped_column(default="")
    region: Mapped[str] = mapped_column(default="")
    remote_bucket: Mapped[str] = mapped_column(default="")
    access_key: Mapped[str] = mapped_column(default="")
    sealed_secret: Mapped[str] = mapped_column(default="")
    direct_upload: Mapped[bool] = mapped_column(default=False)


OPEN, PUBLISHING, COMPLETE = "open", "publishing", "complete"


class Upload(Base, Owned):
    """A resumable upload. The bytes so far lie in `<home>/uploads/<id>`; how many is that file's size on disk.

    `publishing` is stored before the file is given to the bucket: from then on its absence means that it got there.
    `previous` identifies the object that the upload replaces, `etag` and `published_at` the one it became.
    """

    __tablename__ = "uploads"

    id: Mapped[str] = mapped_column(primary_key=True)
    bucket: Mapped[str] = mapped_column(index=True)
    key: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default=OPEN)
    direct: Mapped[bool] = mapped_column(default=False)
    previous: Mapped[str] = mapped_column(default="")
    etag: Mapped[str] = mapped_column(default="")
    published_at: Mapped[int] = mapped_column(default=0)
    touched_at: Mapped[int] = mapped_column(default=now_ms, index=True)
