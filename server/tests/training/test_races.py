"""Two who change the same job at once: they queue, and the second sees what the first has done.

On SQLite all writers queue. On PostgreSQL the row of the job, and that of the workload, are what they queue at.
"""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from tests.running import until

from maquette.db import Database
from maquette.events import Event
from maquette.iam import ensure_first_user, system_actor
from maquette.iam.users import projects_of
from maquette.kit.actor import Actor
from maquette.kit.config import Settings
from maquette.kit.errors import Conflict, NotFound
from maquette.pools import Workload
from maquette.pools.endings import Attempt, Outcome, finish
from maquette.tasks.tables import Task
from maquette.training import jobs
from maquette.training.plans import Plan
from maquette.training.running import TrainingKind
from maquette.training.schemas import CreateJob, CreateVersion
from maquette.training.tables import TrainingJob, TrainingVersion

CONFIG = {"worker_server_num": 1, "app_url": "/b/c/", "boot_file_url": "/b/c/main.py", "spec_id": 1, "engine_id": 100}
PLAN = Plan(100, "python", "3", "modelarts.vm.cpu.1u", "obs://b/c/", "obs://b/c/main.py", "", "", [])
Change = Callable[[Session], Any]


class Race:
    """A job with one version, and people who change it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.write() as session:
            user = ensure_first_user(session, "a-good-password")
            project = projects_of(session, user.domain_id)[0]
            self.actor: Actor = system_actor(session, user, project.id).within(project.id, frozenset({"0"}))
            body = CreateJob.model_validate({"job_name": "job", "config": CONFIG})
            job, run = jobs.create_job(session, self.actor, body, PLAN)
            assert run is not None
            self.job, self.version, self.workload = job.id, run[0].id, run[1].id

    def end(self, session: Session) -> bool:
        """Record the end of what runs, as the worker does."""
        attempt = Attempt.of(session.get_one(Workload, self.workload))
        return finish(session, attempt, Outcome("completed", started_at=1), TrainingKind(Settings()))

    def stop(self, session: Session) -> None:
        jobs.stop_version(session, self.actor, self.job, self.version)

    def delete_version(self, session: Session) -> None:
        jobs.delete_version(session, self.actor, self.job, self.version)

    def delete_job(self, session: Session) -> None:
        jobs.delete_job(session, self.actor, self.job)

    def add_version(self, session: Session) -> None:
        jobs.create_version(session, self.actor, self.job, CreateVersion.model_validate({"config": CONFIG}), PLAN)

    def describe(self, session: Session) -> None:
        jobs.change_description(session, self.actor, self.job, "better")

    def run(self, first: Change, second: Change) -> Exception | None:
        """Let `second` begin while the transaction of `first` is still open; answers what it raised."""
        raised: list[Exception] = []

        def follow() -> None:
            try:
                with self.database.write() as session:
                    second(session)
            except Exception as error:
                raised.append(error)

        other = threading.Thread(target=follow)
        with self.database.write() as session:
            first(session)
            other.start()
            if not self.database.is_sqlite:  # where it queues before its first statement, and nobody can see that
                until(lambda: self._somebody_waits() or not other.is_alive(), what="the second")
        other.join()
        return raised[0] if raised else None

    def _somebody_waits(self) -> bool:
        with self.database.read() as session:
            return bool(session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))

    def rows(self, query: Any) -> list[Any]:
        with self.database.read() as session:
            return list(session.scalars(query))

    def removals(self) -> int:
        return len(self.rows(select(Task).where(Task.kind == jobs.REMOVE)))


@pytest.fixture
def race(database: Database) -> Race:
    return Race(database)


def test_a_version_is_deleted_once(race: Race) -> None:
    with race.database.write() as session:
        race.end(session)
    assert isinstance(race.run(race.delete_version, race.delete_version), NotFound)
    assert race.removals() == 1
    assert race.rows(select(Event.name).where(Event.name.startswith("delete"))) == ["deleteModelArtsTrainVersion"]


def test_a_job_is_deleted_once(race: Race) -> None:
    assert isinstance(race.run(race.delete_job, race.delete_job), NotFound)
    assert race.rows(select(TrainingJob.name)) == [f"job#{race.job}"]


@pytest.mark.parametrize("second", [Race.add_version, Race.stop, Race.describe, Race.delete_version])
def test_nothing_happens_to_a_deleted_job(race: Race, second: Callable[[Race, Session], None]) -> None:
    assert isinstance(race.run(race.delete_job, lambda session: second(race, session)), NotFound)
    assert race.rows(select(TrainingVersion.number)) == [1]
    assert race.rows(select(Workload.wanted)) == ["stopped"]


def test_versions_that_are_made_at_once_are_numbered_one_after_the_other(race: Race) -> None:
    assert race.run(race.add_version, race.add_version) is None
    assert race.rows(select(TrainingVersion.number).order_by(TrainingVersion.id)) == [1, 2, 3]
    assert race.rows(select(TrainingJob.version_count)) == [3]


def test_what_has_just_ended_is_not_stopped(race: Race) -> None:
    assert isinstance(race.run(race.end, race.stop), Conflict)
    assert race.rows(select(Workload.wanted)) == ["running"]


@pytest.mark.parametrize("delete", [Race.delete_version, Race.delete_job])
def test_whoever_comes_second_the_files_of_a_deleted_version_are_removed(
    race: Race, delete: Callable[[Race, Session], None]
) -> None:
    assert race.run(race.end, lambda session: delete(race, session)) is None
    assert race.removals() == 1


@pytest.mark.parametrize("delete", [Race.delete_version, Race.delete_job])
def test_an_end_after_the_deletion_asks_for_the_removal(race: Race, delete: Callable[[Race, Session], None]) -> None:
    assert race.run(lambda session: delete(race, session), race.end) is None
    assert race.removals() == 1


def test_the_last_two_versions_take_their_job_with_them(race: Race) -> None:
    with race.database.write() as session:
        race.add_version(session)
        race.delete_job(session)
    one, other = race.rows(select(TrainingVersion).order_by(TrainingVersion.id))
    failed = race.run(
        lambda session: jobs.forget_version(session, one), lambda session: jobs.forget_version(session, other)
    )
    assert failed is None
    assert race.rows(select(TrainingJob.id)) == []
    assert race.rows(select(Workload.id)) == []
