"""From an exception to an answer. Each group of routes has its own form; none of them ever shows a traceback."""

import logging
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection
from starlette.exceptions import HTTPException

from maquette.db import explained
from maquette.kit.errors import Invalid, MaquetteError, TooLarge, Unavailable
from maquette.web.context import current_request
from maquette.web.strict_json import BadBody, BodyTooLarge

log = logging.getLogger(__name__)

ErrorStyle = Callable[[str, str], dict[str, Any]]


def modelarts_error(code: str, message: str) -> dict[str, Any]:
    return {"error_code": code, "error_msg": message}


def install_error_handlers(app: FastAPI) -> None:
    app.add_exception_handler(MaquetteError, _answer_known)
    app.add_exception_handler(RequestValidationError, _answer_validation)
    app.add_exception_handler(HTTPException, _answer_http)
    app.add_exception_handler(DBAPIError, _answer_database)
    app.add_exception_handler(NoConnection, _answer_overload)
    app.add_exception_handler(OverflowError, _answer_overflow)


def render(request: Request, error: MaquetteError) -> JSONResponse:
    """The answer in the form of the route's group."""
    style: ErrorStyle = getattr(request.scope.get("route"), "error_style", modelarts_error)
    body = style(error.code, error.message)
    if error.details:
        body["error_details"] = error.details
    headers = {"WWW-Authenticate": "X-Auth-Token"} if error.status == 401 else None
    return JSONResponse(body, error.status, headers)


def describe_validation(error: RequestValidationError) -> str:
    """One sentence per wrong field: where it is, and what is wrong with it."""
    sentences: list[str] = []
    for item in error.errors()[:10]:
        where = ".".join(str(part) for part in item["loc"] if part not in {"body", "query", "path"})
        sentences.append(f"{where or 'the request body'}: {item['msg']}")
    return "Invalid parameters: " + "; ".join(dict.fromkeys(sentences))


def _answer_known(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, MaquetteError)
    return render(request, error)


def _answer_validation(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    return render(request, Invalid(describe_validation(error)))


def _answer_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if isinstance(error, BadBody):
        return render(request, Invalid(error.detail))
    if isinstance(error, BodyTooLarge):
        return render(request, TooLarge(error.detail))
    known = MaquetteError(str(error.detail), code=f"ModelArts.0{error.status_code}")
    known.status = error.status_code
    if error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "")
        known.message = f"{request.url.path} does not take {request.method}; it takes {allowed or 'other methods'}."
    if error.status_code == 404:
        known.message = f"There is nothing at {request.method} {request.url.path}."
    return render(request, known)


def _answer_database(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, DBAPIError)
    known = explained(error)
    if known is None:
        return unexpected(request, error)
    if isinstance(known, Unavailable):
        log.error("database unavailable: %s", type(error.orig).__name__, exc_info=error)
    return render(request, known)


def _answer_overload(request: Request, error: Exception) -> JSONResponse:
    return render(request, Unavailable("All connections to the database are in use. Try again in a moment."))


def _answer_overflow(request: Request, error: Exception) -> JSONResponse:
    return render(request, Invalid("A number in the request is out of range."))


def unexpected(request: Request, error: Exception) -> JSONResponse:
    """The last resort: the log gets the traceback, the user the id that finds it."""
    context = current_request.get()
    request_id = context.request_id if context else "unknown"
    log.error("request %s failed", request_id, exc_info=error)
    known = MaquetteError(
        f"The server met an unexpected error. Its log has it under request {request_id}.", code="ModelArts.0500"
    )
    known.status = 500
    return render(request, known)
