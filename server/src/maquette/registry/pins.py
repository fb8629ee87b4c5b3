"""Keeping a model while somebody uses it, without knowing who that may be."""

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from maquette.registry.tables import ModelPin


def pin(session: Session, model_id: str, user_type: str, user_id: str) -> None:
    if session.get(ModelPin, (model_id, user_type, user_id)) is None:
        session.add(ModelPin(model_id=model_id, user_type=user_type, user_id=user_id))


def unpin(session: Session, user_type: str, user_id: str, *, keep: frozenset[str] = frozenset()) -> None:
    """Drop this user's pins, except on the models it goes on using."""
    stale = delete(ModelPin).where(ModelPin.user_type == user_type, ModelPin.user_id == user_id)
    session.execute(stale.where(ModelPin.model_id.not_in(keep)))


def pinned_by(session: Session, model_id: str) -> str | None:
    """One user of the model, as `service 1a2b…`, or None."""
    row = session.scalar(select(ModelPin).where(ModelPin.model_id == model_id).limit(1))
    return f"{row.user_type} {row.user_id}" if row else None


def users_of(model_id: str, user_type: str) -> Select[str]:
    """The query for the ids of a model's users of one type."""
    return select(ModelPin.user_id).where(ModelPin.model_id == model_id, ModelPin.user_type == user_type)
