"""Holding the workload rows against what really runs, for `maquette fsck`. Changes nothing."""

from collections.abc import Iterator

from maquette.db import Database
from maquette.engines import LocalEngine, Phase
from maquette.kit.clock import now_ms
from maquette.kit.config import Settings
from maquette.pools.tables import OCCUPYING
from maquette.pools.watching import attempt_directory
from maquette.pools.workloads import active_workloads

PATIENCE_MS = 15_000


def disagreements(settings: Settings, database: Database) -> Iterator[str]:
    """A sentence for each zombie (a row without a process) and each ghost (a process without a row).

    What changed within the last seconds is left out: a running server is just about to record it.
    """
    engine = LocalEngine(settings.home, sandbox=settings.sandbox)
    with database.read() as session:
        rows = [row for row in active_workloads(session) if row.phase in OCCUPYING]
    for row in rows:
        seen = engine.observe(attempt_directory(settings, row))
        alive = seen.phase in (Phase.STARTING, Phase.RUNNING)
        if not alive and row.updated_at < now_ms() - PATIENCE_MS:
            yield f"{row.kind} {row.subject_id}: its row says {row.phase}, but nothing of it runs ({seen.phase})"
    expected = {attempt_directory(settings, row) for row in rows}
    for directory in engine.living():
        if directory not in expected:
            yield f"something runs in {directory} for which there is no row"
