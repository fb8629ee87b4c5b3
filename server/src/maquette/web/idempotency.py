"""The same `Idempotency-Key` twice has one effect: the first answer is kept in the transaction that earned it."""

from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from maquette.db import Base
from maquette.kit.clock import now_ms
from maquette.kit.errors import Conflict
from maquette.web.context import RequestContext

KEEP_MS = 24 * 3600 * 1000


class KeptAnswer(Base):
    """An answer that was given. `digest` tells a repetition from another request under the same key."""

    __tablename__ = "kept_answers"

    user_id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str]
    status: Mapped[int]
    body: Mapped[dict[str, Any] | None]
    created_at: Mapped[int] = mapped_column(default=now_ms, index=True)


def _digest(context: RequestContext) -> str:
    return f"{context.method} {context.path} {context.body_digest}"


def recall(session: Session, user_id: str, context: RequestContext) -> KeptAnswer | None:
    """The answer given before under this key, or None. Raises Conflict when the key was used for something else."""
    kept = session.get(KeptAnswer, (user_id, context.idempotency_key))
    if kept and kept.digest != _digest(context):
        raise Conflict("This Idempotency-Key was used for a different request. Use a fresh key for each request.")
    return kept


def keep(session: Session, user_id: str, context: RequestContext, status: int, body: Any) -> None:
    session.add(
        KeptAnswer(user_id=user_id, key=context.idempotency_key, digest=_digest(context), status=status, body=body)
    )


def forget_old(session: Session) -> None:
    session.execute(delete(KeptAnswer).where(KeptAnswer.created_at < now_ms() - KEEP_MS))
