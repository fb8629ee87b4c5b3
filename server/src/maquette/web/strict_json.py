"""Request bodies as JSON that cannot harm: bounded, finite numbers of 64 bits, no NUL, no lone surrogate."""

import hashlib
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request

from maquette.web.context import current_request

MAX_DEPTH = 64
_INT_LIMIT = 2**63


class BadBody(HTTPException):
    """A body that is no JSON we accept. An HTTPException because the framework replaces all others on the way."""

    def __init__(self, path: list[str | int], reason: str) -> None:
        where = ".".join(str(part) for part in path) or "the request body"
        super().__init__(400, f"Invalid parameters: {where}: {reason}")


class BodyTooLarge(HTTPException):
    """A body over the limit; an HTTPException for the same reason."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            413, f"The request body is over the limit of {limit} bytes. Upload files through the files API instead."
        )


class StrictRequest(Request):
    """A request that is read into memory up to a limit, as JSON that the database and other clients can hold.

    The limit is here, where a body is collected, and not before the routes: whoever takes a stream has limits of its
    own, and no address can be mistaken for one that does.
    """

    async def body(self) -> bytes:
        if not hasattr(self, "_body"):
            limit: int = self.app.state.settings.body_limit
            declared = self.headers.get("content-length", "")
            size = int(declared) if declared.isdigit() and len(declared) < 20 else 0
            parts: list[bytes] = []
            if size <= limit:
                size = 0
                async for part in self.stream():
                    size += len(part)
                    if size > limit:
                        break
                    parts.append(part)
            if size > limit:
                raise BodyTooLarge(limit)
            self._body = b"".join(parts)
        return self._body

    async def json(self) -> Any:
        if not hasattr(self, "_json"):
            body = await self.body()
            if context := current_request.get():
                context.body_digest = hashlib.sha256(body).hexdigest()
            self._json = parse_strict(body)
        return self._json


def parse_strict(body: bytes) -> Any:
    """Parse or raise BadBody naming the first offence."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadBody([], f"not valid JSON: {error.msg} at line {error.lineno} column {error.colno}") from None
    except RecursionError:
        raise BadBody([], "nested too deeply") from None
    _check(value, [], 0)
    return value


def _check(value: Any, path: list[str | int], depth: int) -> None:
    if isinstance(value, str):
        if "\x00" in value:
            raise BadBody(path, "a NUL character is not allowed")
    elif isinstance(value, dict):
        if depth >= MAX_DEPTH:
            raise BadBody(path, "nested too deeply")
        for key, item in value.items():  # pyright: ignore[reportUnknownVariableType]
            _check(key, path, depth)
            _check(item, [*path, str(key)], depth + 1)  # pyright: ignore[reportUnknownArgumentType]
    elif isinstance(value, list):
        if depth >= MAX_DEPTH:
            raise BadBody(path, "nested too deeply")
        for index, item in enumerate(value):  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType]
            _check(item, [*path, index], depth + 1)
    elif isinstance(value, int):
        if not -_INT_LIMIT <= value < _INT_LIMIT:
            raise BadBody(path, "a number beyond 64 bits")
    elif isinstance(value, float) and value - value != 0:
        raise BadBody(path, "a number must be finite")
