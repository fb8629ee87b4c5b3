"""Asking for an export and telling its history; the work itself is `background`'s."""

import secrets
from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from maquette.datasets.errors import wrong_path
from maquette.datasets.exporting.errors import no_export, path_taken, wrong_export
from maquette.datasets.exporting.new_dataset import described
from maquette.datasets.exporting.schemas import ExportLoss, ExportRequest, ExportState
from maquette.datasets.exporting.selection import sample_filter
from maquette.datasets.exporting.targets import DATASET, chosen_format
from maquette.datasets.labels import LabelBook
from maquette.datasets.listing import EXPORT
from maquette.datasets.paths import checked_folder, inner_paths
from maquette.datasets.service import create_dataset, resource
from maquette.datasets.splitting import parse_ratio
from maquette.datasets.tables import Dataset, TransferRun
from maquette.datasets.types import DatasetType, dataset_type
from maquette.datasets.version_errors import version_not_ready
from maquette.datasets.versions import READY, find_version
from maquette.events import emit
from maquette.iam import require
from maquette.kit.actor import Actor
from maquette.kit.clock import now_ms
from maquette.kit.pages import Page
from maquette.tasks import Task, TaskSpec, enqueue
from maquette.tasks.tables import ACTIVE

DIRECTION = "export"
WRITE_FILES, MAKE_DATASETS = "obs:object:PutObject", "modelarts:dataset:create"
_SEEDS = 1 << 31
_STATUSES = {
    "waiting": "INIT",
    "running": "RUNNING",
    "succeeded": "SUCCESSED",
    "failed": "FAILED",
    "cancelled": "FAILED",
}


def start_export(session: Session, actor: Actor, dataset: Dataset, body: ExportRequest) -> Task:
    """Ask for an export of the dataset, which the caller has locked. That the folder is empty is the caller's check."""
    path = destination(session, actor, dataset, body.path)
    kind = dataset_type(dataset.dataset_type)
    form = chosen_format(kind, body)
    _check_selection(session, dataset, body)
    _check_split(kind, body)
    if body.to_dataset:
        _check_new_dataset(session, actor, dataset, body)
    _refuse_taken(session, path)
    task = enqueue(session, actor, TaskSpec(EXPORT, dataset.name, "dataset", dataset.id, dataset.workspace_id))
    run = TransferRun(
        id=task.id,
        dataset_id=dataset.id,
        direction=DIRECTION,
        request={**body.model_dump(mode="json", exclude_none=True), "format": form, "seed": secrets.randbelow(_SEEDS)},
        path=path,
    )
    session.add(run)
    emit(session, actor, "exportSamples", resource(dataset), path=path[:200], format=form)
    return task


def destination(session: Session, actor: Actor, dataset: Dataset, given: str) -> str:
    """The folder, which the actor may write to, outside of where a sync would find it, and of the dataset's own."""
    require(session, actor, WRITE_FILES)
    path = checked_folder(session, actor, dataset.workspace_id, given, field="path")
    if path.startswith(dataset.data_url):
        raise wrong_path("path", path, f"it lies in the dataset's input path {dataset.data_url}; choose one outside")
    own = inner_paths(dataset)["inner_work_path"]
    if path.startswith(own):
        raise wrong_path("path", path, f"it lies in {own}, where the dataset keeps its versions; choose one outside")
    return path


def find_export(session: Session, dataset: Dataset, task_id: str) -> TransferRun:
    run = session.get(TransferRun, task_id)
    if run is None or run.dataset_id != dataset.id or run.direction != DIRECTION:
        raise no_export(task_id)
    return run


