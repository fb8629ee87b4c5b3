"""A whole platform for workloads: the API on its Unix socket in a thread, and a worker beside it, in this process or
one of its own. Fixtures (`home`, `sandbox`, `live`, `running`) are imported by the folders that need them."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from tests.conftest import PASSWORD, Api, Platform, required

from maquette.db import Database
from maquette.engines import LocalEngine
from maquette.kit.config import Settings
from maquette.worker import Worker


def until(
    holds: Callable[[], Any], seconds: float = 60, *, what: str | Callable[[], object] = "the expected state"
) -> Any:
    """Poll until it holds. `what` names it, or is asked for the facts when it does not come."""
    deadline = time.monotonic() + seconds
    while not (value := holds()):
        if time.monotonic() > deadline:
            pytest.fail(f"not within {seconds} s: {what() if callable(what) else what}")
        time.sleep(0.01)
    return value


class Live:
    """The API of a home, in this process, answering on the workloads' socket; `http` speaks to that."""

    def __init__(self, settings: Settings) -> None:
        settings.prepare()
        self.settings = settings
        self.database = Database(settings.database, settings.worker_socket)
        self.platform = Platform(settings, self.database)
        transport = httpx.HTTPTransport(uds=str(settings.workload_socket))
        self.http = httpx.Client(transport=transport, base_url="http://localhost", timeout=60)
        self.open()
        self.api = Api(self.platform.client, "admin", PASSWORD)

    def open(self) -> None:
        path = str(self.settings.workload_socket)
        self.server = uvicorn.Server(uvicorn.Config(self.platform.app, uds=path, log_level="error"))
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        until(lambda: self.server.started, what="the API")

    def restart(self) -> None:
        """The API process ends and another one begins, which knows nothing but what is stored."""
        self._end()
        self.database = Database(self.settings.database, self.settings.worker_socket)
        self.platform = Platform(self.settings, self.database)
        self.api.client = self.platform.client
        self.open()

    def close(self) -> None:
        self.http.close()
        self._end()
        engine = LocalEngine(self.settings.home, sandbox=self.settings.sandbox)
        for directory in list(engine.living()):  # workloads outlive a server by design
            assert engine.verify_gone(directory)

    def _end(self) -> None:
        self.server.should_exit = True
        self.thread.join(20)
        self.platform.client.close()
        self.database.dispose()


class WorkerThread:
    """A worker in this process."""

    def __init__(self, settings: Settings) -> None:
        self.worker = Worker(settings)
        self.thread = threading.Thread(target=self.worker.run, daemon=True)
        self.thread.start()
        until(settings.worker_socket.exists, what="the worker")

    def close(self) -> None:
        self.worker.stop()
        self.thread.join(20)


class WorkerProcess:
    """A worker that can be killed as a power cut would."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.start()

    def start(self) -> None:
        settings = self.settings
        settings.worker_socket.unlink(missing_ok=True)
        path = os.pathsep.join(entry for entry in sys.path if entry)
        environment = os.environ | {
            "PYTHONPATH": path,
            "MAQUETTE_HOME": str(settings.home),
            "MAQUETTE_SANDBOX": settings.sandbox,
        }
        code = "from maquette.kit.config import Settings; from maquette.worker import main; main(Settings())"
        self.process = subprocess.Popen([sys.executable, "-c", code], env=environment)
        until(lambda: settings.worker_socket.exists() or self.process.poll() is not None, what="the worker")
        assert self.process.poll() is None, "the worker ended at once"

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()


@pytest.fixture
def home(template: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home and a runtime directory with short names: a socket's path has room for 107 bytes."""
    folder = Path(tempfile.mkdtemp(prefix="mq-"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    (folder / "home").mkdir()
    shutil.copy(template, folder / "home" / "maquette.db")
    yield folder / "home"
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["process", "bubblewrap"])
def sandbox(request: pytest.FixtureRequest) -> str:
    if request.param == "bubblewrap" and not shutil.which("bwrap"):
        required("bubblewrap is not installed")
    return request.param


@pytest.fixture
def live(home: Path, sandbox: str) -> Iterator[Live]:
    made = Live(Settings(home=home, sandbox=sandbox))
    yield made
    made.close()


@pytest.fixture
def running(live: Live) -> Iterator[Live]:
    """The same with a worker."""
    worker = WorkerThread(live.settings)
    yield live
    worker.close()
