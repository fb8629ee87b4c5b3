"""Links that can be followed for a while without signing in, as the samples' `source` in the contract's answers.

A link is a GET of one address on behalf of the user for whom it was made: their rights are asked for when it is
followed, and it ends when they are disabled. It proves nothing for any other address.
"""

import hmac
from dataclasses import dataclass
from urllib.parse import parse_qs

from maquette.iam.errors import bad_token
from maquette.kit.clock import now_ms
from maquette.kit.vault import Vault

LIFETIME_MS = 2 * 3600 * 1000
_STEP_MS = 3600 * 1000  # the same link for an hour, so that a browser's cache knows it again
_MARK = "&signature="


@dataclass(frozen=True, slots=True)
class Links:
    """Makes links for one user. `base` is how the client reached us, such as `http://127.0.0.1:8000`."""

    vault: Vault
    user_id: str
    base: str

    def to(self, address: str) -> str:
        """A link to a path of ours; it ends within one to two hours."""
        expires = (now_ms() + LIFETIME_MS) // _STEP_MS * _STEP_MS
        joined = f"{address}{'&' if '?' in address else '?'}expires={expires}&user={self.user_id}"
        return f"{self.base}{joined}{_MARK}{self.vault.sign(joined)}"


def followed(vault: Vault, path: str, query: str) -> str:
    """The user for whom this link was made, or Unauthenticated."""
    told, _, signature = query.rpartition(_MARK)
    if not hmac.compare_digest(vault.sign(f"{path}?{told}"), signature):
        raise bad_token()
    facts = parse_qs(told)
    if int(facts["expires"][-1]) < now_ms():
        raise bad_token()
    return facts["user"][-1]


def is_link(method: str, query: str) -> bool:
    return method in {"GET", "HEAD"} and _MARK in query
