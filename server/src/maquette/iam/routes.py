"""Signing in: tokens for clients, a cookie session for the console, and the projects a user may choose from."""

from datetime import UTC, datetime

from fastapi import Request, Response
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from maquette.db import Database
from maquette.events import Resource, emit
from maquette.iam.authentication import SESSION_COOKIE
from maquette.iam.devices import DEVICE_COOKIE, LIFETIME_S, device_cookie, source_of
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
from maquette.iam.sign_ins import record_refusal, record_sign_in
from maquette.iam.tables import Domain, Project, Token, User
from maquette.iam.throttle import SignInThrottle
from maquette.iam.tokens import HOUR_MS, TokenSpec, find_token, issue_token, revoke_token
from maquette.iam.users import projects_of
from maquette.kit.actor import Actor
from maquette.kit.clock import now_ms
from maquette.kit.errors import Invalid
from maquette.web import ANYONE, SIGNED_IN, ActorDep, Router, SessionDep, SettingsDep

keystone = Router("/v3", "iam")
console = Router("/v1/console", "console")


@keystone.post("/auth/tokens", action=ANYONE, status_code=201)
def create_token(
    body: CreateToken, request: Request, response: Response, session: SessionDep, settings: SettingsDep
) -> TokenAnswer:
    """Exchange a user's password for a token, which the X-Subject-Token header carries."""
    wanted = body.auth.identity.password.user
    user, domain = check_password(request, wanted.domain.name or wanted.domain.id, wanted.name, wanted.password)
    project = _scoped_project(session, domain, body.auth.scope)
    lifetime = int(settings.token_hours * HOUR_MS)
    token = issue_token(session, TokenSpec("token", user.id, lifetime, project.id if project else ""))
    record_sign_in(session, user, (project or projects_of(session, domain.id)[0]).id, "token")
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
        user, _ = check_password(request, body.domain, body.user, body.password)
    lifetime = int(settings.session_hours * HOUR_MS)
    cookie = issue_token(session, TokenSpec("session", user.id, lifetime))
    device = device_cookie(request.app.state.vault, user.id)
    secure = settings.url.startswith("https://")
    for name, value, seconds in ((SESSION_COOKIE, cookie, lifetime // 1000), (DEVICE_COOKIE, device, LIFETIME_S)):
        response.set_cookie(name, value, max_age=seconds, httponly=True, samesite="strict", secure=secure)
    projects = projects_of(session, user.domain_id)
    actor = record_sign_in(session, user, projects[0].id, "session")
    return _describe(actor, list(projects))


@console.get("/session", action=SIGNED_IN)
def show_session(actor: ActorDep, session: SessionDep) -> SessionAnswer:
    return _describe(actor, list(projects_of(session, actor.domain_id)))


@console.delete("/session", action=SIGNED_IN, status_code=204)
def sign_out(request: Request, response: Response, actor: ActorDep, session: SessionDep) -> None:
    revoke_token(session, request.cookies.get(SESSION_COOKIE, ""))
    response.delete_cookie(SESSION_COOKIE)
    emit(session, actor, "logout", Resource("user", actor.user_id, actor.user_name))


def check_password(request: Request, domain_name: str, name: str, password: str) -> tuple[User, Domain]:
    """The enabled user whose password this is, or Unauthenticated; who guesses is slowed down.

    Hashing takes some ten milliseconds of a core: no transaction, and no other writer, waits for that.
    """
    database: Database = request.app.state.database
    throttle: SignInThrottle = request.app.state.throttle
    query = select(User, Domain).join(Domain, Domain.id == User.domain_id)
    with database.read() as session:
        row = session.execute(
            query.where((Domain.name == domain_name) | (Domain.id == domain_name), User.name == name)
        ).one_or_none()
    who = row[0].id if row else f"{domain_name[:64]}/{name[:64]}"
    address = request.client.host if request.client else ""
    source = source_of(request.app.state.vault, who, request.cookies.get(DEVICE_COOKIE, ""), address)
    throttle.check(who, source)
    if not matches(password, row[0].password_hash if row else None) or row is None or not row[0].enabled:
        throttle.failed(who, source)
        record_refusal(database, row[0] if row else None)
        raise bad_credentials()
    throttle.succeeded(who, source)
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
