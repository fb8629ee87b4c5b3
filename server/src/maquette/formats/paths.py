"""What a safe relative file name is, for members of archives, paths in manifests and keys of buckets alike.

One rule for all of them, so that what one accepts the next does not refuse. It answers with the reason; turning the
reason into an error belongs to the caller.
"""

MAX_NAME_BYTES = 1024
MAX_SEGMENT_BYTES = 255  # what every common file system can hold

# Characters that reorder the text around them, so that a name reads as another one.
_REORDERING = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))


def segment_problem(segment: str) -> str | None:
    """Say why one path segment cannot be used, or None when it can."""
    if segment.isascii() and segment.isprintable() and "\\" not in segment and len(segment) <= MAX_SEGMENT_BYTES:
        if segment in ("", ".", ".."):
            return "it contains an empty segment" if not segment else f"it contains the segment '{segment}'"
        return None if "/" not in segment else "a segment contains a slash"
    return _character_problem(segment) or _length_problem(segment, MAX_SEGMENT_BYTES, "a segment of it")


def name_problem(name: str) -> str | None:
    """Say why a relative name cannot be used, or None when it can. One trailing slash (a folder) is allowed."""
    if not name:
        return "it is empty"
    if name.startswith("/"):
        return "it begins with a slash"
    for segment in name.removesuffix("/").split("/"):
        if problem := segment_problem(segment):
            return problem
    return _length_problem(name, MAX_NAME_BYTES, "it")


def _character_problem(text: str) -> str | None:
    for character in text:
        code = ord(character)
        if code < 0x20 or 0x7F <= code < 0xA0:
            return f"it contains the control character U+{code:04X}"
        if character in _REORDERING:
            return f"it contains the text direction control U+{code:04X}"
        if 0xD800 <= code < 0xE000:
            return "it is not valid UTF-8"
        if character == "\\":
            return "it contains a backslash"
    return None


def _length_problem(text: str, limit: int, what: str) -> str | None:
    size = len(text.encode("utf-8", "surrogatepass"))
    return f"{what} has {size} bytes, more than {limit}" if size > limit else None
