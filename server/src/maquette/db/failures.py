"""What a failing database means to a user. Why it failed is for the log."""

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError

from maquette.kit.errors import Conflict, Invalid, MaquetteError, StorageFull, Unavailable

_DISK_FULL, _UNIQUE = "53100", "23505"  # PostgreSQL's SQLSTATE
_SAME_KEY = {"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}


def explained(error: DBAPIError) -> MaquetteError | None:
    """The error a user may be told; None when it is a mistake of ours."""
    if isinstance(error, DataError):
        return Invalid("A value in the request is out of the range that can be stored.")
    cause = error.orig
    if getattr(cause, "sqlite_errorname", "") == "SQLITE_FULL" or getattr(cause, "sqlstate", "") == _DISK_FULL:
        return StorageFull("The database's disk is full. Free space, then try again.")
    name = getattr(cause, "sqlite_errorname", "")
    if isinstance(error, IntegrityError) and (name in _SAME_KEY or getattr(cause, "sqlstate", "") == _UNIQUE):
        # Both looked first and found nothing: that happens where writers do not queue.
        return Conflict("Somebody else made the same thing at this moment. Look at what is there, or try again.")
    if isinstance(error, OperationalError):
        return Unavailable("The database does not answer at present. Try again in a moment.")
    return None
