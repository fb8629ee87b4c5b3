"""The console's task drawer, and the facts about this installation."""

from typing import Annotated, Any

from fastapi import Request
from pydantic import WithJsonSchema

from maquette import __version__
from maquette.activity.kinds import KINDS
from maquette.kit.sentences import Values
from maquette.tasks import Task, cancel
from maquette.tasks.progress import PROGRESS
from maquette.tasks.queue import find_task, list_tasks
from maquette.web import SIGNED_IN, ActorDep, Own, PageLimit, PageOffset, Router, SessionDep, SettingsDep

router = Router("/v1/{project_id}", "activity")

# What is known is told; a row that an earlier release left may still say something else.
Kind = Annotated[str, WithJsonSchema({"type": "string", "enum": list(KINDS)})]
MessageCode = Annotated[str, WithJsonSchema({"type": "string", "enum": PROGRESS.codes})]


class PlatformTask(Own):
    """`kind` is what is done and `title` what it is done to; `message_code` and `message_values` say `message`."""

    task_id: str
    kind: Kind
    title: str
    state: str
    progress: float
    message: str
    message_code: MessageCode | None
    message_values: Values
    error_code: str
    error_msg: str
    resource_type: str
    resource_id: str
    workspace_id: str
    user_name: str
    result: dict[str, Any]
    created_at: int
    started_at: int | None
    finished_at: int | None


class PlatformTaskList(Own):
    tasks: list[PlatformTask]
    total_count: int


class Isolation(Own):
    kind: str
    strong: bool
    why: str


class Platform(Own):
    version: str
    isolation: Isolation
    jobs_allowed: bool


@router.get("/platform-tasks", action="modelarts:task:list")
def list_platform_tasks(
    actor: ActorDep, session: SessionDep, state: str = "active", offset: PageOffset = 0, limit: PageLimit = 50
) -> PlatformTaskList:
    """Newest first: the unfinished ones, or with `state=all` every one."""
    rows, total = list_tasks(session, actor, active=state != "all", skip=offset, limit=limit)
    return PlatformTaskList(tasks=[_describe(row) for row in rows], total_count=total)


@router.get("/platform-tasks/{task_id}", action="modelarts:task:get")
def show_platform_task(task_id: str, actor: ActorDep, session: SessionDep) -> PlatformTask:
    return _describe(find_task(session, actor, task_id))


@router.post("/platform-tasks/{task_id}/cancel", action="modelarts:task:cancel", status_code=202)
def cancel_platform_task(task_id: str, actor: ActorDep, session: SessionDep) -> PlatformTask:
    """A waiting task ends at once, a running one at its next step."""
    task = find_task(session, actor, task_id)
    cancel(session, task)
    return _describe(task)


@router.get("/platform", action=SIGNED_IN)
def show_platform(actor: ActorDep, request: Request, settings: SettingsDep) -> Platform:
    isolation = request.app.state.isolation
    allowed = isolation.strong or actor.administrator or settings.jobs_without_sandbox == "everyone"
    return Platform(
        version=__version__,
        isolation=Isolation(kind=isolation.kind, strong=isolation.strong, why=isolation.why),
        jobs_allowed=allowed,
    )


def _describe(row: Task) -> PlatformTask:
    code, values = PROGRESS.read(row.message) or (None, {})
    named = PlatformTask.model_fields.keys() - {"task_id", "message_code", "message_values"}
    told = {name: getattr(row, name) for name in named}
    return PlatformTask(task_id=row.id, message_code=code, message_values=values, **told)
