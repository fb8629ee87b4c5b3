"""Slowing down those who guess passwords: after five failures a name rests for a growing while."""

import threading
import time

from maquette.kit.errors import MaquetteError

FREE_TRIES = 5
MAX_WAIT_S = 300.0


class TooManyTries(MaquetteError):
    status, code = 429, "IAM.0101"


class SignInThrottle:
    """Counts failures per name in memory: a restart forgives, a second process counts for itself."""

    def __init__(self) -> None:
        self._failures: dict[tuple[str, str], tuple[int, float]] = {}
        self._lock = threading.Lock()

    def check(self, domain: str, name: str) -> None:
        count, until = self._failures.get((domain, name), (0, 0.0))
        wait = until - time.monotonic()
        if count >= FREE_TRIES and wait > 0:
            raise TooManyTries(f"Too many failed attempts to sign in. Try again in {int(wait) + 1} seconds.")

    def failed(self, domain: str, name: str) -> None:
        with self._lock:
            if len(self._failures) > 10_000:
                self._failures.clear()
            count = self._failures.get((domain, name), (0, 0.0))[0] + 1
            wait = min(2.0 ** (count - FREE_TRIES), MAX_WAIT_S) if count >= FREE_TRIES else 0.0
            self._failures[domain, name] = (count, time.monotonic() + wait)

    def succeeded(self, domain: str, name: str) -> None:
        with self._lock:
            self._failures.pop((domain, name), None)
