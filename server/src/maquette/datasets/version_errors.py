"""What may go wrong with the versions of a dataset. Codes follow ModelArts' data management (437x)."""

from maquette.kit.errors import Conflict, Invalid, NotFound


def no_version(version_id: str) -> NotFound:
    return NotFound(f"The dataset has no version '{version_id}'. It may have been deleted.", code="ModelArts.4370")


def version_exists(name: str, *, deleted: bool) -> Conflict:
    which = "a deleted version whose files remain" if deleted else "a version"
    return Conflict(f"The dataset has {which} named '{name}' already. Choose another name.", code="ModelArts.4371")


def publishing_already(name: str) -> Conflict:
    reason = f"The version '{name}' of this dataset is being published. Wait until that has ended, or cancel its task."
    return Conflict(reason, code="ModelArts.4372")


def wrong_version(field: str, reason: str) -> Invalid:
    return Invalid(f"{field} {reason}", code="ModelArts.4373")


def damaged_version(name: str, address: str, how: str) -> Conflict:
    """A file of a published version is not what was published: who reads on would compute with other data."""
    reason = (
        f"The version '{name}' cannot be used: its file {address} {how}. Restore the file from a backup, or publish "
        "the dataset again."
    )
    return Conflict(reason, code="ModelArts.4374")


def version_not_ready(name: str) -> Conflict:
    reason = f"The version '{name}' has not been published. Wait until its task has ended, or publish again."
    return Conflict(reason, code="ModelArts.4375")


def dataset_busy(title: str, kind: str) -> Conflict:
    """Another task would go on writing into the working set that is to be replaced."""
    reason = f"The task {kind} of the dataset '{title}' is under way. Wait until it has ended, or cancel it."
    return Conflict(reason, code="ModelArts.4376")


def no_restore_point(generation: int) -> NotFound:
    reason = f"The dataset has no restore point {generation}. Only the newest are kept; list them again."
    return NotFound(reason, code="ModelArts.4377")


def label_in_the_way(name: str) -> Conflict:
    reason = (
        f"The working set cannot be brought back: another label is named '{name}' now, as a deleted one of its labels. "
        "Rename that label, then try again."
    )
    return Conflict(reason, code="ModelArts.4378")
