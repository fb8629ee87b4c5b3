"""Lists of datasets, and a dataset as the contract describes it: counts, paths, state, what is running."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from maquette.datasets import sync, versions
from maquette.datasets.paths import inner_paths
from maquette.datasets.samples import THUMBNAIL_EDGE, first_samples, media_urls
from maquette.datasets.schemas import AnnotationFile, DatasetDetail, DataSource
from maquette.datasets.tables import Dataset, Version
from maquette.datasets.types import TABLE
from maquette.db import visible_to
from maquette.kit.actor import Actor
from maquette.kit.pages import Page
from maquette.tasks import Task
from maquette.tasks.tables import ACTIVE

NORMAL, SYNCHRONISING, PUBLISHING, SWITCHING, IMPORTING = 1, 5, 6, 7, 8
IMPORT, EXPORT, SET_CURRENT = "dataset.import", "dataset.export", "dataset.set-current"
STATUS_OF_KIND = {sync.KIND: SYNCHRONISING, versions.KIND: PUBLISHING, SET_CURRENT: SWITCHING, IMPORT: IMPORTING}
KINDS_OF_RUNNING_TYPE: Mapping[int, str] = {2: EXPORT, 3: SET_CURRENT, 5: IMPORT, 6: versions.KIND}
"""The contract's numbers of running tasks; those of operations this version lacks are never running."""

PREVIEWED = 4


@dataclass(frozen=True, slots=True)
class VersionFilter:
    """Datasets with a ready version of this format and a training share in this range."""

    format: str | None = None
    ratio: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """What ListDatasets was asked for; None and empty mean any."""

    workspace_id: str
    number: int | None = None
    name_part: str = ""
    running_type: int | None = None
    version: VersionFilter | None = None
    nothing: bool = False


def list_datasets(
    session: Session, actor: Actor, wanted: Filter, *, by_name: bool, descending: bool, page: Page
) -> tuple[Sequence[Dataset], int]:
    matching = _conditions(actor, wanted)
    total = session.scalar(select(func.count()).select_from(Dataset).where(*matching)) or 0
    column = Dataset.name if by_name else Dataset.id
    query = select(Dataset).where(*matching).order_by(column.desc() if descending else column)
    return session.scalars(query.offset(page.skip).limit(page.limit)).all(), total


def running_tasks(session: Session, datasets: Iterable[Dataset]) -> dict[str, list[Task]]:
    """The unfinished tasks of each dataset, oldest first."""
    ids = [dataset.id for dataset in datasets]
    found: dict[str, list[Task]] = {key: [] for key in ids}
    for task in session.scalars(
        select(Task).where(Task.resource_id.in_(ids), Task.state.in_(ACTIVE)).order_by(Task.id)
    ):
        found[task.resource_id].append(task)
    return found


def version_names(session: Session, datasets: Iterable[Dataset]) -> dict[str, str]:
    """The names of the current versions, by their ids."""
    ids = [dataset.current_version_id for dataset in datasets if dataset.current_version_id]
    rows = session.execute(select(Version.id, Version.name).where(Version.id.in_(ids)))
    return {row.id: row.name for row in rows}


def version_counts(session: Session, datasets: Iterable[Dataset]) -> dict[str, int]:
    ids = [dataset.id for dataset in datasets]
    query = select(Version.dataset_id, func.count().label("number")).where(
        Version.dataset_id.in_(ids), Version.state == versions.READY
    )
    return {row.dataset_id: row.number for row in session.execute(query.group_by(Version.dataset_id))}


def describe_datasets(session: Session, datasets: Sequence[Dataset]) -> list[DatasetDetail]:
    running = running_tasks(session, datasets)
    names, counts = version_names(session, datasets), version_counts(session, datasets)
    return [
        _describe(row, running[row.id], names.get(row.current_version_id), counts.get(row.id, 0)) for row in datasets
    ]


