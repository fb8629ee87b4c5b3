"""Where a model may come from: a folder in a bucket, or what a training job's version wrote."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from maquette.kit.actor import Actor
from maquette.kit.errors import Conflict, Invalid
from maquette.kit.pages import INT64_MAX
from maquette.pools import Workload
from maquette.training import COMPLETED, TrainingVersion, find_job, status_of


def job_output(session: Session, actor: Actor, job_id: str, version: str) -> str:
    """The training output path of a finished version: given by id or as `V0001`; the latest when left empty."""
    job = find_job(session, actor, _number(job_id, "source_job_id"))
    query = select(TrainingVersion).where(TrainingVersion.job_id == job.id, TrainingVersion.deleted.is_(False))
    if version.upper().startswith("V"):
        query = query.where(TrainingVersion.number == _number(version[1:], "source_job_version"))
    elif version:
        query = query.where(TrainingVersion.id == _number(version, "source_job_version"))
    row = session.scalar(query.order_by(TrainingVersion.number.desc()).limit(1))
    if row is None:
        raise Invalid(f"The training job '{job.name}' has no version '{version}'.")
    if status_of(session.get(Workload, row.workload_id)) != COMPLETED:
        raise Conflict(f"Version {row.name} of the training job '{job.name}' has not completed; it has no model yet.")
    output = str(row.plan.get("train_url") or "")
    if not output:
        raise Invalid(f"Version {row.name} of the training job '{job.name}' was run without a training output path.")
    return output


def _number(text: str, field: str) -> int:
    if not text.isdecimal() or int(text) > INT64_MAX:
        raise Invalid(f"{field} '{text[:32]}' is not a number.")
    return int(text)
