"""Services over HTTP. `offset` counts pages from 0, as the contract has it."""

from typing import Annotated, Any

from fastapi import Query, Request
from pydantic import Field
from sqlalchemy import func, select

from maquette.inference import service as services
from maquette.inference.describing import detail, event, monitors, specification, summary
from maquette.inference.errors import no_instance
from maquette.inference.schemas import (
    ChangeItem,
    ChangeList,
    CreatedService,
    CreateService,
    EventList,
    InstanceItem,
    InstanceList,
    InstanceLog,
    MonitorList,
    ServiceDetail,
    ServiceItem,
    ServiceList,
    SpecificationList,
    UpdateService,
)
from maquette.inference.tables import RUNNING, Instance, ServiceChange, ServiceEvent
from maquette.kit.errors import Invalid
from maquette.kit.pages import INT64_MAX, page_numbered
from maquette.pools import Workload, check_may_run, flavors, log_path
from maquette.pools.tables import ACTIVE
from maquette.pools.watching import read_bytes, read_text
from maquette.pools.workloads import attempt_path
from maquette.web import ActorDep, Contract, DatabaseDep, Router, SessionDep, SettingsDep

router = Router("/v1/{project_id}/services", "services")

LOG_CHUNK = 1 << 20
_SHORT = Field(max_length=128)
PageNumber = Annotated[int, Field(ge=0, le=2**31)]
Size = Annotated[int, Field(ge=1, le=1000)]


class ListQuery(Contract):
    service_id: Annotated[str, _SHORT] = ""
    service_name: Annotated[str, _SHORT] = ""
    model_id: Annotated[str, _SHORT] = ""
    workspace_id: Annotated[str, _SHORT] = "0"
    infer_type: Annotated[str, _SHORT] = ""
    status: Annotated[str, _SHORT] = ""
    offset: PageNumber = 0
    limit: Size = 1000
    sort_by: Annotated[str, _SHORT] = "publish_at"
    order: Annotated[str, Field(pattern="^(asc|desc)$")] = "desc"


class EventQuery(Contract):
    event_type: Annotated[str, _SHORT] = ""
    event_info: Annotated[str, _SHORT] = ""
    start_time: Annotated[int, Field(ge=0, le=INT64_MAX)] | None = None
    end_time: Annotated[int, Field(ge=0, le=INT64_MAX)] | None = None
    offset: PageNumber = 0
    limit: Size = 1000
    sort_by: Annotated[str, Field(pattern="^occur_time$")] = "occur_time"
    order: Annotated[str, Field(pattern="^(asc|desc)$")] = "desc"


@router.get("", action="modelarts:service:list")
def list_services(actor: ActorDep, session: SessionDep, query: Annotated[ListQuery, Query()]) -> ServiceList:
    wanted = services.ServiceFilter(
        workspace_id=query.workspace_id,
        service_id=query.service_id,
        name=query.service_name,
        model_id=query.model_id,
        infer_type=query.infer_type,
        status=query.status,
        sort_by=query.sort_by,
        descending=query.order == "desc",
    )
    page = page_numbered(query.limit, query.offset)
    rows, total = services.list_services(session, actor, wanted, page.skip, page.limit)
    return ServiceList(total_count=total, count=len(rows), services=[ServiceItem(**summary(row)) for row in rows])


@router.post("", action="modelarts:service:create")
def create_service(
    body: CreateService, request: Request, actor: ActorDep, session: SessionDep, settings: SettingsDep
) -> CreatedService:
    """Deploy one or more models as a real-time service."""
    check_may_run(settings, request.app.state.isolation, actor)
    row = services.create_service(session, actor, body)
    return CreatedService(service_id=row.id, resource_ids=[])


@router.get("/specifications", action="modelarts:service:list", operation_id="ShowServiceSpecifications")
def show_specifications(
    infer_type: Annotated[str, Query(max_length=16)] = "real-time",
    limit: Annotated[int, Query(ge=1, le=1000)] = 1000,
    offset: Annotated[int, Query(ge=0, le=2**31)] = 0,
    is_personal_cluster: bool = False,
) -> SpecificationList:
    """The flavors that services may have; there are no dedicated pools' own."""
    offered = [] if is_personal_cluster or infer_type != "real-time" else flavors()
    page = page_numbered(limit, offset)
    shown = [specification(flavor) for flavor in offered[page.skip : page.skip + page.limit]]
    return SpecificationList(total_count=len(offered), count=len(shown), specifications=shown)


@router.get("/{service_id}", action="modelarts:service:get")
def show_service(service_id: str, actor: ActorDep, session: SessionDep, settings: SettingsDep) -> ServiceDetail:
    return detail(session, settings, services.find_service(session, actor, service_id))


@router.put("/{service_id}", action="modelarts:service:update")
def update_service(
    service_id: str, body: UpdateService, request: Request, actor: ActorDep, session: SessionDep, settings: SettingsDep
) -> dict[str, Any]:
    """Start, stop, or change what is given; a new configuration is rolled out without a gap."""
    if not body.model_fields_set:
        raise Invalid("Name at least one thing to change: status, config, description, schedule.")
    row = services.find_service(session, actor, service_id, lock=True)
    if body.config is not None or body.status == RUNNING:
        check_may_run(settings, request.app.state.isolation, actor)
    services.update_service(session, actor, row, body)
    return {}


