"""Predictions: `<access address>/<path>` with a token, a signature or the console's session."""

from typing import Annotated

from fastapi import Depends, Request, Response

from maquette.inference.gateway import Call, Gateway
from maquette.kit.errors import TooLarge
from maquette.web import ActorDep, Router

router = Router("/v1/infers/{project_id}/{service_id}", "predictions")

BODY_LIMIT = 64 << 20


def _gateway(request: Request) -> Gateway:
    return request.app.state.gateway


GatewayDep = Annotated[Gateway, Depends(_gateway)]


@router.get("/{path:path}", action="modelarts:service:predict", operation_id="PredictGet", response_model=None)
async def predict_get(service_id: str, path: str, request: Request, actor: ActorDep, gateway: GatewayDep) -> Response:
    """Pass a GET on, `/health` for example."""
    return await _pass_on(service_id, path, request, actor, gateway)


@router.post("/{path:path}", action="modelarts:service:predict", operation_id="Predict", response_model=None)
async def predict(service_id: str, path: str, request: Request, actor: ActorDep, gateway: GatewayDep) -> Response:
    """Pass a prediction on to the model, which must answer within 40 seconds."""
    return await _pass_on(service_id, path, request, actor, gateway)


@router.post("", action="modelarts:service:predict", operation_id="PredictRoot", response_model=None)
async def predict_root(service_id: str, request: Request, actor: ActorDep, gateway: GatewayDep) -> Response:
    """The same at the access address itself, without a closing slash."""
    return await _pass_on(service_id, "", request, actor, gateway)


async def _pass_on(service_id: str, path: str, request: Request, actor: ActorDep, gateway: Gateway) -> Response:
    body = await _limited_body(request)
    query = request.url.query
    call = Call(request.method, f"/{path}" + (f"?{query}" if query else ""), request.headers.raw, body)
    reply = await gateway.call(actor, service_id, call)
    return Response(reply.body, reply.status, reply.headers | {"Content-Security-Policy": "sandbox"})


async def _limited_body(request: Request) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > BODY_LIMIT:
            raise TooLarge(f"A prediction's body may have {BODY_LIMIT >> 20} MiB.")
        parts.append(part)
    return b"".join(parts)
