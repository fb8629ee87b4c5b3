"""AK/SK signatures (SDK-HMAC-SHA256) for use outside the platform, where no token was given.

Bodies are not hashed: they are streamed, and the algorithm allows saying so. An absent body has its well-known hash.
"""

from __future__ import annotations

import hashlib
import hmac
import time

from moxing.framework.file.wire import host_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from moxing.framework.file.session import Platform

ALGORITHM = "SDK-HMAC-SHA256"
UNSIGNED = "UNSIGNED-PAYLOAD"
EMPTY = hashlib.sha256(b"").hexdigest()


def sign(keys: tuple[str, str], where: Platform, method: str, target: str, *, empty: bool) -> dict[str, str]:
    """Return the headers that authenticate one request; `target` is the encoded path with its query, `keys` are the
    access key and the secret one, and `empty` says that there is no body."""
    access_key, secret_key = keys
    path, _, query = target.partition("?")
    headers = {
        "host": host_of(where.endpoint),
        "x-project-id": where.project,
        "x-sdk-date": time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()),
    }
    if not empty:
        headers = {**headers, "x-sdk-content-sha256": UNSIGNED}
    headers = dict(sorted(headers.items()))
    names = ";".join(headers)
    canonical = "\n".join(
        (
            method,
            path if path.endswith("/") else path + "/",
            "&".join(sorted(query.split("&"))) if query else "",
            "".join(f"{name}:{value}\n" for name, value in headers.items()),
            names,
            EMPTY if empty else UNSIGNED,
        )
    )
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = f"{ALGORITHM}\n{headers['x-sdk-date']}\n{digest}"
    signature = hmac.new(secret_key.encode(), text.encode(), hashlib.sha256).hexdigest()
    authorization = f"{ALGORITHM} Access={access_key}, SignedHeaders={names}, Signature={signature}"
    return {**{name: value for name, value in headers.items() if name != "host"}, "Authorization": authorization}
