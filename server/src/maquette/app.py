"""The API process: puts the domains together into one application."""

import asyncio
import contextlib
import hashlib
import time
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

from fastapi import FastAPI, Request

from maquette import __version__
from maquette.activity.health import router as health_router
from maquette.activity.routes import router as activity_router
from maquette.audit.routes import router as audit_router
from maquette.buckets import Stores
from maquette.buckets.object_routes import router as objects_router
from maquette.buckets.routes import router as buckets_router
from maquette.buckets.upload_routes import router as uploads_router
from maquette.datasets.exporting.routes import router as exports_router
from maquette.datasets.history_routes import router as history_router
from maquette.datasets.importing.routes import router as imports_router
from maquette.datasets.label_routes import router as labels_router
from maquette.datasets.media_routes import router as media_router
from maquette.datasets.media_routes import schema_router
from maquette.datasets.routes import router as datasets_router
from maquette.datasets.sample_routes import router as samples_router
from maquette.datasets.version_routes import router as versions_router
from maquette.db import Database
from maquette.iam import Proof, authenticate, require
from maquette.iam.authentication import SESSION_COOKIE
from maquette.iam.routes import console as console_router
from maquette.iam.routes import keystone as keystone_router
from maquette.iam.signing import SignedRequest
from maquette.iam.throttle import SignInThrottle
from maquette.inference.gateway import Gateway
from maquette.inference.prediction_routes import router as predictions_router
from maquette.inference.routes import router as services_router
from maquette.kit.actor import Actor
from maquette.kit.config import Settings
from maquette.kit.vault import Vault
from maquette.pools.policy import probe_isolation
from maquette.registry.routes import router as models_router
from maquette.training.log_routes import router as training_logs_router
from maquette.training.routes import router as training_router
from maquette.web import SIGNED_IN, Router, install
from maquette.web.context import current_request
from maquette.web.static import ConsoleFiles
from maquette.workspaces import accessible
from maquette.workspaces.routes import router as workspaces_router

FREQUENT = frozenset(
    {
        "modelarts:service:predict",
        "modelarts:dataset:getSample",
        "obs:bucket:ListBucket",
        "obs:object:GetObject",
        "obs:object:PutObject",
    }
)
KEPT_S = 2.0
KEPT_MOST = 4096

ROUTERS: list[Router] = [
    keystone_router,
    console_router,
    workspaces_router,
    activity_router,
    health_router,
    audit_router,
    buckets_router,
    objects_router,
    uploads_router,
    datasets_router,
    labels_router,
    samples_router,
    history_router,
    imports_router,
    exports_router,
    media_router,
    schema_router,
    versions_router,
    training_router,
    training_logs_router,
    models_router,
    services_router,
    predictions_router,
]


def create_app(settings: Settings, database: Database | None = None) -> FastAPI:
    """Build the application. Touches neither disk nor database until it is started."""

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        async with asyncio.TaskGroup() as group:
            gateway = group.create_task(app.state.gateway.run())
            yield
            gateway.cancel()
        app.state.stores.close()
        app.state.database.dispose()

    app = FastAPI(title="Maquette", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None)
    vault = Vault(settings.home)
    app.state.settings = settings
    app.state.database = database or Database(settings.database, settings.worker_socket)
    app.state.vault = vault
    app.state.throttle = SignInThrottle()
    app.state.stores = Stores(settings, vault)
    app.state.isolation = probe_isolation(settings)
    app.state.gateway = Gateway(settings, app.state.database)
    app.state.gatekeeper = Gatekeeper(app.state.database, vault)
    install(app, settings, ROUTERS)
    # Not a mount, which would swallow the 405 of a known path: the console answers where no route does.
    app.router.default = ConsoleFiles(Path(__file__).parent / "console")
    return app


class Gatekeeper:
    """Who asks, what they may enter, and whether their policies allow the route's action.

    Some requests come by the thousand and take less time than finding this out: predictions, thumbnails, a job's files.
    For those the answer is kept for two seconds: what is revoked or forbidden meanwhile holds after these. Refusals are
    not kept, nor is what a signature proved, which is about one request.
    """

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault
        self._kept: dict[bytes, tuple[float, Actor]] = {}

    def __call__(self, request: Request, action: str, body: bytes) -> Actor:
        begun = time.monotonic()
        proof = _proof(request, body)
        with self._database.read() as session:
            actor = authenticate(session, self._vault, proof)
            actor = actor.within(actor.project_id, accessible(session, actor))
            if action != SIGNED_IN:
                require(session, actor, action)
        if action in FREQUENT and (key := _key(request, action)):
            if len(self._kept) >= KEPT_MOST:
                self._kept.clear()
            self._kept[key] = begun + KEPT_S, actor
        return actor

    def recall(self, request: Request, action: str) -> Actor | None:
        """The actor of a request like one that was let in a moment ago; quick, without the database."""
        key = _key(request, action) if action in FREQUENT else b""
        until, actor = self._kept.get(key, (0.0, None))
        if actor is None or until < time.monotonic():
            return None
        context = current_request.get()
        return replace(actor, request_id=context.request_id, address=context.address) if context else actor


def _key(request: Request, action: str) -> bytes:
    """What the answer depends on, hashed; empty for a request that is signed or proves nothing."""
    token = request.headers.get("x-auth-token", "")
    if not token and not request.headers.get("authorization"):
        token = request.cookies.get(SESSION_COOKIE, "")
        token = token and f"session {token}"
    project_id = request.path_params.get("project_id", "")
    return hashlib.sha256(f"{action} {project_id} {token}".encode()).digest() if token else b""


def _proof(request: Request, body: bytes) -> Proof:
    context = current_request.get()
    return Proof(
        token=request.headers.get("x-auth-token", ""),
        cookie=request.cookies.get(SESSION_COOKIE, ""),
        authorization=request.headers.get("authorization", ""),
        signed=SignedRequest(
            method=request.method,
            path=(request.scope.get("raw_path") or request.url.path.encode()).decode("latin-1").split("?")[0],
            query=request.scope["query_string"].decode("latin-1"),
            headers=request.headers,
            body=body,
        ),
        project_id=request.path_params.get("project_id", ""),
        request_id=context.request_id if context else "",
        address=context.address if context else "",
    )
