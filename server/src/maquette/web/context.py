"""What is known about the request at hand, wherever the code is: its id for logs, its key for idempotency."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class RequestContext:
    request_id: str
    method: str = ""
    path: str = ""
    address: str = ""
    idempotency_key: str = ""
    body_digest: str = ""


current_request: ContextVar[RequestContext | None] = ContextVar("maquette_request", default=None)
