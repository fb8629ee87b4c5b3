"""Keeping secrets at rest: one random key per home in a file of mode 0600, authenticated encryption with it."""

import hashlib
import hmac
import os
from functools import cached_property
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from maquette.kit.errors import Unavailable


class Vault:
    """Seals and opens short secrets, such as users' secret keys, for the database; makes its key at its first use."""

    def __init__(self, home: Path) -> None:
        self._path = home / "secret.key"

    @cached_property
    def _signing_key(self) -> bytes:
        return hashlib.sha256(b"links " + _key(self._path)).digest()

    @cached_property
    def _fernet(self) -> Fernet:
        return Fernet(_key(self._path))

    def sign(self, text: str) -> str:
        """64 hexadecimal digits that only this home can make of the text."""
        return hmac.new(self._signing_key, text.encode(), hashlib.sha256).hexdigest()

    def seal(self, secret: str) -> str:
        return self._fernet.encrypt(secret.encode()).decode()

    def open(self, sealed: str) -> str:
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise Unavailable("A stored secret cannot be opened: secret.key of the home does not match.") from None


def _key(path: Path) -> bytes:
    """Read the key, or make it: two processes that start together agree on the first one written."""
    if not path.exists():
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_bytes(Fernet.generate_key())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_bytes()
