"""Asking for workloads and counting what they hold. What really runs is the reconciler's concern."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from maquette.db import visible_to, wake_worker
from maquette.kit.actor import Actor
from maquette.kit.clock import now_ms
from maquette.kit.errors import NotFound
from maquette.kit.ids import new_id
from maquette.pools.flavors import find_flavor
from maquette.pools.tables import ACTIVE, OCCUPYING, WANT_STOPPED, Workload


@dataclass(frozen=True, slots=True)
class WorkloadSpec:
    """`kind` names the domain's WorkloadKind, `subject_id` its row, `flavor` a code; `spec` is the domain's own JSON.

    With `max_restarts` an attempt that fails (a service's: that ends) is followed by another one, after a pause, until
    so many in a row have not lasted.
    """

    kind: str
    subject_id: str
    workspace_id: str
    flavor: str
    spec: dict[str, Any] = field(default_factory=dict[str, Any])
    max_restarts: int = 0


def request_workload(session: Session, actor: Actor, spec: WorkloadSpec) -> Workload:
    """Add a workload in the caller's transaction; the worker is woken once that is committed."""
    flavor = find_flavor(spec.flavor)
    identity = new_id()
    workload = Workload(
        id=identity,
        kind=spec.kind,
        subject_id=spec.subject_id,
        spec=spec.spec,
        flavor=flavor.code,
        cpu=flavor.cpu,
        memory=flavor.memory,
        gpus=flavor.gpus,
        max_restarts=spec.max_restarts,
        directory=attempt_path(identity, 1),
        project_id=actor.project_id,
        workspace_id=spec.workspace_id,
        owner_id=actor.user_id,
    )
    session.add(workload)
    session.flush()
    wake_worker(session)
    return workload


def stop_workload(session: Session, workload: Workload, *, by: str = "") -> bool:
    """Ask a workload to end; False when it has ended already. `by` is who asked, for the reason that is shown.

    The row is held from here to the transaction's end, so that its end is recorded before the answer or after it.
    """
    session.refresh(workload, with_for_update=True)
    if workload.phase not in ACTIVE:
        return False
    if workload.wanted != WANT_STOPPED:
        workload.wanted, workload.stopped_by, workload.updated_at = WANT_STOPPED, by, now_ms()
    session.flush()
    wake_worker(session)
    return True


def find_workload(session: Session, actor: Actor, workload_id: str) -> Workload:
    row = session.scalar(select(Workload).where(Workload.id == workload_id, visible_to(actor, Workload)))
    if row is None:
        raise NotFound(f"There is no workload '{workload_id[:64]}'.")
    return row


def active_workloads(session: Session) -> Sequence[Workload]:
    """All that wait or run, oldest first: the queue's order."""
    return session.scalars(select(Workload).where(Workload.phase.in_(ACTIVE)).order_by(Workload.id)).all()


def occupied(workloads: Sequence[Workload]) -> tuple[float, int, set[int]]:
    """CPUs, bytes of memory and devices that these hold at present."""
    holding = [row for row in workloads if row.phase in OCCUPYING]
    devices = {int(device) for row in holding for device in row.devices}
    return sum(row.cpu for row in holding), sum(row.memory for row in holding), devices


def attempt_path(workload_id: str, attempt: int) -> str:
    return f"{workload_id}/{attempt}"
