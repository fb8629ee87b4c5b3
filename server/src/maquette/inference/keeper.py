"""The worker's side of services: level-triggered, like the workloads' reconciler it stands on.

A service that is wanted gets instances of its newest revision; when all of them are ready it goes live and the
instances of older revisions are stopped. A revision that cannot become ready leaves the older one serving. `due` looks
at one service and names the next steps; most of the time there are none, and nothing is written.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from maquette.db import Database
from maquette.inference.history import note
from maquette.inference.service import record_change, stop_service
from maquette.inference.sockets import listens
from maquette.inference.tables import (
    CONCERNING,
    FAILED,
    GONE,
    LOADING,
    READY,
    RUNNING,
    STOPPED,
    Instance,
    Service,
    ServiceChange,
)
from maquette.kit.actor import Actor
from maquette.kit.clock import now_ms
from maquette.kit.config import Settings
from maquette.pools import Workload, WorkloadSpec, request_workload, stop_workload
from maquette.pools.tables import ACTIVE, WANT_STOPPED
from maquette.registry import unpin

log = logging.getLogger(__name__)

KIND = "service"
RESTARTS = 1000
PATIENCE_S = 0.1
ROUNDS = 8  # more than a service can need at once

Step = Callable[[Session], None]


@dataclass(frozen=True, slots=True)
class Scene:
    """A service as it is: its rows, the workloads behind its instances, and which of these listen."""

    service: Service
    instances: list[Instance]
    workloads: dict[str, Workload]
    listening: frozenset[str]

    @property
    def newest(self) -> list[Instance]:
        return [row for row in self.instances if row.revision == self.service.revision]

    @property
    def older(self) -> list[Instance]:
        return [row for row in self.instances if row.revision != self.service.revision]

    @property
    def live(self) -> bool:
        return self.service.live_revision == self.service.revision

    def state(self, instance: Instance) -> str:
        workload = self.workloads.get(instance.id)
        if instance.state == GONE or workload is None or workload.phase not in ACTIVE:
            return GONE
        return READY if instance.id in self.listening else LOADING


class ServiceKeeper:
    """Takes every step that services need now; `tick` is quick when there is nothing to do."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings = settings
        self.database = database

    def tick(self) -> float | None:
        """Answers in how many seconds to look again, or None when nobody waits for an instance."""
        with self.database.read() as session:
            scenes = self._look(session)
        for scene in scenes:
            if due(scene):
                try:
                    self._act(scene.service.id)
                except Exception:
                    log.exception("service %s could not be looked after", scene.service.id)
        return PATIENCE_S if any(row.state == LOADING for scene in scenes for row in scene.instances) else None

    def _act(self, service_id: str) -> None:
        """Take the steps, and those that follow from them."""
        with self.database.write() as session:
            for _ in range(ROUNDS):
                steps = [step for scene in self._look(session, service_id) for step in due(scene)]
                if not steps:
                    return
                for step in steps:
                    step(session)
                session.flush()

    def _look(self, session: Session, service_id: str = "") -> list[Scene]:
        query = select(Service).where(Service.status != STOPPED)
        # One that is about to be changed is held: a user may be changing it too.
        chosen = query.where(Service.id == service_id).with_for_update(key_share=True) if service_id else query
        services = session.scalars(chosen).all()
        ids = [row.id for row in services]
        instances = session.scalars(select(Instance).where(Instance.service_id.in_(ids)).order_by(Instance.id)).all()
        behind = select(Workload).where(Workload.id.in_([row.id for row in instances]))
        workloads = {row.id: row for row in session.scalars(behind)}
        listening = frozenset(row.id for row in instances if listens(self.settings, row.id))
        return [
            Scene(row, [each for each in instances if each.service_id == row.id], workloads, listening)
            for row in services
        ]


def due(scene: Scene) -> Sequence[Step]:
    """The next steps of a service, first things first: further ones show when these have been taken."""
    service = scene.service
    if service.due_at and service.due_at <= now_ms():
        return [partial(_stop_as_scheduled, service)]
    if changed := [row for row in scene.instances if scene.state(row) != row.state]:
        return [partial(_note_state, row, scene.state(row)) for row in changed]
    if service.wanted == STOPPED:
        return _retirements(scene, scene.instances) if scene.instances else [partial(_stopped, service)]
    if service.status == FAILED:
        # The rows stay until the next attempt, for their logs.
        return [step for step in _retirements(scene, scene.instances) if step.func is _stop]
    if not scene.live and (reason := _hopeless(scene)):
        return [partial(_give_up, service, reason)]
    if gone := [row for row in scene.newest if row.state == GONE]:
        return [partial(_forget, row) for row in gone]
    if missing := _missing(scene):
        return [partial(_deploy, service, position) for position in missing]
    return _judgement(scene)


