"""Tokens: random strings whose hashes lie in a table, so that each can be revoked at once."""

import hashlib
import secrets
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from maquette.iam.errors import bad_token
from maquette.iam.tables import Token, User
from maquette.kit.clock import now_ms

HOUR_MS = 3600 * 1000


@dataclass(frozen=True, slots=True)
class TokenSpec:
    kind: str
    user_id: str
    lifetime_ms: int
    project_id: str = ""
    subject: str = ""
    workspace_id: str = ""


def issue_token(session: Session, spec: TokenSpec) -> str:
    """Store a fresh token's hash and return the token, which cannot be had again."""
    token = secrets.token_urlsafe(32)
    session.add(
        Token(
            hash=_hash(token),
            kind=spec.kind,
            user_id=spec.user_id,
            project_id=spec.project_id,
            subject=spec.subject,
            workspace_id=spec.workspace_id,
            expires_at=now_ms() + spec.lifetime_ms,
        )
    )
    session.flush()
    return token


def find_token(session: Session, token: str, kinds: set[str]) -> tuple[Token, User]:
    """The live token and its enabled user, or Unauthenticated."""
    query = select(Token, User).join(User, User.id == Token.user_id).where(Token.hash == _hash(token))
    row = session.execute(query).one_or_none()
    if row is None:
        raise bad_token()
    found, user = row[0], row[1]
    if found.kind not in kinds or found.revoked_at or found.expires_at < now_ms() or not user.enabled:
        raise bad_token()
    return found, user


def revoke_token(session: Session, token: str) -> None:
    session.execute(update(Token).where(Token.hash == _hash(token)).values(revoked_at=now_ms()))


def revoke_workload_tokens(session: Session, subject: str) -> None:
    """End the access of one attempt of a job or service."""
    session.execute(update(Token).where(Token.kind == "workload", Token.subject == subject).values(revoked_at=now_ms()))


def forget_expired(session: Session) -> None:
    session.execute(delete(Token).where(Token.expires_at < now_ms() - 24 * HOUR_MS))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
