"""Rows against the world: every step of a workload's life, and every way in which the two can come apart."""

import json
from typing import Any

import pytest
from sqlalchemy import select
from tests.pools.conftest import Clock, Pool

from maquette.engines import Observation, Phase
from maquette.iam.tables import Token
from maquette.pools.endings import STABLE_S, Attempt, Outcome, finish
from maquette.pools.kinds import CREDENTIALS


def tokens(pool: Pool) -> list[bool]:
    """Of each workload token ever issued, whether it still works."""
    with pool.database.read() as session:
        rows = session.scalars(select(Token).where(Token.kind == "workload").order_by(Token.issued_at)).all()
    return [row.revoked_at is None for row in rows]


def test_a_life_from_waiting_to_its_end(pool: Pool) -> None:
    job = pool.ask()
    assert pool.phase(job) == "waiting"
    assert pool.tick() == 0.05
    assert pool.phase(job) == "starting"
    assert pool.tick() == 0.2
    assert (pool.phase(job), pool.row(job).started_at) == ("running", 1000)
    pool.engine.end(pool.directory(job))
    assert pool.tick() is None
    row = pool.row(job)
    assert (row.phase, row.reason, row.exit_code, row.message, row.finished_at) == ("ended", "completed", 0, "", 2000)
    assert pool.kind.ends == [(job, 1, "ended", "completed")]


def test_an_attempt_gets_a_token_of_its_own_that_ends_with_it(pool: Pool) -> None:
    job = pool.ask()
    pool.tick()
    launch = pool.engine.launches[0]
    told = json.loads(launch.files[CREDENTIALS])
    assert told["project_id"] == "p"
    assert told["token"] not in str((launch.command, launch.env))
    assert launch.env["MAQUETTE_ENDPOINT"] == told["endpoint"] == "unix:/run/maquette/api.sock"
    assert (launch.key, launch.cpu) == (f"{job}-1", 1.0)
    assert tokens(pool) == [True]
    with pool.database.read() as session:
        token = session.scalars(select(Token).where(Token.kind == "workload")).one()
    assert (token.subject, token.project_id, token.workspace_id) == (f"{job}-1", "p", "0")
    pool.engine.end(pool.directory(job), "failed", exit_code=3)
    pool.tick()
    assert tokens(pool) == [False]


def test_slots_are_what_live_rows_hold(pool: Pool) -> None:
    jobs = [pool.ask() for _ in range(4)]
    pool.tick()
    assert [pool.phase(job) for job in jobs] == ["starting", "starting", "waiting", "waiting"]
    assert pool.row(jobs[2]).message == "Waiting for 1 CPU (0 free); it is the next in line."
    assert pool.row(jobs[3]).message == "Waiting its turn behind 1 other."
    pool.engine.end(pool.directory(jobs[0]))
    pool.tick()
    assert [pool.phase(job) for job in jobs] == ["ended", "running", "starting", "waiting"]


def test_who_does_not_fit_is_not_overtaken(pool: Pool) -> None:
    small = pool.ask()
    large = pool.ask("modelarts.vm.cpu.2u")
    late = pool.ask()
    pool.tick()
    assert [pool.phase(job) for job in (small, large, late)] == ["starting", "waiting", "waiting"]
    pool.engine.end(pool.directory(small))
    pool.tick()
    assert [pool.phase(job) for job in (large, late)] == ["starting", "waiting"]


def test_a_slot_is_given_out_only_when_nothing_is_left(pool: Pool) -> None:
    first, second = pool.ask("modelarts.vm.cpu.2u"), pool.ask()
    pool.tick()
    pool.engine.end(pool.directory(first))
    pool.engine.resisting.add(pool.directory(first))
    pool.tick(2)
    assert (pool.phase(first), pool.phase(second)) == ("starting", "waiting")
    pool.engine.resisting.clear()
    pool.tick()
    assert (pool.phase(first), pool.phase(second)) == ("ended", "starting")


def test_stopping_asks_first_and_says_by_whom(pool: Pool) -> None:
    job = pool.ask()
    pool.tick(2)
    pool.stop(job)
    pool.tick(2)
    assert pool.phase(job) == "stopping"
    assert pool.engine.stopped == [pool.directory(job)]
    pool.engine.end(pool.directory(job), "stopped", exit_code=143)
    pool.tick()
    assert (pool.phase(job), pool.row(job).reason) == ("ended", "stopped")
    assert pool.row(job).message == "It was stopped by alice."


def test_stopped_before_it_began(pool: Pool) -> None:
    job = pool.ask()
    pool.stop(job)
    pool.tick()
    assert (pool.phase(job), pool.row(job).reason, pool.engine.launches) == ("ended", "cancelled", [])


def test_a_stale_attempts_end_is_refused(pool: Pool) -> None:
    job = pool.ask(max_restarts=1)
    pool.tick()
    stale = Attempt.of(pool.row(job))
    pool.engine.end(pool.directory(job), "failed")
    pool.tick()
    assert pool.row(job).attempt == 2
    with pool.database.write() as session:
        assert not finish(session, stale, Outcome("completed", exit_code=0), pool.kind)
        forged = Attempt(job, 2, "another-fence")
        assert not finish(session, forged, Outcome("completed", exit_code=0), pool.kind)
    assert len(pool.kind.ends) == 1


def test_an_end_is_recorded_once(pool: Pool) -> None:
    job = pool.ask()
    pool.tick()
    attempt = Attempt.of(pool.row(job))
    with pool.database.write() as session:
        assert finish(session, attempt, Outcome("completed"), pool.kind)
        assert not finish(session, attempt, Outcome("failed"), pool.kind)
    assert pool.row(job).reason == "completed"


