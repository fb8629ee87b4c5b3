"""What users ask of services. Each change is a row; the keeper makes it so."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from maquette.db import visible_to, wake_worker
from maquette.events import Resource, emit
from maquette.inference.errors import no_service, service_exists, unsupported
from maquette.inference.history import note
from maquette.inference.schemas import ConfigItem, CreateService, Schedule, UpdateService
from maquette.inference.tables import (
    DEPLOYING,
    FAILED,
    RUNNING,
    STOPPED,
    STOPPING,
    Instance,
    Service,
    ServiceChange,
)
from maquette.kit.actor import Actor
from maquette.kit.clock import now_ms
from maquette.kit.errors import Invalid
from maquette.kit.ids import new_uuid
from maquette.pools import Workload, find_flavor, stop_workload
from maquette.registry import pin, published_model, unpin, users_of
from maquette.workspaces import check_workspace

_UNIT_MS = {"MINUTES": 60_000, "HOURS": 3_600_000, "DAYS": 86_400_000}


@dataclass(frozen=True, slots=True)
class ServiceFilter:
    """What a list shows; empty strings ask for nothing."""

    workspace_id: str
    service_id: str = ""
    name: str = ""
    model_id: str = ""
    infer_type: str = ""
    status: str = ""
    sort_by: str = "publish_at"
    descending: bool = True


def create_service(session: Session, actor: Actor, wanted: CreateService) -> Service:
    """Add a service that the keeper will deploy."""
    workspace_id = check_workspace(actor, wanted.workspace_id)
    if wanted.infer_type != "real-time":
        raise unsupported(f"infer_type '{wanted.infer_type[:16]}'")
    if wanted.pool_name or wanted.cluster_id:
        raise unsupported("A dedicated resource pool")
    config = _checked_config(session, actor, wanted.config)
    same = select(Service.id).where(
        Service.project_id == actor.project_id,
        Service.workspace_id == workspace_id,
        Service.name == wanted.service_name,
    )
    if session.scalar(same):
        raise service_exists(wanted.service_name)
    service = Service(
        id=new_uuid(),
        name=wanted.service_name,
        project_id=actor.project_id,
        workspace_id=workspace_id,
        owner_id=actor.user_id,
        owner_name=actor.user_name,
        description=wanted.description,
        config=config,
        schedule=[item.model_dump() for item in wanted.schedule],
        due_at=_due(wanted.schedule),
        additional_properties=wanted.additional_properties,
        priority=wanted.priority,
    )
    session.add(service)
    session.flush()
    _ask_for(session, service, "deploy")
    emit(session, actor, "addService", _resource(service))
    wake_worker(session)
    return service


def update_service(session: Session, actor: Actor, service: Service, wanted: UpdateService) -> None:
    """Start, stop, describe or reconfigure. A new configuration replaces the old once its instances are ready."""
    if wanted.description is not None:
        service.description = wanted.description
    if wanted.schedule is not None:
        service.schedule = [item.model_dump() for item in wanted.schedule]
        service.due_at = _due(wanted.schedule)
    if wanted.additional_properties is not None:
        service.additional_properties = wanted.additional_properties
    if wanted.priority is not None:
        service.priority = wanted.priority
    if wanted.config is not None:
        service.config = _checked_config(session, actor, wanted.config)
        _deploy_anew(session, service, "update")
    if wanted.status is not None:
        _start_or_stop(session, actor, service, wanted.status)
    if wanted.status is None or wanted.config is not None:
        emit(session, actor, "updateService", _resource(service))
    service.updated_at = now_ms()
    session.flush()
    wake_worker(session)


def delete_service(session: Session, actor: Actor, service: Service) -> None:
    """Remove the service at once; its instances are stopped."""
    for instance in instances_of(session, service.id):
        workload = session.get(Workload, instance.id)
        if workload is not None:
            stop_workload(session, workload, by=actor.user_name)
    unpin(session, "service", service.id)
    emit(session, actor, "deleteService", _resource(service))
    session.delete(service)
    session.flush()
    wake_worker(session)


def stop_service(session: Session, service: Service, event: str) -> None:
    """Want it stopped: it gets no more calls, and the keeper ends its instances."""
    service.wanted, service.due_at, service.live_revision = STOPPED, None, 0
    service.status, service.transition_at, service.message = STOPPING, now_ms(), ""
    note(session, service.id, event)


def find_service(session: Session, actor: Actor, service_id: str, *, lock: bool = False) -> Service:
    """The service, or NotFound. `lock` before any change: it and the keeper queue (SQLite queues all writers).

    Its key stays free (FOR NO KEY UPDATE): who records an instance's end holds the workload and adds an event here,
    while we come from the other side.
    """
    query = select(Service).where(Service.id == service_id, visible_to(actor, Service))
    service = session.scalar(query.with_for_update(key_share=True) if lock else query)
    if service is None:
        raise no_service(service_id)
    return service


def list_services(
    session: Session, actor: Actor, wanted: ServiceFilter, skip: int, limit: int
) -> tuple[Sequence[Service], int]:
    """One page and the number of all that match."""
    workspace_id = check_workspace(actor, wanted.workspace_id)
    query = select(Service).where(visible_to(actor, Service), Service.workspace_id == workspace_id)
    for column, value in (
        (Service.id, wanted.service_id),
        (Service.infer_type, wanted.infer_type),
        (Service.status, wanted.status),
    ):
        if value:
            query = query.where(column == value)
    if wanted.name:
        query = query.where(Service.name.icontains(wanted.name, autoescape=True))
    if wanted.model_id:
        query = query.where(Service.id.in_(users_of(wanted.model_id, "service")))
    columns = {"publish_at": Service.created_at, "service_name": Service.name, "transition_at": Service.transition_at}
    column = columns.get(wanted.sort_by)
    if column is None:
        raise Invalid(f"sort_by must be one of {', '.join(columns)}.")
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    order = (column.desc(), Service.id.desc()) if wanted.descending else (column.asc(), Service.id.asc())
    return session.scalars(query.order_by(*order).offset(skip).limit(limit)).all(), total


def instances_of(session: Session, service_id: str) -> Sequence[Instance]:
    return session.scalars(select(Instance).where(Instance.service_id == service_id).order_by(Instance.id)).all()


def _checked_config(session: Session, actor: Actor, items: Sequence[ConfigItem]) -> list[Any]:
    """The configuration as stored, with the models' names beside their ids."""
    if sum(item.weight for item in items) != 100:
        raise Invalid("The weights of a service's models must add up to 100.")
    if len({item.model_id for item in items}) != len(items):
        raise Invalid("A model may appear once in a service's configuration.")
    config: list[Any] = []
    for item in items:
        model = published_model(session, actor, item.model_id)
        if item.specification == "custom":
            raise unsupported("The specification 'custom'")
        find_flavor(item.specification)
        told = item.model_dump(exclude={"custom_spec"})
        config.append(told | {"model_name": model.name, "model_version": model.version})
    return config


