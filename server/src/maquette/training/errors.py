"""What may go wrong with training jobs, and how this group of operations says so."""

from typing import Any

from maquette.kit.errors import Conflict, Invalid, NotFound


def v1_error(code: str, message: str) -> dict[str, Any]:
    """The form of an error in the v1 training operations."""
    return {"is_success": False, "error_code": code, "error_message": message}


def no_job(job_id: int) -> NotFound:
    return NotFound(f"There is no training job {job_id}.", code="ModelArts.0104")


def no_version(job_id: int, version_id: int) -> NotFound:
    return NotFound(f"The training job {job_id} has no version {version_id}.", code="ModelArts.0104")


def job_exists(name: str) -> Conflict:
    return Conflict(
        f"Job name: {name} is existed. Choose another name, or create a version of that job.", code="ModelArts.0103"
    )


def not_stoppable(name: str) -> Conflict:
    return Conflict(f"The version {name} has ended already and cannot be stopped.", code="ModelArts.0105")


def not_here(what: str, remedy: str) -> Invalid:
    return Invalid(f"{what} cannot be used on this installation. {remedy}")
