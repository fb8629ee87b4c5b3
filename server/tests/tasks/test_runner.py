"""Platform tasks: done once, resumed from the checkpoint, fenced, cancelled, and honest about failure."""

import threading
from typing import Any

import pytest

from maquette.db import Database
from maquette.kit.actor import Actor
from maquette.kit.errors import Invalid
from maquette.tasks import LeaseLost, RunningTask, Task, TaskRunner, TaskSpec, cancel, enqueue
from maquette.tasks.runner import MOST_ATTEMPTS

ACTOR = Actor("u1", "ann", "d1", "admin", "p1", frozenset({"0"}))
SPEC = TaskSpec("count", "Count", "dataset", "d1", "0", {"to": 5})


class Killed(BaseException):
    """Stands for SIGKILL: nothing of the handler or the runner may clean up after it."""


def ask(database: Database, spec: TaskSpec = SPEC) -> str:
    with database.write() as session:
        return enqueue(session, ACTOR, spec).id


def look(database: Database, task_id: str) -> Task:
    with database.read() as session:
        return session.get_one(Task, task_id)


def counting(done: list[int], *, die_at: int | None = None) -> Any:
    def handle(task: RunningTask) -> dict[str, Any]:
        for number in range(task.checkpoint.get("next", 0), task.payload["to"]):
            if number == die_at:
                raise Killed
            with task.step(progress=number / 5, checkpoint={"next": number + 1}):
                done.append(number)
        return {"counted": len(done)}

    return handle


def test_a_task_is_done_and_says_so(database: Database) -> None:
    done: list[int] = []
    task_id = ask(database)
    TaskRunner(database, {"count": counting(done)}).run_until_idle()
    task = look(database, task_id)
    assert (task.state, task.progress, task.result) == ("succeeded", 1.0, {"counted": 5})


def test_a_killed_task_goes_on_from_its_checkpoint(database: Database) -> None:
    done: list[int] = []
    task_id = ask(database)
    with pytest.raises(Killed):
        TaskRunner(database, {"count": counting(done, die_at=3)}).run_until_idle()
    assert look(database, task_id).state == "running"
    successor = TaskRunner(database, {"count": counting(done)})
    successor.run_until_idle()
    assert done == [0, 1, 2], "the lease still belongs to the dead runner"
    successor.reclaim()
    successor.run_until_idle()
    assert done == [0, 1, 2, 3, 4]
    assert look(database, task_id).attempts == 2


def test_a_runner_that_lost_its_lease_writes_nothing_more(database: Database) -> None:
    refused: list[bool] = []

    def handle(task: RunningTask) -> None:
        thief = TaskRunner(database, {"count": lambda _: {"by": "thief"}})
        thief.reclaim()
        thief.run_until_idle()
        with pytest.raises(LeaseLost), task.step(progress=0.5):
            pass
        refused.append(True)
        raise LeaseLost

    task_id = ask(database)
    TaskRunner(database, {"count": handle}).run_until_idle()
    assert refused == [True]
    assert look(database, task_id).result == {"by": "thief"}


def test_a_waiting_task_is_cancelled_at_once_and_a_running_one_at_its_next_step(database: Database) -> None:
    waiting = ask(database)
    with database.write() as session:
        cancel(session, session.get_one(Task, waiting))
    assert look(database, waiting).state == "cancelled"

    def handle(task: RunningTask) -> None:
        with database.write() as session:
            cancel(session, session.get_one(Task, task.id))
        with task.step(progress=0.5):
            pytest.fail("the step must not be entered")

    running = ask(database)
    TaskRunner(database, {"count": handle}).run_until_idle()
    assert look(database, running).state == "cancelled"


def test_failures_are_told_without_a_traceback(database: Database) -> None:
    def refuse(task: RunningTask) -> None:
        raise Invalid("line 7: no such label", code="ModelArts.4242")

    def break_down(task: RunningTask) -> None:
        raise ZeroDivisionError("secret detail")

    known, unknown = ask(database), ask(database, TaskSpec("bad", "Bad", "dataset", "d1", "0"))
    TaskRunner(database, {"count": refuse, "bad": break_down}).run_until_idle()
    assert (look(database, known).error_code, look(database, known).error_msg) == (
        "ModelArts.4242",
        "line 7: no such label",
    )
    assert look(database, unknown).state == "failed"
    assert "secret" not in look(database, unknown).error_msg
    assert unknown in look(database, unknown).error_msg


def test_a_task_that_takes_its_worker_down_is_given_up_in_the_end(database: Database) -> None:
    task_id, other = ask(database), ask(database)
    with database.write() as session:
        session.get_one(Task, task_id).attempts = MOST_ATTEMPTS
    runner = TaskRunner(database, {"count": counting([])})
    runner.run_until_idle()
    runner.run_until_idle()
    assert look(database, task_id).state == "failed"
    assert look(database, other).state == "succeeded"


def test_two_runners_never_do_the_same_task(database: Database) -> None:
    done: list[str] = []
    ids = [ask(database) for _ in range(8)]
    finished = threading.Event()

    def handle(task: RunningTask) -> None:
        done.append(task.id)
        if len(done) >= len(ids):
            finished.set()

    runners = [TaskRunner(database, {"count": handle}, threads=4) for _ in range(2)]
    for runner in runners:
        runner.poke()
    assert finished.wait(30)
    for runner in runners:
        runner.close()
    assert sorted(done) == sorted(ids)
