"""The first start: domain `admin` with user `admin`, project `default`, the groups and the system policies."""

import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from maquette.iam.policies import SYSTEM_POLICIES
from maquette.iam.tables import Domain, Group, Policy, PolicyGrant, Project, User
from maquette.iam.users import ADMINISTRATORS, MEMBERS, create_user
from maquette.kit.ids import new_id

FIRST_DOMAIN = FIRST_USER = "admin"
FIRST_PROJECT = "default"
_GRANTS = {ADMINISTRATORS: "Tenant Administrator", MEMBERS: "ModelArts CommonOperations"}


def ensure_first_user(session: Session, password: str | None) -> User:
    """Make what every home has, once. Without a password the first way in is the sign-in link that is printed."""
    policies = _system_policies(session)
    domain = session.scalar(select(Domain).where(Domain.name == FIRST_DOMAIN))
    if domain is None:
        domain = create_domain(session, FIRST_DOMAIN, policies)
    user = session.scalar(select(User).where(User.domain_id == domain.id, User.name == FIRST_USER))
    return user or create_user(session, domain, FIRST_USER, password or secrets.token_urlsafe(24), ADMINISTRATORS)


def create_domain(session: Session, name: str, policies: dict[str, Policy]) -> Domain:
    domain = Domain(id=new_id(), name=name)
    session.add(domain)
    session.flush()
    session.add(Project(id=new_id(), domain_id=domain.id, name=FIRST_PROJECT))
    for group_name, policy_name in _GRANTS.items():
        group = Group(id=new_id(), domain_id=domain.id, name=group_name)
        session.add(group)
        session.flush()
        session.add(PolicyGrant(group_id=group.id, policy_id=policies[policy_name].id))
    return domain


def _system_policies(session: Session) -> dict[str, Policy]:
    """The rows of the system policies, brought up to what this version says of them."""
    rows = {row.name: row for row in session.scalars(select(Policy).where(Policy.domain_id.is_(None)))}
    for name, (description, document) in SYSTEM_POLICIES.items():
        row = rows.setdefault(name, Policy(id=new_id(), name=name))
        row.description, row.document = description, document
        session.add(row)
    session.flush()
    return rows
