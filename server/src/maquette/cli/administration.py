"""Acting as the administrator of a home, straight on its database, beside a running server or before the first one."""

from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from maquette.db import Database
from maquette.iam import ensure_first_user, system_actor, users
from maquette.kit.actor import Actor
from maquette.kit.config import Settings
from maquette.kit.errors import NotFound
from maquette.migrations import upgrade
from maquette.workspaces import accessible


def require_home(settings: Settings) -> None:
    """Refuse a home that is not there: what only reads makes none, least of all where a path was mistyped."""
    database = settings.home / "maquette.db"
    if not settings.home.is_dir() or not (settings.database_url or database.is_file()):
        raise NotFound(
            f"There is no home at {settings.home}. Name yours with --home or MAQUETTE_HOME; `maquette serve` makes one."
        )


@contextmanager
def opened(settings: Settings) -> Generator[tuple[Database, Actor]]:
    """The home's database, made or brought up to date if need be, and its administrator."""
    settings.prepare()
    upgrade(settings.database)
    database = Database(settings.database, settings.worker_socket)
    try:
        with database.write() as session:
            password = settings.admin_password.get_secret_value() if settings.admin_password else None
            first = ensure_first_user(session, password)
            project = users.projects_of(session, first.domain_id)[0]
            actor = system_actor(session, first, project.id)
            actor = actor.within(project.id, accessible(session, actor))
        yield database, actor
    finally:
        database.dispose()


@contextmanager
def administration(settings: Settings) -> Generator[tuple[Session, Actor]]:
    """The same with one transaction."""
    with opened(settings) as (database, actor), database.write() as session:
        yield session, actor