@pytest.mark.parametrize(("kind", "reason", "again"), [("job", "completed", False), ("service", "completed", True)])
def test_who_tries_again(pool: Pool, kind: str, reason: str, again: bool) -> None:
    job = pool.ask(kind=kind, max_restarts=3)
    pool.tick()
    pool.engine.end(pool.directory(job), reason)
    pool.tick()
    assert (pool.phase(job) == "waiting") is again


def pause_after(pool: Pool, clock: Clock, workload_id: str, seconds: float) -> float:
    """Let the present attempt run for a while and fail; answers how long the next one waited, in seconds."""
    begun = clock.now
    pool.tick(2)
    assert pool.phase(workload_id) == "running"
    clock.now += int(seconds * 1000)
    pool.engine.end(pool.directory(workload_id), "failed", started_ms=begun, finished_ms=clock.now)
    pool.tick()
    pause = pool.row(workload_id).not_before - clock.now
    clock.now += pause - 1
    pool.tick()
    assert pool.phase(workload_id) == "waiting"
    clock.now += 1
    return pause / 1000


def test_the_pause_before_a_restart_grows_to_a_minute_and_a_stable_run_ends_that(pool: Pool, clock: Clock) -> None:
    service = pool.ask(kind="service", max_restarts=1000)
    assert [pause_after(pool, clock, service, 1) for _ in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert pause_after(pool, clock, service, STABLE_S - 1) == 60
    assert [pause_after(pool, clock, service, seconds) for seconds in (STABLE_S, 1, 1)] == [1, 2, 4]


def test_restarts_are_counted_since_the_last_stable_run(pool: Pool, clock: Clock) -> None:
    service = pool.ask(kind="service", max_restarts=2)
    for seconds in (1, STABLE_S, 1):
        pause_after(pool, clock, service, seconds)
    pool.tick(2)
    pool.engine.end(pool.directory(service), "failed", started_ms=clock.now, finished_ms=clock.now)
    pool.tick()
    assert (pool.phase(service), pool.row(service).attempt) == ("ended", 4)


def test_a_restart_waits_has_its_own_directory_and_token(pool: Pool, clock: Clock) -> None:
    job = pool.ask(max_restarts=1)
    pool.tick()
    first = pool.directory(job)
    pool.engine.end(first, "failed", exit_code=3, message="The command ended with exit code 3.")
    pool.tick()
    row = pool.row(job)
    assert (row.phase, row.attempt, row.exit_code) == ("waiting", 2, 3)
    assert "exit code 3" in row.message
    clock.now = row.not_before
    pool.tick()
    assert pool.phase(job) == "starting"
    assert pool.directory(job) != first
    assert tokens(pool) == [False, True]
    pool.engine.end(pool.directory(job), "failed")
    pool.tick()
    assert pool.phase(job) == "ended"


def test_killed_between_the_claim_and_the_launch(pool: Pool) -> None:
    job = pool.ask()
    pool.engine.broken = True
    pool.tick()
    assert (pool.phase(job), pool.engine.launches) == ("starting", [])
    pool.engine.broken = False
    pool.restarted().tick()
    assert [launch.key for launch in pool.engine.launches] == [f"{job}-1"]
    assert tokens(pool) == [False, True]


def test_a_launch_that_keeps_failing_ends_the_attempt(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("maquette.pools.reconciler.LAUNCH_PATIENCE_S", 0)
    pool.engine.broken = True
    job = pool.ask()
    pool.tick(2)
    assert (pool.phase(job), pool.row(job).reason) == ("ended", "not_started")


def test_everything_is_found_again_after_a_crash(pool: Pool) -> None:
    running, ended = pool.ask(), pool.ask()
    pool.tick(2)
    pool.engine.end(pool.directory(ended), "out_of_memory", message="It was killed for using too much memory.")
    pool.restarted().tick()
    assert (pool.phase(running), pool.phase(ended)) == ("running", "ended")
    assert pool.row(ended).message == "It was killed for using too much memory."


def test_a_lost_attempt_says_so(pool: Pool) -> None:
    job = pool.ask()
    pool.tick(2)
    pool.engine.attempts[pool.directory(job)] = Observation(Phase.LOST, message="The machine restarted.")
    pool.tick()
    assert (pool.phase(job), pool.row(job).reason, pool.row(job).message) == ("lost", "lost", "The machine restarted.")


def test_no_ghost_survives(pool: Pool) -> None:
    ghost = pool.settings.jobs_dir.resolve() / "nobody" / "1"
    pool.engine.attempts[ghost] = Observation(Phase.RUNNING)
    job = pool.ask()
    pool.tick()
    pool.restarted().tick()
    assert ghost not in pool.engine.attempts
    assert pool.directory(job) in pool.engine.attempts


def test_a_domain_that_refuses_ends_the_attempt_with_its_reason(pool: Pool) -> None:
    pool.kind.refusal = "The code was deleted."
    refused, other = pool.ask(), pool.ask(kind="unknown")
    pool.tick()
    assert (pool.phase(refused), pool.row(refused).message) == ("ended", "The code was deleted.")
    assert (pool.phase(other), pool.row(other).reason) == ("ended", "not_started")
    assert tokens(pool) == []


def test_a_domain_that_stumbles_does_not_keep_the_slot(pool: Pool) -> None:
    pool.kind.clumsy = True
    job = pool.ask()
    pool.tick()
    pool.engine.end(pool.directory(job))
    pool.tick()
    assert pool.phase(job) == "ended"


def test_stopping_what_has_ended_changes_nothing(pool: Pool) -> None:
    job = pool.ask()
    pool.tick()
    pool.engine.end(pool.directory(job))
    pool.tick()
    pool.stop(job)
    row: Any = pool.row(job)
    assert (row.wanted, row.reason) == ("running", "completed")
