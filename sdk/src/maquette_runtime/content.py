"""Request bodies into what `_preprocess` expects, and what `_postprocess` returns into JSON."""

from __future__ import annotations

import json
import math
from email.message import Message
from io import BytesIO

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class BadBody(ValueError):
    """The body is not what its type says; the message is for the caller."""


def parse(content_type: str, body: bytes, *, raw_json: bool) -> Any:
    """Return {key: {file name: BytesIO}} for multipart, the parsed value for JSON (its text with `raw_json`)."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind.startswith("multipart/"):
        return parse_multipart(_parameter(content_type, "boundary"), body)
    if kind == "application/x-www-form-urlencoded":
        from urllib.parse import parse_qsl

        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    if kind not in ("", "application/json", "text/plain") and not kind.endswith("+json"):
        raise BadBody(f"The content type '{kind}' is not served: send multipart/form-data or application/json.")
    try:
        text = body.decode("utf-8-sig")
        told: Any = json.loads(text or "{}")
    except ValueError as problem:
        raise BadBody(f"The body is not valid JSON: {problem}.") from problem
    return text if raw_json else told


def parse_multipart(boundary: str, body: bytes) -> dict[str, Any]:
    """Take a form apart. A part with a file name becomes {name: {file name: BytesIO}}, one without its text."""
    if not boundary:
        raise BadBody("The multipart body has no boundary in its content type.")
    parts = (b"\r\n" + body).split(b"\r\n--" + boundary.encode("latin-1", "replace"))
    if len(parts) < 2 or not parts[-1].startswith(b"--"):
        raise BadBody("The multipart body is cut short: its closing boundary is missing.")
    data: dict[str, Any] = {}
    for part in parts[1:-1]:
        head, separator, content = part.lstrip(b" \t").partition(b"\r\n\r\n")
        if not separator:
            raise BadBody("A part of the multipart body has no header.")
        disposition = _disposition(head)
        name, file_name = _parameter(disposition, "name"), _file_name(disposition)
        if not disposition or not name:
            raise BadBody("A part of the multipart body has no name.")
        if file_name is None:
            data[name] = content.decode("utf-8", "replace")
        else:
            files = data.setdefault(name, {})
            if not isinstance(files, dict):
                raise BadBody(f"The form has '{name}' both as a text and as a file.")
            files[file_name] = BytesIO(content)
    return data


def _disposition(head: bytes) -> str:
    for line in head.split(b"\r\n"):
        field, _, value = line.partition(b":")
        if field.strip().lower() == b"content-disposition":
            return value.strip().decode("utf-8", "replace")
    return ""


def _parameter(header: str, name: str) -> str:
    """A parameter of a header, without its quotes. Written out: a general parser costs more than the whole request."""
    position = header.find(";")
    while position >= 0:
        rest = header[position + 1 :].lstrip()
        field, equals, value = rest.partition("=")
        if not equals:
            return ""
        value = value.lstrip()
        if value.startswith('"'):
            end = value.find('"', 1)
            while end > 0 and value[end - 1] == "\\":
                end = value.find('"', end + 1)
            text, value = (
                value[1:end].replace('\\"', '"') if end > 0 else value[1:],
                value[end + 1 :] if end > 0 else "",
            )
        else:
            text, _, _ = value.partition(";")
            text = text.strip()
        if field.strip().lower() == name:
            return text
        following = value.find(";")
        header, position = value, following
    return ""


def _file_name(disposition: str) -> str | None:
    if "filename" not in disposition.lower():
        return None
    if "filename*" in disposition.lower():
        message = Message()
        message["Content-Disposition"] = disposition
        return message.get_filename() or ""
    return _parameter(disposition, "filename")


def to_json(value: Any) -> bytes:
    """Encode an answer. Arrays and scalars of numpy and torch become lists and numbers, NaN and infinities null."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, default=_plain).encode()
    except (ValueError, TypeError):
        return json.dumps(_clean(value), ensure_ascii=False, allow_nan=False).encode()


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, (set, frozenset, tuple)):
        return list(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    if isinstance(value, (bytes, bytearray)):
        return value.decode("utf-8")
    raise TypeError(f"the service returned a {type(value).__name__}, which JSON cannot carry")


def _clean(value: Any) -> Any:
    """The slow way, for answers with NaN or with keys that are not text."""
    if isinstance(value, dict):
        return {str(_key(key)): _clean(each) for key, each in value.items()}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, (list, tuple)):
        return [_clean(each) for each in value]  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, (str, int)):
        return value
    return _clean(_plain(value))


def _key(key: Any) -> Any:
    return key.item() if hasattr(key, "item") else key
