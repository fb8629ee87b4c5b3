"""Names of buckets and objects, and the addresses that join them. Every name from outside passes here first."""

import re

from maquette.formats.paths import MAX_NAME_BYTES, name_problem
from maquette.kit.errors import Invalid

_BUCKET = re.compile(r"[a-z0-9](?:[a-z0-9.-]{1,61})[a-z0-9]")
_SCHEMES = ("obs://", "s3://")


def safe_key(key: str) -> str:
    """Return the key unchanged when it can name an object in every kind of bucket; raise Invalid with the reason."""
    if problem := name_problem(key):
        raise Invalid(
            f"The object key '{_shown(key)}' cannot be used: {problem}. Use a relative name of at most "
            f"{MAX_NAME_BYTES} bytes with '/' between folders, without '.', '..' or control characters."
        )
    return key


def safe_bucket(name: str) -> str:
    """Return the bucket name unchanged when it is one; raise Invalid with the rule."""
    if not _BUCKET.fullmatch(name) or ".." in name or ".-" in name or "-." in name:
        raise Invalid(
            f"The bucket name '{_shown(name)}' cannot be used. Use 3 to 63 lower-case letters, digits, '-' and '.', "
            "beginning and ending with a letter or digit, without '..', '.-' or '-.'."
        )
    return name


def parse_obs_url(url: str) -> tuple[str, str]:
    """Split `obs://bucket/key`, `s3://bucket/key` or `/bucket/key` into bucket and key; the key may be empty."""
    lowered = url[:6].lower()
    scheme = _SCHEMES[0] if lowered == _SCHEMES[0] else next(filter(lowered.startswith, (*_SCHEMES, "/")), None)
    if scheme is None:
        raise Invalid(f"The address '{_shown(url)}' names no object. Write obs://bucket/path or /bucket/path.")
    bucket, _, key = url[len(scheme) :].partition("/")
    return safe_bucket(bucket), safe_key(key) if key else ""


def obs_url(bucket: str, key: str = "") -> str:
    return f"obs://{bucket}/{key}"


def order(text: str) -> bytes:
    """The key's place in every listing: the order of its UTF-8 bytes, which is not that of every file system."""
    return text.encode("utf-8", "surrogatepass")


def _shown(name: str) -> str:
    """The name as it may stand in a message: short, printable and encodable."""
    short = name if len(name) <= 120 else name[:117] + "..."
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in short)
