"""Workspaces over HTTP: list and create; changing and deleting them comes with their management pages."""

from typing import Annotated

from pydantic import Field

from maquette.events import Resource, emit
from maquette.web import ActorDep, Contract, PageLimit, PageOffset, Router, SessionDep
from maquette.workspaces import service
from maquette.workspaces.tables import Workspace

router = Router("/v1/{project_id}/workspaces", "workspaces")


class WorkspaceItem(Contract):
    id: str
    name: str
    description: str
    owner: str
    auth_type: str
    status: str = "NORMAL"
    status_info: str = ""
    enterprise_project_id: str = "0"
    enterprise_project_name: str = "default"
    create_time: int
    update_time: int


class WorkspaceList(Contract):
    total_count: int
    count: int
    workspaces: list[WorkspaceItem]


class WorkspaceUser(Contract):
    user_id: str = ""
    user_name: str = ""


class CreateWorkspace(Contract):
    name: Annotated[str, Field(min_length=4, max_length=64, pattern=r"^[\w一-鿿-]+$")]
    description: Annotated[str, Field(max_length=256)] = ""
    auth_type: str = "PUBLIC"
    grants: Annotated[list[WorkspaceUser], Field(max_length=1000)] = []


@router.get("", action="modelarts:workspace:list")
def list_workspace(
    actor: ActorDep, session: SessionDep, name: str = "", offset: PageOffset = 0, limit: PageLimit = 1000
) -> WorkspaceList:
    """The default workspace first, then those the actor may enter, by name."""
    rows = [_default(), *(_describe(row) for row in service.visible_workspaces(session, actor))]
    matching = [row for row in rows if name.lower() in row.name.lower()]
    shown = matching[offset : offset + limit]
    return WorkspaceList(total_count=len(matching), count=len(shown), workspaces=shown)


@router.post("", action="modelarts:workspace:create")
def create_workspace(body: CreateWorkspace, actor: ActorDep, session: SessionDep) -> WorkspaceItem:
    row = service.create_workspace(
        session,
        actor,
        body.name,
        description=body.description,
        auth_type=body.auth_type,
        grants=[grant.user_id for grant in body.grants],
    )
    emit(session, actor, "createWorkspace", Resource("workspace", row.id, row.name, row.id))
    return _describe(row)


def _default() -> WorkspaceItem:
    return WorkspaceItem(
        id=service.DEFAULT,
        name="default",
        description="",
        owner="",
        auth_type="PUBLIC",
        create_time=0,
        update_time=0,
    )


def _describe(row: Workspace) -> WorkspaceItem:
    return WorkspaceItem(
        id=row.id,
        name=row.name,
        description=row.description,
        owner=row.owner_name,
        auth_type=row.auth_type,
        create_time=row.created_at,
        update_time=row.updated_at,
    )
