"""Routes that cannot forget their permission.

A Router's routes name the action they need (`modelarts:dataset:create`); there is no way to add one without. A handler
that asks for a session gets one transaction, committed after the handler and before the answer: what was answered is
stored. With an `Idempotency-Key` the answer is stored beside it, and given again when the request is repeated.
"""

import functools
import inspect
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from maquette.db.hooks import run_after_commit
from maquette.kit.actor import Actor
from maquette.kit.errors import TooLarge
from maquette.web.context import current_request
from maquette.web.errors import ErrorStyle, modelarts_error
from maquette.web.idempotency import keep, recall
from maquette.web.strict_json import StrictRequest

ANYONE = "anyone"
"""No sign-in needed: signing in itself, health, the console's files."""

SIGNED_IN = "signed-in"
"""Any user, whatever the policies say: asking who one is."""

SIGNED_BODY_LIMIT = 64 << 20

Handler = Callable[..., Any]


class StrictRoute(APIRoute):
    error_style: ErrorStyle = staticmethod(modelarts_error)
    action: str = ""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def strict(request: Request) -> Response:
            return await handle(StrictRequest(request.scope, request.receive))

        return strict


class Router:
    """Collects a domain's routes under a prefix. `errors` is how this group renders an error."""

    def __init__(self, prefix: str, tag: str, errors: ErrorStyle = modelarts_error) -> None:
        self.routes = APIRouter(prefix=prefix, tags=[tag], route_class=StrictRoute)
        self._errors = errors

    def get(self, path: str, *, action: str, **options: Any) -> Callable[[Handler], Handler]:
        return self._add(["GET"], path, action, options)

    def head(self, path: str, *, action: str, **options: Any) -> Callable[[Handler], Handler]:
        return self._add(["HEAD"], path, action, options)

    def post(self, path: str, *, action: str, **options: Any) -> Callable[[Handler], Handler]:
        return self._add(["POST"], path, action, options)

    def put(self, path: str, *, action: str, **options: Any) -> Callable[[Handler], Handler]:
        return self._add(["PUT"], path, action, options)

    def delete(self, path: str, *, action: str, **options: Any) -> Callable[[Handler], Handler]:
        return self._add(["DELETE"], path, action, options)

    def any(self, path: str, *, action: str, **options: Any) -> Callable[[Handler], Handler]:
        return self._add(["GET", "POST", "PUT", "DELETE"], path, action, options)

    def _add(self, methods: list[str], path: str, action: str, options: dict[str, Any]) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            endpoint = _committing(handler, options.get("status_code") or 200)
            operation = "".join(word.capitalize() for word in handler.__name__.split("_"))
            self.routes.add_api_route(
                path,
                endpoint,
                methods=methods,
                operation_id=options.pop("operation_id", operation),
                dependencies=[Depends(permit(action))],
                openapi_extra=self._described(path, action),
                response_model_exclude_none=options.pop("response_model_exclude_none", True),
                **options,
            )
            route = self.routes.routes[-1]
            assert isinstance(route, StrictRoute)
            route.action, route.error_style = action, self._errors
            return handler

        return register

    def _described(self, path: str, action: str) -> dict[str, Any]:
        """The action, and the project in the path: the gatekeeper reads it there, so handlers do not declare it."""
        project = "{project_id}" in self.routes.prefix + path
        return {"x-action": action} | ({"parameters": [_PROJECT]} if project else {})


_PROJECT = {"name": "project_id", "in": "path", "required": True, "schema": {"type": "string"}}


def permit(action: str) -> Callable[[Request], Coroutine[Any, Any, None]]:
    """The dependency that finds out who asks and whether they may; the gatekeeper itself is iam's."""

    async def check(request: Request) -> None:
        if action == ANYONE:
            return
        signed = request.headers.get("authorization", "").startswith("SDK-HMAC-SHA256")
        declared = request.headers.get("x-sdk-content-sha256")
        body = await _signed_body(request) if signed and not declared else b""
        keeper = request.app.state.gatekeeper
        request.state.actor = keeper.recall(request, action) or await run_in_threadpool(keeper, request, action, body)

    return check


async def _signed_body(request: Request) -> bytes:
    """The body whose hash the signature covers, kept for the handler. Nobody is known yet: it is not read for ever."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > SIGNED_BODY_LIMIT:
            raise TooLarge(
                f"A signed request's body may have {SIGNED_BODY_LIMIT >> 20} MiB. "
                "Send a larger one with the header X-Sdk-Content-Sha256: UNSIGNED-PAYLOAD."
            )
        parts.append(part)
    request._body = b"".join(parts)  # pyright: ignore[reportPrivateUsage] - as Request.body() does
    return request._body  # pyright: ignore[reportPrivateUsage]


def _committing(handler: Handler, status: int) -> Handler:
    """Wrap a handler that takes `session` so that its work is committed before it is answered."""
    if "session" not in inspect.signature(handler).parameters:
        return handler

    @functools.wraps(handler)
    def committed(*args: Any, **kwargs: Any) -> Any:
        session: Session = kwargs["session"]
        actor: Actor | None = kwargs.get("actor")
        context = current_request.get()
        once = context if context and context.idempotency_key and context.method == "POST" and actor else None
        with session:
            if once and actor and (kept := recall(session, actor.user_id, once)):
                return JSONResponse(kept.body, kept.status, {"Idempotent-Replay": "true"})
            result = handler(*args, **kwargs)
            if once and actor:
                keep_answer(session, actor, status, result)
            session.commit()
        run_after_commit(session)
        return result

    return committed


def kept_answer(session: Session, actor: Actor) -> Any:
    """The body given before under this request's key, or None: for handlers with transactions of their own."""
    context = current_request.get()
    kept = recall(session, actor.user_id, context) if context and context.idempotency_key else None
    return kept.body if kept else None


def keep_answer(session: Session, actor: Actor, status: int, result: Any) -> None:
    """Keep an answer with the transaction that earned it, if the request asks for that."""
    context = current_request.get()
    if context and context.idempotency_key:
        keep(session, actor.user_id, context, status, jsonable_encoder(result, exclude_none=True))
