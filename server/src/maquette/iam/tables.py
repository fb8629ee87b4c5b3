"""Accounts (domains), projects, users, groups, policies, credentials and tokens."""

from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from maquette.db import Base
from maquette.kit.clock import now_ms


class Domain(Base):
    """An account: users and projects belong to one."""

    __tablename__ = "domains"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class Project(Base):
    __tablename__ = "projects"
    __table_args__ = (UniqueConstraint("domain_id", "name"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    domain_id: Mapped[str] = mapped_column(ForeignKey("domains.id"))
    name: Mapped[str]


class User(Base):
    __tablename__ = "users"
    __table_args__ = (UniqueConstraint("domain_id", "name"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    domain_id: Mapped[str] = mapped_column(ForeignKey("domains.id"))
    name: Mapped[str]
    password_hash: Mapped[str]
    enabled: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[int] = mapped_column(default=now_ms)


class Group(Base):
    __tablename__ = "groups"
    __table_args__ = (UniqueConstraint("domain_id", "name"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    domain_id: Mapped[str] = mapped_column(ForeignKey("domains.id"))
    name: Mapped[str]


class Membership(Base):
    __tablename__ = "memberships"

    group_id: Mapped[str] = mapped_column(ForeignKey("groups.id"), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), primary_key=True)


class Policy(Base):
    """A policy document of Version 1.1. System policies belong to no domain."""

    __tablename__ = "policies"
    __table_args__ = (UniqueConstraint("domain_id", "name"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    domain_id: Mapped[str | None] = mapped_column(ForeignKey("domains.id"))
    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    document: Mapped[dict[str, Any]]


class PolicyGrant(Base):
    """A group's policy, in one project or (empty) in all of the domain's."""

    __tablename__ = "policy_grants"

    group_id: Mapped[str] = mapped_column(ForeignKey("groups.id"), primary_key=True)
    policy_id: Mapped[str] = mapped_column(ForeignKey("policies.id"), primary_key=True)
    project_id: Mapped[str] = mapped_column(primary_key=True, default="")


class Credential(Base):
    """An access key. The secret key signs requests, so it is kept sealed rather than hashed."""

    __tablename__ = "credentials"

    access_key: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    sealed_secret: Mapped[str]
    enabled: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[int] = mapped_column(default=now_ms)


class Token(Base):
    """Something that was given out as proof; only its hash is kept.

    `kind` is `token` (API), `session` (console cookie), `code` (single-use sign-in link) or `workload` (a job's
    attempt, named by `subject` and confined to the workload's workspace). An empty project means any of the domain's.
    """

    __tablename__ = "tokens"

    hash: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    project_id: Mapped[str] = mapped_column(default="")
    subject: Mapped[str] = mapped_column(default="", index=True)
    workspace_id: Mapped[str] = mapped_column(default="")
    issued_at: Mapped[int] = mapped_column(default=now_ms)
    expires_at: Mapped[int] = mapped_column(index=True)
    revoked_at: Mapped[int | None]
