"""Exports over HTTP."""

from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from maquette.buckets import StoresDep, open_url
from maquette.buckets.serving import serve
from maquette.datasets.errors import no_report
from maquette.datasets.exporting import service
from maquette.datasets.exporting.copying import first_in
from maquette.datasets.exporting.errors import not_empty
from maquette.datasets.exporting.schemas import ExportAsked, ExportList, ExportRequest, ExportState
from maquette.datasets.service import find_dataset
from maquette.kit.pages import page_numbered
from maquette.web import ActorDep, DatabaseDep, Router, SessionDep
from maquette.web.routing import keep_answer, kept_answer

router = Router("/v2/{project_id}/datasets/{dataset_id}/export-tasks", "data")


@router.post("", action="modelarts:dataset:export")
def export_task(
    dataset_id: str, body: ExportRequest, actor: ActorDep, database: DatabaseDep, stores: StoresDep
) -> ExportAsked:
    """Export samples in the background, to an empty folder or as a new dataset."""
    with database.read() as session:
        if kept := kept_answer(session, actor):
            return ExportAsked.model_validate(kept)
        path = service.destination(session, actor, find_dataset(session, actor, dataset_id), body.path)
    store, prefix = open_url(database, stores, actor, path)
    if found := first_in(store, prefix):
        raise not_empty(path, found)
    with database.write() as session:
        dataset = find_dataset(session, actor, dataset_id, lock=True)
        answer = ExportAsked(task_id=service.start_export(session, actor, dataset, body).id)
        keep_answer(session, actor, 200, answer)
    return answer


@router.get("", action="modelarts:dataset:get")
def get_export_tasks_status_of_dataset(
    dataset_id: str,
    actor: ActorDep,
    session: SessionDep,
    export_type: Annotated[int, Query(ge=0, le=3)] | None = None,
    offset: Annotated[int, Query(ge=0, le=2**31)] = 0,
    limit: Annotated[int, Query(ge=1, le=100)] = 10,
) -> ExportList:
    """Newest first; `offset` is a page number."""
    dataset = find_dataset(session, actor, dataset_id)
    runs, total = service.list_exports(session, dataset, export_type, page_numbered(limit, offset))
    found = [service.describe_export(session, run, whole=False) for run in runs]
    return ExportList(total_count=total, export_tasks=found)


@router.get("/{task_id}", action="modelarts:dataset:get")
def get_export_task_status_of_dataset(
    dataset_id: str, task_id: str, actor: ActorDep, session: SessionDep
) -> ExportState:
    """How far an export is, what it counted, and the first thousand things that it could not carry."""
    dataset = find_dataset(session, actor, dataset_id)
    return service.describe_export(session, service.find_export(session, dataset, task_id), whole=True)


@router.get("/{task_id}/report", action="modelarts:dataset:get", response_class=Response)
def show_export_report(
    dataset_id: str, task_id: str, request: Request, actor: ActorDep, database: DatabaseDep, stores: StoresDep
) -> Response:
    """All that the export could not carry, a JSON object a line."""
    with database.read() as session:
        run = service.find_export(session, find_dataset(session, actor, dataset_id), task_id)
    if not run.report_url:
        raise no_report(task_id)
    store, key = open_url(database, stores, actor, run.report_url)
    return serve(store, key, request.headers, inline=False)
