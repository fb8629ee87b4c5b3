"""Datasets, their labels, samples and versions.

The working set of a dataset is the samples of its current `generation`: whoever replaces it as a whole writes a new
generation beside it and swaps that number. Counts are kept with each write, never recomputed on a page's way. A
sample's annotations hold label codes, not names, so that renaming a label is one row.
"""

import hashlib
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column

from maquette.db import Base, Owned
from maquette.kit.clock import now_ms

UNLABELLED, LABELLED, UNCONFIRMED = 0, 1, 2


def _where(name: str, condition: str, *columns: str) -> Index:
    """An index of the rows under a condition only: most have nothing in these columns."""
    return Index(name, *columns, sqlite_where=text(condition), postgresql_where=text(condition))


def digest_of(source: str) -> str:
    """What stands for a source in the index: one sample of a working set has it."""
    return hashlib.blake2b(source.encode(), digest_size=16).hexdigest()


def _digest_of_new(context: DefaultExecutionContext) -> str:
    return digest_of(context.get_current_parameters()["source"])


class Dataset(Base, Owned):
    """`data_url` and `work_path` are `/bucket/key/` as the contract writes them, always with a closing slash.

    `deleted` datasets stay as rows until their cleaning task is done, invisible to everybody.
    """

    __tablename__ = "datasets"
    __table_args__ = (
        Index(
            "uq_datasets_live_name",
            "project_id",
            "workspace_id",
            "name",
            unique=True,
            sqlite_where=text("deleted = 0"),
            postgresql_where=text("NOT deleted"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    dataset_type: Mapped[int]
    data_format: Mapped[str] = mapped_column(default="Default")
    description: Mapped[str] = mapped_column(default="")
    data_sources: Mapped[list[Any]]
    data_url: Mapped[str]
    work_path: Mapped[str]
    work_path_type: Mapped[int] = mapped_column(default=0)
    managed: Mapped[bool] = mapped_column(default=False)
    import_data: Mapped[bool] = mapped_column(default=False)
    deleted: Mapped[bool] = mapped_column(default=False)
    generation: Mapped[int] = mapped_column(default=1)
    next_label_code: Mapped[int] = mapped_column(default=1)
    next_version_num: Mapped[int] = mapped_column(default=1)
    current_version_id: Mapped[str] = mapped_column(default="")
    total_samples: Mapped[int] = mapped_column(default=0)
    labelled_samples: Mapped[int] = mapped_column(default=0)
    unconfirmed_samples: Mapped[int] = mapped_column(default=0)
    hard_samples: Mapped[int] = mapped_column(default=0)
    deleted_samples: Mapped[int] = mapped_column(default=0)
    data_updated_at: Mapped[int] = mapped_column(default=now_ms)
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Label(Base):
    """A label of the working set. `code` is small, never reused within the dataset, and what annotations hold."""

    __tablename__ = "labels"
    __table_args__ = (UniqueConstraint("dataset_id", "name", "type"),)

    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"), primary_key=True)
    code: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    type: Mapped[int]
    property: Mapped[dict[str, Any]] = mapped_column(default=dict)
    attributes: Mapped[list[Any]] = mapped_column(default=list)
    annotation_count: Mapped[int] = mapped_column(default=0)
    sample_count: Mapped[int] = mapped_column(default=0)


class Sample(Base):
    """One sample; ids sort by time and are kept when another generation holds the same sample.

    `source` is `obs://bucket/key`, or `content://` and the text itself; `digest` stands for it in the index, because a
    text may be long. `file` is the object that a text was read from. `parent_id` is the video that a frame belongs to.

    `labels` is a list of `{"code", "type", "property"?, "score"?, "annotated_by", "id"?}`; code 0 is an annotation
    without a label. `revision` grows by one with every change of the annotations; `score` is that of the surest label,
    for filters; `labelled_by` reads `human/<account>/<user>` or `auto/<who>`. Written by `working_set` alone, with the
    index rows, the counts and the history.
    """

    __tablename__ = "samples"
    __table_args__ = (
        UniqueConstraint("dataset_id", "generation", "digest"),
        Index("ix_samples_state", "dataset_id", "generation", "state", "id"),
        Index("ix_samples_labelled_by", "dataset_id", "generation", "labelled_by"),
        _where("ix_samples_parent", "parent_id <> ''", "dataset_id", "generation", "parent_id", "id"),
        _where("ix_samples_file", "file <> ''", "dataset_id", "generation", "file"),
    )

    dataset_id: Mapped[str] = mapped_column(primary_key=True)
    generation: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str]
    digest: Mapped[str] = mapped_column(default=_digest_of_new)
    file: Mapped[str] = mapped_column(default="")
    parent_id: Mapped[str] = mapped_column(default="")
    name: Mapped[str]
    sample_type: Mapped[int] = mapped_column(default=0)
    state: Mapped[int] = mapped_column(default=UNLABELLED)
    usage: Mapped[str] = mapped_column(default="")
    hard: Mapped[bool] = mapped_column(default=False)
    labels: Mapped[list[Any]] = mapped_column(default=list)
    score: Mapped[float | None]
    meta: Mapped[dict[str, Any]] = mapped_column("metadata", default=dict)
    labelled_by: Mapped[str] = mapped_column(default="")
    labelled_at: Mapped[int | None]
    size: Mapped[int] = mapped_column(default=0)
    modified_ms: Mapped[int] = mapped_column(default=0)
    etag: Mapped[str] = mapped_column(default="")
    revision: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[int] = mapped_column(default=now_ms)


class SampleOperation(Base):
    """One change of a sample's annotations, or its removal: who, when, and what was there before.

    What came after is the next operation's `before`, or the sample as it is. `before` holds the changed columns; of a
    removed sample all of them, so that it can come back; and nothing where the operation brought it back. A sample's
    operations are in the order of `revision`, which is the sample's own before the change.
    """

    __tablename__ = "sample_operations"
    __table_args__ = (
        Index("ix_sample_operations_sample", "dataset_id", "generation", "sample_id", "id"),
        Index("ix_sample_operations_time", "dataset_id", "generation", "at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    dataset_id: Mapped[str]
    generation: Mapped[int]
    sample_id: Mapped[str]
    action: Mapped[str]
    revision: Mapped[int]
    before: Mapped[dict[str, Any]]
    by: Mapped[str]
    at: Mapped[int] = mapped_column(default=now_ms)


class SampleLabelEntry(Base):
    """Which sample carries which label: for filters. Kept in the transaction that changes the sample's labels."""

    __tablename__ = "sample_labels"

    dataset_id: Mapped[str] = mapped_column(primary_key=True)
    generation: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sample_id: Mapped[str] = mapped_column(primary_key=True)


class SyncReport(Base):
    """What the last sync of a dataset found; the sync itself is a task."""

    __tablename__ = "sync_reports"

    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"), primary_key=True)
    task_id: Mapped[str]
    added: Mapped[int] = mapped_column(default=0)
    deleted: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    problems: Mapped[list[Any]] = mapped_column(default=list)


class TransferRun(Base):
    """An import into a dataset or an export out of it, by the id of its task, as its history tells it.

    `request` is the body that asked for it, without passwords. `report_url` names the list of what could not be read
    or carried, in the dataset's log folder. `counts` holds what the direction counts.
    """

    __tablename__ = "transfer_runs"
    __table_args__ = (Index("ix_transfer_runs_dataset", "dataset_id", "direction", "id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    direction: Mapped[str]
    request: Mapped[dict[str, Any]] = mapped_column(default=dict)
    path: Mapped[str] = mapped_column(default="")
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    problems: Mapped[list[Any]] = mapped_column(default=list)
    report_url: Mapped[str] = mapped_column(default="")
    finished_at: Mapped[int | None]
    created_at: Mapped[int] = mapped_column(default=now_ms)


class RestorePoint(Base):
    """A working set that was replaced by another one, kept for a while: its samples are those of `generation`."""

    __tablename__ = "restore_points"

    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"), primary_key=True)
    generation: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reason: Mapped[str]
    current_version_id: Mapped[str] = mapped_column(default="")
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    label_counts: Mapped[list[Any]] = mapped_column(default=list)
    created_by: Mapped[str]
    created_at: Mapped[int] = mapped_column(default=now_ms)


class Version(Base):
    """A published version: an immutable manifest in the work path, named by `manifest_url`, with its hash.

    It exists for readers once `state` is READY, which the publishing task writes last.
    """

    __tablename__ = "versions"
    __table_args__ = (UniqueConstraint("dataset_id", "name"), UniqueConstraint("dataset_id", "number"))

    id: Mapped[str] = mapped_column(primary_key=True)
    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    name: Mapped[str]
    number: Mapped[int]
    state: Mapped[str]
    task_id: Mapped[str] = mapped_column(default="")
    message: Mapped[str] = mapped_column(default="")
    description: Mapped[str] = mapped_column(default="")
    version_format: Mapped[str] = mapped_column(default="Default")
    ratio: Mapped[str] = mapped_column(default="")
    seed: Mapped[int] = mapped_column(default=0)
    clear_hard_property: Mapped[bool] = mapped_column(default=True)
    remove_sample_usage: Mapped[bool] = mapped_column(default=True)
    export_images: Mapped[bool] = mapped_column(default=False)
    previous_version_id: Mapped[str] = mapped_column(default="")
    manifest_url: Mapped[str] = mapped_column(default="")
    manifest_sha256: Mapped[str] = mapped_column(default="")
    index_url: Mapped[str] = mapped_column(default="")
    total_samples: Mapped[int] = mapped_column(default=0)
    labelled_samples: Mapped[int] = mapped_column(default=0)
    added_samples: Mapped[int] = mapped_column(default=0)
    deleted_samples: Mapped[int] = mapped_column(default=0)
    modified_samples: Mapped[int] = mapped_column(default=0)
    label_stats: Mapped[list[Any]] = mapped_column(default=list)
    multi_label: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[int] = mapped_column(default=now_ms)
    updated_at: Mapped[int] = mapped_column(default=now_ms)
