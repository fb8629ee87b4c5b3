"""Device cookies: how a browser shows that somebody has signed in with it as this user before.

The cookie opens nothing. It only keeps the browser apart from those who guess passwords elsewhere (see `throttle`).
"""

import hmac
import ipaddress
import secrets

from maquette.iam.throttle import Source
from maquette.kit.vault import Vault

DEVICE_COOKIE = "maquette_device"
LIFETIME_S = 365 * 24 * 3600


def device_cookie(vault: Vault, user_id: str) -> str:
    """A new device's cookie, good for one user."""
    mark = secrets.token_urlsafe(16)
    return f"{mark}.{_signature(vault, user_id, mark)}"


def source_of(vault: Vault, user_id: str, cookie: str, address: str) -> Source:
    """The device where the cookie proves one, else the address: of IPv6 its network, which is one customer's."""
    mark, _, signature = cookie.partition(".")
    if signature and hmac.compare_digest(_signature(vault, user_id, mark).encode(), signature.encode()):
        return Source(f"device {mark}", device=True)
    try:
        told = ipaddress.ip_address(address)
    except ValueError:
        return Source(address)  # a Unix socket has none
    return Source(str(ipaddress.ip_network((told, 64), strict=False) if told.version == 6 else told))


def _signature(vault: Vault, user_id: str, mark: str) -> str:
    return vault.sign(f"device {user_id} {mark}")
