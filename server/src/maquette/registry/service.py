"""Making, finding and deleting AI applications. Copying their packages is `publishing`'s work, in the background."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from maquette.db import visible_to
from maquette.events import Resource, emit
from maquette.kit.actor import Actor
from maquette.kit.errors import Conflict, Invalid
from maquette.kit.ids import new_uuid
from maquette.registry.errors import model_exists, no_model, not_published
from maquette.registry.pins import pinned_by
from maquette.registry.schemas import CreateModel
from maquette.registry.sources import job_output
from maquette.registry.tables import FAILED, PUBLISHED, Model
from maquette.tasks import Task, TaskSpec, cancel, enqueue
from maquette.tasks.queue import active_tasks
from maquette.workspaces import check_workspace

PUBLISH, REMOVE = "model.publish", "model.remove"


@dataclass(frozen=True, slots=True)
class ModelFilter:
    """What a list shows; empty strings ask for nothing."""

    workspace_id: str
    name: str = ""
    exact: bool = False
    version: str = ""
    status: str = ""
    description: str = ""
    model_type: str = ""
    not_model_type: str = ""
    sort_by: str = "create_at"
    descending: bool = True


def create_model(session: Session, actor: Actor, wanted: CreateModel, apis: list[object]) -> Model:
    """Add the row and ask for its publishing. The source is a job's output, or a folder that holds `model/`."""
    workspace_id = check_workspace(actor, wanted.workspace_id)
    source = wanted.source_location
    if wanted.source_job_id:
        source = source or job_output(session, actor, wanted.source_job_id, wanted.source_job_version)
    if not source:
        raise Invalid("source_location is missing: name the folder that holds 'model/', or a training job.")
    same = select(Model.id).where(
        Model.project_id == actor.project_id,
        Model.workspace_id == workspace_id,
        Model.name == wanted.model_name,
        Model.version == wanted.model_version,
    )
    if session.scalar(same):
        raise model_exists(wanted.model_name, wanted.model_version)
    model = Model(
        id=new_uuid(),
        name=wanted.model_name,
        version=wanted.model_version,
        project_id=actor.project_id,
        workspace_id=workspace_id,
        owner_id=actor.user_id,
        owner_name=actor.user_name,
        model_type=wanted.model_type,
        model_algorithm=wanted.model_algorithm,
        runtime=wanted.runtime,
        description=wanted.description,
        source_location=source,
        source_type=wanted.source_type,
        source_job_id=wanted.source_job_id,
        source_job_version=wanted.source_job_version,
        execution_code=wanted.execution_code,
        input_params=list(wanted.input_params),
        output_params=list(wanted.output_params),
        dependencies=list(wanted.dependencies),
        metrics={"given": wanted.model_metrics} if wanted.model_metrics else {},
        apis=apis,
        initial_config=wanted.initial_config,
        install_type=list(wanted.install_type) or ["real-time", "batch"],
    )
    session.add(model)
    session.flush()
    spec = TaskSpec(PUBLISH, f"{model.name} {model.version}", "model", model.id, workspace_id)
    enqueue(session, actor, spec)
    emit(session, actor, "addModel", _resource(model), version=model.version, source=source)
    return model


def find_model(session: Session, actor: Actor, model_id: str) -> Model:
    model = session.scalar(select(Model).where(Model.id == model_id, visible_to(actor, Model)))
    if model is None:
        raise no_model(model_id)
    return model


def published_model(session: Session, actor: Actor, model_id: str) -> Model:
    """One that can be deployed now, or Conflict."""
    model = find_model(session, actor, model_id)
    if model.status != PUBLISHED:
        raise not_published(model.name, model.status)
    return model


def failure_of(session: Session, model: Model) -> str:
    """Why publishing failed; empty when it did not."""
    if model.status != FAILED:
        return ""
    tasks = select(Task).where(Task.resource_id == model.id, Task.kind == PUBLISH).order_by(Task.id.desc())
    task = session.scalar(tasks.limit(1))
    return (task and task.error_msg) or "Publishing was cancelled. Delete this AI application and make it again."


def list_models(
    session: Session, actor: Actor, wanted: ModelFilter, skip: int, limit: int
) -> tuple[Sequence[Model], int]:
    """One page and the number of all that match."""
    matching = _matching(actor, wanted)
    total = session.scalar(select(func.count()).select_from(matching.subquery())) or 0
    columns = {"create_at": Model.created_at, "model_version": Model.version, "model_size": Model.size}
    column = columns.get(wanted.sort_by)
    if column is None:
        raise Invalid(f"sort_by must be one of {', '.join(columns)}.")
    order = (column.desc(), Model.id.desc()) if wanted.descending else (column.asc(), Model.id.asc())
    return session.scalars(matching.order_by(*order).offset(skip).limit(limit)).all(), total


def delete_model(session: Session, actor: Actor, model: Model) -> None:
    """Remove the row at once and its files in the background. Raises Conflict while somebody uses it."""
    if user := pinned_by(session, model.id):
        raise Conflict(
            f"Failed to delete model because the model ({model.id}) has been used to deploy a service ({user}).",
            code="ModelArts.3009",
        )
    for task in active_tasks(session, model.id, PUBLISH):
        cancel(session, task)
    spec = TaskSpec(REMOVE, f"{model.name} {model.version}", "model", model.id, model.workspace_id, {"id": model.id})
    enqueue(session, actor, spec)
    emit(session, actor, "deleteModel", _resource(model), version=model.version)
    session.delete(model)
    session.flush()


def versions_of(session: Session, actor: Actor, model: Model) -> Sequence[Model]:
    """All versions of the same application, the given one among them."""
    query = select(Model).where(visible_to(actor, Model), Model.workspace_id == model.workspace_id)
    return session.scalars(query.where(Model.name == model.name).order_by(Model.id)).all()


def _matching(actor: Actor, wanted: ModelFilter) -> Select[Model]:
    workspace_id = check_workspace(actor, wanted.workspace_id)
    query = select(Model).where(visible_to(actor, Model), Model.workspace_id == workspace_id)
    if wanted.name:
        same = Model.name == wanted.name
        query = query.where(same if wanted.exact else Model.name.icontains(wanted.name, autoescape=True))
    if wanted.description:
        query = query.where(Model.description.icontains(wanted.description, autoescape=True))
    for column, value in (
        (Model.version, wanted.version),
        (Model.status, wanted.status),
        (Model.model_type, wanted.model_type),
    ):
        if value:
            query = query.where(column == value)
    return query.where(Model.model_type != wanted.not_model_type) if wanted.not_model_type else query


def _resource(model: Model) -> Resource:
    return Resource("model", model.id, model.name, model.workspace_id)
