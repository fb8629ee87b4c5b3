"""A version's log and usage over HTTP: the contract's pages, and our live stream."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Query, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from maquette.kit.actor import Actor
from maquette.kit.errors import Invalid, NotFound
from maquette.kit.pages import INT64_MAX
from maquette.pools import attempt_directory, log_path, usage_of
from maquette.training import logs, schemas
from maquette.training.errors import v1_error
from maquette.training.jobs import find_version
from maquette.training.routes import Id
from maquette.training.states import ENDED, status_of
from maquette.training.tables import TrainingJob
from maquette.web import ActorDep, Router, SessionDep, SettingsDep

router = Router("/v1/{project_id}/training-jobs/{job_id}/versions/{version_id}", "training", errors=v1_error)

READ_LOG = "modelarts:trainJobLog:get"
Position = Annotated[int, Query(ge=0, le=INT64_MAX)]


@router.get("/log/file-names", action=READ_LOG)
def obtaining_name_training_job_log_file(
    job_id: Id, version_id: Id, actor: ActorDep, session: SessionDep
) -> schemas.LogFiles:
    job, _ = find_version(session, actor, job_id, version_id)
    return schemas.LogFiles(log_file_list=[_file_name(job)])


@router.get("/aom-log", action=READ_LOG)
def querying_training_job_logs(
    job_id: Id,
    version_id: Id,
    actor: ActorDep,
    session: SessionDep,
    settings: SettingsDep,
    asked: Annotated[schemas.LogQuery, Query()],
) -> schemas.LogPage:
    """Lines after `base_line` (desc) or before it (asc). Without it: the first lines, or the last ones.

    The positions answered are for the next call: `end_line` to go on, `start_line` to go back.
    """
    job, (_, workload) = find_version(session, actor, job_id, version_id)
    if asked.log_file != _file_name(job):
        raise NotFound(f"There is no log file '{asked.log_file}'. See log/file-names.")
    path = log_path(settings, workload)
    position = _position(asked.base_line)
    if asked.order == "asc":
        page = logs.read_backward(path, position, asked.lines)
    else:
        page = logs.read_forward(path, position or 0, asked.lines)
    return schemas.LogPage(
        content=page.content, lines=str(page.lines), start_line=str(page.start), end_line=str(page.end)
    )


@router.get("/log-stream", action=READ_LOG)
async def follow_training_job_log(
    job_id: Id, version_id: Id, actor: ActorDep, request: Request, offset: Position = 0
) -> StreamingResponse:
    """Server-sent events: `log` {offset, text} as the log grows, then `end` {offset, status, error_msg}.

    A browser that reconnects goes on where it was (Last-Event-ID). Who loses the right to read is cut off.
    """
    resumed = request.headers.get("last-event-id", "")
    if resumed.isascii() and resumed.isdigit() and len(resumed) < 20:
        offset = min(int(resumed), INT64_MAX)
    state = request.app.state

    def look(asking: Callable[[], Actor]) -> tuple[Any, dict[str, Any] | None]:
        current = asking()
        with state.database.read() as session:
            _, (_, workload) = find_version(session, current, job_id, version_id)
        status = status_of(workload)
        ended = {"status": status, "error_msg": workload.message} if status in ENDED else None
        return log_path(state.settings, workload), ended

    async def again() -> dict[str, Any] | None:
        return (await run_in_threadpool(look, lambda: state.gatekeeper(request, READ_LOG, b"")))[1]

    path, _ = await run_in_threadpool(look, lambda: actor)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(logs.follow(path, offset, again), media_type="text/event-stream", headers=headers)


@router.get("/usage", action=READ_LOG)
def show_training_job_usage(
    job_id: Id, version_id: Id, actor: ActorDep, session: SessionDep, settings: SettingsDep
) -> schemas.Usage:
    """What the version used over time: cores and bytes, at most 500 points."""
    _, (_, workload) = find_version(session, actor, job_id, version_id)
    points = [schemas.UsagePoint(**point) for point in usage_of(attempt_directory(settings, workload))]
    return schemas.Usage(points=points, cpu_limit=workload.cpu, memory_limit=workload.memory)


def _file_name(job: TrainingJob) -> str:
    return f"{job.name}.0"


def _position(base_line: str) -> int | None:
    if not base_line:
        return None
    if not (base_line.isascii() and base_line.isdigit() and int(base_line) <= INT64_MAX):
        raise Invalid("base_line must be a start_line or end_line that an earlier answer gave.")
    return int(base_line)
