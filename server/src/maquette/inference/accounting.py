"""Counting calls: in memory as they come, into the database every two seconds. No transaction waits on a call.

What a kill loses is at most two seconds of counts.
"""

import logging
import threading
from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import delete, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from maquette.db import Database
from maquette.inference.tables import Instance, Service, ServiceMinute
from maquette.kit.clock import now_ms

KEPT_MINUTES = 24 * 60

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Tally:
    calls: int = 0
    failures: int = 0
    milliseconds: float = 0.0

    def add(self, other: "_Tally") -> None:
        self.calls += other.calls
        self.failures += other.failures
        self.milliseconds += other.milliseconds


class CallCounter:
    """Thread-safe. `flush` belongs to a timer and to the end of the process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._tallies: dict[tuple[str, str], _Tally] = defaultdict(_Tally)

    def count(self, service_id: str, instance_id: str, milliseconds: float, *, failed: bool) -> None:
        with self._lock:
            self._tallies[service_id, instance_id].add(_Tally(1, int(failed), milliseconds))

    def flush(self) -> None:
        """Write what was counted. A database that does not answer is no reason to lose it, or to stop predicting."""
        with self._lock:
            tallies = dict(self._tallies)
            self._tallies.clear()
        if not tallies:
            return
        try:
            with self._database.write() as session:
                for (service_id, instance_id), tally in tallies.items():
                    _record(session, service_id, instance_id, tally)
        except SQLAlchemyError:
            log.warning("call counts could not be written; the next round tries again", exc_info=True)
            with self._lock:
                for key, tally in tallies.items():
                    self._tallies[key].add(tally)


def _record(session: Session, service_id: str, instance_id: str, tally: _Tally) -> None:
    for table, key in ((Service, service_id), (Instance, instance_id)):
        counts = {"invocations": table.invocations + tally.calls, "failures": table.failures + tally.failures}
        session.execute(update(table).where(table.id == key).values(counts))
    if session.get(Service, service_id) is None:
        return
    minute = now_ms() // 60_000
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
