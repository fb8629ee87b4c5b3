"""Who we are and where the platform is: credentials, a connection per thread, retries.

Inside a job the platform sets MAQUETTE_ENDPOINT and MAQUETTE_PROJECT_ID and mounts a private credentials file. What
the platform gives wins over `set_auth`, because scripts carry the addresses and keys of the cloud they came from.
"""

from __future__ import annotations

import json
import os
import time
from _thread import _local  # pyright: ignore[reportPrivateUsage]  threading.local, without threading
from collections.abc import Mapping

from moxing.framework.file.errors import Answer, MoxException, MoxFileNotExistsException, MoxFileRespException
from moxing.framework.file.wire import Broken, Connection, Response

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from moxing.framework.file.wire import Upload

CREDENTIALS = "/run/secrets/modelarts/user/config"
BUSY = (429, 502, 503, 504)
_ENVIRONMENT = ("MAQUETTE_ENDPOINT", "MAQUETTE_PROJECT_ID", "MAQUETTE_CREDENTIALS", "MAQUETTE_TOKEN")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")


class Policy:
    """How patient calls are; `set_auth` and tests change it. Times are in seconds."""

    patience = 120.0
    first_wait = 0.05
    longest_wait = 2.0
    timeout = 60.0
    verify = True
    page = 1000


class Platform:
    """Endpoint, project and credentials, read once per combination of the variables."""

    def __init__(self, variables: tuple[str | None, ...]) -> None:
        endpoint, project, path, token = variables
        told: dict[str, str] = {}
        try:
            with open(path or CREDENTIALS, encoding="utf-8") as file:
                told = json.load(file)
        except FileNotFoundError:
            if path:
                raise MoxException(f"The credentials file '{path}' (MAQUETTE_CREDENTIALS) does not exist.") from None
        self.endpoint = endpoint or told.get("endpoint") or _given.get("endpoint", "")
        self.project = project or told.get("project_id") or _given.get("project_id", "")
        self.token = token or told.get("token", "")
        if not self.endpoint or not self.project:
            raise MoxException(
                "There is no platform to ask for remote files: set MAQUETTE_ENDPOINT and MAQUETTE_PROJECT_ID, "
                "or call mox.file.set_auth(ak=…, sk=…, server=…, project_id=…)."
            )


class _Thread(_local):
    def __init__(self) -> None:
        self.connection: Connection | None = None


_given: dict[str, str] = {}
_known: dict[tuple[str | None, ...], Platform] = {}
_thread = _Thread()


def set_auth(
    ak: str | None = None,
    sk: str | None = None,
    server: str | None = None,
    port: int | None = None,
    is_secure: bool | None = None,
    ssl_verify: bool | None = None,
    long_conn_mode: bool | None = None,
    path_style: bool | None = None,
    retry: int | None = None,
    retry_wait: float | None = None,
    client_timeout: float | None = None,
    list_max_keys: int | None = None,
    project_id: str | None = None,
) -> None:
    """Give keys and limits for use outside the platform; every argument is optional.

    Inside a job the platform's own address and token are used whatever is given here. `long_conn_mode` and
    `path_style` describe the original's transport and change nothing.
    """
    if server:
        scheme = "http" if is_secure is False else "https"
        endpoint = server if ":/" in server else f"{scheme}://{server}"
        _given["endpoint"] = f"{endpoint}:{port}" if port else endpoint
    for name, value in (("ak", ak), ("sk", sk), ("project_id", project_id)):
        if value:
            _given[name] = value
    if ssl_verify is not None:
        Policy.verify = ssl_verify
    if retry is not None:
        # The original counts attempts; a patience in seconds is what survives a restart of the platform.
        Policy.patience = retry * (retry_wait or Policy.longest_wait)
    if client_timeout is not None:
        Policy.timeout = client_timeout
    if list_max_keys is not None:
        Policy.page = max(1, min(list_max_keys, 1000))
    _known.clear()


def platform() -> Platform:
    variables = tuple(os.environ.get(name) for name in _ENVIRONMENT)
    found = _known.get(variables)
    if found is None:
        found = _known[variables] = Platform(variables)
    return found


