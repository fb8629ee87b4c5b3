"""Datasets over HTTP. Their labels, samples and versions have routes of their own."""

from typing import Annotated

from fastapi import Query
from sqlalchemy.orm import Session

from maquette.datasets import listing, versions
from maquette.datasets.label_changes import add_labels, delete_labels, rewrite_labels
from maquette.datasets.labels import LabelBook, describe_label
from maquette.datasets.listing import Filter, VersionFilter
from maquette.datasets.schemas import (
    CreateDataset,
    CreatedDataset,
    DatasetDetail,
    DatasetId,
    DatasetList,
    UpdateDataset,
)
from maquette.datasets.service import create_dataset as create
from maquette.datasets.service import delete_dataset as delete
from maquette.datasets.service import find_dataset, resource
from maquette.datasets.service import update_dataset as update
from maquette.datasets.sync import start_sync
from maquette.datasets.tables import Dataset
from maquette.datasets.version_switching import ask_to_switch
from maquette.events import emit
from maquette.kit.errors import Invalid
from maquette.kit.pages import Int64, Page, page_numbered
from maquette.web import ActorDep, Contract, Router, SessionDep, SettingsDep
from maquette.workspaces import check_workspace

router = Router("/v2/{project_id}/datasets", "data")


class ListQuery(Contract):
    """`offset` is a page number."""

    check_running_task: bool = False
    contain_versions: bool = False
    dataset_type: Int64 | None = None
    file_preview: bool = False
    limit: Annotated[int, Query(ge=1, le=1000)] = 10
    offset: Annotated[int, Query(ge=0, le=2**31)] = 0
    order: Annotated[str, Query(pattern="^(asc|desc)$")] = "desc"
    running_task_type: Int64 | None = None
    search_content: Annotated[str, Query(max_length=100)] = ""
    sort_by: Annotated[str, Query(pattern="^(create_time|dataset_name)$")] = "create_time"
    support_export: bool = False
    train_evaluate_ratio: Annotated[str, Query(max_length=32)] = ""
    version_format: Annotated[int, Query(ge=0, le=3)] | None = None
    with_labels: bool = False
    workspace_id: str = "0"
    dataset_version: Annotated[str, Query(pattern="^(v1|v2|all)$")] = "all"


@router.get("", action="modelarts:dataset:list")
def list_datasets(actor: ActorDep, session: SessionDep, wanted: Annotated[ListQuery, Query()]) -> DatasetList:
    """Newest first by default. Datasets of this version label their own data, which the contract calls v1."""
    check_workspace(actor, wanted.workspace_id)
    filters = Filter(
        workspace_id=wanted.workspace_id,
        number=wanted.dataset_type,
        name_part=wanted.search_content,
        running_type=wanted.running_task_type,
        version=_version_filter(wanted),
        nothing=wanted.dataset_version == "v2",
    )
    by_name, descending = wanted.sort_by == "dataset_name", wanted.order == "desc"
    page = page_numbered(wanted.limit, wanted.offset)
    rows, total = listing.list_datasets(session, actor, filters, by_name=by_name, descending=descending, page=page)
    described = listing.describe_datasets(session, rows)
    for row, detail in zip(rows, described, strict=True):
        _add_what_was_asked_for(session, row, detail, wanted)
    return DatasetList(total_number=total, datasets=described)


@router.post("", action="modelarts:dataset:create", status_code=201)
def create_dataset(body: CreateDataset, actor: ActorDep, session: SessionDep, settings: SettingsDep) -> CreatedDataset:
    """Make a dataset; its input path is synchronised in the background from now on."""
    dataset = create(session, actor, body)
    if body.labels:
        add_labels(session, settings, dataset, body.labels)
    emit(session, actor, "createDataset", resource(dataset), dataset_type=dataset.dataset_type)
    task = start_sync(session, actor, dataset)
    return CreatedDataset(dataset_id=dataset.id, import_task_id=task.id)


