"""The processes that `maquette serve` starts: `python -m maquette.cli.roles api|worker PARENT-PID`."""

import ctypes
import gc
import logging
import logging.handlers
import os
import signal
import sys
from collections.abc import Generator
from contextlib import contextmanager

from maquette.kit.config import Settings

_PR_SET_PDEATHSIG = 1


def main() -> None:
    role = sys.argv[1]
    _end_with_parent(int(sys.argv[2]))
    settings = Settings()
    settings.prepare()
    _log_to(settings, role)
    if role == "api":
        with _importing():
            from maquette import api
        api.main(settings, int(sys.argv[3]))
    else:
        with _importing():
            from maquette import worker
        worker.main(settings)


@contextmanager
def _importing() -> Generator[None]:
    """Import without looking for garbage: there is none, and looking takes a tenth of the start."""
    gc.disable()
    yield
    gc.freeze()
    gc.enable()
    # A batch of samples is hundreds of thousands of objects that live: to look through them at every seven hundredth,
    # as is the default, costs as much again as the work on them.
    gc.set_threshold(100_000, 20, 100)


def _end_with_parent(parent: int) -> None:
    """A parent that is killed takes its children with it; users' jobs belong to their shims and go on.

    One that was killed before we asked for its signal has left us to somebody else.
    """
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit(1)


def _log_to(settings: Settings, role: str) -> None:
    path = settings.logs_dir / f"{role}.log"
    file = logging.handlers.RotatingFileHandler(path, maxBytes=20 << 20, backupCount=5)
    console = logging.StreamHandler()
    console.setLevel(logging.WARNING)
    form = logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s")
    for handler in (file, console):
        handler.setFormatter(form)
    logging.basicConfig(level=logging.INFO, handlers=[file, console])
    logging.getLogger("alembic").setLevel(logging.WARNING)


if __name__ == "__main__":
    main()
