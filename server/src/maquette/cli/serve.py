"""`maquette serve`: a small parent over the API process and the worker process.

The parent holds the home's lock, starts both, prints the sign-in link, starts again what dies, and passes the end on.
It imports neither the application nor the database, so that it costs little while it waits.
"""

import os
import select
import signal
import subprocess
import sys
import time
from typing import NamedTuple

from maquette.cli.lock import HomeLock
from maquette.kit.config import Settings

RESTART_DELAYS_S = (0.2, 1.0, 5.0, 15.0)
STOP_PATIENCE_S = 15.0
HEALTHY_S = 60.0


class Ready(NamedTuple):
    """What the API process says once it answers."""

    url: str
    port: str
    code: str


class Child:
    """One process of the server, started again when it dies; ever later when it keeps dying soon after its start."""

    def __init__(self, role: str, environment: dict[str, str]) -> None:
        self.role = role
        self.environment = environment
        self.process: subprocess.Popen[bytes] | None = None
        self.deaths = 0
        self.started_at = 0.0
        self.start_at = 0.0

    def start(self, *arguments: str, pass_fds: tuple[int, ...] = ()) -> None:
        command = [sys.executable, "-m", "maquette.cli.roles", self.role, str(os.getpid()), *arguments]
        self.process = subprocess.Popen(command, env=self.environment, pass_fds=pass_fds)
        self.started_at = time.monotonic()

    def died(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def delay(self, now: float) -> float:
        """How long to wait before the next start. What has run well for a while is no crash loop."""
        if now - self.started_at > HEALTHY_S:
            self.deaths = 0
        self.deaths += 1
        return RESTART_DELAYS_S[min(self.deaths, len(RESTART_DELAYS_S)) - 1]

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def wait(self, until: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(max(until - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Supervisor:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        environment = _environment(settings)
        self.api = Child("api", environment)
        self.worker = Child("worker", environment)
        self.wake_read, self.wake_write = os.pipe()
        self.stopping = False

    def run(self) -> int:
        os.set_blocking(self.wake_write, False)
        signal.set_wakeup_fd(self.wake_write, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._stop)
        signal.signal(signal.SIGCHLD, _ignore)
        ready = self._start_api()
        if ready is None:
            self._end()
            return 1
        # A port of 0 was a wish for any: whoever restarts must keep the one that was found.
        self.api.environment["MAQUETTE_PORT"] = ready.port
        self.worker.start()
        _announce(self.settings, ready)
        while not self.stopping:
            woken, _, _ = select.select([self.wake_read], [], [], 1.0)
            if woken:
                os.read(self.wake_read, 4096)
            self._revive()
        self._end()
        return 0

    def _start_api(self) -> Ready | None:
        """Start the API process and wait until it answers; what it said then, or None when it ended instead."""
        read, write = os.pipe()
        self.api.start(str(write), pass_fds=(write,))
        os.close(write)
        with os.fdopen(read) as line:
            parts = line.readline().split()
        return Ready(*parts) if len(parts) == 3 else None

    def _revive(self) -> None:
        now = time.monotonic()
        for child in (self.api, self.worker):
            if self.stopping or not child.died():
                continue
            if child.start_at == 0.0:
                delay = child.delay(now)
                child.start_at = now + delay
                print(f"maquette: the {child.role} process ended; starting it again in {delay} s", file=sys.stderr)
            elif now >= child.start_at:
                child.start_at = 0.0
                if child is self.api:
                    self._start_api()
                else:
                    child.start()

    def _stop(self, *_: object) -> None:
        self.stopping = True
        self.api.stop()
        self.worker.stop()

    def _end(self) -> None:
        self._stop()
        until = time.monotonic() + STOP_PATIENCE_S
        self.api.wait(until)
        self.worker.wait(until)


def _ignore(*_: object) -> None:
    """A handler, so that the signal wakes the select above instead of being dropped."""


def serve(settings: Settings) -> None:
    """Serve until a signal; exits with 0 then, with 1 when the server could not start."""
    settings.prepare()
    lock = HomeLock(settings.home)
    lock.acquire()
    sys.exit(Supervisor(settings).run())


def _environment(settings: Settings) -> dict[str, str]:
    flags = {"MAQUETTE_HOME": settings.home, "MAQUETTE_HOST": settings.host, "MAQUETTE_PORT": settings.port}
    return os.environ | {name: str(value) for name, value in flags.items()}


def _announce(settings: Settings, ready: Ready) -> None:
    """Print how to get in: the code is in the fragment, which no browser sends and no server logs."""
    link = f"{ready.url}/sign-in#code={ready.code}"
    print(f"\n  Maquette is ready. This link signs the administrator in, once, within ten minutes:\n\n    {link}\n")
    print(f"  Everything lies in {settings.home}. Press Ctrl-C to stop; running jobs go on.\n", flush=True)
