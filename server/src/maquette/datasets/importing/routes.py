"""Imports over HTTP."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response, StreamingResponse

from maquette.buckets import StoresDep, open_url
from maquette.datasets.errors import no_report
from maquette.datasets.importing import service
from maquette.datasets.importing.schemas import ImportAsked, ImportList, ImportRequest, ImportState
from maquette.datasets.service import find_dataset
from maquette.kit.pages import page_numbered
from maquette.web import ActorDep, DatabaseDep, Router, SessionDep

router = Router("/v2/{project_id}/datasets/{dataset_id}/import-tasks", "data")


@router.post("", action="modelarts:dataset:import")
def import_task(dataset_id: str, body: ImportRequest, actor: ActorDep, session: SessionDep) -> ImportAsked:
    """Import samples and annotations in the background, or find out what an import would do (`dry_run`)."""
    dataset = find_dataset(session, actor, dataset_id, lock=True)
    return ImportAsked(task_id=service.start_import(session, actor, dataset, body).id)


@router.get("", action="modelarts:dataset:get")
def list_import_tasks(
    dataset_id: str,
    actor: ActorDep,
    session: SessionDep,
    offset: Annotated[int, Query(ge=0, le=2**31)] = 0,
    limit: Annotated[int, Query(ge=1, le=100)] = 10,
) -> ImportList:
    """Newest first; `offset` is a page number."""
    dataset = find_dataset(session, actor, dataset_id)
    runs, total = service.list_imports(session, dataset, page_numbered(limit, offset))
    found = [service.describe_import(session, run, problems=False) for run in runs]
    return ImportList(total_count=total, import_tasks=found)


@router.get("/{task_id}", action="modelarts:dataset:get")
def desc_import_task(dataset_id: str, task_id: str, actor: ActorDep, session: SessionDep) -> ImportState:
    """How far an import is, what it counted, and the first thousand of its problems."""
    dataset = find_dataset(session, actor, dataset_id)
    return service.describe_import(session, service.find_import(session, dataset, task_id), problems=True)


@router.get("/{task_id}/report", action="modelarts:dataset:get", response_class=Response)
def show_import_report(
    dataset_id: str, task_id: str, actor: ActorDep, database: DatabaseDep, stores: StoresDep
) -> Response:
    """All that could not be read, a JSON object a line."""
    with database.read() as session:
        run = service.find_import(session, find_dataset(session, actor, dataset_id), task_id)
    if not run.report_url:
        raise no_report(task_id)
    store, key = open_url(database, stores, actor, run.report_url)
    headers = {"Content-Disposition": f'attachment; filename="import-{task_id}.jsonl"'}
    return StreamingResponse(store.read(key), media_type="application/x-ndjson", headers=headers)
