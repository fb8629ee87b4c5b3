"""What the audit log is told about signing in: who did, and whom we turned away."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from maquette.db import Database
from maquette.events import Resource, emit
from maquette.iam.tables import Domain, Project, User
from maquette.iam.users import projects_of, system_actor
from maquette.kit.actor import Actor
from maquette.web.context import current_request

# Who is not known is not named: people type their passwords where their names belong.
UNKNOWN = "unknown"


def record_sign_in(session: Session, user: User, project_id: str, method: str) -> Actor:
    """Record in the caller's transaction that a user has a new session or token, and return them as the actor."""
    actor = _here(replace(system_actor(session, user, project_id), method=method))
    emit(session, actor, "login", Resource("user", user.id, user.name))
    return actor


def record_refusal(database: Database, user: User | None) -> None:
    """Record in a transaction of its own that a password was wrong, since the request's own is given up."""
    with database.write() as session:
        if user is None:
            project = session.scalars(select(Project).order_by(Project.id).limit(1)).one()
            domain = session.get_one(Domain, project.domain_id)
            actor = Actor("", UNKNOWN, domain.id, domain.name, project.id)
        else:
            actor = system_actor(session, user, projects_of(session, user.domain_id)[0].id)
        emit(session, _here(actor), "loginFailed", Resource("user", actor.user_id, actor.user_name))


def _here(actor: Actor) -> Actor:
    context = current_request.get()
    return replace(actor, request_id=context.request_id, address=context.address) if context else actor
