"""What may go wrong with datasets, their labels and their samples. Codes follow ModelArts' data management (43xx)."""

from typing import Any

from maquette.kit.errors import Conflict, Invalid, NotFound, Unsupported


def no_dataset(dataset_id: str) -> NotFound:
    return NotFound(f"There is no dataset '{dataset_id}'.", code="ModelArts.4352")


def dataset_exists(name: str) -> Conflict:
    return Conflict(
        f"A dataset named '{name}' exists already in this workspace. Choose another name.", code="ModelArts.4353"
    )


def no_label(name: str) -> NotFound:
    return NotFound(
        f"The dataset has no label '{name}'. Create the label first, or check its name.", code="ModelArts.4354"
    )


def label_exists(name: str) -> Conflict:
    return Conflict(f"The dataset has a label '{name}' already. Choose another name.", code="ModelArts.4355")


def label_leaving(name: str) -> Conflict:
    reason = f"The label '{name}' is being deleted. Wait until that task has ended, or cancel it."
    return Conflict(reason, code="ModelArts.4356")


def shortcut_taken(shortcut: str, name: str) -> Conflict:
    reason = f"The shortcut '{shortcut}' belongs to the label '{name}'. Choose another one, or take it from that label."
    return Conflict(reason, code="ModelArts.4367")


def label_named_by(name: str, relation: str) -> Conflict:
    reason = f"The label '{name}' is an end of the relation '{relation}'. Delete or change that relation first."
    return Conflict(reason, code="ModelArts.4368")


def no_sample(sample_id: str) -> NotFound:
    return NotFound(f"The dataset has no sample '{sample_id}'. It may have been deleted.", code="ModelArts.4357")


def stale_sample(sample_id: str, yours: dict[str, Any], current: dict[str, Any]) -> Conflict:
    reason = f"The sample '{sample_id}' has changed since you read it. Compare both versions, then try again."
    return Conflict(reason, code="ModelArts.4358", details={"yours": yours, "current": current})


def no_operation(sample_id: str) -> NotFound:
    return NotFound(
        f"The history of the sample '{sample_id}' has no such operation. List the history again.", code="ModelArts.4369"
    )


def cannot_return(sample_id: str, reason: str) -> Conflict:
    return Conflict(f"The sample '{sample_id}' cannot be restored: {reason}.", code="ModelArts.4351")


def not_an_image(name: str, reason: str) -> Unsupported:
    return Unsupported(f"'{name}' cannot be shown as an image: {reason}.", code="ModelArts.4359")


def not_a_table(name: str) -> Unsupported:
    return Unsupported(f"'{name}' cannot be shown as rows: it is no table.", code="ModelArts.4362")


def wrong_import(field: str, reason: str) -> Invalid:
    return Invalid(f"The import cannot be started: {field} {reason}", code="ModelArts.4363")


def import_running(name: str) -> Conflict:
    reason = f"The dataset '{name}' is being imported into. Wait until that import has ended, or cancel it."
    return Conflict(reason, code="ModelArts.4364")


def no_import(task_id: str) -> NotFound:
    return NotFound(f"The dataset has no import '{task_id}'.", code="ModelArts.4365")


def no_report(task_id: str) -> NotFound:
    return NotFound(
        f"The task '{task_id}' has no report: nothing was left out, or it has not ended.", code="ModelArts.4366"
    )


def wrong_type(number: int, reason: str) -> Invalid:
    return Invalid(f"A dataset of type {number} cannot be created: {reason}.", code="ModelArts.4360")


def wrong_path(field: str, path: str, reason: str) -> Invalid:
    return Invalid(f"{field} '{path[:200]}' cannot be used: {reason}.", code="ModelArts.4361")
