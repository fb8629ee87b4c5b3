"""JSON of people's own making: loading it whole or line by line, and taking values out of it that may be anything.

A document is parsed whole, so its size is the caller's to bound. Values are checked where they are used; only `check`
descends into one, to a depth that it limits.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, cast

import orjson

from maquette.formats.samples import Problem, Sample

MAX_DEPTH = 32

_BOM = b"\xef\xbb\xbf"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_INTEGER_LIMIT = 1 << 63


class Bad(Exception):
    """A record cannot be read: the reason, and what its author can do. Caught at the record."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.reason, self.remedy = reason, remedy

    def problem(self, where: str = "") -> Problem:
        return Problem(0, f"{where}: {self.reason}" if where else self.reason, self.remedy)


def load(data: bytes) -> Any:
    """The document. Raises Bad where it is not JSON."""
    try:
        return orjson.loads(data.removeprefix(_BOM))
    except orjson.JSONDecodeError as error:
        raise Bad(
            f"the file is not JSON: {error.msg} at line {error.lineno}", "Write one JSON document, in UTF-8."
        ) from error


def read_lines(lines: Iterable[bytes], read: Callable[[bytes], Sample]) -> Iterator[Sample | Problem]:
    """Read a sample from every line that is not empty, in order, counting from 1. A bad line stops no other."""
    for number, line in enumerate(lines, start=1):
        if number == 1:
            line = line.removeprefix(_BOM)
        if not line.strip():
            continue
        try:
            sample = read(line)
        except Bad as bad:
            yield Problem(number, bad.reason, bad.remedy)
        else:
            sample.line = number
            yield sample


def check(value: object, depth: int = 0) -> None:
    """Refuse what a database or another reader could not hold: deep nests, NUL characters, numbers out of range."""
    if isinstance(value, str):
        if "\x00" in value:
            raise Bad("a text contains the character U+0000", "Remove it.")
    elif depth > MAX_DEPTH:
        raise Bad(f"the line is nested deeper than {MAX_DEPTH} levels", "Flatten its properties.")
    elif isinstance(value, (int, float)):
        # A larger integer arrives as a float that has lost its last digits; comparing also catches NaN.
        if not -_INTEGER_LIMIT < value < _INTEGER_LIMIT:
            raise Bad("a number is not finite or has more than 63 bits", "Write it as a string.")
    elif isinstance(value, dict):
        for key, item in cast("dict[str, object]", value).items():
            check(key, depth)
            check(item, depth + 1)
    elif isinstance(value, list):
        for item in cast("list[object]", value):
            check(item, depth + 1)


def an_object(value: object) -> dict[str, Any]:
    """The value when it is an object, else an empty one."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def a_list(value: object) -> list[Any]:
    """The value when it is a list, else an empty one."""
    return cast("list[Any]", value) if isinstance(value, list) else []


def a_name(value: object) -> str | None:
    """A text of one line without control characters, stripped, or None. Whole numbers become their digits."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or _CONTROL.search(value):
        return None
    return value.strip() or None


def a_number(value: object) -> float | None:
    """A finite number of at most 63 bits, or None."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return value if -_INTEGER_LIMIT < value < _INTEGER_LIMIT else None


def a_key(value: object) -> int | str | None:
    """What may serve as an id: a whole number or a text. A float that is whole is the number it stands for."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int | str) and not isinstance(value, bool) else None


def a_word(value: object) -> str:
    """The value when it is a text, else an empty one: for words of the format itself, such as a type."""
    return value if isinstance(value, str) else ""


def shown(value: object) -> str:
    """A value as a message shows it: short, and without what would break a line."""
    if isinstance(value, list | dict):
        return "[…]" if isinstance(value, list) else "{…}"
    return _CONTROL.sub("?", str(value)[:80])
