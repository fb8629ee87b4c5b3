"""Training jobs and their versions over HTTP, in the v1 form (`is_success`), and what jobs can be made of."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Path, Query, Request
from sqlalchemy.orm import Session

from maquette.buckets import StoresDep
from maquette.db import Database
from maquette.kit.actor import Actor
from maquette.kit.pages import INT64_MAX
from maquette.pools import check_may_run, flavors
from maquette.training import describing, jobs, queries, schemas
from maquette.training.errors import v1_error
from maquette.training.frameworks import frameworks
from maquette.training.plans import Site, make_plan
from maquette.web import ActorDep, DatabaseDep, Router, SessionDep, SettingsDep
from maquette.web.routing import keep_answer, kept_answer
from maquette.workspaces import confined

router = Router("/v1/{project_id}", "training", errors=v1_error)

Id = Annotated[int, Path(ge=1, le=INT64_MAX)]
PerPage = Annotated[int, Query(ge=1, le=1000)]
PageNumber = Annotated[int, Query(ge=1, le=65535)]
Word = Annotated[str, Query(max_length=64)]


async def _site(settings: SettingsDep, database: DatabaseDep, stores: StoresDep, request: Request) -> Site:
    return Site(settings, database, stores, devices=_devices(request))


def _devices(request: Request) -> bool:
    """A sandbox does not show the GPUs' devices to workloads yet."""
    return not request.app.state.isolation.strong


def _page(per_page: PerPage = 10, page: PageNumber = 1) -> tuple[int, int]:
    """Rows to skip and to take; v1 jobs count pages from 1."""
    return (page - 1) * per_page, per_page


SiteDep = Annotated[Site, Depends(_site)]


@router.get("/job/ai-engines", action="modelarts:trainJob:list")
def querying_job_engine_specifications(
    actor: ActorDep, settings: SettingsDep, job_type: Word = ""
) -> schemas.EngineList:
    """The frameworks found in the environment that jobs run in."""
    return schemas.EngineList(
        engines=[
            schemas.EngineItem(
                engine_type=each.id, engine_id=each.id, engine_name=each.name, engine_version=each.version
            )
            for each in frameworks(settings)
        ]
    )


@router.get("/job/resource-specs", action="modelarts:trainJob:list")
def querying_job_resource_specifications(
    actor: ActorDep, request: Request, job_type: Word = "", project_type: Annotated[int, Query(ge=0, le=9)] = 0
) -> schemas.SpecList:
    """The flavors of this machine. GPUs are among them where jobs reach the devices."""
    specs = [describing.spec_item(each) for each in flavors(devices=_devices(request))]
    return schemas.SpecList(spec_total_count=len(specs), specs=specs)


def _asked(
    workspace_id: Word = "0",
    status: Word = "",
    search_content: Word = "",
    sort_by: Annotated[str, Query(alias="sortBy", max_length=64)] = "job_name",
    order: Annotated[str, Query(pattern="^(asc|desc)$")] = "asc",
    page: Annotated[tuple[int, int], Depends(_page)] = (0, 10),
) -> queries.JobQuery:
    return queries.JobQuery(workspace_id, status, search_content, sort_by, order == "desc", *page)


@router.get("/training-jobs", action="modelarts:trainJob:list")
def querying_training_job_list(
    actor: ActorDep, session: SessionDep, asked: Annotated[queries.JobQuery, Depends(_asked)]
) -> schemas.JobList:
    rows, total = queries.list_jobs(session, actor, asked)
    return schemas.JobList(
        job_total_count=total,
        job_count_limit=max(0, jobs.JOB_LIMIT - total),
        quotas=jobs.JOB_LIMIT,
        jobs=[describing.job_item(job, workload) for job, workload in rows],
    )


@router.post("/training-jobs", action="modelarts:trainJob:create")
def creating_training_job(
    body: schemas.CreateJob, actor: ActorDep, site: SiteDep, request: Request
) -> schemas.CreatedJob:
    """Start a job's first version. Its addresses are looked up before anything is written."""
    check_may_run(site.settings, request.app.state.isolation, actor)

    def create(session: Session) -> schemas.CreatedJob:
        return describing.created(*jobs.create_job(session, actor, body, plan))

    if kept := _kept(site.database, actor):
        return kept
    plan = make_plan(site, confined(actor, body.workspace_id), body.config)
    return _once(site.database, actor, create)


