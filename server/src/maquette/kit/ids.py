"""Identifiers that sort by the time of their making: neighbours in time are neighbours in an index."""

import os
import threading
import time
import uuid

_lock = threading.Lock()
_last = 0


def _ordered_bits() -> int:
    """A UUIDv7 as an integer, strictly increasing within this process."""
    global _last
    with _lock:
        moment = max(time.time_ns() // 1000, _last + 1)
        _last = moment
    milliseconds, microseconds = divmod(moment, 1000)
    random = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
    return (milliseconds << 80) | (0x7 << 76) | (microseconds << 66) | (0b10 << 62) | random


def new_id() -> str:
    """32 lower-case hexadecimal digits, ordered by time."""
    return f"{_ordered_bits():032x}"


def new_uuid() -> str:
    """The same in the dashed form that models, services and v2 jobs use."""
    return str(uuid.UUID(int=_ordered_bits()))
