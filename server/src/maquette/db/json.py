"""JSON columns: orjson, which is ten times as fast as the standard library on what annotations look like."""

import json
from typing import Any

import orjson


def to_json(value: Any) -> str:
    """The text of a value. Integers beyond 64 bits, which orjson refuses, are written by the standard library."""
    try:
        return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()
    except TypeError:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str | bytes) -> Any:
    return orjson.loads(text)