def _deploy_anew(session: Session, service: Service, event: str) -> None:
    # A change that failed keeps its number: the next one is beyond all.
    newest = select(func.max(ServiceChange.revision)).where(ServiceChange.service_id == service.id)
    service.revision = (session.scalar(newest) or 0) + 1
    service.message = ""
    if service.wanted == RUNNING:
        service.status, service.transition_at = DEPLOYING, now_ms()
    _ask_for(session, service, event)


def _start_or_stop(session: Session, actor: Actor, service: Service, status: str) -> None:
    if status == service.wanted and not (status == RUNNING and service.status == FAILED):
        return
    if status == STOPPED:
        stop_service(session, service, "stop")
    else:
        service.wanted, service.due_at = RUNNING, _due([Schedule(**item) for item in service.schedule])
        _deploy_anew(session, service, "start")
    emit(session, actor, "startOrStopService", _resource(service), status=status)


def _ask_for(session: Session, service: Service, event: str) -> None:
    for item in service.config:
        pin(session, item["model_id"], "service", service.id)
    session.add(ServiceChange(service_id=service.id, revision=service.revision, config=service.config))
    note(session, service.id, event)
    session.flush()


def record_change(session: Session, service: Service, result: str) -> None:
    """What became of the newest revision: SUCCESS or FAIL."""
    session.get_one(ServiceChange, (service.id, service.revision)).result = result


def _due(schedule: Sequence[Schedule]) -> int | None:
    return now_ms() + schedule[0].duration * _UNIT_MS[schedule[0].time_unit] if schedule else None


def _resource(service: Service) -> Resource:
    return Resource("service", service.id, service.name, service.workspace_id)
