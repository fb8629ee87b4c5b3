"""Jobs and versions: finding, creating, changing, stopping and deleting them. No storage is touched here."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from maquette.db import visible_to
from maquette.events import Resource, emit
from maquette.kit.actor import Actor
from maquette.kit.clock import now_ms
from maquette.kit.errors import Conflict
from maquette.pools import Workload, WorkloadSpec, request_workload, stop_workload
from maquette.tasks import TaskSpec
from maquette.tasks.queue import enqueue
from maquette.training.errors import job_exists, no_job, no_version, not_stoppable
from maquette.training.plans import Plan
from maquette.training.schemas import CreateJob, CreateVersion, JobConfig
from maquette.training.tables import TrainingJob, TrainingVersion
from maquette.workspaces import check_workspace

KIND, REMOVE = "job", "training.remove"
JOB_LIMIT = 100_000
_TYPE = "ModelArtsTrainJob"
_FREED = "#"

Run = tuple[TrainingVersion, Workload]


def find_job(session: Session, actor: Actor, job_id: int, *, lock: bool = False) -> TrainingJob:
    """The job, or NotFound. `lock` before any change of it or its versions: those who change it queue."""
    query = select(TrainingJob).where(TrainingJob.id == job_id, visible_to(actor, TrainingJob))
    query = query.where(TrainingJob.deleted.is_(False))
    job = session.scalar(query.with_for_update() if lock else query)
    if job is None:
        raise no_job(job_id)
    return job


def find_version(
    session: Session, actor: Actor, job_id: int, version_id: int, *, lock: bool = False
) -> tuple[TrainingJob, Run]:
    """The job, and the version with its workload. `lock` holds the job, as in `find_job`."""
    job = find_job(session, actor, job_id, lock=lock)
    query = select(TrainingVersion, Workload).join(Workload, Workload.id == TrainingVersion.workload_id)
    wanted = (TrainingVersion.id == version_id, TrainingVersion.job_id == job_id, TrainingVersion.deleted.is_(False))
    row = session.execute(query.where(*wanted)).one_or_none()
    if row is None:
        raise no_version(job_id, version_id)
    return job, (row[0], row[1])


def create_job(session: Session, actor: Actor, body: CreateJob, plan: Plan) -> tuple[TrainingJob, Run | None]:
    """Add a job and, unless the config says otherwise, its first version."""
    check_workspace(actor, body.workspace_id)
    mine = (TrainingJob.project_id == actor.project_id, TrainingJob.deleted.is_(False))
    if (session.scalar(select(func.count()).select_from(TrainingJob).where(*mine)) or 0) >= JOB_LIMIT:
        raise Conflict(f"The project has {JOB_LIMIT} training jobs, the most there can be. Delete some first.")
    place = (TrainingJob.project_id == actor.project_id, TrainingJob.workspace_id == body.workspace_id)
    if session.scalar(select(TrainingJob.id).where(*place, TrainingJob.name == body.job_name)):
        raise job_exists(body.job_name)
    job = TrainingJob(
        name=body.job_name,
        description=body.job_desc,
        project_id=actor.project_id,
        workspace_id=body.workspace_id,
        owner_id=actor.user_id,
    )
    session.add(job)
    session.flush()
    emit(session, actor, "createModelArtsTrainJob", _resource(job))
    run = _add_version(session, actor, job, body.config, plan) if body.config.create_version else None
    return job, run


def create_version(
    session: Session, actor: Actor, job_id: int, body: CreateVersion, plan: Plan
) -> tuple[TrainingJob, Run]:
    job = find_job(session, actor, job_id, lock=True)
    if body.config.pre_version_id:
        find_version(session, actor, job_id, body.config.pre_version_id)
    if body.job_desc is not None:
        job.description = body.job_desc
    version, workload = _add_version(session, actor, job, body.config, plan)
    emit(
        session, actor, "createModelArtsTrainVersion", _resource(job), version_id=version.id, version_name=version.name
    )
    return job, (version, workload)


def change_description(session: Session, actor: Actor, job_id: int, text: str) -> None:
    job = find_job(session, actor, job_id, lock=True)
    job.description, job.updated_at = text, now_ms()
    emit(session, actor, "updateModelArtsTrainDesc", _resource(job))


def stop_version(session: Session, actor: Actor, job_id: int, version_id: int) -> None:
    """Ask a version to end: it gets TERM, and KILL ten seconds later. One that is ending already is left alone."""
    job, (version, workload) = find_version(session, actor, job_id, version_id, lock=True)
    if not stop_workload(session, workload, by=actor.user_name):
        raise not_stoppable(version.name)
    emit(session, actor, "stopModelArtsTrainVersion", _resource(job), version_id=version.id, version_name=version.name)


def delete_version(session: Session, actor: Actor, job_id: int, version_id: int) -> None:
    """Remove a version; a running one is stopped first. Its files go in a task, once nothing of it runs."""
    job, (version, workload) = find_version(session, actor, job_id, version_id, lock=True)
    _discard(session, actor, job, version, workload)
    _count_versions(session, job)
    emit(
        session, actor, "deleteModelArtsTrainVersion", _resource(job), version_id=version.id, version_name=version.name
    )


def delete_job(session: Session, actor: Actor, job_id: int) -> None:
    """Remove a job with all its versions, stopping what runs. Its name is free at once."""
    job = find_job(session, actor, job_id, lock=True)
    emit(session, actor, "deleteModelArtsTrainJob", _resource(job))
    query = select(TrainingVersion, Workload).join(Workload, Workload.id == TrainingVersion.workload_id)
    for version, workload in session.execute(query.where(TrainingVersion.job_id == job.id)):
        if not version.deleted:
            _discard(session, actor, job, version, workload)
    job.deleted, job.updated_at = True, now_ms()
    job.name = f"{job.name}{_FREED}{job.id}"  # no job can be called so: the name is free, and the row unique
    session.flush()
    if not session.scalar(select(TrainingVersion.id).where(TrainingVersion.job_id == job.id).limit(1)):
        session.delete(job)


def forget_version(session: Session, version: TrainingVersion) -> None:
    """Remove the rows of a deleted version, and the deleted job's with its last one."""
    job = session.get_one(TrainingJob, version.job_id, with_for_update=True)
    session.delete(session.get_one(TrainingVersion, version.id))
    session.delete(session.get_one(Workload, version.workload_id))
    session.flush()
    others = select(TrainingVersion.id).where(TrainingVersion.job_id == job.id).limit(1)
    if job.deleted and not session.scalar(others):
        session.delete(job)