def list_exports(
    session: Session, dataset: Dataset, export_type: int | None, page: Page
) -> tuple[Sequence[TransferRun], int]:
    """Newest first, with the number of all that match."""
    own: list[ColumnElement[bool]] = [TransferRun.dataset_id == dataset.id, TransferRun.direction == DIRECTION]
    if export_type is not None:
        own.append(TransferRun.request["export_type"].as_integer() == export_type)
    total = session.scalar(select(func.count()).select_from(TransferRun).where(*own)) or 0
    query = select(TransferRun).where(*own).order_by(TransferRun.id.desc()).offset(page.skip).limit(page.limit)
    return session.scalars(query).all(), total


def describe_export(session: Session, run: TransferRun, *, whole: bool) -> ExportState:
    """An export as its history tells it. A task that was forgotten long ago has ended."""
    task = session.get(Task, run.id)
    status = _STATUSES[task.state] if task else "SUCCESSED" if run.finished_at else "FAILED"
    asked, counts = ExportRequest.model_validate(run.request), run.counts
    params = asked.export_params if whole else asked.export_params.model_copy(update={"samples": None})
    form: str = run.request["format"]
    end = run.finished_at or (task.finished_at or task.updated_at if task else None) or now_ms()
    return ExportState(
        task_id=run.id,
        status=status,
        path=run.path,
        progress=task.progress if task else float(status == "SUCCESSED"),
        create_time=run.created_at,
        update_time=end,
        total_sample_count=counts.get("total", 0),
        finished_sample_count=counts.get("finished", 0),
        absent_sample_count=counts.get("absent", 0),
        export_type=asked.export_type,
        export_format=asked.export_format,
        export_params=params,
        annotation_format=None if form == DATASET else form,
        version_format=asked.version_format,
        version_id=asked.version_id,
        new_dataset_id=counts.get("new_dataset_id") if status == "SUCCESSED" else None,
        seed=run.request["seed"] if asked.export_params.ratio_sample_usage else None,
        loss_count=counts.get("losses", 0),
        losses=[ExportLoss.model_validate(loss) for loss in run.problems] if whole else None,
        report_url=run.report_url or None,
        error_code=(task.error_code or "ModelArts.0105") if task and status == "FAILED" else None,
        error_msg=(task.error_msg or "The export was cancelled.") if task and status == "FAILED" else None,
    )


def _check_selection(session: Session, dataset: Dataset, body: ExportRequest) -> None:
    """Raise what the task would find wrong with the filters, as long as somebody is there to read it."""
    if not body.version_id:
        sample_filter(LabelBook(session, dataset), body)
        return
    version = find_version(session, dataset, body.version_id)
    if version.state != READY:
        raise version_not_ready(version.name)
    params = body.export_params
    if params.search_conditions or params.sample_state or body.sample_state:
        raise wrong_export("version_id", "goes with export_type and samples only: a version has no other filters.")


def _check_split(kind: DatasetType, body: ExportRequest) -> None:
    params = body.export_params
    if params.ratio_sample_usage and not kind.splits:
        raise wrong_export("ratio_sample_usage", f"does not apply: samples of {kind.name} are not divided.")
    if params.ratio_sample_usage and parse_ratio(params.train_sample_ratio) is None:
        raise wrong_export("train_sample_ratio", "is missing or 1: write the share of training samples, such as 0.8.")
    if params.export_dataset_version_format or params.export_dataset_version_name:
        raise wrong_export("export_dataset_version_name", "is not read: publish the new dataset once it is there.")


def _check_new_dataset(session: Session, actor: Actor, dataset: Dataset, body: ExportRequest) -> None:
    """Make the dataset and take it back: whatever making it would refuse is refused now."""
    require(session, actor, MAKE_DATASETS)
    trial = session.begin_nested()
    create_dataset(session, actor, described(body, dataset))
    trial.rollback()


def _refuse_taken(session: Session, path: str) -> None:
    """Two exports into one folder would write over one another."""
    query = select(TransferRun.path).join(Task, Task.id == TransferRun.id)
    for other in session.scalars(query.where(TransferRun.direction == DIRECTION, Task.state.in_(ACTIVE))):
        if path.startswith(other) or other.startswith(path):
            raise path_taken(path)
