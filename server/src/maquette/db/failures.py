"""What a failing database means to a user. Why it failed is for the log."""

from sqlalchemy.exc import DataError, DBAPIError, OperationalError

from maquette.kit.errors import Invalid, MaquetteError, StorageFull, Unavailable

_DISK_FULL = "53100"  # PostgreSQL's SQLSTATE


def explained(error: DBAPIError) -> MaquetteError | None:
    """The error a user may be told; None when it is a mistake of ours."""
    if isinstance(error, DataError):
        return Invalid("A value in the request is out of the range that can be stored.")
    cause = error.orig
    if getattr(cause, "sqlite_errorname", "") == "SQLITE_FULL" or getattr(cause, "sqlstate", "") == _DISK_FULL:
        return StorageFull("The database's disk is full. Free space, then try again.")
    if isinstance(error, OperationalError):
        return Unavailable("The database does not answer at present. Try again in a moment.")
    return None
