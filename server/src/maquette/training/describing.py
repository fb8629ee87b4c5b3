"""Rows as the contract shows them."""

import json
from typing import Any

from maquette.kit.clock import now_ms
from maquette.kit.config import Settings
from maquette.pools import Workload, attempt_directory, flavors, usage_of
from maquette.pools.flavors import PUBLIC_POOL, Flavor
from maquette.training import schemas
from maquette.training.jobs import Run
from maquette.training.states import duration_of, status_of
from maquette.training.tables import TrainingJob

_METRIC_POINTS = 60


def job_item(job: TrainingJob, workload: Workload | None) -> schemas.JobItem:
    return schemas.JobItem(
        job_id=job.id,
        job_name=job.name,
        version_id=job.latest_version_id,
        status=status_of(workload),
        create_time=job.created_at,
        duration=duration_of(workload, now_ms()),
        job_desc=job.description,
        version_count=job.version_count,
    )


def created(job: TrainingJob, run: Run | None) -> schemas.CreatedJob:
    version, workload = run or (None, None)
    return schemas.CreatedJob(
        job_id=job.id,
        job_name=job.name,
        status=status_of(workload),
        create_time=version.created_at if version else job.created_at,
        version_id=version.id if version else None,
        version_name=version.name if version else None,
        resource_id=version.resource_id if version else None,
    )


def version_details(settings: Settings, job: TrainingJob, run: Run) -> schemas.VersionDetails:
    return schemas.VersionDetails(
        **_version(run),
        job_id=job.id,
        job_name=job.name,
        job_desc=job.description,
        system_metric_list=metrics(settings, run[1]),
    )


def version_item(settings: Settings, run: Run) -> schemas.VersionListItem:
    return schemas.VersionListItem(**_version(run), system_metric_list=metrics(settings, run[1]).model_dump_json())


def metrics(settings: Settings, workload: Workload) -> schemas.SystemMetrics:
    points = usage_of(attempt_directory(settings, workload), _METRIC_POINTS)
    span = (points[-1]["t"] - points[0]["t"]) / 60_000 if len(points) > 1 else 0.0
    return schemas.SystemMetrics(
        cpuUsage=[_percent(point["cpu"], workload.cpu) for point in points],
        memUsage=[_percent(point["memory"], workload.memory) for point in points],
        gpuUtil=[],
        interval=round(span / max(len(points) - 1, 1), 3),
    )


def spec_item(flavor: Flavor) -> schemas.SpecItem:
    return schemas.SpecItem(
        spec_id=flavor.number,
        core=f"{flavor.cpu:g}",
        cpu=flavor.memory_gb,
        gpu_num=flavor.gpus,
        gpu_type=flavor.gpu_name,
        spec_code=flavor.code,
        unit_num=1,
        max_num=1,
        storage="",
        interface_type=1,
        no_resource=flavor.fits < 1,
    )


def _version(run: Run) -> dict[str, Any]:
    version, workload = run
    config, plan = version.config, version.plan
    first: dict[str, Any] = plan["inputs"][0] if plan["inputs"] else {}
    return {
        "version_id": version.id,
        "version_name": version.name,
        "pre_version_id": version.pre_version_id,
        "engine_type": plan["engine_id"],
        "engine_name": plan["engine_name"],
        "engine_id": plan["engine_id"],
        "engine_version": plan["engine_version"],
        "status": status_of(workload),
        "app_url": config["app_url"],
        "boot_file_url": config["boot_file_url"],
        "create_time": version.created_at,
        "start_time": workload.started_at,
        "parameter": config.get("parameter", []),
        "duration": duration_of(workload, now_ms()),
        **_flavor(workload, int(config["spec_id"])),
        "worker_server_num": 1,
        "data_url": config.get("data_url") or first.get("url"),
        "train_url": config.get("train_url"),
        "log_url": config.get("log_url"),
        "dataset_id": first.get("dataset_id") or None,
        "dataset_version_id": first.get("version_id") or None,
        "dataset_name": first.get("dataset_name") or None,
        "dataset_version_name": first.get("version_name") or None,
        "data_source": config.get("data_source", []),
        "resource_id": version.resource_id,
        "pool_id": config.get("pool_id") or PUBLIC_POOL,
        "pool_name": PUBLIC_POOL,
        "volumes": [],
        "reason": workload.reason or None,
        "error_msg": workload.message or None,
        "exit_code": workload.exit_code,
        "signal": workload.signal,
    }


def _flavor(workload: Workload, spec_id: int) -> dict[str, Any]:
    """From the row, not from today's flavors: the machine may have changed since."""
    gpu_name = next((flavor.gpu_name for flavor in flavors(devices=True) if flavor.code == workload.flavor), "")
    return {
        "spec_id": spec_id,
        "spec_code": workload.flavor,
        "core": f"{workload.cpu:g}",
        "cpu": f"{workload.memory / (1 << 30):.3g}",
        "gpu": workload.gpus > 0,
        "gpu_num": workload.gpus,
        "gpu_type": gpu_name,
    }


def _percent(used: float, limit: float) -> str:
    return json.dumps(round(100 * used / limit, 2)) if limit else "0"
