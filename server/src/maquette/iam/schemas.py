"""Bodies of the identity operations: Keystone's for tokens and projects, our own for the console's session."""

from typing import Annotated, Any

from pydantic import Field

from maquette.web import Contract, Own


class NamedDomain(Contract):
    name: str = ""
    id: str = ""


class PasswordUser(Contract):
    name: str = ""
    id: str = ""
    password: str
    domain: NamedDomain = NamedDomain()


class PasswordIdentity(Contract):
    user: PasswordUser


class Identity(Contract):
    methods: list[str]
    password: PasswordIdentity


class ScopeProject(Contract):
    id: str = ""
    name: str = ""


class Scope(Contract):
    project: ScopeProject | None = None
    domain: NamedDomain | None = None


class Auth(Contract):
    identity: Identity
    scope: Scope = Scope()


class CreateToken(Contract):
    auth: Auth


class Named(Contract):
    id: str
    name: str


class NamedInDomain(Named):
    domain: Named | None = None


class TokenBody(Contract):
    methods: list[str]
    issued_at: str
    expires_at: str
    user: NamedInDomain
    project: NamedInDomain | None = None
    domain: Named | None = None
    roles: list[Named] = []
    catalog: list[dict[str, Any]] = []


class TokenAnswer(Contract):
    token: TokenBody


class ProjectItem(Contract):
    id: str
    name: str
    domain_id: str
    enabled: bool = True
    is_domain: bool = False
    description: str = ""
    links: dict[str, str] = {}


class ProjectList(Contract):
    projects: list[ProjectItem]
    links: dict[str, str] = {}


class SignIn(Own):
    """Either the code of a sign-in link, or an account's user with a password."""

    code: Annotated[str, Field(max_length=200)] = ""
    domain: Annotated[str, Field(max_length=64)] = ""
    user: Annotated[str, Field(max_length=64)] = ""
    password: Annotated[str, Field(max_length=512)] = ""


class SessionUser(Own):
    id: str
    name: str
    domain: str
    administrator: bool


class SessionAnswer(Own):
    user: SessionUser
    projects: list[Named]
    project_id: str
