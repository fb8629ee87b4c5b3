"""A server of the benchmark's own: a fresh home, a free port, gone afterwards."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from maquette.cli.rest import Rest, local
from maquette.kit.config import Settings


@dataclass
class Served:
    """A running server: its REST client as the administrator, its process, how long it took to answer (s), and the
    single-use link it printed."""

    settings: Settings
    rest: Rest
    process: subprocess.Popen[str]
    url: str
    ready_s: float
    sign_in: str

    def memory(self) -> dict[str, int]:
        """Bytes of each of its processes (proportional set size: shared pages counted once)."""
        parent = psutil.Process(self.process.pid)
        found = [parent, *parent.children()]
        return {each.cmdline()[-1 if each is parent else 3]: each.memory_full_info().pss for each in found}


@contextmanager
def served(home: Path | None = None) -> Iterator[Served]:
    folder = Path(tempfile.mkdtemp(prefix="mqb-"))
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    settings = Settings(home=home or folder / "home")
    command = [sys.executable, "-m", "maquette.cli", "serve", "--home", str(settings.home), "--port", "0"]
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = next(line for line in process.stdout if "#code=" in line)
        ready = time.perf_counter() - begun
        with local(settings) as rest:
            link = next(word for word in line.split() if "#code=" in word)
            yield Served(settings, rest, process, link.split("/sign-in")[0], ready, link)
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def percentile(values: list[float], share: float) -> float:
    """The value below which this share of the others lies (0.5: the median)."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]
