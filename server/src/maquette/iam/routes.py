"""Signing in: tokens for clients, a cookie session for the console, and the projects a user may choose from."""

from dataclasses import replace
from datetime import UTC, datetime

from fastapi import Request, Response
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from maquette.db import Database
from maquette.events import Resource, emit
from maquette.iam.authentication import SESSION_COOKIE
from maquette.iam.errors import bad_credentials, bad_token
from maquette.iam.passwords import matches
from maquette.iam.schemas import (
    CreateToken,
    Named,
    NamedInDomain,
    ProjectItem,
    ProjectList,
    Scope,
    SessionAnswer,
    SessionUser,
    SignIn,
    TokenAnswer,
    TokenBody,
)
from maquette.iam.tables import Domain, Project, Token, User
from maquette.iam.throttle import SignInThrottle
from maquette.iam.tokens import HOUR_MS, TokenSpec, find_token, issue_token, revoke_token
from maquette.iam.users import projects_of, system_actor
from maquette.kit.actor import Actor
from maquette.kit.clock import now_ms
from maquette.kit.errors import Invalid
from maquette.web import ANYONE, SIGNED_IN, ActorDep, Router, SessionDep, SettingsDep
from maquette.web.context import current_request

keystone = Router("/v3", "iam")
console = Router("/v1/console", "console")


@keystone.post("/auth/tokens", action=ANYONE, status_code=201)
def create_token(
    body: CreateToken, request: Request, response: Response, session: SessionDep, settings: SettingsDep
) -> TokenAnswer:
    """Exchange a user's password for a token, which the X-Subject-Token header carries."""
    wanted = body.auth.identity.password.user
    throttle: SignInThrottle = request.app.state.throttle
    database: Database = request.app.state.database
    user, domain = check_password(
        database, throttle, wanted.domain.name or wanted.domain.id, wanted.name, wanted.password
    )
    project = _scoped_project(session, domain, body.auth.scope)
    lifetime = int(settings.token_hours * HOUR_MS)
    token = issue_token(session, TokenSpec("token", user.id, lifetime, project.id if project else ""))
    response.headers["X-Subject-Token"] = token
    owner = Named(id=domain.id, name=domain.name)
    issued = now_ms()
    return TokenAnswer(
        token=TokenBody(
            methods=["password"],
            issued_at=_iso(issued),
            expires_at=_iso(issued + lifetime),
            user=NamedInDomain(id=user.id, name=user.name, domain=owner),
            project=NamedInDomain(id=project.id, name=project.name, domain=owner) if project else None,
            domain=None if project else owner,
        )
    )


@keystone.get("/projects", action=SIGNED_IN)
def list_projects(actor: ActorDep, session: SessionDep, name: str = "") -> ProjectList:
    rows = [project for project in projects_of(session, actor.domain_id) if not name or project.name == name]
    return ProjectList(projects=[ProjectItem(id=row.id, name=row.name, domain_id=row.domain_id) for row in rows])


@console.post("/session", action=ANYONE, status_code=201)
def sign_in(
    body: SignIn, request: Request, response: Response, session: SessionDep, settings: SettingsDep
) -> SessionAnswer:
    """Begin a console session with a sign-in link's code or a password."""
    if body.code:
        user = _redeem(session, body.code)
    else:
        throttle: SignInThrottle = request.app.state.throttle
        user, _ = check_password(request.app.state.database, throttle, body.domain, body.user, body.password)
    lifetime = int(settings.session_hours * HOUR_MS)
    cookie = issue_token(session, TokenSpec("session", user.id, lifetime))
    response.set_cookie(
        SESSION_COOKIE,
        cookie,
        max_age=lifetime // 1000,
        httponly=True,
        samesite="strict",
        secure=settings.url.startswith("https://"),
    )
    projects = projects_of(session, user.domain_id)
    actor = _signed_in(session, user, projects[0].id)
    emit(session, actor, "login", Resource("user", user.id, user.name))
    return _describe(actor, list(projects))


@console.get("/session", action=SIGNED_IN)
def show_session(actor: ActorDep, session: SessionDep) -> SessionAnswer:
    return _describe(actor, list(projects_of(session, actor.domain_id)))


@console.delete("/session", action=SIGNED_IN, status_code=204)
def sign_out(request: Request, response: Response, actor: ActorDep, session: SessionDep) -> None:
    revoke_token(session, request.cookies.get(SESSION_COOKIE, ""))
    response.delete_cookie(SESSION_COOKIE)
    emit(session, actor, "logout", Resource("user", actor.user_id, actor.user_name))


def check_password(
    database: Database, throttle: SignInThrottle, domain_name: str, name: str, password: str
) -> tuple[User, Domain]:
    """The enabled user whose password this is, or Unauthenticated; guesses are slowed down per name.

    Hashing takes some ten milliseconds of a core: no transaction, and no other writer, waits for that.
    """
    throttle.check(domain_name, name)
    query = select(User, Domain).join(Domain, Domain.id == User.domain_id)
    with database.read() as session:
        row = session.execute(
            query.where((Domain.name == domain_name) | (Domain.id == domain_name), User.name == name)
        ).one_or_none()
    if not matches(password, row[0].password_hash if row else None) or row is None or not row[0].enabled:
        throttle.failed(domain_name, name)
        raise bad_credentials()
    throttle.succeeded(domain_name, name)
    return row[0], row[1]


def _redeem(session: Session, code: str) -> User:
    """Spend a sign-in link's code: of two who come with the same one, the second is refused."""
    found, user = find_token(session, code, {"code"})
    spend = update(Token).where(Token.hash == found.hash, Token.revoked_at.is_(None)).values(revoked_at=now_ms())
    if session.scalar(spend.returning(Token.hash)) is None:
        raise bad_token()
    return user


def _scoped_project(session: Session, domain: Domain, scope: Scope) -> Project | None:
    if scope.project is None:
        return None
    for project in projects_of(session, domain.id):
        if project.id == scope.project.id or (not scope.project.id and project.name == scope.project.name):
            return project
    raise Invalid(f"The account '{domain.name}' has no project '{scope.project.name or scope.project.id}'.")


def _signed_in(session: Session, user: User, project_id: str) -> Actor:
    actor = replace(system_actor(session, user, project_id), method="session")
    context = current_request.get()
    return replace(actor, request_id=context.request_id, address=context.address) if context else actor


def _describe(actor: Actor, projects: list[Project]) -> SessionAnswer:
    return SessionAnswer(
        user=SessionUser(
            id=actor.user_id, name=actor.user_name, domain=actor.domain_name, administrator=actor.administrator
        ),
        projects=[Named(id=row.id, name=row.name) for row in projects],
        project_id=projects[0].id,
    )


def _iso(moment_ms: int) -> str:
    return datetime.fromtimestamp(moment_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f000Z")
