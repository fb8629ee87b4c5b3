"""Who did what: the traces of the cloud audit service, read from the event log, newest first."""

from typing import Annotated, Any

from fastapi import Query
from pydantic import Field
from sqlalchemy import Select, func, or_, select

from maquette.events import Event
from maquette.iam import allows
from maquette.kit.actor import Actor
from maquette.kit.pages import INT64_MAX
from maquette.web import ActorDep, Contract, Router, SessionDep

router = Router("/v3/{project_id}", "audit")

OF_OTHERS = "cts:trace:listOfOthers"


class TraceUser(Contract):
    id: str
    name: str
    domain: dict[str, str]


class Trace(Contract):
    trace_id: str
    trace_name: str
    trace_type: str
    trace_rating: str = "normal"
    service_type: str = "ModelArts"
    resource_type: str
    resource_id: str
    resource_name: str
    source_ip: str
    time: int
    record_time: int
    request_id: str
    user: TraceUser
    workspace_id: str
    message: dict[str, Any]


class MetaData(Contract):
    """`own_only`: whoever asks may see their own traces and nobody else's."""

    count: int
    total_count: int
    marker: str = ""
    own_only: bool = False


class TraceList(Contract):
    traces: list[Trace]
    meta_data: MetaData


class Filter(Contract):
    """What to show. `next` is the marker of the page before; `search` looks into names."""

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    next: Annotated[str, Field(max_length=18, pattern=r"^\d*$")] = ""
    user: Annotated[str, Field(max_length=64)] = ""
    trace_name: Annotated[str, Field(max_length=64)] = ""
    resource_type: Annotated[str, Field(max_length=64)] = ""
    resource_id: Annotated[str, Field(max_length=1200)] = ""
    resource_name: Annotated[str, Field(max_length=1200)] = ""
    search: Annotated[str, Field(max_length=256)] = ""
    since: Annotated[int | None, Field(alias="from", ge=0, le=INT64_MAX)] = None
    to: Annotated[int | None, Field(ge=0, le=INT64_MAX)] = None


@router.get("/traces", action="cts:trace:list")
def list_traces(actor: ActorDep, session: SessionDep, wanted: Annotated[Filter, Query()]) -> TraceList:
    """One page of the traces the actor may see: of the project, and of the workspaces open to them.

    Who may not see what others do sees what they did themselves.
    """
    own_only = not allows(session, actor, OF_OTHERS)
    matching = _matching(actor, wanted)
    if own_only:
        matching = matching.where(Event.user_id == actor.user_id)
    total = session.scalar(select(func.count()).select_from(matching.subquery())) or 0
    page = matching.where(Event.sequence < int(wanted.next)) if wanted.next else matching
    rows = session.scalars(page.order_by(Event.sequence.desc()).limit(wanted.limit + 1)).all()
    shown = rows[: wanted.limit]
    marker = str(shown[-1].sequence) if len(rows) > wanted.limit else ""
    return TraceList(
        traces=[_describe(row) for row in shown],
        meta_data=MetaData(count=len(shown), total_count=total, marker=marker, own_only=own_only),
    )


def _matching(actor: Actor, wanted: Filter) -> Select[Event]:
    exact = {
        Event.user_name: wanted.user,
        Event.name: wanted.trace_name,
        Event.resource_type: wanted.resource_type,
        Event.resource_id: wanted.resource_id,
        Event.resource_name: wanted.resource_name,
    }
    query = select(Event).where(Event.project_id == actor.project_id, Event.workspace_id.in_(actor.workspaces))
    query = query.where(*(column == value for column, value in exact.items() if value))
    if wanted.search:
        columns = (Event.name, Event.resource_name, Event.user_name)
        query = query.where(or_(*(column.icontains(wanted.search, autoescape=True) for column in columns)))
    if wanted.since is not None:
        query = query.where(Event.time >= wanted.since)
    return query if wanted.to is None else query.where(Event.time <= wanted.to)


def _describe(row: Event) -> Trace:
    return Trace(
        trace_id=str(row.sequence),
        trace_name=row.name,
        trace_type="ConsoleAction" if row.method == "session" else "ApiCall",
        resource_type=row.resource_type,
        resource_id=row.resource_id,
        resource_name=row.resource_name,
        source_ip=row.address,
        time=row.time,
        record_time=row.time,
        request_id=row.request_id,
        user=TraceUser(id=row.user_id, name=row.user_name, domain={"name": row.domain_name}),
        workspace_id=row.workspace_id,
        message=row.detail,
    )