def preview(session: Session, dataset: Dataset) -> list[AnnotationFile]:
    """Its newest files, as thumbnails."""
    return [
        AnnotationFile(
            url=f"{media_urls(dataset, row.id, row.etag)[1]}&edge={THUMBNAIL_EDGE}",
            create_time=row.created_at,
            file_id=row.id,
            file_Name=row.name,
            size=row.size,
        )
        for row in first_samples(session, dataset, PREVIEWED)
    ]


def has_running(tasks: Sequence[Task], running_type: int | None) -> list[str]:
    """The ids of the running tasks, of one of the contract's types if it is given."""
    kind = None if running_type is None else KINDS_OF_RUNNING_TYPE.get(running_type, "")
    return [task.id for task in tasks if kind is None or task.kind == kind]


def _describe(row: Dataset, running: Sequence[Task], version_name: str | None, version_count: int) -> DatasetDetail:
    status = next((STATUS_OF_KIND[task.kind] for task in running if task.kind in STATUS_OF_KIND), NORMAL)
    syncing = next((task.id for task in running if task.kind == sync.KIND), None)
    paths: dict[str, Any] = dict(inner_paths(row))
    return DatasetDetail(
        dataset_id=row.id,
        dataset_name=row.name,
        dataset_type=row.dataset_type,
        data_format=row.data_format,
        data_sources=[DataSource.model_validate(source) for source in row.data_sources],
        data_url=row.data_url,
        description=row.description,
        status=status,
        create_time=row.created_at,
        update_time=row.updated_at,
        data_update_time=row.data_updated_at,
        total_sample_count=row.total_samples,
        annotated_sample_count=row.labelled_samples,
        unconfirmed_sample_count=row.unconfirmed_samples,
        deleted_sample_count=row.deleted_samples,
        hard_sample_count=row.hard_samples,
        next_version_num=row.next_version_num,
        current_version_id=row.current_version_id or None,
        current_version_name=version_name,
        dataset_version_count=version_count,
        work_path=row.work_path,
        work_path_type=row.work_path_type,
        workspace_id=row.workspace_id,
        managed=row.managed,
        import_data=row.import_data,
        import_task_id=syncing,
        feature_supports=[str(row.dataset_type)],
        dataset_format=int(row.dataset_type == TABLE),
        content_labeling=bool(row.settings.get("content_labeling")),
        label_format=row.settings.get("label_format"),
        schema=row.settings.get("schema"),
        **paths,
    )


def _conditions(actor: Actor, wanted: Filter) -> list[ColumnElement[bool]]:
    conditions = [visible_to(actor, Dataset), ~Dataset.deleted, Dataset.workspace_id == wanted.workspace_id]
    if wanted.nothing:
        conditions.append(Dataset.id == "")
    if wanted.number is not None:
        conditions.append(Dataset.dataset_type == wanted.number)
    if wanted.name_part:
        conditions.append(Dataset.name.icontains(wanted.name_part, autoescape=True))
    if wanted.running_type is not None:
        kind = KINDS_OF_RUNNING_TYPE.get(wanted.running_type, "")
        conditions.append(Dataset.id.in_(select(Task.resource_id).where(Task.kind == kind, Task.state.in_(ACTIVE))))
    if wanted.version is not None:
        conditions.append(Dataset.id.in_(_with_version(wanted.version)))
    return conditions


def _with_version(wanted: VersionFilter) -> Any:
    query = select(Version.dataset_id).where(Version.state == versions.READY)
    if wanted.format:
        query = query.where(Version.version_format == wanted.format)
    if wanted.ratio:
        # Ratios are kept as they were written, "0.80" or "0.8": of two digits, so the spellings can be listed.
        low, high = wanted.ratio
        shares = [n for n in range(101) if low <= n / 100 <= high]
        spellings = {spelled for n in shares for spelled in (f"{n / 100:.2f}", f"{n / 100:.1f}", f"{n / 100:g}")}
        query = query.where(Version.ratio.in_(sorted(spellings)))
    return query
