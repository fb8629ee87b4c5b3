"""Slowing down those who guess passwords, without letting them lock anybody out.

Failures are counted for a user and where they come from. After five that source rests for a growing while, and no
other one notices. A source is a device, that is a browser which has signed in as this user before and shows the cookie
that it was given then (see `devices`), or else an address. So that many addresses together do not guess without end,
those from which this user never signed in share a wide limit besides: beyond it one attempt in ten seconds is heard.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from maquette.kit.errors import MaquetteError

FREE_TRIES = 5
MAX_WAIT_S = 300.0
WIDE_TRIES = 100
WIDE_STEP_S = 10.0
MOST = 10_000

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class TooManyTries(MaquetteError):
    status, code = 429, "IAM.0101"


@dataclass(frozen=True, slots=True)
class Source:
    """Where an attempt comes from. `device`: one that has signed in as this user before."""

    name: str
    device: bool = False


class SignInThrottle:
    """Counts in memory: a restart forgives, a second process counts for itself. Thread-safe."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: dict[tuple[str, str], tuple[int, float]] = {}  # how many, and until when the source rests
        self._known: dict[tuple[str, str], bool] = {}
        self._strangers: dict[str, float] = {}  # one step ahead of the clock for each failure of theirs
        self._lock = threading.Lock()

    def check(self, user: str, source: Source) -> None:
        """Raise TooManyTries while this source, or all strangers to this user together, must wait."""
        now = self._clock()
        wait = self._failures.get((user, source.name), (0, 0.0))[1] - now
        if self._stranger(user, source):
            wait = max(wait, self._strangers.get(user, now) - now - WIDE_TRIES * WIDE_STEP_S)
        if wait > 0:
            raise TooManyTries(f"Too many failed attempts to sign in. Try again in {int(wait) + 1} seconds.")

    def failed(self, user: str, source: Source) -> None:
        with self._lock:
            now = self._clock()
            count = self._failures.get((user, source.name), (0, 0.0))[0] + 1
            wait = min(2.0 ** min(count - FREE_TRIES, 10), MAX_WAIT_S) if count >= FREE_TRIES else 0.0
            _put(self._failures, (user, source.name), (count, now + wait))
            if self._stranger(user, source):
                ahead = max(self._strangers.get(user, now), now) + WIDE_STEP_S
                _put(self._strangers, user, min(ahead, now + (WIDE_TRIES + 1) * WIDE_STEP_S))

    def succeeded(self, user: str, source: Source) -> None:
        with self._lock:
            self._failures.pop((user, source.name), None)
            _put(self._known, (user, source.name), True)

    def _stranger(self, user: str, source: Source) -> bool:
        return not source.device and (user, source.name) not in self._known


def _put(table: dict[_Key, _Value], key: _Key, value: _Value) -> None:
    """Keep what was written last: who floods the table pushes out the oldest, not all."""
    table.pop(key, None)
    table[key] = value
    if len(table) > MOST:
        del table[next(iter(table))]
