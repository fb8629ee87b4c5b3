"""The worker's side of services: level-triggered, like the workloads' reconciler it stands on.

A service that is wanted gets instances of its newest revision; when all of them are ready it goes live and the
instances of older revisions are stopped. A revision that cannot become ready leaves the older one serving.
"""

import json
import logging
import shutil
from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from maquette.db import Database
from maquette.iam import User, system_actor
from maquette.inference.history import note
from maquette.inference.service import instances_of, stop_service
from maquette.inference.sockets import INSIDE, NAME, listens, socket_folder
from maquette.inference.tables import (
    CONCERNING,
    DEPLOYING,
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
from maquette.kit.clock import now_ms
from maquette.kit.config import Settings
from maquette.pools import Mount, Program, Workload, WorkloadSpec, request_workload, stop_workload
from maquette.registry import package_path, unpin

log = logging.getLogger(__name__)

KIND = "service"
MODEL_INSIDE = "/home/ma-user/infer/model"
SPEC_INSIDE = "/home/ma-user/infer/service.json"
RESTARTS = 1000
HOPELESS = 3  # attempts of a first start that end before they were ready


class ServiceKind:
    """What `pools` asks about services' workloads."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def prepare(self, session: Session, workload: Workload) -> Program:
        folder = socket_folder(self.settings, workload.id)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, mode=0o700)
        spec = workload.spec

        def told(inside: Callable[[str], str]) -> str:
            return json.dumps(
                {
                    "model": inside(MODEL_INSIDE),
                    "model_name": spec["model_name"],
                    "socket": inside(f"{INSIDE}/{NAME}"),
                    "environments": spec["envs"],
                }
            )

        return Program(
            command=lambda inside: (
                str(self.settings.job_python),
                "-m",
                "maquette_runtime.serve",
                inside(SPEC_INSIDE),
            ),
            files={SPEC_INSIDE: told},
            mounts=(
                Mount(package_path(self.settings, spec["model_id"]), MODEL_INSIDE),
                Mount(folder, INSIDE, writable=True),
            ),
        )

    def ended(self, session: Session, workload: Workload) -> None:
        shutil.rmtree(socket_folder(self.settings, workload.id), ignore_errors=True)
        instance = session.get(Instance, workload.id)
        if instance is None:
            return
        again = workload.phase == "waiting"
        if workload.reason not in ("stopped", "cancelled"):
            note(session, instance.service_id, f"instance ended: {workload.message}", abnormal=True)
        instance.state = LOADING if again else GONE


class ServiceKeeper:
    """Takes every step that services need now; `tick` is quick when there is nothing to do."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings = settings
        self.database = database

    def tick(self) -> float | None:
        """Answers in how many seconds to look again, or None when no service is on its way."""
        with self.database.read() as session:
            services = session.scalars(select(Service)).all()
            due = [row.id for row in services if not self._settled(session, row)]
        for service_id in due:
            try:
                with self.database.write() as session:
                    service = session.get(Service, service_id)
                    if service is not None:
                        self._care(session, service)
            except Exception:
                log.exception("service %s could not be looked after", service_id)
        return 0.1 if due else None

    def _settled(self, session: Session, service: Service) -> bool:
        """Whether everything is as asked, so that there is nothing to do."""
        instances = instances_of(session, service.id)
        if service.due_at and service.due_at <= now_ms():
            return False
        if service.wanted == STOPPED or service.status == FAILED:
            return not instances and service.status in (STOPPED, FAILED)
        return (
            service.status == RUNNING
            and service.live_revision == service.revision
            and all(row.revision == service.live_revision and row.state == READY for row in instances)
            and all(listens(self.settings, row.id) for row in instances)
        )

    def _care(self, session: Session, service: Service) -> None:
        if service.due_at and service.due_at <= now_ms():
            stop_service(session, service, "the scheduled time has come: stop service")
        instances = [self._seen(session, row) for row in instances_of(session, service.id)]
        if service.wanted == STOPPED:
            self._wind_down(session, service, instances)
            return
        if service.status == FAILED:
            for row in instances:
                self._retire(session, row)
            return
        newest = [row for row in instances if row.revision == service.revision]
        if not newest:
            newest = self._deploy(session, service)
        self._judge(session, service, newest, [row for row in instances if row.revision != service.revision])

    def _seen(self, session: Session, instance: Instance) -> Instance:
        """Bring an instance's state up to what its socket says."""
        if instance.state == LOADING and listens(self.settings, instance.id):
            instance.state = READY
            note(session, instance.service_id, f"instance {instance.id[-8:]} is ready")
        elif instance.state == READY and not listens(self.settings, instance.id):
            instance.state, instance.deadline = LOADING, now_ms() + 60_000
        return instance

    def _deploy(self, session: Session, service: Service) -> list[Instance]:
        user = session.get_one(User, service.owner_id)
        actor = system_actor(session, user, service.project_id)
        made: list[Instance] = []
        for position, item in enumerate(service.config):
            for _ in range(item["instance_count"]):
                spec = WorkloadSpec(
                    kind=KIND,
                    subject_id=service.id,
                    workspace_id=service.workspace_id,
                    flavor=item["specification"],
                    spec={name: item[name] for name in ("model_id", "model_name", "envs")},
                    max_restarts=RESTARTS,
                )
                instance = Instance(
                    id=request_workload(session, actor, spec).id,
                    service_id=service.id,
                    revision=service.revision,
                    position=position,
                    model_id=item["model_id"],
                    weight=item["weight"],
                    deadline=now_ms() + item["deploy_timeout_in_seconds"] * 1000,
                )
                session.add(instance)
                made.append(instance)
            note(session, service.id, f"[{item['model_name']} {item['model_version']}] preparing environment")
        session.flush()
        return made

    def _judge(self, session: Session, service: Service, newest: list[Instance], older: list[Instance]) -> None:
        ready = [row for row in newest if row.state == READY]
        if newest and len(ready) == len(newest):
            self._go_live(session, service, older)
        elif service.live_revision == service.revision:
            self._set(service, CONCERNING if ready else DEPLOYING)
        elif reason := self._hopeless(session, newest):
            self._give_up(session, service, newest, older, reason)

    def _go_live(self, session: Session, service: Service, older: list[Instance]) -> None:
        for row in older:
            self._retire(session, row)
        if service.live_revision != service.revision:
            service.live_revision = service.revision
            service.started_at = service.started_at or now_ms()
            _result(session, service, "SUCCESS")
            note(session, service.id, "deploy service success")
            used: frozenset[str] = frozenset(item["model_id"] for item in service.config)
            unpin(session, "service", service.id, keep=used)
        service.message = ""
        self._set(service, RUNNING)

    def _hopeless(self, session: Session, newest: list[Instance]) -> str:
        """Why this revision will not become ready, or the empty string while it still may."""
        for row in newest:
            workload = session.get(Workload, row.id)
            if workload is None or workload.phase in ("ended", "lost"):
                return workload.message if workload else "An instance is gone."
            if row.state == LOADING and workload.attempt > HOPELESS:
                return workload.message
            if row.state == LOADING and row.deadline < now_ms():
                return "The instances were not ready in time; their logs tell more. " + workload.message
        return ""

    def _give_up(
        self, session: Session, service: Service, newest: list[Instance], older: list[Instance], reason: str
    ) -> None:
        for row in newest:
            self._retire(session, row)
        _result(session, service, "FAIL")
        note(session, service.id, f"deploy service failed: {reason}", abnormal=True)
        service.message = reason
        serving = any(row.revision == service.live_revision and row.state == READY for row in older)
        self._set(service, CONCERNING if serving else FAILED)
        if serving:
            # What serves becomes what is asked for again; the change log keeps what failed.
            kept = session.get_one(ServiceChange, (service.id, service.live_revision))
            service.config, service.revision = kept.config, service.live_revision
            unpin(session, "service", service.id, keep=frozenset(item["model_id"] for item in kept.config))

    def _wind_down(self, session: Session, service: Service, instances: list[Instance]) -> None:
        for row in instances:
            self._retire(session, row)
        if not instances:
            service.live_revision, service.finished_at = 0, now_ms()
            self._set(service, STOPPED)

    def _retire(self, session: Session, instance: Instance) -> None:
        """Stop an instance's workload; its row goes once that has ended."""
        workload = session.get(Workload, instance.id)
        if workload is None or not stop_workload(session, workload, by="the service"):
            session.delete(instance)

    def _set(self, service: Service, status: str) -> None:
        if service.status != status:
            service.status, service.transition_at = status, now_ms()


def _result(session: Session, service: Service, result: str) -> None:
    change: Any = session.get(ServiceChange, (service.id, service.revision))
    if change is not None:
        change.result = result
