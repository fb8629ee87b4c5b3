"""Asking for an import and telling its history; the work itself is `background`'s."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from maquette.buckets.service import find_bucket
from maquette.datasets.errors import import_running, no_import, wrong_import
from maquette.datasets.importing.schemas import ImportProblem, ImportRequest, ImportState, without_secrets
from maquette.datasets.importing.texts import TextRules
from maquette.datasets.service import resource
from maquette.datasets.tables import Dataset, TransferRun
from maquette.datasets.types import TABLE, Shape, dataset_type
from maquette.datasets.version_errors import dataset_busy
from maquette.datasets.versions import SWITCHING
from maquette.events import emit
from maquette.kit.actor import Actor
from maquette.kit.clock import now_ms
from maquette.kit.errors import Invalid
from maquette.kit.pages import Page
from maquette.storage import parse_obs_url
from maquette.tasks import Task, TaskSpec, enqueue
from maquette.tasks.queue import active_tasks
from maquette.workspaces import DEFAULT

KIND = "dataset.import"
DIRECTION = "import"
_STATUSES = {
    "waiting": "QUEUING",
    "running": "RUNNING",
    "succeeded": "COMPLETED",
    "failed": "FAILED",
    "cancelled": "FAILED",
}
_DRAWN = ("coco", "yolo")
_WRITTEN = ("csv", "jsonl")
_ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")


def start_import(session: Session, actor: Actor, dataset: Dataset, body: ImportRequest) -> Task:
    """Ask for an import into the dataset, which the caller has locked."""
    _refuse_what_does_not_apply(dataset, body)
    _check_path(session, actor, dataset, body.import_path)
    _check_separators(dataset, body)
    if active_tasks(session, dataset.id, KIND):
        raise import_running(dataset.name)
    if switching := active_tasks(session, dataset.id, SWITCHING):
        # What is taken in now would be in the working set that is about to be replaced.
        raise dataset_busy(dataset.name, switching[0].kind)
    task = enqueue(session, actor, TaskSpec(KIND, dataset.name, "dataset", dataset.id, dataset.workspace_id))
    run = TransferRun(
        id=task.id,
        dataset_id=dataset.id,
        direction=DIRECTION,
        request=without_secrets(body),
        path=body.import_path,
    )
    session.add(run)
    if not body.dry_run:
        emit(session, actor, "importSamples", resource(dataset), path=body.import_path[:200], format=body.import_type)
    return task


def find_import(session: Session, dataset: Dataset, task_id: str) -> TransferRun:
    run = session.get(TransferRun, task_id)
    if run is None or run.dataset_id != dataset.id or run.direction != DIRECTION:
        raise no_import(task_id)
    return run


def list_imports(session: Session, dataset: Dataset, page: Page) -> tuple[Sequence[TransferRun], int]:
    """Newest first, with the number of all."""
    own = (TransferRun.dataset_id == dataset.id, TransferRun.direction == DIRECTION)
    total = session.scalar(select(func.count()).select_from(TransferRun).where(*own)) or 0
    query = select(TransferRun).where(*own).order_by(TransferRun.id.desc()).offset(page.skip).limit(page.limit)
    return session.scalars(query).all(), total


def describe_import(session: Session, run: TransferRun, *, problems: bool) -> ImportState:
    """An import as its history tells it. A task that was forgotten long ago has ended."""
    task = session.get(Task, run.id)
    status = _STATUSES[task.state] if task else "COMPLETED" if run.finished_at else "FAILED"
    form = run.request.get("import_type", "dir")
    counts = run.counts
    end = run.finished_at or (task.finished_at if task else None) or now_ms()
    return ImportState(
        task_id=run.id,
        dataset_id=run.dataset_id,
        status=status,
        import_path=run.path,
        import_type=int(form == "manifest"),
        format=form,
        dry_run=bool(run.request.get("dry_run")),
        create_time=run.created_at,
        update_ms=end,
        elapsed_time=end - run.created_at,
        progress=task.progress if task else 1.0,
        total_sample_count=counts.get("total", 0),
        imported_sample_count=counts.get("imported", 0),
        annotated_sample_count=counts.get("annotated", 0),
        unconfirmed_sample_count=counts.get("unconfirmed", 0),
        changed_sample_count=counts.get("changed", 0),
        existing_sample_count=counts.get("existing", 0),
        left_out_sample_count=counts.get("left_out", 0),
        new_label_count=counts.get("labels", 0),
        problem_count=counts.get("skipped", 0),
        problems=[ImportProblem.model_validate(problem) for problem in run.problems] if problems else None,
        report_url=run.report_url or None,
        error_code=(task.error_code or "ModelArts.0105") if task and status == "FAILED" else None,
        error_msg=(task.error_msg or "The import was cancelled.") if task and status == "FAILED" else None,
    )


def _check_path(session: Session, actor: Actor, dataset: Dataset, path: str) -> None:
    """The bucket is one that everybody may see who may see the dataset."""
    try:
        bucket, _ = parse_obs_url(path)
    except Invalid as error:
        raise wrong_import("import_path", error.message) from None
    if find_bucket(session, actor, bucket).workspace_id not in {dataset.workspace_id, DEFAULT}:
        raise wrong_import("import_path", f"lies in '{bucket}', which belongs to another workspace than the dataset.")


def _check_separators(dataset: Dataset, body: ImportRequest) -> None:
    try:
        TextRules.of(dataset_type(dataset.dataset_type), body.label_format.model_dump() if body.label_format else None)
    except Invalid as error:
        raise wrong_import("label_format", f"cannot be used. {error.message}") from None


def _refuse_what_does_not_apply(dataset: Dataset, body: ImportRequest) -> None:
    kind = dataset_type(dataset.dataset_type)
    form = body.import_type
    refusals = (
        (body.import_origin != "obs", "import_origin", f"'{body.import_origin}' is not read by this version; use obs."),
        (
            body.import_path.rstrip("/").lower().endswith(_ARCHIVES),
            "import_path",
            "names an archive. Extract it first (POST …/objects/extract), then import the folder.",
        ),
        (
            kind.number == TABLE
            and "with_column_header" in body.model_fields_set
            and body.with_column_header != dataset.settings.get("with_column_header", True),
            "with_column_header",
            "is not that of the dataset, whose tables are read all alike.",
        ),
        (kind.number == TABLE and form != "dir", "import_type", "tables are imported from directories of CSV files."),
        (form in _DRAWN and kind.shape is not Shape.GEOMETRY, "import_type", f"{form} files hold shapes on pictures."),
        (form in _WRITTEN and not kind.texts, "import_type", f"{form} files hold texts."),
        (form == "csv" and kind.shape is not Shape.CLASS, "import_type", "csv files hold texts with classes."),
        (
            form == "labelstudio" and kind.shape is Shape.NONE,
            "import_type",
            "samples of this dataset are not labelled.",
        ),
        (form in ("dir", "yolo") and not body.import_path.endswith("/"), "import_path", "must end with a slash."),
        (form not in ("dir", "yolo") and body.import_path.endswith("/"), "import_path", "must name a file."),
        (
            not (body.import_samples or body.import_annotations),
            "import_samples",
            "and import_annotations are both off.",
        ),
    )
    for refused, field, reason in refusals:
        if refused:
            raise wrong_import(field, reason)
