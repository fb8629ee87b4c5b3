"""Counting calls: in memory as they come, into the database every two seconds. No transaction waits on a call.

What a kill loses is at most two seconds of counts.
"""

import threading
from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from maquette.db import Database
from maquette.inference.tables import Instance, Service, ServiceMinute
from maquette.kit.clock import now_ms

KEPT_MINUTES = 24 * 60


@dataclass(slots=True)
class _Tally:
    calls: int = 0
    failures: int = 0
    milliseconds: float = 0.0


class CallCounter:
    """Thread-safe. `flush` belongs to a timer and to the end of the process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._tallies: dict[tuple[str, str], _Tally] = defaultdict(_Tally)

    def count(self, service_id: str, instance_id: str, milliseconds: float, *, failed: bool) -> None:
        with self._lock:
            tally = self._tallies[service_id, instance_id]
            tally.calls += 1
            tally.failures += failed
            tally.milliseconds += milliseconds

    def flush(self) -> None:
        with self._lock:
            tallies, self._tallies = self._tallies, defaultdict(_Tally)
        if not tallies:
            return
        minute = now_ms() // 60_000
        with self._database.write() as session:
            for (service_id, instance_id), tally in tallies.items():
                for table, key in ((Service, service_id), (Instance, instance_id)):
                    session.execute(
                        update(table)
                        .where(table.id == key)
                        .values(invocations=table.invocations + tally.calls, failures=table.failures + tally.failures)
                    )
                _add_minute(session, service_id, minute, tally)


def _add_minute(session: Session, service_id: str, minute: int, tally: _Tally) -> None:
    if session.get(Service, service_id) is None:
        return
    row = session.get(ServiceMinute, (service_id, minute))
    if row is None:
        row = ServiceMinute(service_id=service_id, minute=minute, calls=0, failures=0, milliseconds=0)
        session.add(row)
        old = ServiceMinute.minute < minute - KEPT_MINUTES
        session.execute(delete(ServiceMinute).where(ServiceMinute.service_id == service_id, old))
    row.calls += tally.calls
    row.failures += tally.failures
    row.milliseconds += round(tally.milliseconds)
    session.flush()
