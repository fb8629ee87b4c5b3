"""Changing a service while one of its instances ends: neither waits for the other for ever, on either database."""

import threading
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.orm import Session
from tests.running import until

from maquette.db import Database
from maquette.iam import ensure_first_user, system_actor
from maquette.iam.users import projects_of
from maquette.inference.instances import ServiceKind
from maquette.inference.service import delete_service, find_service
from maquette.inference.tables import READY, Instance, Service
from maquette.kit.config import Settings
from maquette.pools import Workload
from maquette.pools.endings import Attempt, Outcome, finish


class SlowKind(ServiceKind):
    """Takes note of an end only when somebody waits for the workload's row."""

    database: Database

    def ended(self, session: Session, workload: Workload) -> None:
        if not self.database.is_sqlite:  # where all writers queue before they begin
            until(self._somebody_waits, what="the one who deletes")
        super().ended(session, workload)

    def _somebody_waits(self) -> bool:
        with self.database.read() as session:
            return bool(session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))


def test_a_service_is_deleted_while_its_instance_ends(database: Database, tmp_path: Path) -> None:
    with database.write() as session:
        user = ensure_first_user(session, "a-good-password")
        project = projects_of(session, user.domain_id)[0]
        actor = system_actor(session, user, project.id).within(project.id, frozenset({"0"}))
        owned = {"project_id": project.id, "workspace_id": "0", "owner_id": user.id}
        session.add(Service(id="s", name="s", owner_name="admin", config=[], live_revision=1, **owned))
        facts = {"spec": {}, "flavor": "f", "cpu": 1, "memory": 1, "phase": "running", "fence": "f", "directory": "w/1"}
        session.add(Workload(id="w", kind="service", subject_id="s", **facts, **owned))
        session.flush()
        session.add(
            Instance(id="w", service_id="s", revision=1, position=0, model_id="m", weight=100, deadline=0, state=READY)
        )
    kind = SlowKind(Settings(home=tmp_path))
    kind.database = database
    raised: list[Exception] = []

    def delete() -> None:
        try:
            with database.write() as session:
                delete_service(session, actor, find_service(session, actor, "s", lock=True))
        except Exception as error:
            raised.append(error)

    other = threading.Thread(target=delete)
    with database.write() as session:
        session.execute(select(Workload.id).with_for_update())
        other.start()
        assert finish(session, Attempt("w", 1, "f"), Outcome("failed", "It fell over."), kind)
    other.join()
    assert raised == []
    with database.read() as session:
        assert session.scalars(select(Service)).all() == []
        assert session.get_one(Workload, "w").phase == "ended"
