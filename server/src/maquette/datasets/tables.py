"""Datasets, their labels, samples and versions.

The working set of a dataset is the samples of its current `generation`: whoever replaces it as a whole writes a new
generation beside it and swaps that number. Counts are kept with each write, never recomputed on a page's way. A
sample's annotations hold label codes, not names, so that renaming a label is one row.
"""

from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from maquette.db import Base, Owned
from maquette.kit.clock import now_ms

UNLABELLED, LABELLED, UNCONFIRMED = 0, 1, 2


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
    """One sample. `source` is the object's key in the dataset's bucket as `obs://bucket/key`; ids sort by time.

    `labels` is a list of `{"code", "type", "property"?, "score"?, "annotated_by", "id"?}`. `revision` grows by one
    with every change of the annotations; `score` is that of the surest label, for filters; `labelled_by` reads
    `human/<account>/<user>` or `auto/<who>`. Written by `working_set` alone, with the index rows and the counts.
    """

    __tablename__ = "samples"
    __table_args__ = (
        UniqueConstraint("dataset_id", "generation", "source"),
        Index("ix_samples_state", "dataset_id", "generation", "state", "id"),
        Index("ix_samples_order", "dataset_id", "generation", "id"),
        Index("ix_samples_labelled_by", "dataset_id", "generation", "labelled_by"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    dataset_id: Mapped[str]
    generation: Mapped[int]
    source: Mapped[str]
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
