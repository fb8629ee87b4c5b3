"""A real `maquette serve` in processes of its own: started, killed, stopped and spoken to as its users do.

Its home and its sockets lie in a folder with a short name, for a socket's path has room for 107 bytes.
"""

import contextlib
import io
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from tests.conftest import PASSWORD, Api

from maquette.cli.fsck import check
from maquette.db import Database
from maquette.engines import LocalEngine
from maquette.kit.config import Settings
from maquette.migrations import HEAD

PATIENCE_S = 60
SERVE = [sys.executable, "-m", "maquette.cli", "serve"]
LINK = re.compile(r"(http://\S+:(\d+))/sign-in#code=(\S+)")


def until(holds: Callable[[], Any], seconds: float = PATIENCE_S, *, what: str = "the expected state") -> Any:
    """What `holds` answers as soon as it is true; an assertion when that takes too long."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not (value := holds()):
        assert time.monotonic() < deadline, f"{what} did not come within {seconds} s"
        pause.wait(0.02)
    return value


class Server:
    """One home and the server on it. `start` may follow `kill`; whoever holds an `Api` keeps it."""

    def __init__(self, folder: Path, home: Path | None = None, **settings: str) -> None:
        self.folder = folder
        self.home = home or folder / "home"
        own = {f"MAQUETTE_{name.upper()}": value for name, value in settings.items()}
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("MAQUETTE_")}
        self.environment = inherited | {"XDG_RUNTIME_DIR": str(folder)} | own
        self.process: subprocess.Popen[bytes] | None = None
        self.url = self.code = ""
        self.port = 0
        self.http = httpx.Client(timeout=PATIENCE_S, trust_env=False)

    @property
    def settings(self) -> Settings:
        return Settings(home=self.home)

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def start(self, *flags: str) -> None:
        """Begin, and wait until it says that it is ready."""
        self.begin(*(flags or ("--port", "0")))
        match = until(lambda: LINK.search(self.said()) or self.ended() is not None, what="the sign-in link")
        assert match is not True, f"it ended with {self.ended()}: {self.complained()}"
        self.url, self.port, self.code = match[1], int(match[2]), match[3]
        self.http.base_url = httpx.URL(self.url)

    def begin(self, *flags: str) -> None:
        """Begin without waiting."""
        with (self.folder / "stdout").open("wb") as out, (self.folder / "stderr").open("ab") as errors:
            self.process = subprocess.Popen(
                [*SERVE, "--home", str(self.home), *flags],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=errors,
                start_new_session=True,
            )

    def ended(self) -> int | None:
        assert self.process is not None
        return self.process.poll()

    def said(self) -> str:
        return (self.folder / "stdout").read_text()

    def complained(self) -> str:
        return (self.folder / "stderr").read_text()

    def child(self, role: str) -> psutil.Process:
        """The API or the worker process, once it is there."""

        def found() -> psutil.Process | None:
            for process in psutil.Process(self.pid).children():
                with contextlib.suppress(psutil.Error):
                    if role in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE:
                        return process
            return None

        return until(found, what=f"the {role} process")

    def kill(self) -> None:
        """SIGKILL to parent, API and worker at one blow, as when the machine's owner has had enough."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(PATIENCE_S)

    def close(self) -> None:
        """End the server and whatever workloads it has left running."""
        if self.process is not None and self.process.poll() is None:
            self.kill()
        self.http.close()
        if self.home.is_dir():
            engine = LocalEngine(self.home)
            for directory in engine.living():
                engine.stop(directory, 0)
                engine.verify_gone(directory)

    def api(self, name: str = "admin", password: str = PASSWORD) -> Api:
        return Api(self.http, name, password)  # pyright: ignore[reportArgumentType]

    def database(self) -> contextlib.AbstractContextManager[Database]:
        return contextlib.closing(_Closing(self.settings.database))

    def fsck(self) -> str:
        """What `maquette fsck` prints, with its exit code when that is not 0."""
        with contextlib.redirect_stdout(io.StringIO()) as said:
            code = check(self.settings)
        return said.getvalue().strip() + (f" ({code})" if code else "")

    def logged(self, role: str) -> str:
        return (self.settings.logs_dir / f"{role}.log").read_text()


class _Closing(Database):
    def close(self) -> None:
        self.dispose()


def furnish(home: Path, template: Path) -> None:
    """Lay the template's database into a new home, as this version's own: a start without Alembic, twice as fast."""
    shutil.copy(template, home / "maquette.db")
    with contextlib.closing(sqlite3.connect(home / "maquette.db")) as database, database:
        database.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
        database.execute("INSERT INTO alembic_version VALUES (?)", (HEAD,))


@contextlib.contextmanager
def short_folder() -> Iterator[Path]:
    """A folder for a home and its sockets, where our own process looks for them, too."""
    folder = Path(tempfile.mkdtemp(prefix="mq-"))
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("XDG_RUNTIME_DIR", str(folder))
            for name in [name for name in os.environ if name.startswith("MAQUETTE_")]:
                patch.delenv(name)
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def serving(template: Path, disk: Callable[[Path], None] | None = None, **settings: str) -> Iterator[Server]:
    """A server with the administrator's known password, ready. `disk` may mount something at its home first."""
    with short_folder() as folder:
        server = Server(folder, **settings)
        server.home.mkdir(mode=0o700)
        try:
            if disk is not None:
                disk(server.home)
            furnish(server.home, template)
            server.start()
            yield server
        finally:
            server.close()
            if disk is not None:
                subprocess.run(["umount", "--lazy", str(server.home)], check=False, stderr=subprocess.DEVNULL)
