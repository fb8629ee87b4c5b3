"""Passwords: hashed with Argon2id, and a small cost for those who guess."""

from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from maquette.kit.errors import Invalid

MINIMUM = 8
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hash_password(password: str) -> str:
    if len(password) < MINIMUM:
        raise Invalid(f"A password needs at least {MINIMUM} characters.")
    return _hasher.hash(password)


def matches(password: str, password_hash: str | None) -> bool:
    """Compare in the same time whether or not the user exists."""
    try:
        return _hasher.verify(password_hash or _decoy(), password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


@lru_cache(maxsize=1)
def _decoy() -> str:
    return _hasher.hash("nobody's password")
