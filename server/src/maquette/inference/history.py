"""The events of a service, as its page shows them."""

from sqlalchemy.orm import Session

from maquette.inference.tables import ServiceEvent
from maquette.kit.ids import new_id


def note(session: Session, service_id: str, info: str, *, abnormal: bool = False) -> None:
    kind = "abnormal" if abnormal else "normal"
    session.add(ServiceEvent(id=new_id(), service_id=service_id, type=kind, info=info[:2000]))
