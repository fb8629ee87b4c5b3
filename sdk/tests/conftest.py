"""A files API per test, and the environment in which moxing finds it."""

import json
import tempfile
from pathlib import Path

import pytest
from sdk_testkit import files_server

from moxing.framework.file import session

SOURCES = Path(__file__).parents[1] / "src"


@pytest.fixture
def socket_directory():
    """A short path: a socket's name has about a hundred bytes."""
    with tempfile.TemporaryDirectory(prefix="mq", dir="/tmp") as name:
        yield Path(name)


@pytest.fixture
def server(socket_directory):
    running = files_server.FilesServer(socket_directory / "api.sock", ("b", "other"))
    yield running
    running.close()


@pytest.fixture
def platform(server, socket_directory, monkeypatch):
    """The server as a job sees it; returns the environment to give to a subprocess."""
    credentials = socket_directory / "config"
    credentials.write_text(json.dumps({"token": files_server.TOKEN}))
    environment = {
        "MAQUETTE_ENDPOINT": f"unix:{server.server_address}",
        "MAQUETTE_PROJECT_ID": files_server.PROJECT,
        "MAQUETTE_CREDENTIALS": str(credentials),
        "PYTHONPATH": str(SOURCES),
    }
    for name, value in environment.items():
        if name != "PYTHONPATH":
            monkeypatch.setenv(name, value)
    monkeypatch.setattr(session.Policy, "first_wait", 0.001)
    monkeypatch.setattr(session.Policy, "longest_wait", 0.005)
    monkeypatch.setattr(session.Policy, "patience", 2.0)
    yield environment
    session.drop()
