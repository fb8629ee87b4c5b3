"""The platform's own long work: rows claimed with a lease, advanced by idempotent steps, resumed after a crash.

A task is asked for with `enqueue` in the transaction of the change that needs it, and done by a handler that the
worker registers for its kind. Users' code never runs here: that is a workload (`pools`).
"""

from maquette.tasks.handling import Cancelled, LeaseLost, RunningTask, TaskHandler
from maquette.tasks.queue import TaskSpec, cancel, enqueue
from maquette.tasks.runner import TaskRunner
from maquette.tasks.tables import Task

__all__ = [
    "Cancelled",
    "LeaseLost",
    "RunningTask",
    "Task",
    "TaskHandler",
    "TaskRunner",
    "TaskSpec",
    "cancel",
    "enqueue",
]