def ask_removal(session: Session, actor: Actor, job: TrainingJob, version: TrainingVersion) -> None:
    """Have a deleted version's files and rows removed; its workload must have ended."""
    spec = TaskSpec(
        kind=REMOVE,
        title=f"{job.name.partition(_FREED)[0]} {version.name}",
        resource_type=_TYPE,
        resource_id=str(job.id),
        workspace_id=job.workspace_id,
        payload={"version_id": version.id},
    )
    enqueue(session, actor, spec)


def _add_version(session: Session, actor: Actor, job: TrainingJob, config: JobConfig, plan: Plan) -> Run:
    spec = WorkloadSpec(KIND, str(job.id), job.workspace_id, plan.flavor)
    workload = request_workload(session, actor, spec)
    previous = config.pre_version_id or job.latest_version_id
    kept: dict[str, Any] = config.model_dump(mode="json", exclude_none=True)
    version = TrainingVersion(
        job_id=job.id,
        number=job.next_number,
        pre_version_id=previous,
        workload_id=workload.id,
        resource_id=f"job{workload.id[-8:]}",
        config=kept,
        plan=asdict(plan),
    )
    session.add(version)
    job.next_number += 1
    session.flush()
    _count_versions(session, job)
    return version, workload


def _discard(session: Session, actor: Actor, job: TrainingJob, version: TrainingVersion, workload: Workload) -> None:
    version.deleted = True
    session.flush()
    # While it runs, the removal is asked for when it has ended.
    if not stop_workload(session, workload, by=actor.user_name):
        ask_removal(session, actor, job, version)


def _count_versions(session: Session, job: TrainingJob) -> None:
    remaining = (TrainingVersion.job_id == job.id, TrainingVersion.deleted.is_(False))
    query = select(func.count(TrainingVersion.id), func.max(TrainingVersion.id)).where(*remaining)
    count, latest = session.execute(query).one()
    job.version_count, job.latest_version_id, job.updated_at = int(count), latest, now_ms()
    session.flush()


def _resource(job: TrainingJob) -> Resource:
    return Resource(_TYPE, str(job.id), job.name, job.workspace_id)
