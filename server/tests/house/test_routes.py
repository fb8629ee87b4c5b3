"""Promises over the whole route table: every route is guarded, and nothing of one project answers to another's user."""

import re
from pathlib import Path
from typing import Any

from fastapi.routing import APIRoute

from maquette.app import create_app
from maquette.kit.config import Settings
from maquette.web.routing import ANYONE, StrictRoute

OPEN_TO_ANYONE = {"/v3/auth/tokens", "/v1/console/session", "/health"}


def routes(tmp_path: Path) -> list[StrictRoute]:
    app = create_app(Settings(home=tmp_path / "home"))
    return [route for route in app.routes if isinstance(route, StrictRoute)]


def test_creating_the_application_touches_no_disk(tmp_path: Path) -> None:
    create_app(Settings(home=tmp_path / "home")).openapi()
    assert not (tmp_path / "home").exists()


def test_every_route_names_its_action(tmp_path: Path) -> None:
    app = create_app(Settings(home=tmp_path / "home"))
    assert [
        route.path for route in app.routes if isinstance(route, APIRoute) and not isinstance(route, StrictRoute)
    ] == []
    for route in routes(tmp_path):
        if route.action == ANYONE:
            assert route.path in OPEN_TO_ANYONE
        else:
            assert re.fullmatch(r"signed-in|[a-z]+:[a-zA-Z]+:[a-zA-Z]+", route.action), route.path


def test_operations_have_unique_names(tmp_path: Path) -> None:
    names = [route.operation_id for route in routes(tmp_path)]
    assert sorted(names) == sorted(set(names))


def test_nothing_answers_without_proof(platform: Any) -> None:
    for route in routes(platform.settings.home):
        if route.action == ANYONE:
            continue
        path = re.sub(r"\{[^}]+\}", "1", route.path)
        for method in sorted(route.methods):
            answer = platform.client.request(method, path, json={} if method in {"POST", "PUT"} else None)
            assert answer.status_code in {400, 401}, f"{method} {route.path}: {answer.status_code} {answer.text}"


def test_another_accounts_project_is_refused(platform: Any, api: Any) -> None:
    for route in routes(platform.settings.home):
        if "{project_id}" not in route.path:
            continue
        path = re.sub(r"\{[^}]+\}", "1", route.path.replace("{project_id}", "f" * 32))
        for method in sorted(route.methods):
            body = {} if method in {"POST", "PUT"} else None
            answer = platform.client.request(method, path, json=body, headers=api.headers)
            assert answer.status_code in {400, 403}, f"{method} {route.path}: {answer.status_code} {answer.text}"
