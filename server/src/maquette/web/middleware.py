"""What happens to every request before a route sees it: its id, its host and origin, and its last resort."""

import logging
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from maquette.kit.errors import Forbidden, Invalid, MaquetteError
from maquette.kit.ids import new_id
from maquette.web.context import RequestContext, current_request
from maquette.web.errors import render, unexpected

log = logging.getLogger(__name__)

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
_SAFE_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_KEY = re.compile(r"[\x21-\x7e]{1,128}")


class Gate:
    """Outermost of our middleware. `hosts` are the names that we answer to, besides those of this machine."""

    def __init__(self, app: ASGIApp, *, hosts: Iterable[str]) -> None:
        self.app = app
        self.hosts = LOOPBACK | set(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        headers = Headers(scope=scope)
        context = _context(scope, headers)
        token = current_request.set(context)
        request = Request(scope, receive)
        started = False

        async def answer(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                out = MutableHeaders(scope=message)
                out["X-Request-Id"] = context.request_id
                out.setdefault("X-Content-Type-Options", "nosniff")
                out.setdefault("Referrer-Policy", "same-origin")
                out.setdefault("X-Frame-Options", "SAMEORIGIN")
            await send(message)

        try:
            self._check(scope, headers)
            await self.app(scope, receive, answer)
        except MaquetteError as error:
            if started:
                raise
            await render(request, error)(scope, receive, answer)
        except Exception as error:
            if started:
                # The answer has begun: all that is left is to cut the connection, so that nobody takes it for whole.
                log.error("request %s broke off", context.request_id, exc_info=error)
                raise
            await unexpected(request, error)(scope, receive, answer)
        finally:
            current_request.reset(token)

    def _check(self, scope: Scope, headers: Headers) -> None:
        host = headers.get("host", "")
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        if scope.get("server") and scope["server"][1] is not None and name.lower() not in self.hosts:
            raise Forbidden(f"This server does not answer to the host '{name[:100]}'. Add it to allowed_hosts.")
        origin = headers.get("origin")
        if origin and scope["method"] not in {"GET", "HEAD", "OPTIONS"} and urlsplit(origin).netloc != host:
            raise Forbidden("The request comes from another site and was refused.")
        raw: bytes = scope.get("raw_path") or b""
        query: bytes = scope.get("query_string") or b""
        if b"%00" in raw or b"%00" in query:
            raise Invalid("A NUL character is not allowed in a URL.")
        if not _KEY.fullmatch(headers.get("idempotency-key", "-")):
            raise Invalid("An Idempotency-Key has 1 to 128 printable ASCII characters without spaces.")


def _context(scope: Scope, headers: Headers) -> RequestContext:
    given = headers.get("x-request-id", "")
    key = headers.get("idempotency-key", "")
    client = scope.get("client")
    return RequestContext(
        request_id=given if _SAFE_ID.fullmatch(given) else new_id(),
        method=scope["method"],
        path=scope["path"],
        address=client[0] if client else "",
        idempotency_key=key if _KEY.fullmatch(key) else "",
    )
