"""The versions of a dataset as rows: asking for one, finding, listing and deleting them.

Writing a version's files is `publishing`, reading them `version_reading`. A version whose task was stopped or has
failed was never published: it is shown as an error to whoever asks for it by id or status, and left out of lists.
"""

import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, delete, false, func, or_, select
from sqlalchemy.orm import Session

from maquette.datasets.service import resource
from maquette.datasets.splitting import parse_ratio
from maquette.datasets.tables import Dataset, Version
from maquette.datasets.types import TABLE, DatasetType, dataset_type
from maquette.datasets.version_errors import (
    dataset_busy,
    no_version,
    publishing_already,
    version_exists,
    wrong_version,
)
from maquette.events import emit
from maquette.kit.actor import Actor
from maquette.kit.clock import now_ms
from maquette.kit.ids import new_id
from maquette.kit.pages import Page
from maquette.tasks import Task, TaskSpec, enqueue
from maquette.tasks.queue import active_tasks
from maquette.tasks.tables import ACTIVE

KIND, SWITCHING = "dataset.publish", "dataset.set-current"
"""The kinds of task that publish a version, and that make one the working set (`version_switching`)."""

CREATING, READY, DELETED = "creating", "ready", "deleted"
STATUS_CREATING, STATUS_READY, STATUS_ERROR = 0, 1, 4
FORMATS = ("Default", "CarbonData", "CSV", "Parquet")
"""By the contract's numbers; Parquet is ours."""

_NAME = re.compile(r"[A-Za-z0-9_-]{1,32}")
_SEEDS = 1 << 31


@dataclass(frozen=True, slots=True)
class PublishRequest:
    """What CreateDatasetVersion takes. `ratio` is the share of training samples; empty or 1 leaves them undivided."""

    name: str | None = None
    description: str = ""
    version_format: str = "Default"
    ratio: str = "1.00"
    clear_hard_property: bool = True
    remove_sample_usage: bool = True
    export_images: bool = False
    with_column_header: bool = True


