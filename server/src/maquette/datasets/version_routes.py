"""Publishing a dataset and managing its versions over HTTP, and syncing it with its input folder."""

from typing import Annotated, Any

from fastapi import Query
from sqlalchemy.orm import Session

from maquette.datasets import versions
from maquette.datasets.service import find_dataset
from maquette.datasets.splitting import parse_ratio
from maquette.datasets.sync import start_sync, sync_state
from maquette.datasets.tables import Dataset, Version
from maquette.datasets.version_schemas import (
    CreatedVersion,
    CreateVersion,
    SyncAsked,
    SyncStatusAnswer,
    VersionDetail,
    VersionItem,
    VersionList,
    VersionQuery,
)
from maquette.datasets.versions import PublishRequest, Standing, VersionFilter
from maquette.kit.clock import now_ms
from maquette.kit.pages import page_numbered
from maquette.web import ActorDep, Router, SessionDep

router = Router("/v2/{project_id}/datasets/{dataset_id}", "data")


@router.post("/sync-data", action="modelarts:dataset:sync")
def sync_data_source(dataset_id: str, actor: ActorDep, session: SessionDep) -> SyncAsked:
    """Look for new, changed and missing files. While a sync is under way this is the same one."""
    dataset = find_dataset(session, actor, dataset_id, lock=True)
    return SyncAsked(task_id=start_sync(session, actor, dataset).id)


@router.get("/sync-data/status", action="modelarts:dataset:get")
def sync_data_source_state(dataset_id: str, actor: ActorDep, session: SessionDep) -> SyncStatusAnswer:
    dataset = find_dataset(session, actor, dataset_id)
    state = sync_state(session, dataset)
    task = state.task
    if task is None:
        return SyncStatusAnswer(status=state.status, dataset_id=dataset.id)
    failed = state.status == "FAILED"
    return SyncStatusAnswer(
        status=state.status,
        dataset_id=dataset.id,
        task_id=task.id,
        create_time=task.created_at,
        duration_time=(task.finished_at or now_ms()) - task.started_at if task.started_at else 0,
        add_sample_count=state.added,
        deleted_sample_count=state.deleted,
        total_sample_count=state.total,
        skipped_sample_count=state.skipped,
        problems=state.problems or None,
        error_code=(task.error_code or "ModelArts.0105") if failed else None,
        error_msg=(task.error_msg or "The sync was cancelled.") if failed else None,
    )


@router.post("/versions", action="modelarts:datasetVersion:create", status_code=201)
def create_dataset_version(
    dataset_id: str, body: CreateVersion, actor: ActorDep, session: SessionDep
) -> CreatedVersion:
    """Publish the working set as it is when the task comes to it."""
    dataset = find_dataset(session, actor, dataset_id, lock=True)
    request = PublishRequest(
        name=body.version_name,
        description=body.description,
        version_format=body.version_format,
        ratio=body.train_evaluate_sample_ratio,
        clear_hard_property=body.clear_hard_property,
        remove_sample_usage=body.remove_sample_usage,
        export_images=body.export_images,
    )
    return CreatedVersion(version_id=versions.create_version(session, actor, dataset, request).id)


@router.get("/versions", action="modelarts:datasetVersion:list")
def list_dataset_versions(
    dataset_id: str,
    actor: ActorDep,
    session: SessionDep,
    wanted: Annotated[VersionQuery, Query()],
) -> VersionList:
    dataset = find_dataset(session, actor, dataset_id)
    filters = VersionFilter(wanted.status, wanted.train_evaluate_ratio, wanted.version_format)
    page = page_numbered(wanted.limit, wanted.offset)
    rows, total = versions.list_versions(session, dataset, filters, page)
    return VersionList(total_number=total, versions=[VersionItem(**_item(dataset, row)) for row in rows])


@router.get("/versions/{version_id}", action="modelarts:datasetVersion:get")
def describe_dataset_version(dataset_id: str, version_id: str, actor: ActorDep, session: SessionDep) -> VersionDetail:
    dataset = find_dataset(session, actor, dataset_id)
    version = versions.find_version(session, dataset, version_id)
    return VersionDetail(**_item(dataset, versions.describe(session, version)), **_detail(session, version))


@router.delete("/versions/{version_id}", action="modelarts:datasetVersion:delete")
def delete_dataset_version(dataset_id: str, version_id: str, actor: ActorDep, session: SessionDep) -> dict[str, Any]:
    """The version is gone; its files stay in the bucket."""
    dataset = find_dataset(session, actor, dataset_id, lock=True)
    versions.delete_version(session, actor, dataset, version_id)
    return {}


def _item(dataset: Dataset, standing: Standing) -> dict[str, Any]:
    """A version as the contract lists it. Addresses appear once there is something at them."""
    version = standing.version
    manifest_path = version.manifest_url.removeprefix("obs:/") or None
    return {
        "version_id": version.id,
        "version_name": version.name,
        "version_format": version.version_format,
        "previous_version_id": version.previous_version_id or None,
        "status": standing.status,
        "message": standing.message or None,
        "create_time": version.created_at,
        "update_time": version.updated_at,
        "total_sample_count": version.total_samples,
        "annotated_sample_count": version.labelled_samples,
        "add_sample_count": version.added_samples,
        "deleted_sample_count": version.deleted_samples,
        "modified_sample_count": version.modified_samples,
        "manifest_path": manifest_path,
        "data_path": f"{manifest_path.rpartition('/')[0]}/data/" if manifest_path else None,
        "is_current": dataset.current_version_id == version.id,
        "train_evaluate_sample_ratio": version.ratio,
        "clear_hard_property": version.clear_hard_property,
        "remove_sample_usage": version.remove_sample_usage,
        "export_images": version.export_images,
        "description": version.description,
        "task_type": dataset.dataset_type,
    }


def _detail(session: Session, version: Version) -> dict[str, Any]:
    ready = version.state == versions.READY
    before = session.get(Version, version.previous_version_id) if version.previous_version_id else None
    return {
        "label_stats": version.label_stats if ready else None,
        "label_type": ("multi" if version.multi_label else "single") if ready else None,
        "previous_total_sample_count": before.total_samples if before else None,
        "previous_annotated_sample_count": before.labelled_samples if before else None,
        "task_id": version.task_id,
        "manifest_sha256": version.manifest_sha256 or None,
        "seed": version.seed if parse_ratio(version.ratio) is not None else None,
    }
