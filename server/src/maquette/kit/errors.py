"""The errors that reach a user: each has a stable code, an HTTP status and a sentence that says what to do.

Domains give their own codes, most of them in their `errors.py`; `docs/guide/errors.md` lists them all. Rendering an
error as JSON belongs to `web`; nothing here knows HTTP bodies.

    MaquetteError
    ├── Invalid        400  ModelArts.0101  a field is wrong
    ├── Unauthenticated 401 APIG.0301       no valid token, signature or session
    ├── Forbidden      403  ModelArts.0103  known, and not allowed
    ├── NotFound       404  ModelArts.0104  absent, or invisible to this actor
    ├── Conflict       409  ModelArts.0105  the object changed, exists already or is busy
    ├── TooLarge       413  ModelArts.0106  over a limit
    ├── Unsupported    415  ModelArts.0107  a kind of content that is not accepted
    ├── Unavailable    503  ModelArts.0108  a part we depend on does not answer; try again
    └── StorageFull    507  ModelArts.0109  the disk or the bucket is full
"""

from typing import Any


class MaquetteError(Exception):
    """Base of everything a user may be told. `details` are further JSON members of the answer, a line for example."""

    status = 400
    code = "ModelArts.0101"

    def __init__(self, message: str, *, code: str | None = None, details: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.details = details or {}


class Invalid(MaquetteError):
    status, code = 400, "ModelArts.0101"


class Unauthenticated(MaquetteError):
    status, code = 401, "APIG.0301"


class Forbidden(MaquetteError):
    status, code = 403, "ModelArts.0103"


class NotFound(MaquetteError):
    status, code = 404, "ModelArts.0104"


class Conflict(MaquetteError):
    status, code = 409, "ModelArts.0105"


class TooLarge(MaquetteError):
    status, code = 413, "ModelArts.0106"


class Unsupported(MaquetteError):
    status, code = 415, "ModelArts.0107"


class Unavailable(MaquetteError):
    status, code = 503, "ModelArts.0108"


class StorageFull(MaquetteError):
    status, code = 507, "ModelArts.0109"
