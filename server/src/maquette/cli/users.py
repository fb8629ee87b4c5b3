"""Users and access keys from the command line, straight on the database."""

import getpass
import os
import sys

import typer

from maquette.cli.administration import administration, require_home
from maquette.events import Resource, emit
from maquette.iam import users
from maquette.kit.config import Settings
from maquette.kit.errors import Invalid
from maquette.kit.vault import Vault


def create(settings: Settings, account: str, name: str, *, administrator: bool) -> None:
    password = _password()
    group = users.ADMINISTRATORS if administrator else users.MEMBERS
    with administration(settings) as (session, actor):
        user = users.create_user(session, users.find_domain(session, account), name, password, group)
        emit(session, actor, "createUser", Resource("user", user.id, user.name), group=group)
    typer.echo(f"The user '{name}' of the account '{account}' can sign in.")


def show(settings: Settings) -> None:
    require_home(settings)
    with administration(settings) as (session, _):
        for user, domain in users.list_users(session):
            typer.echo(f"{domain.name}\t{user.name}\t{'enabled' if user.enabled else 'disabled'}")


def change_password(settings: Settings, account: str, name: str) -> None:
    password = _password()
    with administration(settings) as (session, actor):
        user = users.find_user(session, account, name)
        users.change_password(session, user, password)
        emit(session, actor, "changePassword", Resource("user", user.id, user.name))
    typer.echo(f"The user '{name}' of the account '{account}' has a new password.")


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
