"""Publishing a dataset and managing its versions over HTTP, and syncing it with its input folder."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import Depends, Query
from sqlalchemy import select
from sqlalchemy.orm import Session

from maquette.buckets import StoresDep
from maquette.datasets import restore_points, versions
from maquette.datasets.labels import LabelBook
from maquette.datasets.schemas import DatasetId
from maquette.datasets.service import find_dataset, resource
from maquette.datasets.splitting import parse_ratio
from maquette.datasets.sync import start_sync, sync_state
from maquette.datasets.tables import Dataset, Version
from maquette.datasets.version_differences import Differences, Wanted
from maquette.datasets.version_errors import wrong_version
from maquette.datasets.version_schemas import (
    CreatedVersion,
    CreateVersion,
    DifferencePage,
    DifferenceQuery,
    RestorePointItem,
    RestorePointList,
    SwitchAsked,
    SyncAsked,
    SyncStatusAnswer,
    VersionDetail,
    VersionDifferences,
    VersionItem,
    VersionList,
    VersionQuery,
)
from maquette.datasets.version_switching import ask_to_switch, check_nothing_writes
from maquette.datasets.versions import PublishRequest, Standing, VersionFilter
from maquette.events import emit
from maquette.kit.clock import now_ms
from maquette.kit.pages import Int64, page_numbered
from maquette.web import ActorDep, DatabaseDep, Router, SessionDep

router = Router("/v2/{project_id}/datasets/{dataset_id}", "data")


def _differences(
    dataset_id: str, version_id: str, actor: ActorDep, database: DatabaseDep, stores: StoresDep, base: str = ""
) -> Differences:
    with database.read() as session:
        dataset = find_dataset(session, actor, dataset_id)
        version = versions.find_version(session, dataset, version_id)
        if not base and not version.previous_version_id:
            raise wrong_version("base", "is missing: the version was published from no other one. Name one.")
        other = versions.find_version(session, dataset, base or version.previous_version_id)
        book = LabelBook(session, dataset)
    return Differences(database, stores, actor, book, (other, version))


DifferencesDep = Annotated[Differences, Depends(_differences)]


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
        with_column_header=body.with_column_header,
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
    before = _previous(session, [row.version for row in rows])
    return VersionList(total_number=total, versions=[VersionItem(**_item(dataset, row, before)) for row in rows])


@router.get("/versions/{version_id}", action="modelarts:datasetVersion:get")
def describe_dataset_version(dataset_id: str, version_id: str, actor: ActorDep, session: SessionDep) -> VersionDetail:
    dataset = find_dataset(session, actor, dataset_id)
    version = versions.find_version(session, dataset, version_id)
    before = _previous(session, [version])
    return VersionDetail(**_item(dataset, versions.describe(session, version), before), **_detail(version))


@router.delete("/versions/{version_id}", action="modelarts:datasetVersion:delete")
def delete_dataset_version(dataset_id: str, version_id: str, actor: ActorDep, session: SessionDep) -> dict[str, Any]:
    """The version is gone; its files stay in the bucket."""
    dataset = find_dataset(session, actor, dataset_id, lock=True)
    versions.delete_version(session, actor, dataset, version_id)
    return {}


@router.post("/versions/{version_id}/current", action="modelarts:dataset:update", status_code=202)
def set_current_version(dataset_id: str, version_id: str, actor: ActorDep, session: SessionDep) -> SwitchAsked:
    """Make the version the working set, as `current_version_id` of an update does; of the current one too.

    What the working set is now becomes a restore point.
    """
    dataset = find_dataset(session, actor, dataset_id, lock=True)
    task = ask_to_switch(session, actor, dataset, version_id)
    emit(session, actor, "updateDataset", resource(dataset), current_version_id=version_id)
    return SwitchAsked(task_id=task.id)


@router.get("/versions/{version_id}/differences", action="modelarts:datasetVersion:get")
def list_version_differences(opened: DifferencesDep) -> VersionDifferences:
    """What differs from another version: samples, and labels by label and by moves from one to another."""
    return opened.counts()


@router.get("/versions/{version_id}/differences/samples", action="modelarts:datasetVersion:get")
def list_differing_samples(opened: DifferencesDep, wanted: Annotated[DifferenceQuery, Query()]) -> DifferencePage:
    """The samples behind one of those numbers, with their labels before and after."""
    page = page_numbered(wanted.limit, wanted.offset)
    return opened.samples(Wanted(wanted.kind, wanted.label, wanted.to_label), page)


@router.get("/restore-points", action="modelarts:dataset:get")
def list_restore_points(dataset_id: str, actor: ActorDep, session: SessionDep) -> RestorePointList:
    """Newest first: the working sets that were replaced, as far as they are kept."""
    dataset = find_dataset(session, actor, dataset_id)
    points = restore_points.list_restore_points(session, dataset)
    names = versions.names_of(session, [point.current_version_id for point in points])
    return RestorePointList(
        restore_points=[
            RestorePointItem(
                generation=point.generation,
                reason=point.reason,
                version_id=point.current_version_id or None,
                version_name=names.get(point.current_version_id),
                total_sample_count=point.counts["total_samples"],
                annotated_sample_count=point.counts["labelled_samples"],
                created_by=point.created_by,
                create_time=point.created_at,
            )
            for point in points
        ]
    )


@router.post("/restore-points/{generation}/restore", action="modelarts:dataset:update")
def restore_working_set(dataset_id: str, generation: Int64, actor: ActorDep, session: SessionDep) -> DatasetId:
    """Make it the working set again, at once; the present one becomes a restore point."""
    dataset = find_dataset(session, actor, dataset_id, lock=True)
    check_nothing_writes(session, dataset)
    restore_points.restore(session, actor, dataset, generation)
    emit(session, actor, "updateDataset", resource(dataset), restored_generation=generation)
    return DatasetId(dataset_id=dataset.id)


def _previous(session: Session, rows: Sequence[Version]) -> dict[str, Version]:
    """What the versions were published from, by id, deleted ones too."""
    ids = {row.previous_version_id for row in rows if row.previous_version_id}
    return {row.id: row for row in session.scalars(select(Version).where(Version.id.in_(ids)))}


def _item(dataset: Dataset, standing: Standing, previous: Mapping[str, Version]) -> dict[str, Any]:
    """A version as the contract lists it. Addresses appear once there is something at them."""
    version = standing.version
    manifest_path = version.manifest_url.removeprefix("obs:/") or None
    ready, before = version.state == versions.READY, previous.get(version.previous_version_id)
    return {
        "version_id": version.id,
        "version_name": version.name,
        "version_format": version.version_format,
        "previous_version_id": version.previous_version_id or None,
        "previous_version_name": before.name if before else None,
        "previous_total_sample_count": before.total_samples if before else None,
        "previous_annotated_sample_count": before.labelled_samples if before else None,
        "label_stats": version.label_stats if ready else None,
        "label_type": ("multi" if version.multi_label else "single") if ready else None,
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


def _detail(version: Version) -> dict[str, Any]:
    return {
        "task_id": version.task_id,
        "manifest_sha256": version.manifest_sha256 or None,
        "seed": version.seed if parse_ratio(version.ratio) is not None else None,
    }