@dataclass(frozen=True, slots=True)
class VersionFilter:
    """None and empty mean any."""

    status: int | None = None
    ratio: str = ""
    version_format: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A version with what its task says about it."""

    version: Version
    status: int
    message: str


def create_version(session: Session, actor: Actor, dataset: Dataset, request: PublishRequest) -> Version:
    """Ask for a version of the dataset, which the caller has locked. Its name and number are taken from now on."""
    _check_support(dataset_type(dataset.dataset_type), request)
    for version in session.scalars(_with_task(Version.dataset_id == dataset.id, _is(STATUS_CREATING))):
        raise publishing_already(version.name)
    if active_tasks(session, dataset.id, SWITCHING):
        raise dataset_busy(dataset.name, SWITCHING)
    version = Version(
        id=new_id(),
        dataset_id=dataset.id,
        name=_free_name(session, dataset, request.name),
        number=dataset.next_version_num,
        state=CREATING,
        description=request.description,
        version_format=request.version_format,
        ratio=request.ratio,
        seed=secrets.randbelow(_SEEDS),
        clear_hard_property=request.clear_hard_property,
        remove_sample_usage=request.remove_sample_usage,
        export_images=request.export_images,
        previous_version_id=_previous(session, dataset),
    )
    dataset.next_version_num += 1
    title = f"{dataset.name} {version.name}"
    payload = {"version_id": version.id, "with_column_header": request.with_column_header}
    task = enqueue(session, actor, TaskSpec(KIND, title, "dataset", dataset.id, dataset.workspace_id, payload))
    version.task_id = task.id
    session.add(version)
    emit(session, actor, "publishDatasetVersion", resource(dataset), version_id=version.id, version_name=version.name)
    return version


def find_version(session: Session, dataset: Dataset, version_id: str) -> Version:
    """A version that was not deleted, whatever its state, or NotFound."""
    version = session.scalar(
        select(Version).where(
            Version.id == version_id, Version.dataset_id == dataset.id, Version.state.in_((CREATING, READY))
        )
    )
    if version is None:
        raise no_version(version_id)
    return version


def describe(session: Session, version: Version) -> Standing:
    if version.state == READY:
        return Standing(version, STATUS_READY, version.message)
    task = session.get(Task, version.task_id)
    if task is not None and task.state in ACTIVE:
        return Standing(version, STATUS_CREATING, task.message)
    reason = task.error_msg if task is not None else ""
    return Standing(version, STATUS_ERROR, reason or "The publication was cancelled. Publish again.")


def list_versions(
    session: Session, dataset: Dataset, wanted: VersionFilter, page: Page
) -> tuple[Sequence[Standing], int]:
    """Newest first, with the number of all that match."""
    known = _is(wanted.status) if wanted.status is not None else or_(_is(STATUS_READY), _is(STATUS_CREATING))
    conditions: list[ColumnElement[bool]] = [Version.dataset_id == dataset.id, known]
    if wanted.ratio:
        conditions.append(Version.ratio == wanted.ratio)
    if wanted.version_format is not None:
        conditions.append(Version.version_format == FORMATS[wanted.version_format])
    matching = _with_task(*conditions)
    total = session.scalar(select(func.count()).select_from(matching.subquery())) or 0
    rows = session.scalars(matching.order_by(Version.number.desc()).offset(page.skip).limit(page.limit)).all()
    return [describe(session, row) for row in rows], total


def names_of(session: Session, ids: Iterable[str]) -> dict[str, str]:
    """The names of versions by their ids, deleted ones too."""
    return {
        row.id: row.name for row in session.execute(select(Version.id, Version.name).where(Version.id.in_(list(ids))))
    }


def delete_version(session: Session, actor: Actor, dataset: Dataset, version_id: str) -> None:
    """Forget a version of the dataset, which the caller has locked.

    Its files stay in the bucket, as the guide promises, and so its name and number are never given out again.
    """
    version = find_version(session, dataset, version_id)
    if describe(session, version).status == STATUS_CREATING:
        raise publishing_already(version.name)
    version.state, version.updated_at = DELETED, now_ms()
    if dataset.current_version_id == version.id:
        dataset.current_version_id = ""
    emit(session, actor, "deleteDatasetVersion", resource(dataset), version_id=version.id, version_name=version.name)


def _check_support(kind: DatasetType, request: PublishRequest) -> None:
    """Raises Invalid for what versions of this type cannot have: the guide's table 2-28."""
    wanted = request.version_format
    if wanted != "Default" and kind.number != TABLE:
        raise wrong_version("version_format", f"'{wanted}' is for tables. Versions of {kind.name} have Default.")
    if wanted == "CarbonData":
        raise wrong_version(
            "version_format", "'CarbonData' cannot be written. Choose Parquet, which is read as widely."
        )
    if parse_ratio(request.ratio) is not None and not kind.splits:
        raise wrong_version(
            "train_evaluate_sample_ratio", f"is not for {kind.name}: they are not divided. Leave it out."
        )
    if not request.clear_hard_property and not kind.hard:
        raise wrong_version("clear_hard_property", f"is true for {kind.name}: they have no hard samples.")
    if request.export_images and (kind.texts or kind.number == TABLE):
        raise wrong_version("export_images", f"is not for {kind.name}: the version holds the data itself.")


def _is(status: int) -> ColumnElement[bool]:
    """The condition, over versions joined to their tasks, under which a version has this status."""
    conditions: dict[int, ColumnElement[bool]] = {
        STATUS_READY: Version.state == READY,
        STATUS_CREATING: and_(Version.state == CREATING, Task.state.in_(ACTIVE)),
        STATUS_ERROR: and_(Version.state == CREATING, or_(Task.id.is_(None), Task.state.not_in(ACTIVE))),
    }
    return conditions.get(status, false())


def _with_task(*conditions: ColumnElement[bool]):
    return select(Version).outerjoin(Task, Task.id == Version.task_id).where(*conditions)


def _free_name(session: Session, dataset: Dataset, name: str | None) -> str:
    """The name asked for, or the next of V001, V002 … that was never used."""
    if name is None:
        number = dataset.next_version_num
        while _named(session, dataset, f"V{number:03d}"):
            number += 1
        dataset.next_version_num = number
        return f"V{number:03d}"
    if not _NAME.fullmatch(name):
        raise wrong_version("version_name", "must be 1 to 32 letters, digits, '-' or '_'.")
    taken = _named(session, dataset, name)
    if taken is None:
        return name
    if taken.state == CREATING:
        # Its task has failed or was stopped: nothing was published under this name.
        session.execute(delete(Version).where(Version.id == taken.id))
        return name
    raise version_exists(name, deleted=taken.state == DELETED)


def _named(session: Session, dataset: Dataset, name: str) -> Version | None:
    return session.scalar(select(Version).where(Version.dataset_id == dataset.id, Version.name == name))


def _previous(session: Session, dataset: Dataset) -> str:
    """What the new version is compared with: the current one, else the newest there is."""
    ready = select(Version.id).where(Version.dataset_id == dataset.id, Version.state == READY)
    current = session.scalar(ready.where(Version.id == dataset.current_version_id))
    return current or session.scalar(ready.order_by(Version.number.desc()).limit(1)) or ""
