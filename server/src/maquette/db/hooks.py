"""Things to do once a transaction is really committed; all are lost on rollback."""

import contextlib
import socket
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

WORKER_SOCKET = "maquette.worker_socket"
NOTIFY_CHANNEL = "maquette_worker"
_ACTIONS = "maquette.after_commit"


def after_commit(session: Session, action: Callable[[], None]) -> None:
    """Run `action` after this session's commit. It must be quick and must not raise."""
    session.info.setdefault(_ACTIONS, []).append(action)


def run_after_commit(session: Session) -> None:
    for action in session.info.pop(_ACTIONS, []):
        action()


def wake_worker(session: Session) -> None:
    """Tell the worker, once this transaction is committed, that there may be something to do."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_notify(:channel, '')"), {"channel": NOTIFY_CHANNEL})
    path: Path | None = session.info.get(WORKER_SOCKET)
    if path:
        after_commit(session, lambda: knock(path))


def knock(path: Path) -> None:
    """One empty datagram to the worker's socket. No worker, no harm: it looks around when it starts."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as knocker:
        knocker.setblocking(False)
        knocker.sendto(b"", str(path))
