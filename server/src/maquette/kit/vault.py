"""Keeping secrets at rest: one random key per home in a file of mode 0600, authenticated encryption with it."""

import hashlib
import hmac
import os
import threading
from contextlib import suppress
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

    def prepare(self) -> None:
        """Make the key if there is none: at a start, so that no full disk keeps us from it later."""
        _key(self._path)

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
        draft = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        try:
            with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "wb") as file:
                file.write(Fernet.generate_key())
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):
                os.link(draft, path)
        finally:
            draft.unlink(missing_ok=True)
        _sync(path.parent)
    return path.read_bytes()


def _sync(folder: Path) -> None:
    """What is sealed with the key is worth nothing without it: it must outlive a power cut before anything is."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