@router.put("/training-jobs/{job_id}", action="modelarts:trainJob:update")
def modifying_description_training_job(
    job_id: Id, body: schemas.ChangeDescription, actor: ActorDep, session: SessionDep
) -> schemas.Done:
    jobs.change_description(session, actor, job_id, body.job_desc)
    return schemas.Done()


@router.delete("/training-jobs/{job_id}", action="modelarts:trainJob:delete")
def deleting_training_job(job_id: Id, actor: ActorDep, session: SessionDep) -> schemas.Done:
    """Running versions are stopped first; files go in the background."""
    jobs.delete_job(session, actor, job_id)
    return schemas.Done()


@router.get("/training-jobs/{job_id}/versions", action="modelarts:trainJobVersion:list")
def obtaining_training_job_versions(
    job_id: Id,
    actor: ActorDep,
    session: SessionDep,
    settings: SettingsDep,
    page: Annotated[tuple[int, int], Depends(_page)],
) -> schemas.VersionList:
    job = jobs.find_job(session, actor, job_id)
    return schemas.VersionList(
        job_id=job.id,
        job_name=job.name,
        job_desc=job.description,
        version_count=job.version_count,
        versions=[describing.version_item(settings, run) for run in queries.list_versions(session, job, *page)],
    )


@router.post("/training-jobs/{job_id}/versions", action="modelarts:trainJobVersion:create")
def creating_version_training_job(
    job_id: Id, body: schemas.CreateVersion, actor: ActorDep, site: SiteDep, request: Request
) -> schemas.CreatedJob:
    """Train a job again, with a config of its own."""
    check_may_run(site.settings, request.app.state.isolation, actor)

    def create(session: Session) -> schemas.CreatedJob:
        job, run = jobs.create_version(session, actor, job_id, body, plan)
        return describing.created(job, run)

    if kept := _kept(site.database, actor):
        return kept
    with site.database.read() as session:
        job = jobs.find_job(session, actor, job_id)
    plan = make_plan(site, confined(actor, job.workspace_id), body.config)
    return _once(site.database, actor, create)


@router.get("/training-jobs/{job_id}/versions/{version_id}", action="modelarts:trainJobVersion:get")
def querying_details_training_job_version(
    job_id: Id, version_id: Id, actor: ActorDep, session: SessionDep, settings: SettingsDep
) -> schemas.VersionDetails:
    """`reason`, `error_msg`, `exit_code` and `signal` say why it waits, or how it ended."""
    job, run = jobs.find_version(session, actor, job_id, version_id)
    return describing.version_details(settings, job, run)


@router.delete("/training-jobs/{job_id}/versions/{version_id}", action="modelarts:trainJobVersion:delete")
def deleting_version_training_job(job_id: Id, version_id: Id, actor: ActorDep, session: SessionDep) -> schemas.Done:
    jobs.delete_version(session, actor, job_id, version_id)
    return schemas.Done()


@router.post("/training-jobs/{job_id}/versions/{version_id}/stop", action="modelarts:trainJobVersion:stop")
def stopping_training_job(job_id: Id, version_id: Id, actor: ActorDep, session: SessionDep) -> schemas.Done:
    jobs.stop_version(session, actor, job_id, version_id)
    return schemas.Done()


def _kept(database: Database, actor: Actor) -> schemas.CreatedJob | None:
    """The answer given before under this request's Idempotency-Key: asked before checks that may fail by now."""
    with database.read() as session:
        kept = kept_answer(session, actor)
    return schemas.CreatedJob.model_validate(kept) if kept else None


def _once(database: Database, actor: Actor, create: Callable[[Session], schemas.CreatedJob]) -> schemas.CreatedJob:
    """One transaction that creates and keeps the answer under the request's Idempotency-Key."""
    with database.write() as session:
        if kept := kept_answer(session, actor):
            return schemas.CreatedJob.model_validate(kept)
        answer = create(session)
        keep_answer(session, actor, 200, answer)
        return answer
