"""Predictions: `<access address>/<path>` with a token, a signature or the console's session."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Request, Response

from maquette.inference.gateway import Call, Gateway, given_back
from maquette.kit.errors import TooLarge
from maquette.web import ActorDep, Router

router = Router("/v1/infers/{project_id}/{service_id}", "predictions")

BODY_LIMIT = 64 << 20
_PREFIX_PARTS = 5  # /v1/infers/{project_id}/{service_id}


def _gateway(request: Request) -> Gateway:
    return request.app.state.gateway


GatewayDep = Annotated[Gateway, Depends(_gateway)]


async def predict(service_id: str, request: Request, actor: ActorDep, gateway: GatewayDep) -> Response:
    """Pass a request on to a model of the service, which must answer within the limit (40 s unless set otherwise)."""
    body = await _limited_body(request)
    call = Call(request.method.encode(), _target(request), request.headers.raw, body)
    reply = await gateway.call(actor, service_id, call)
    # What a model answers is somebody's content, on our origin: it may not act there.
    return Response(reply.body, reply.status, given_back(reply) | {"Content-Security-Policy": "sandbox"})


def _offer(add: Callable[..., Any], name: str) -> None:
    """At the access address itself and below it: models name further paths in their config.json."""
    handler: Callable[..., Coroutine[Any, Any, Response]] = predict
    for path, ending in (("", ""), ("/{path:path}", "Below")):
        options = {"operation_id": f"{name}{ending}", "response_model": None, "include_in_schema": name == "Predict"}
        add(path, action="modelarts:service:predict", **options)(handler)


_offer(router.post, "Predict")
_offer(router.get, "PredictByGet")
_offer(router.put, "PredictByPut")
_offer(router.delete, "PredictByDelete")


def _target(request: Request) -> bytes:
    """What follows the access address, as it was sent."""
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    path = b"/" + b"/".join(raw.partition(b"?")[0].split(b"/")[_PREFIX_PARTS:])
    query: bytes = request.scope["query_string"]
    return path + b"?" + query if query else path


async def _limited_body(request: Request) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > BODY_LIMIT:
            raise TooLarge(f"A prediction's body may have {BODY_LIMIT >> 20} MiB.")
        parts.append(part)
    return b"".join(parts)