def quote(text: str, *, slashes: bool = True) -> str:
    """Percent-encode for a path, or for a query value when slashes are to be encoded too."""
    data = text.encode("utf-8", "surrogateescape")
    return "".join(chr(byte) if byte in _UNRESERVED and (slashes or byte != 0x2F) else f"%{byte:02X}" for byte in data)


def call(
    method: str,
    path: str,
    *,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    body: bytes | Upload | None = None,
    accept: tuple[int, ...] = (),
    stream: bool = False,
) -> Response:
    """Ask the files API and return an answer below 300, or one of the statuses in `accept`.

    Connection failures and busy answers are tried again until the patience ends: all calls made here may be repeated.
    The body is in `content`, unless `stream`: then the caller reads it and gives the answer to `release`.
    """
    where = platform()
    target = f"/v1/{where.project}{path}"
    if query:
        target += "?" + "&".join(f"{name}={quote(value, slashes=False)}" for name, value in query.items())
    attempts = Attempts()
    while True:
        try:
            response = _once(where, method, target, headers or {}, body)
            if not stream and (response.status < 300 or response.status in accept):
                response.content = response.read()
                response.finish()
        except Broken as problem:
            drop()
            attempts.wait(Answer(0, "unreachable", str(problem)), problem.retry)
            continue
        if response.status < 300 or response.status in accept:
            if stream:
                _thread.connection = None  # it is the reader's until `release`
            return response
        answer = refusal(response)
        if response.status in BUSY:
            attempts.wait(answer)
            continue
        if response.status == 404:
            raise MoxFileNotExistsException(answer.errorMessage or f"{path} does not exist.")
        raise MoxFileRespException(answer)


class Attempts:
    """Waits between attempts, growing; raises the last failure once the patience has ended."""

    def __init__(self) -> None:
        self._until: float | None = None
        self._pause = 0.0

    def wait(self, answer: Answer, retry: bool = True) -> None:
        now = time.monotonic()
        if self._until is None:
            self._until = now + Policy.patience
        if not retry or now >= self._until:
            raise MoxFileRespException(answer)
        # The first repetition is at once: most failures are a kept connection that the other side had closed.
        time.sleep(self._pause)
        self._pause = min(max(self._pause * 1.6, Policy.first_wait), Policy.longest_wait)


def _once(
    where: Platform, method: str, target: str, headers: Mapping[str, str], body: bytes | Upload | None
) -> Response:
    # A forked child must not speak on its parent's connection, and a thread keeps one, to the last endpoint.
    kept = _thread.connection
    if kept is None or not kept.open or kept.owner != (os.getpid(), where.endpoint):
        kept = _thread.connection = Connection(where.endpoint, Policy.timeout, Policy.verify)
    return kept.request(method, target, {**_credentials(where, method, target, not body), **headers}, body)


def _credentials(where: Platform, method: str, target: str, empty: bool) -> dict[str, str]:
    if where.token:
        return {"X-Auth-Token": where.token}
    if "ak" in _given and "sk" in _given:
        from moxing.framework.file.signing import sign  # hashing is needed outside the platform only

        return sign((_given["ak"], _given["sk"]), where, method, target, empty=empty)
    return {}


def drop() -> None:
    """Forget this thread's connection."""
    if _thread.connection is not None and _thread.connection.owner[0] == os.getpid():
        _thread.connection.close()
    _thread.connection = None


def release(response: Response) -> None:
    """Take back the connection of a streamed answer that was read as far as its reader wanted."""
    try:
        response.finish()
    except Broken:
        response.connection.close()
    if _thread.connection is None and response.connection.open:
        _thread.connection = response.connection
    elif _thread.connection is not response.connection:
        response.connection.close()


def refusal(response: Response) -> Answer:
    """Read an error body, whatever shape it has."""
    try:
        raw = response.read()
        response.finish()
    except Broken:
        drop()
        raw = b""
    try:
        told: Any = json.loads(raw)
        return Answer(response.status, str(told.get("error_code", "")), str(told.get("error_msg", "")))
    except (ValueError, AttributeError):
        return Answer(response.status, "", raw[:500].decode("utf-8", "replace"))
