"""What may go wrong with exports. Codes follow ModelArts' data management (438x)."""

from maquette.kit.errors import Conflict, Invalid, NotFound


def wrong_export(field: str, reason: str) -> Invalid:
    return Invalid(f"The export cannot be started: {field} {reason}", code="ModelArts.4380")


def no_export(task_id: str) -> NotFound:
    return NotFound(f"The dataset has no export '{task_id}'.", code="ModelArts.4381")


def not_empty(path: str, found: str) -> Conflict:
    reason = f"The folder {path} cannot be exported to: '{found}' lies in it. Choose an empty folder, or a new one."
    return Conflict(reason, code="ModelArts.4382")


def path_taken(path: str) -> Conflict:
    reason = f"Another export is writing to {path}. Choose another folder, or wait until it has ended."
    return Conflict(reason, code="ModelArts.4383")


def lost_spool() -> Conflict:
    reason = "The export's own list of samples is gone, so it cannot go on. Export again, to another folder."
    return Conflict(reason, code="ModelArts.4384")
