"""Putting the pieces into an application, and refusing to start one that has an unguarded route."""

from urllib.parse import urlsplit

from fastapi import FastAPI
from fastapi.routing import APIRoute

from maquette.kit.config import Settings
from maquette.web.errors import install_error_handlers
from maquette.web.middleware import Gate
from maquette.web.routing import Router, StrictRoute


def install(app: FastAPI, settings: Settings, routers: list[Router]) -> None:
    for router in routers:
        for route in router.routes.routes:
            app.router.routes.append(route)
    check_permissions(app)
    install_error_handlers(app)
    hosts = {settings.host, urlsplit(settings.url).hostname or "", *settings.allowed_hosts}
    app.add_middleware(Gate, hosts=hosts)


def check_permissions(app: FastAPI) -> None:
    """Raise unless every API route names its action."""
    for route in app.routes:
        if isinstance(route, APIRoute) and not (isinstance(route, StrictRoute) and route.action):
            raise RuntimeError(f"{route.path} has no permission; add it through web.Router.")
