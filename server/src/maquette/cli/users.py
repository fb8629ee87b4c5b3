"""Users and access keys from the command line, straight on the database."""

import getpass
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from sqlalchemy.orm import Session

from maquette.db import Database
from maquette.events import Resource, emit
from maquette.iam import ensure_first_user, system_actor, users
from maquette.kit.actor import Actor
from maquette.kit.config import Settings
from maquette.kit.errors import Invalid
from maquette.kit.vault import Vault
from maquette.migrations import upgrade


@contextmanager
def administration(settings: Settings) -> Iterator[tuple[Session, Actor]]:
    """One transaction as the administrator of the installation, on a home that may be new."""
    settings.prepare()
    upgrade(settings.database)
    database = Database(settings.database, settings.worker_socket)
    try:
        with database.write() as session:
            password = settings.admin_password.get_secret_value() if settings.admin_password else None
            first = ensure_first_user(session, password)
            project = users.projects_of(session, first.domain_id)[0]
            actor = system_actor(session, first, project.id)
            yield session, actor.within(project.id, frozenset({"0"}))
    finally:
        database.dispose()


def create(settings: Settings, account: str, name: str, *, administrator: bool) -> None:
    password = _password()
    group = users.ADMINISTRATORS if administrator else users.MEMBERS
    with administration(settings) as (session, actor):
        user = users.create_user(session, users.find_domain(session, account), name, password, group)
        emit(session, actor, "createUser", Resource("user", user.id, user.name), group=group)
    typer.echo(f"The user '{name}' of the account '{account}' can sign in.")


def show(settings: Settings) -> None:
    with administration(settings) as (session, _):
        for user, domain in users.list_users(session):
            typer.echo(f"{domain.name}\t{user.name}\t{'enabled' if user.enabled else 'disabled'}")


def disable(settings: Settings, account: str, name: str) -> None:
    with administration(settings) as (session, actor):
        user = users.find_user(session, account, name)
        users.disable_user(session, user)
        emit(session, actor, "disableUser", Resource("user", user.id, user.name))
    typer.echo(f"The user '{name}' of the account '{account}' is disabled.")


def create_key(settings: Settings, account: str, name: str) -> dict[str, str]:
    with administration(settings) as (session, actor):
        user = users.find_user(session, account, name)
        access_key, secret_key = users.create_credential(session, Vault(settings.home), user)
        project = users.projects_of(session, user.domain_id)[0]
        emit(session, actor, "createCredential", Resource("user", user.id, user.name), access_key=access_key)
        return {"access_key": access_key, "secret_key": secret_key, "project_id": project.id}


def _password() -> str:
    if given := os.environ.get("MAQUETTE_PASSWORD"):
        return given
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("Password: ")
    if first != getpass.getpass("Again: "):
        raise Invalid("The two passwords differ.")
    return first
