"""Whether users' code may run here at all: everybody's in a sandbox, only administrators' without one."""

import tempfile
from functools import cache
from pathlib import Path

from maquette.engines import Isolation, LocalEngine
from maquette.kit.actor import Actor
from maquette.kit.config import Settings
from maquette.kit.errors import Forbidden


def probe_isolation(settings: Settings) -> Isolation:
    """How workloads will be kept apart on this host; probed once a process, by building a sandbox for real."""
    return _probe(settings.sandbox)


@cache
def _probe(sandbox: str) -> Isolation:
    with tempfile.TemporaryDirectory(prefix="maquette-probe-") as folder:
        return LocalEngine(Path(folder), sandbox=sandbox).isolation()


def check_may_run(settings: Settings, isolation: Isolation, actor: Actor) -> None:
    """Raise Forbidden when this actor's code must not run under this isolation."""
    if isolation.strong or actor.administrator or settings.jobs_without_sandbox == "everyone":
        return
    raise Forbidden(
        f"Jobs cannot be kept apart from this server ({isolation.why}), so only administrators may run them. "
        "Ask one to install bubblewrap, or to set jobs_without_sandbox to 'everyone'.",
        code="ModelArts.4501",
    )
