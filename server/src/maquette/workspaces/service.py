"""Making workspaces, and knowing who may enter which."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from maquette.iam import User
from maquette.kit.actor import Actor
from maquette.kit.errors import Conflict, Invalid, NotFound
from maquette.kit.ids import new_id
from maquette.workspaces.tables import Workspace, WorkspaceGrant

DEFAULT = "0"
AUTH_TYPES = ("PUBLIC", "PRIVATE", "INTERNAL")


def visible_workspaces(session: Session, actor: Actor) -> Sequence[Workspace]:
    """The rows the actor may enter, by name; the default workspace, open to all, is not among them."""
    query = select(Workspace).where(Workspace.project_id == actor.project_id).order_by(Workspace.name)
    if not actor.administrator:
        granted = select(WorkspaceGrant.workspace_id).where(WorkspaceGrant.user_id == actor.user_id)
        internal = (Workspace.auth_type == "INTERNAL") & Workspace.id.in_(granted)
        query = query.where(or_(Workspace.auth_type == "PUBLIC", Workspace.owner_id == actor.user_id, internal))
    return session.scalars(query).all()


def accessible(session: Session, actor: Actor) -> frozenset[str]:
    """The ids of what the actor may enter now: asked anew for each request, so that a right that is taken is gone."""
    found = frozenset({DEFAULT, *(row.id for row in visible_workspaces(session, actor))})
    return found & _reach(actor.confined_to) if actor.confined_to else found


def confined(actor: Actor, workspace_id: str) -> Actor:
    """The actor as their workload in this workspace will be. Raises NotFound where they may not enter it."""
    check_workspace(actor, workspace_id)
    return actor.within(actor.project_id, actor.workspaces & _reach(workspace_id))


def _reach(workspace_id: str) -> frozenset[str]:
    """What a workload of a workspace can touch: that one, and the default one, which everybody shares."""
    return frozenset({DEFAULT, workspace_id})


def check_workspace(actor: Actor, workspace_id: str) -> str:
    """The id itself when the actor may enter that workspace, else NotFound."""
    if workspace_id not in actor.workspaces:
        raise NotFound(f"There is no workspace '{workspace_id}'.", code="ModelArts.7002")
    return workspace_id


def create_workspace(
    session: Session,
    actor: Actor,
    name: str,
    *,
    description: str = "",
    auth_type: str = "PUBLIC",
    grants: Sequence[str] = (),
) -> Workspace:
    """Add a workspace; `grants` are user ids, for the INTERNAL kind only."""
    if auth_type not in AUTH_TYPES:
        raise Invalid(f"auth_type must be one of {', '.join(AUTH_TYPES)}.")
    if name.lower() == "default" or session.scalar(
        select(Workspace).where(Workspace.project_id == actor.project_id, Workspace.name == name)
    ):
        raise Conflict(f"A workspace named '{name}' exists already. Choose another name.", code="ModelArts.7001")
    row = Workspace(
        id=new_id(),
        project_id=actor.project_id,
        name=name,
        description=description,
        auth_type=auth_type,
        owner_id=actor.user_id,
        owner_name=actor.user_name,
    )
    session.add(row)
    session.flush()
    for user_id in set(grants) if auth_type == "INTERNAL" else ():
        user = session.get(User, user_id)
        if user is None or user.domain_id != actor.domain_id:
            raise Invalid(f"The account has no user '{user_id}'.")
        session.add(WorkspaceGrant(workspace_id=row.id, user_id=user_id))
    return row