def _judgement(scene: Scene) -> Sequence[Step]:
    """Everything that was asked for is there: is it ready?"""
    service = scene.service
    trouble = [row for row in scene.newest if row.state != READY]
    if not trouble:
        if not scene.live:
            return [partial(_go_live, service)]
        if service.status != RUNNING:
            return [partial(_set_status, service, RUNNING, "")]
    elif scene.live and service.status != CONCERNING:
        return [partial(_set_status, service, CONCERNING, trouble[0].trouble)]
    return _retirements(scene, scene.older) if scene.live else []


def _hopeless(scene: Scene) -> str:
    """Why this revision will not become ready, or the empty string while it still may."""
    for row in scene.newest:
        if row.state == GONE:
            return row.trouble or "An instance has ended."
        if row.state == LOADING and row.deadline < now_ms():
            workload = scene.workloads[row.id]
            return f"The instances were not ready in time. {row.trouble or workload.message}".strip()
    return ""


def _missing(scene: Scene) -> list[int]:
    """Positions in the configuration that lack an instance, each as often as it lacks one."""
    found: list[int] = []
    for position, item in enumerate(scene.service.config):
        there = sum(row.position == position for row in scene.newest)
        found += [position] * (item["instance_count"] - there)
    return found


def _retirements(scene: Scene, instances: list[Instance]) -> list[partial[None]]:
    """Stop these instances; a row goes once its workload has ended."""
    steps: list[partial[None]] = []
    for row in instances:
        workload = scene.workloads.get(row.id)
        if workload is None or workload.phase not in ACTIVE:
            steps.append(partial(_forget, row))
        elif workload.wanted != WANT_STOPPED:
            steps.append(partial(_stop, workload))
    return steps


# -- the steps ----------------------------------------------------------------------------------------------------


def _stop_as_scheduled(service: Service, session: Session) -> None:
    stop_service(session, service, "stop-as-scheduled")


def _note_state(instance: Instance, state: str, session: Session) -> None:
    instance.state = state
    if state == READY:
        note(session, instance.service_id, "instance-ready", instance=instance.id[-8:])


def _stopped(service: Service, session: Session) -> None:
    service.finished_at = now_ms()
    _set_status(service, STOPPED, service.message, session)
    note(session, service.id, "stopped")


def _deploy(service: Service, position: int, session: Session) -> None:
    item = service.config[position]
    spec = WorkloadSpec(
        kind=KIND,
        subject_id=service.id,
        workspace_id=service.workspace_id,
        flavor=item["specification"],
        spec={name: item[name] for name in ("model_id", "model_name", "envs")},
        max_restarts=RESTARTS,
    )
    owner = Actor(service.owner_id, service.owner_name, "", "", service.project_id)
    instance = Instance(
        id=request_workload(session, owner, spec).id,
        service_id=service.id,
        revision=service.revision,
        position=position,
        model_id=item["model_id"],
        weight=item["weight"],
        deadline=now_ms() + item["deploy_timeout_in_seconds"] * 1000,
    )
    session.add(instance)
    note(session, service.id, "prepare-instance", model=f"{item['model_name']} {item['model_version']}")


def _go_live(service: Service, session: Session) -> None:
    service.live_revision = service.revision
    service.started_at, service.finished_at = service.started_at or now_ms(), None
    _set_status(service, RUNNING, "", session)
    record_change(session, service, "SUCCESS")
    note(session, service.id, "deployed")
    _keep_pins(service, session)


def _give_up(service: Service, reason: str, session: Session) -> None:
    record_change(session, service, "FAIL")
    note(session, service.id, "deploy-failed", reason=reason)
    if not service.live_revision:
        _set_status(service, FAILED, reason, session)
        return
    # What serves becomes what is asked for again; the change log keeps what failed.
    kept = session.get_one(ServiceChange, (service.id, service.live_revision))
    service.config, service.revision = kept.config, service.live_revision
    _set_status(service, RUNNING, f"The last change failed, the configuration before it goes on: {reason}", session)
    _keep_pins(service, session)


def _set_status(service: Service, status: str, message: str, session: Session) -> None:
    if service.status != status:
        service.status, service.transition_at = status, now_ms()
    service.message = message


def _keep_pins(service: Service, session: Session) -> None:
    used: frozenset[str] = frozenset(item["model_id"] for item in service.config)
    unpin(session, "service", service.id, keep=used)


def _stop(workload: Workload, session: Session) -> None:
    stop_workload(session, workload, by="the service")


def _forget(instance: Instance, session: Session) -> None:
    session.delete(instance)
