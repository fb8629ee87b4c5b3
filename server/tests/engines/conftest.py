"""What the engine tests share: an engine per kind of isolation, and attempts that can be waited for."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from maquette.engines import LocalEngine, Observation, Phase
from maquette.engines.base import Launch
from maquette.engines.cgroups import Groups


def until(holds: Callable[[], Any], seconds: float = 60, *, what: str = "the expected state") -> Any:
    deadline = time.monotonic() + seconds
    while not (value := holds()):
        assert time.monotonic() < deadline, f"{what} did not come within {seconds} s"
        time.sleep(0.005)
    return value


def running(token: str) -> list[int]:
    """Live processes of this host with `token` in their arguments, seen from outside of any sandbox."""
    found: list[int] = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                line = Path(f"/proc/{name}/cmdline").read_bytes()
            except OSError:
                continue
            if token.encode() in line:
                found.append(int(name))
    return found


@dataclass
class Attempt:
    engine: LocalEngine
    launch: Launch

    @property
    def directory(self) -> Path:
        return self.launch.directory

    def log(self) -> str:
        return (self.directory / "log").read_text()

    def phase(self) -> Phase:
        return self.engine.observe(self.directory).phase

    def says(self, text: str) -> None:
        until(lambda: text in self.log(), what=f"'{text}' in the log")

    def ended(self, seconds: float = 60) -> Observation:
        until(lambda: self.phase() not in (Phase.STARTING, Phase.RUNNING), seconds, what="the end of the attempt")
        return self.engine.observe(self.directory)


class Lab:
    """Starts attempts under one home and leaves nothing behind."""

    def __init__(self, root: Path, sandbox: str) -> None:
        self.root, self.sandbox = root, sandbox
        self.home = root / "home"
        self.engine = LocalEngine(self.home, sandbox=sandbox)
        self.attempts: list[Attempt] = []

    def engine_with(self, **options: Any) -> LocalEngine:
        self.engine = LocalEngine(self.home, sandbox=self.sandbox, **options)
        return self.engine

    def prepare(self, *command: str, key: str = "", env: dict[str, str] | None = None, **options: Any) -> Attempt:
        key = key or f"attempt-{len(self.attempts)}"
        directory = self.home / "attempts" / key
        launch = Launch(key=key, directory=directory, command=command, env=env or {}, **options)
        attempt = Attempt(self.engine, launch)
        self.attempts.append(attempt)
        return attempt

    def start(self, *command: str, **options: Any) -> Attempt:
        attempt = self.prepare(*command, **options)
        self.engine.launch(attempt.launch)
        return attempt

    def python(self, code: str, *arguments: str, **options: Any) -> Attempt:
        return self.start(sys.executable, "-S", "-c", code, *arguments, **options)


def opened(root: Path, sandbox: str) -> Iterator[Lab]:
    lab = Lab(root, sandbox)
    if lab.engine.isolation().why and sandbox == "bubblewrap":
        (pytest.fail if os.environ.get("MAQUETTE_REQUIRE") == "all" else pytest.skip)(lab.engine.isolation().why)
    yield lab
    for attempt in lab.attempts:
        assert attempt.engine.verify_gone(attempt.directory)
    assert list(lab.engine.living()) == []


KINDS = ["process", "bubblewrap"]
everyhow = pytest.mark.parametrize("lab", [*KINDS, "process, no control groups"], indirect=True)
"""For the promises that the kernel's control groups help to keep: they hold without such help, too."""


@pytest.fixture(params=KINDS)
def lab(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    sandbox, _, bare = request.param.partition(", ")
    if bare:
        monkeypatch.setattr("maquette.engines.cgroups.probe", lambda name: Groups(None))
    yield from opened(tmp_path, sandbox)


@pytest.fixture
def sandboxed(tmp_path: Path) -> Iterator[Lab]:
    yield from opened(tmp_path, "bubblewrap")
