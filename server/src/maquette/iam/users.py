"""Users, their groups and their access keys."""

import secrets
import string
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from maquette.iam.passwords import hash_password
from maquette.iam.tables import Credential, Domain, Group, Membership, Project, Token, User
from maquette.kit.actor import Actor
from maquette.kit.clock import now_ms
from maquette.kit.errors import Conflict, Invalid, NotFound
from maquette.kit.ids import new_id
from maquette.kit.vault import Vault

ADMINISTRATORS, MEMBERS = "admin", "members"
_KEY_LETTERS = string.ascii_uppercase + string.digits


def create_user(session: Session, domain: Domain, name: str, password: str, group: str = MEMBERS) -> User:
    """Add a user to a domain and one of its groups. Raises Conflict when the name is taken."""
    if not 1 <= len(name) <= 64 or not name.isprintable() or name != name.strip():
        raise Invalid("A user name has 1 to 64 printable characters, with no space at its ends.")
    taken = session.scalar(select(User).where(User.domain_id == domain.id, User.name == name))
    if taken:
        raise Conflict(f"The user '{name}' exists already in the account '{domain.name}'.")
    row = session.scalar(select(Group).where(Group.domain_id == domain.id, Group.name == group))
    if row is None:
        raise NotFound(f"There is no group '{group}' in the account '{domain.name}'.")
    user = User(id=new_id(), domain_id=domain.id, name=name, password_hash=hash_password(password))
    session.add(user)
    session.flush()
    session.add(Membership(group_id=row.id, user_id=user.id))
    return user


def find_domain(session: Session, name: str) -> Domain:
    domain = session.scalar(select(Domain).where(Domain.name == name))
    if domain is None:
        raise NotFound(f"There is no account '{name}'.")
    return domain


def find_user(session: Session, domain_name: str, name: str) -> User:
    query = select(User).join(Domain, Domain.id == User.domain_id).where(Domain.name == domain_name, User.name == name)
    user = session.scalar(query)
    if user is None:
        raise NotFound(f"There is no user '{name}' in the account '{domain_name}'.")
    return user


def list_users(session: Session) -> Sequence[tuple[User, Domain]]:
    rows = session.execute(
        select(User, Domain).join(Domain, Domain.id == User.domain_id).order_by(Domain.name, User.name)
    )
    return [(row[0], row[1]) for row in rows]


def disable_user(session: Session, user: User) -> None:
    """Shut a user out: their tokens, sessions and keys stop working with this transaction."""
    user.enabled = False
    _end_tokens(session, user, "token", "session", "code", "workload")


def change_password(session: Session, user: User, password: str) -> None:
    """Set a password and end what was gained with the old one. Access keys and running jobs keep theirs."""
    user.password_hash = hash_password(password)
    _end_tokens(session, user, "token", "session", "code")


def _end_tokens(session: Session, user: User, *kinds: str) -> None:
    live = select(Token).where(Token.user_id == user.id, Token.kind.in_(kinds), Token.revoked_at.is_(None))
    for token in session.scalars(live):
        token.revoked_at = now_ms()


def create_credential(session: Session, vault: Vault, user: User) -> tuple[str, str]:
    """A new access key and its secret key, which is shown this once."""
    access_key = "".join(secrets.choice(_KEY_LETTERS) for _ in range(20))
    secret_key = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(40))
    session.add(Credential(access_key=access_key, user_id=user.id, sealed_secret=vault.seal(secret_key)))
    return access_key, secret_key


def projects_of(session: Session, domain_id: str) -> Sequence[Project]:
    return session.scalars(select(Project).where(Project.domain_id == domain_id).order_by(Project.name)).all()


def is_administrator(session: Session, user_id: str) -> bool:
    query = select(Group.id).join(Membership, Membership.group_id == Group.id)
    return session.scalar(query.where(Membership.user_id == user_id, Group.name == ADMINISTRATORS).limit(1)) is not None


def system_actor(session: Session, user: User, project_id: str) -> Actor:
    """The actor for work done on a user's behalf by the command line or the platform itself; no workspaces yet."""
    domain = session.get_one(Domain, user.domain_id)
    return Actor(
        user.id, user.name, domain.id, domain.name, project_id, administrator=is_administrator(session, user.id)
    )
