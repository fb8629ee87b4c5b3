"""Fixtures: a platform in process, its users, and an API client for each of them.

Most tests speak HTTP to the application in process (`api`), then let the worker's tasks run (`platform.run_tasks()`).
"""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from maquette.app import create_app
from maquette.db import Base, Database
from maquette.iam import ensure_first_user
from maquette.iam.users import create_user, find_domain
from maquette.kit.config import Settings
from maquette.tasks import TaskRunner
from maquette.worker import task_handlers

sys.path.insert(0, str(Path(__file__).parent))

from postgres import PostgreSQL, binaries
from tests.swift.running import S3Server, interpreter

PASSWORD = "a-good-password"


class Api:
    """A client signed in as one user in the project `default`. Paths are relative to `/v1/<project>`-style roots:
    `api.get("/v2", "datasets")` asks for `/v2/<project>/datasets`."""

    def __init__(self, client: TestClient, name: str, password: str) -> None:
        self.client = client
        self.name = name
        self.token, self.project_id = sign_in(client, name, password)
        self.headers = {"X-Auth-Token": self.token}

    def request(self, method: str, version: str, path: str, **options: Any) -> Any:
        headers = self.headers | options.pop("headers", {})
        url = f"{version}/{self.project_id}/{path.lstrip('/')}"
        return self.client.request(method, url, headers=headers, **options)

    def get(self, version: str, path: str, **options: Any) -> Any:
        return self.request("GET", version, path, **options)

    def post(self, version: str, path: str, body: Any = None, **options: Any) -> Any:
        return self.request("POST", version, path, json=body, **options)

    def put(self, version: str, path: str, body: Any = None, **options: Any) -> Any:
        if isinstance(body, bytes):
            return self.request("PUT", version, path, content=body, **options)
        return self.request("PUT", version, path, json=body, **options)

    def delete(self, version: str, path: str, **options: Any) -> Any:
        return self.request("DELETE", version, path, **options)


class Platform:
    """A platform in this process: its settings, its database, and the worker's tasks on demand."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings = settings
        self.database = database
        self.app = create_app(settings, database)
        self.client = TestClient(self.app, base_url="http://localhost", raise_server_exceptions=False)
        handlers = task_handlers(settings, database, self.app.state.stores)
        self.tasks = TaskRunner(database, handlers)

    def run_tasks(self) -> None:
        self.tasks.run_until_idle()

    def user(self, name: str, group: str = "members") -> Api:
        """A client for a user, who is made if need be."""
        with self.database.write() as session:
            create_user(session, find_domain(session, "admin"), name, PASSWORD, group)
        return Api(self.client, name, PASSWORD)


def sign_in(client: TestClient, name: str, password: str) -> tuple[str, str]:
    user = {"name": name, "password": password, "domain": {"name": "admin"}}
    identity = {"methods": ["password"], "password": {"user": user}}
    body = {"auth": {"identity": identity, "scope": {"project": {"name": "default"}}}}
    answer = client.post("/v3/auth/tokens", json=body)
    assert answer.status_code == 201, answer.text
    return answer.headers["X-Subject-Token"], answer.json()["token"]["project"]["id"]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the first user, made once and copied for each test."""
    path = tmp_path_factory.mktemp("template") / "maquette.db"
    database = Database(f"sqlite:///{path}")
    Base.metadata.create_all(database.engine)
    with database.write() as session:
        ensure_first_user(session, PASSWORD)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.dispose()
    return path


@pytest.fixture
def platform(tmp_path: Path, template: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    settings = Settings(home=tmp_path / "home")
    settings.prepare()
    shutil.copy(template, settings.home / "maquette.db")
    database = Database(settings.database)
    made = Platform(settings, database)
    yield made
    made.client.close()
    database.dispose()


@pytest.fixture
def api(platform: Platform) -> Api:
    """The administrator's client."""
    return Api(platform.client, "admin", PASSWORD)


def required(reason: str) -> None:
    """Leave a test out for want of something, unless everything is required here."""
    if os.environ.get("MAQUETTE_REQUIRE") == "all":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    programs = binaries()
    if programs is None:
        required("PostgreSQL is not installed")
        return
    with PostgreSQL(programs) as server:
        yield server


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    python = interpreter()
    if python is None:
        required("MAQUETTE_TEST_S3_PYTHON names no Python with the package swift, and this one has none")
        return
    with S3Server(python) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database with all tables, of each kind we support."""
    if request.param == "sqlite":
        made = Database(f"sqlite:///{tmp_path / 'test.db'}")
    else:
        made = Database(request.getfixturevalue("postgresql").fresh())
    Base.metadata.create_all(made.engine)
    yield made
    made.dispose()
