"""From rows to the contract's bodies."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from maquette.inference.history import EVENTS
from maquette.inference.schemas import ConfigDetail, EventItem, Monitor, MonitorList, ServiceDetail, Specification
from maquette.inference.service import instances_of
from maquette.inference.tables import DEPLOYING, READY, Instance, Service, ServiceEvent, ServiceMinute
from maquette.kit.clock import now_ms
from maquette.kit.config import Settings
from maquette.pools import Flavor, Workload, attempt_directory, find_flavor, usage_of
from maquette.registry import Model


def summary(service: Service) -> dict[str, Any]:
    return {
        "service_id": service.id,
        "service_name": service.name,
        "description": service.description,
        "infer_type": service.infer_type,
        "workspace_id": service.workspace_id,
        "owner": service.owner_id,
        "tenant": service.owner_id,
        "project": service.project_id,
        "status": service.status,
        "progress": 100 if service.status != DEPLOYING else 30,
        "invocation_times": service.invocations,
        "failed_times": service.failures,
        "publish_at": service.created_at,
        "transition_at": service.transition_at,
        "operation_time": service.updated_at,
        "schedule": service.schedule,
        "start_time": service.started_at,
        "finished_time": service.finished_at,
        "due_time": service.due_at,
        "additional_properties": service.additional_properties,
    }


def detail(session: Session, settings: Settings, service: Service) -> ServiceDetail:
    instances = instances_of(session, service.id)
    told = summary(service)
    newest = [row for row in instances if row.revision == service.revision]
    if service.status == DEPLOYING and newest:
        told["progress"] = 30 + 60 * sum(row.state == READY for row in newest) // len(newest)
    return ServiceDetail(
        **told,
        access_address=f"{settings.url}/v1/infers/{service.project_id}/{service.id}",
        error_msg=service.message,
        update_time=service.updated_at,
        config=[_config(session, item, newest, position) for position, item in enumerate(service.config)],
        priority=service.priority,
        owner_name=service.owner_name,
    )


def _config(session: Session, item: dict[str, Any], newest: list[Instance], position: int) -> ConfigDetail:
    mine = [row for row in newest if row.position == position]
    ready = bool(mine) and all(row.state == READY for row in mine)
    model = session.get(Model, item["model_id"])
    return ConfigDetail(
        **{name: item[name] for name in ("model_id", "model_name", "model_version", "specification", "weight")},
        instance_count=item["instance_count"],
        envs=item["envs"],
        status="ready" if ready else "notReady",
        custom_spec={},
        additional_properties=item["additional_properties"],
        apis=model.apis if model else [],
    )


def event(row: ServiceEvent) -> EventItem:
    code, values = EVENTS.read(row.info) or (None, {})
    return EventItem(
        event_type=row.type, event_info=row.info, event_code=code, event_values=values, occur_time=row.time
    )


def monitors(session: Session, settings: Settings, service: Service) -> MonitorList:
    """What the live instances use and how often they were called."""
    live = [row for row in instances_of(session, service.id) if row.revision == service.live_revision]
    found = [
        _monitor(session, settings, item, [row for row in live if row.position == position])
        for position, item in enumerate(service.config)
    ]
    last_minute = now_ms() // 60_000 - 1
    rates = select(ServiceMinute.calls).where(ServiceMinute.service_id == service.id)
    return MonitorList(
        service_id=service.id,
        service_name=service.name,
        monitors=found,
        service_instance_count=len(live),
        service_running_instance_count=sum(row.state == READY for row in live),
        req_count_per_min=session.scalar(rates.where(ServiceMinute.minute == last_minute)) or 0,
    )


def _monitor(session: Session, settings: Settings, item: dict[str, Any], mine: list[Instance]) -> Monitor:
    cpu, memory = 0.0, 0
    for row in mine:
        workload = session.get(Workload, row.id)
        points = usage_of(attempt_directory(settings, workload), points=1) if workload else []
        if points and row.state == READY:
            cpu += points[-1]["cpu"]
            memory += points[-1]["memory"]
    flavor = find_flavor(item["specification"])
    return Monitor(
        model_id=item["model_id"],
        model_name=item["model_name"],
        model_version=item["model_version"],
        invocation_times=sum(row.invocations for row in mine),
        failed_times=sum(row.failures for row in mine),
        cpu_core_usage=round(cpu, 2),
        cpu_core_total=flavor.cpu * len(mine),
        cpu_memory_usage=memory >> 20,
        cpu_memory_total=(flavor.memory >> 20) * len(mine),
        model_instance_count=item["instance_count"],
        model_running_instance_count=sum(row.state == READY for row in mine),
    )


def specification(flavor: Flavor) -> Specification:
    text = f"CPU: {flavor.cpu:g} vCPUs | {flavor.memory_gb} GiB"
    accelerator = f" | GPU: {flavor.gpus} × {flavor.gpu_name}" if flavor.gpus else ""
    return Specification(
        specification=flavor.code,
        billing_spec=flavor.code,
        category="GPU" if flavor.gpus else "CPU",
        cpu_info={"arch": "x86", "cpu": flavor.cpu},
        memory_info={"unit": "MB", "memory": flavor.memory >> 20},
        gpu_info={"unit": "MB", "gpu": float(flavor.gpus), "memory": 0, "brand": flavor.gpu_name},
        display_en=text + accelerator,
        display_cn=text.replace("vCPUs", "核") + accelerator,
    )