@router.get("/{dataset_id}", action="modelarts:dataset:get")
def desc_dataset(
    dataset_id: str,
    actor: ActorDep,
    session: SessionDep,
    check_running_task: bool = True,
    running_task_type: Int64 | None = None,
) -> DatasetDetail:
    dataset = find_dataset(session, actor, dataset_id)
    detail = listing.describe_datasets(session, [dataset])[0]
    if check_running_task:
        _add_running(session, dataset, detail, running_task_type)
    detail.labels = [describe_label(row) for row in LabelBook(session, dataset).by_code.values()]
    return detail


@router.put("/{dataset_id}", action="modelarts:dataset:update")
def update_dataset(
    dataset_id: str, body: UpdateDataset, actor: ActorDep, session: SessionDep, settings: SettingsDep
) -> DatasetId:
    """Change name, description and labels, all of it or nothing; another current version is a task's work."""
    dataset = find_dataset(session, actor, dataset_id, lock=True)
    switched = None
    if body.current_version_id and body.current_version_id != dataset.current_version_id:
        switched = ask_to_switch(session, actor, dataset, body.current_version_id)
    update(session, actor, dataset, name=body.dataset_name, description=body.description)
    if body.delete_labels:
        delete_labels(session, actor, dataset, body.delete_labels, policy=0)
    if body.update_labels:
        rewrite_labels(session, settings, dataset, body.update_labels)
    if body.add_labels:
        add_labels(session, settings, dataset, body.add_labels)
    emit(session, actor, "updateDataset", resource(dataset))
    return DatasetId(dataset_id=dataset.id, task_id=switched.id if switched else None)


@router.delete("/{dataset_id}", action="modelarts:dataset:delete")
def delete_dataset(dataset_id: str, actor: ActorDep, session: SessionDep) -> dict[str, str]:
    """The dataset is gone at once, its rows follow in the background, its files stay."""
    dataset = find_dataset(session, actor, dataset_id, lock=True)
    delete(session, actor, dataset)
    emit(session, actor, "deleteDataset", resource(dataset))
    return {}


def _add_what_was_asked_for(session: Session, row: Dataset, detail: DatasetDetail, wanted: ListQuery) -> None:
    if wanted.check_running_task:
        _add_running(session, row, detail, wanted.running_task_type)
    if wanted.with_labels:
        detail.labels = [describe_label(label) for label in LabelBook(session, row).by_code.values()]
    if wanted.file_preview:
        detail.samples = listing.preview(session, row)
    if wanted.contain_versions:
        standings, _ = versions.list_versions(session, row, versions.VersionFilter(), Page(0, 100))
        detail.versions = [
            {
                "version_id": standing.version.id,
                "version_name": standing.version.name,
                "status": standing.status,
                "version_format": standing.version.version_format,
                "train_evaluate_sample_ratio": standing.version.ratio,
                "manifest_path": standing.version.manifest_url,
                "total_sample_count": standing.version.total_samples,
                "annotated_sample_count": standing.version.labelled_samples,
                "is_current": standing.version.id == row.current_version_id,
                "create_time": standing.version.created_at,
                "update_time": standing.version.updated_at,
            }
            for standing in standings
        ]


def _add_running(session: Session, row: Dataset, detail: DatasetDetail, running_type: int | None) -> None:
    running = listing.running_tasks(session, [row])[row.id]
    detail.running_tasks_id = listing.has_running(running, running_type)
    detail.exist_running_task = bool(detail.running_tasks_id)


def _version_filter(wanted: ListQuery) -> VersionFilter | None:
    if not wanted.train_evaluate_ratio and wanted.version_format is None:
        return None
    ratio = None
    if wanted.train_evaluate_ratio:
        low, _, high = wanted.train_evaluate_ratio.partition(",")
        try:
            ratio = (float(low), float(high or low))
        except ValueError:
            raise Invalid("train_evaluate_ratio holds the least and the greatest ratio, as 0.0,1.0.") from None
    name = None if wanted.version_format is None else versions.FORMATS[wanted.version_format]
    return VersionFilter(name, ratio)
