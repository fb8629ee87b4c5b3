"""The events of a service, as its page shows them. Clients of the contract read and search the English text."""

from sqlalchemy.orm import Session

from maquette.inference.tables import ServiceEvent
from maquette.kit.ids import new_id
from maquette.kit.sentences import Sentences

EVENTS = Sentences(
    {
        "deploy": "start to deploy service",
        "update": "start to update service",
        "start": "start service",
        "stop": "stop service",
        "stop-as-scheduled": "the scheduled time has come: stop service",
        "prepare-instance": "[{model}] preparing environment",
        # Before the next one: a reason may end in the words of that.
        "instance-ended": "instance {instance} ended: {reason}",
        "instance-ready": "instance {instance} is ready",
        "deployed": "deploy service success",
        "deploy-failed": "deploy service failed: {reason}",
        "stopped": "service stopped",
    }
)
_ABNORMAL = frozenset({"instance-ended", "deploy-failed"})


def note(session: Session, service_id: str, code: str, **values: str) -> None:
    kind = "abnormal" if code in _ABNORMAL else "normal"
    info = EVENTS.say(code, **values)
    session.add(ServiceEvent(id=new_id(), service_id=service_id, type=kind, info=info[:2000]))
