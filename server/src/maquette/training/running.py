"""What the worker must know of training jobs: the program of an attempt, and what follows from its end."""

import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from maquette.iam import User, system_actor
from maquette.kit.actor import Actor
from maquette.kit.config import Settings
from maquette.kit.errors import NotFound
from maquette.pools import Program, Workload
from maquette.pools.interpreter import boot_command
from maquette.pools.kinds import Inside
from maquette.pools.tables import ACTIVE
from maquette.tasks import TaskSpec
from maquette.tasks.queue import enqueue
from maquette.training.jobs import ask_removal
from maquette.training.tables import TrainingJob, TrainingVersion

SETTLE = "training.settle"
SPEC = "/run/maquette-job/spec.json"
HOME = "/home/ma-user"


class TrainingKind:
    """Jobs' part in their workloads' lives (a pools.WorkloadKind)."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def prepare(self, session: Session, workload: Workload) -> Program:
        version = session.scalar(select(TrainingVersion).where(TrainingVersion.workload_id == workload.id))
        if version is None or version.deleted:
            raise NotFound("The version was deleted before it began.")
        python = str(self._settings.job_python)
        plan: dict[str, Any] = version.plan
        inputs: list[dict[str, Any]] = plan["inputs"]
        told = {
            "job_id": version.resource_id.removeprefix("job"),
            "version": version.name,
            "code_dir": plan["code_dir"],
            "boot_file": plan["boot_file"],
            "parameters": plan["parameters"],
            "data_url": inputs[0]["url"] if inputs else "",
            "train_url": plan["train_url"],
            "python": python,
            "gpus": workload.gpus,
        }
        return Program(
            command=lambda inside: (*boot_command(self._settings.job_python), inside(SPEC)),
            env=lambda _inside: {"MA_INPUTS": json.dumps({"inputs": inputs})},
            files={SPEC: lambda inside: _spec(told, inside)},
        )

    def ended(self, session: Session, workload: Workload) -> None:
        query = select(TrainingVersion, TrainingJob).join(TrainingJob, TrainingJob.id == TrainingVersion.job_id)
        row = session.execute(query.where(TrainingVersion.workload_id == workload.id)).one_or_none()
        if row is None or workload.phase in ACTIVE:
            return
        version, job = row[0], row[1]
        actor = _owner(session, workload)
        if version.deleted:
            ask_removal(session, actor, job, version)
        elif workload.started_at:
            spec = TaskSpec(
                kind=SETTLE,
                title=f"{job.name} {version.name}",
                resource_type="ModelArtsTrainJob",
                resource_id=str(job.id),
                workspace_id=job.workspace_id,
                payload={"version_id": version.id},
            )
            enqueue(session, actor, spec)


def _spec(told: dict[str, Any], inside: Inside) -> str:
    return json.dumps(told | {"home": inside(HOME)})


def _owner(session: Session, workload: Workload) -> Actor:
    return system_actor(session, session.get_one(User, workload.owner_id), workload.project_id)
