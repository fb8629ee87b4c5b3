"""Request bodies as JSON that cannot harm: finite numbers of 64 bits, no NUL, no lone surrogate, bounded depth."""

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


class StrictRequest(Request):
    """A request whose `json()` accepts only what the database and other clients can hold."""

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
