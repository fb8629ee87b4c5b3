"""What may go wrong with buckets, their objects and uploads."""

from maquette.kit.errors import Conflict, Forbidden, Invalid, NotFound


def no_bucket(name: str) -> NotFound:
    return NotFound(f"There is no bucket '{name}'. Create it, or check its name.", code="ModelArts.4405")


def bucket_exists(name: str) -> Conflict:
    return Conflict(f"A bucket named '{name}' exists already. Choose another name.", code="ModelArts.4406")


def bucket_not_empty(name: str) -> Conflict:
    return Conflict(f"The bucket '{name}' is not empty. Delete its files first.", code="ModelArts.4407")


def administrators_only(what: str) -> Forbidden:
    return Forbidden(f"Only administrators may {what}. Ask one of them.", code="ModelArts.4408")


def folder_refused(path: str, reason: str) -> Invalid:
    return Invalid(f"The folder '{path}' cannot be a bucket: {reason}.", code="ModelArts.4409")


def no_upload(upload_id: str) -> NotFound:
    return NotFound(f"There is no upload '{upload_id}'. Start it again.", code="ModelArts.4410")


def wrong_offset(offset: int) -> Conflict:
    """`offset` is how many bytes the server has: where the client must go on."""
    return Conflict(
        f"The upload stands at byte {offset}. Go on from there.", code="ModelArts.4411", details={"offset": offset}
    )


def upload_lost(upload_id: str) -> Conflict:
    return Conflict(f"The bytes of the upload '{upload_id}' are gone. Start it again.", code="ModelArts.4412")


def wrong_digest(key: str) -> Invalid:
    return Invalid(
        f"What arrived for '{key}' has another SHA-256 than announced, and was thrown away. Send it again from byte 0.",
        code="ModelArts.4413",
        details={"offset": 0},
    )
