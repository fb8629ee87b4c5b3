"""Text and bytes conversions that scripts from Python 2 times still import."""


def as_str(value: str | bytes) -> str:
    """Return text, decoding bytes as UTF-8."""
    return value.decode("utf-8") if isinstance(value, bytes) else value


def as_bytes(value: str | bytes) -> bytes:
    """Return bytes, encoding text as UTF-8."""
    return value if isinstance(value, bytes) else value.encode("utf-8")