@router.delete("/{service_id}", action="modelarts:service:delete")
def delete_service(service_id: str, actor: ActorDep, session: SessionDep) -> dict[str, Any]:
    services.delete_service(session, actor, services.find_service(session, actor, service_id, lock=True))
    return {}


@router.get("/{service_id}/events", action="modelarts:service:get")
def show_service_events(
    service_id: str, actor: ActorDep, session: SessionDep, query: Annotated[EventQuery, Query()]
) -> EventList:
    row = services.find_service(session, actor, service_id)
    matching = select(ServiceEvent).where(ServiceEvent.service_id == row.id)
    if query.event_type:
        matching = matching.where(ServiceEvent.type == query.event_type)
    if query.event_info:
        matching = matching.where(ServiceEvent.info.icontains(query.event_info, autoescape=True))
    if query.start_time is not None:
        matching = matching.where(ServiceEvent.time >= query.start_time)
    if query.end_time is not None:
        matching = matching.where(ServiceEvent.time <= query.end_time)
    total = session.scalar(select(func.count()).select_from(matching.subquery())) or 0
    order = ServiceEvent.id.desc() if query.order == "desc" else ServiceEvent.id.asc()
    page = page_numbered(query.limit, query.offset)
    found = session.scalars(matching.order_by(order).offset(page.skip).limit(page.limit)).all()
    items = [event(item) for item in found]
    return EventList(service_id=row.id, service_name=row.name, total_count=total, count=len(items), events=items)


@router.get("/{service_id}/logs", action="modelarts:service:get")
def show_service_update_logs(
    service_id: str,
    actor: ActorDep,
    session: SessionDep,
    update_time: Annotated[int | None, Query(ge=0, le=INT64_MAX)] = None,
) -> ChangeList:
    """What was deployed when, newest first, and what became of it."""
    row = services.find_service(session, actor, service_id)
    query = select(ServiceChange).where(ServiceChange.service_id == row.id).order_by(ServiceChange.revision.desc())
    if update_time is not None:
        query = query.where(ServiceChange.time == update_time)
    logs = [
        ChangeItem(
            update_time=change.time,
            result=change.result,
            config=change.config,
            success_num=len(change.config) if change.result == "SUCCESS" else 0,
            failed_num=len(change.config) if change.result == "FAIL" else 0,
        )
        for change in session.scalars(query)
    ]
    return ChangeList(service_id=row.id, service_name=row.name, logs=logs)


@router.get("/{service_id}/monitor", action="modelarts:service:get")
def show_service_monitor_info(
    service_id: str, actor: ActorDep, session: SessionDep, settings: SettingsDep
) -> MonitorList:
    return monitors(session, settings, services.find_service(session, actor, service_id))


@router.get("/{service_id}/instances", action="modelarts:service:get")
def list_service_instances(service_id: str, actor: ActorDep, session: SessionDep) -> InstanceList:
    """The copies that run, with what their processes say."""
    row = services.find_service(session, actor, service_id)
    found = [(instance, session.get(Workload, instance.id)) for instance in services.instances_of(session, row.id)]
    return InstanceList(instances=[_instance(instance, workload) for instance, workload in found if workload])


@router.get("/{service_id}/instances/{instance_id}/log", action="modelarts:service:get")
def show_instance_log(
    service_id: str,
    instance_id: str,
    actor: ActorDep,
    database: DatabaseDep,
    settings: SettingsDep,
    offset: Annotated[int, Query(ge=-1, le=INT64_MAX)] = -1,
) -> InstanceLog:
    """Up to 1 MiB of what the instance printed, from `offset` in bytes; -1 is the end's last MiB.

    Characters are whole; the `offset` that is answered is for the next call. Between two attempts it is the last
    one's log.
    """
    with database.read() as session:
        row = services.find_service(session, actor, service_id)
        instance, workload = session.get(Instance, instance_id), session.get(Workload, instance_id)
        if instance is None or workload is None or instance.service_id != row.id:
            raise no_instance(instance_id)
    path, grows = log_path(settings, workload), workload.phase in ACTIVE
    if workload.attempt > 1 and not path.exists():
        path, grows = settings.jobs_dir / attempt_path(workload.id, workload.attempt - 1) / "log", False
    _, size = read_bytes(path, 0, 0)
    start = max(size - LOG_CHUNK, 0) if offset < 0 else min(offset, size)
    piece = read_text(path, start, LOG_CHUNK, grows=grows)
    return InstanceLog(content=piece.content, offset=piece.end, size=piece.size)


def _instance(instance: Instance, workload: Workload) -> InstanceItem:
    return InstanceItem(
        instance_id=instance.id,
        model_id=instance.model_id,
        revision=instance.revision,
        state=instance.state,
        phase=workload.phase,
        message=workload.message,
        attempt=workload.attempt,
        started_at=workload.started_at,
        finished_at=workload.finished_at,
    )
