"""Datasets: making, finding, changing and deleting them. Lists, labels and samples have modules of their own.

Deleting hides a dataset at once and leaves its rows to the cleaning task (`cleaning`). Nothing in a bucket is touched:
the guide leaves input and work path to their owner.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from maquette.datasets.errors import dataset_exists, no_dataset
from maquette.datasets.paths import check_work_path, checked_folder
from maquette.datasets.schemas import CreateDataset, TableField
from maquette.datasets.tables import Dataset
from maquette.datasets.types import SPEECH_SEGMENTATION, TABLE, DatasetType, dataset_type
from maquette.db import visible_to
from maquette.events import Resource
from maquette.formats.tables import column_type
from maquette.kit.actor import Actor
from maquette.kit.clock import now_ms
from maquette.kit.errors import Invalid
from maquette.kit.ids import new_id
from maquette.tasks import Task, TaskSpec, cancel, enqueue
from maquette.tasks.queue import active_tasks
from maquette.workspaces import check_workspace

CLEANING = "dataset.clean"


def resource(dataset: Dataset) -> Resource:
    """What the events about a dataset, its labels and its samples are about."""
    return Resource("dataset", dataset.id, dataset.name, dataset.workspace_id)


def find_dataset(session: Session, actor: Actor, dataset_id: str, *, lock: bool = False) -> Dataset:
    """The dataset, or NotFound. `lock` before any change: two writers of one dataset queue (SQLite queues them all)."""
    query = select(Dataset).where(Dataset.id == dataset_id, ~Dataset.deleted, visible_to(actor, Dataset))
    dataset = session.scalar(query.with_for_update() if lock else query)
    if dataset is None:
        raise no_dataset(dataset_id)
    return dataset


def lock_dataset_row(session: Session, dataset_id: str) -> Dataset | None:
    """For tasks: the dataset, locked for a change, or None once it was deleted."""
    query = select(Dataset).where(Dataset.id == dataset_id, ~Dataset.deleted)
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))


def create_dataset(session: Session, actor: Actor, body: CreateDataset) -> Dataset:
    """The row of a new dataset. Labels and the first sync are the caller's."""
    kind = dataset_type(body.dataset_type)
    _refuse_what_does_not_apply(kind, body)
    workspace_id = check_workspace(actor, body.workspace_id)
    source = body.data_sources[0]
    data_url = checked_folder(session, actor, workspace_id, source.data_path or "", field="data_path")
    work_path = checked_folder(session, actor, workspace_id, body.work_path, field="work_path")
    check_work_path(data_url, work_path)
    _check_name(session, actor, workspace_id, body.dataset_name)
    dataset_id = new_id()
    dataset = Dataset(
        id=dataset_id,
        name=body.dataset_name,
        dataset_type=body.dataset_type,
        description=body.description,
        data_sources=[{"data_type": 0, "data_path": data_url}],
        data_url=data_url,
        work_path=work_path,
        import_data=body.import_data,
        settings={
            "inner_work_path": f"{work_path}{body.dataset_name}-{dataset_id}/",
            "import_annotations": body.import_annotations,
            **_own_settings(kind, body),
        },
        project_id=actor.project_id,
        workspace_id=workspace_id,
        owner_id=actor.user_id,
    )
    session.add(dataset)
    _flush_name(session, body.dataset_name)
    return dataset


def update_dataset(
    session: Session, actor: Actor, dataset: Dataset, *, name: str | None, description: str | None
) -> None:
    if name is not None and name != dataset.name:
        _check_name(session, actor, dataset.workspace_id, name)
        dataset.name = name
        _flush_name(session, name)
    if description is not None:
        dataset.description = description
    dataset.updated_at = now_ms()


def delete_dataset(session: Session, actor: Actor, dataset: Dataset) -> Task:
    """Hide the dataset, stop what works on it, and leave its rows to the cleaning task."""
    dataset.deleted, dataset.updated_at = True, now_ms()
    for task in active_tasks(session, dataset.id):
        cancel(session, task)
    spec = TaskSpec(CLEANING, dataset.name, "dataset", dataset.id, dataset.workspace_id)
    return enqueue(session, actor, spec)


def _own_settings(kind: DatasetType, body: CreateDataset) -> dict[str, Any]:
    """What only some types have: the columns of tables, the separators of texts, the contents of speech segments."""
    own: dict[str, Any] = {}
    if kind.number == TABLE:
        header = body.data_sources[0].with_column_header
        own = {"schema": _checked_schema(body.table_schema or []), "with_column_header": header is not False}
    if kind.texts and body.label_format:
        own["label_format"] = body.label_format.model_dump(exclude_none=True)
    if kind.number == SPEECH_SEGMENTATION:
        own["content_labeling"] = body.content_labeling
    return own


def _checked_schema(fields: Sequence[TableField]) -> list[dict[str, Any]]:
    if not fields:
        raise Invalid("The dataset cannot be created without schema: a table has columns. Name them with their types.")
    names = [field.name for field in fields]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise Invalid(f"The dataset cannot be created: two columns of its schema are named '{twice}'.")
    return [
        {
            "schema_id": number,
            "name": field.name,
            "type": column_type(field.type).value,
            "description": field.description or "",
        }
        for number, field in enumerate(fields, start=1)
    ]


def _refuse_what_does_not_apply(kind: DatasetType, body: CreateDataset) -> None:
    source = body.data_sources[0]
    refusals = (
        (source.data_type != 0, f"data_type {source.data_type}: {kind.name} data is read from OBS paths, data_type 0"),
        (
            body.data_format != "Default",
            f"data_format {body.data_format}: this platform writes Default, CSV and Parquet",
        ),
        (body.work_path_type != 0, f"work_path_type {body.work_path_type}: the work path is an OBS path, type 0"),
        (body.managed, "managed: a dataset's data lies in the bucket of its input path"),
        (bool(body.table_schema) and kind.number != TABLE, "schema: only tables have one"),
        (bool(body.label_format) and not kind.texts, "label_format: only texts have one"),
        (bool(body.labels) and not kind.label_types, f"labels: samples of {kind.name} have none"),
        (bool(body.workforce_information), "workforce_information: this version has no team labelling"),
    )
    for refused, reason in refusals:
        if refused:
            raise Invalid(f"The dataset cannot be created with {reason}.")


def _check_name(session: Session, actor: Actor, workspace_id: str, name: str) -> None:
    taken = select(Dataset.id).where(
        Dataset.project_id == actor.project_id,
        Dataset.workspace_id == workspace_id,
        Dataset.name == name,
        ~Dataset.deleted,
    )
    if session.scalar(taken.limit(1)):
        raise dataset_exists(name)


def _flush_name(session: Session, name: str) -> None:
    """Where writers do not queue, the index finds the second of two equal names."""
    try:
        session.flush()
    except IntegrityError:
        raise dataset_exists(name) from None
