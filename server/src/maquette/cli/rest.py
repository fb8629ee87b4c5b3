"""A small client of our own REST API, for the command line: over TCP, or over the home's Unix socket."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import httpx

from maquette.cli.administration import administration
from maquette.iam import issue_token, revoke_token
from maquette.iam.tokens import HOUR_MS, TokenSpec
from maquette.kit.config import Settings
from maquette.kit.errors import MaquetteError


class Rest:
    """Calls in one project. A refusal is raised as MaquetteError with the server's own code and sentence."""

    def __init__(self, client: httpx.Client, token: str, project_id: str) -> None:
        self.client = client
        self.project_id = project_id
        self._headers = {"X-Auth-Token": token}

    def call(self, method: str, version: str, path: str, **options: Any) -> Any:
        """The JSON answer of e.g. `call("GET", "v2", "datasets")`, or the raw text where it is none."""
        answer = self.raw(method, f"/{version}/{self.project_id}/{path}", **options)
        return answer.json() if "json" in answer.headers.get("content-type", "") else answer.text

    def raw(self, method: str, url: str, **options: Any) -> httpx.Response:
        answer = self.client.request(method, url, headers=self._headers, **options)
        if answer.is_error:
            raise _refusal(answer)
        return answer


@contextmanager
def local(settings: Settings) -> Generator[Rest]:
    """The server that runs on this home, as its administrator, with a token that ends with the block."""
    with administration(settings) as (session, actor):
        token = issue_token(session, TokenSpec("token", actor.user_id, 12 * HOUR_MS, actor.project_id))
    transport = httpx.HTTPTransport(uds=str(settings.workload_socket), retries=3)
    try:
        with httpx.Client(transport=transport, base_url="http://localhost", timeout=120) as client:
            yield Rest(client, token, actor.project_id)
    finally:
        with administration(settings) as (session, _):
            revoke_token(session, token)


@contextmanager
def remote(endpoint: str) -> Generator[Rest]:
    """A server anywhere, as MAQUETTE_USER (`admin`, or `account/user`) with MAQUETTE_PASSWORD."""
    account, _, name = os.environ.get("MAQUETTE_USER", "admin/admin").rpartition("/")
    user = {"name": name, "password": os.environ.get("MAQUETTE_PASSWORD", ""), "domain": {"name": account or "admin"}}
    identity = {"methods": ["password"], "password": {"user": user}}
    with httpx.Client(base_url=endpoint, timeout=120) as client:
        body = {"auth": {"identity": identity, "scope": {"project": {"name": "default"}}}}
        answer = client.post("/v3/auth/tokens", json=body)
        if answer.is_error:
            raise _refusal(answer)
        yield Rest(client, answer.headers["X-Subject-Token"], answer.json()["token"]["project"]["id"])


def answers(settings: Settings) -> bool:
    """Whether a server runs on this home."""
    try:
        with httpx.Client(transport=httpx.HTTPTransport(uds=str(settings.workload_socket)), timeout=5) as client:
            return client.get("http://localhost/health").is_success
    except httpx.HTTPError:
        return False


def _refusal(answer: httpx.Response) -> MaquetteError:
    try:
        told = answer.json()
        code = told["error_code"]
        message = told.get("error_msg") or told["error_message"]
    except (ValueError, KeyError):
        code, message = "", answer.text[:300]
    return MaquetteError(f"{answer.request.method} {answer.request.url.path}: {message}", code=code)
