"""An object as an HTTP answer: conditions, one range, and headers that keep its bytes from acting in our origin."""

import mimetypes
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import quote

from starlette.responses import JSONResponse, Response, StreamingResponse

from maquette.kit.errors import Conflict
from maquette.storage import ObjectInfo, ObjectStore
from maquette.web import modelarts_error

# What a browser may show in place: it can neither run nor load anything. SVG can, so it is not here.
_SHOWN = {
    "image": "jpg jpeg png gif webp bmp tif tiff ico avif",
    "audio": "wav mp3 m4a aac flac ogg oga opus weba",
    "video": "mp4 m4v webm mov ogv mkv avi",
    "text": "txt log md csv tsv json jsonl manifest yaml yml toml ini cfg py sh xml",
}
_KINDS = {ending: kind for kind, endings in _SHOWN.items() for ending in endings.split()}
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_ATTEMPTS = 5

# Only what the library itself knows: the files of the machine we run on must not decide our answers.
_TYPES = mimetypes.MimeTypes(filenames=())
for _type, _ending in (
    ("image/webp", ".webp"),
    ("image/avif", ".avif"),
    ("audio/flac", ".flac"),
    ("audio/mp4", ".m4a"),
):
    _TYPES.add_type(_type, _ending)


def serve(store: ObjectStore, key: str, asked: Mapping[str, str], *, inline: bool) -> Response:
    """Answer GET: 200, 206, 304 or 416. `asked` are the request's headers."""
    for _ in range(_ATTEMPTS):
        info = store.head(key)
        headers = describe(info, inline=inline)
        if _unchanged(asked, info):
            return Response(status_code=304, headers=_without_length(headers))
        span = requested_range(asked.get("range"), info.size) if _range_applies(asked, info) else None
        if span == ():
            return _unsatisfiable(info)
        start, end = span or (0, info.size)
        chunks = store.read(key, start, end)
        # The bytes are those described only if the object is still the same after they were opened.
        if store.head(key).etag != info.etag:
            continue
        headers["Content-Length"] = str(end - start)
        if span:
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{info.size}"
        return StreamingResponse(chunks, 206 if span else 200, headers)
    raise Conflict(f"The object '{key}' is being replaced again and again. Try again.")


def describe_object(store: ObjectStore, key: str, asked: Mapping[str, str], *, inline: bool) -> Response:
    """Answer HEAD: 200 or 304."""
    info = store.head(key)
    headers = describe(info, inline=inline)
    if _unchanged(asked, info):
        return Response(status_code=304, headers=_without_length(headers))
    return Response(status_code=200, headers=headers)


def describe(info: ObjectInfo, *, inline: bool) -> dict[str, str]:
    media_type, shown = _media_type(info.key)
    return {
        "Content-Type": media_type,
        "Content-Length": str(info.size),
        "Content-Disposition": _disposition("inline" if inline and shown else "attachment", info.key),
        "Content-Security-Policy": "sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-cache",
        "Accept-Ranges": "bytes",
        "ETag": f'"{info.etag}"',
        "Last-Modified": _http_date(info),
    }


def requested_range(header: str | None, size: int) -> tuple[int, int] | tuple[()] | None:
    """The first byte asked for and the one after the last; None to send all, () when there is no such byte.

    Several ranges, other units and what makes no sense are ignored, as HTTP allows.
    """
    match = _RANGE.fullmatch(header.strip()) if header else None
    if match is None or not (match[1] or match[2]):
        return None
    if not match[1]:
        length = min(int(match[2]), size)
        return (size - length, size) if length else ()
    start = int(match[1])
    if match[2] and int(match[2]) < start:
        return None
    if start >= size:
        return ()
    return start, min(int(match[2]) + 1, size) if match[2] else size


def _unchanged(asked: Mapping[str, str], info: ObjectInfo) -> bool:
    if known := asked.get("if-none-match"):
        tags = {tag.strip().removeprefix("W/").strip('"') for tag in known.split(",")}
        return info.etag in tags or "*" in tags
    return asked.get("if-modified-since") == _http_date(info)


def _range_applies(asked: Mapping[str, str], info: ObjectInfo) -> bool:
    condition = asked.get("if-range")
    return condition is None or condition in (f'"{info.etag}"', _http_date(info))


def _unsatisfiable(info: ObjectInfo) -> Response:
    body = modelarts_error("ModelArts.0416", f"The object '{info.key}' has only {info.size} bytes.")
    return JSONResponse(body, 416, {"Content-Range": f"bytes */{info.size}"})


def _media_type(key: str) -> tuple[str, bool]:
    """The type to announce, and whether a browser may show it in place."""
    ending = key.rpartition(".")[2].lower()
    kind = _KINDS.get(ending)
    if kind is None:
        return "application/octet-stream", False
    if kind == "text":
        return "text/plain; charset=utf-8", True
    guessed = _TYPES.guess_type(f"x.{ending}")[0] or ""
    return (guessed, True) if guessed.startswith(kind) else (f"{kind}/{ending}", True)


def _disposition(kind: str, key: str) -> str:
    name = key.rstrip("/").rpartition("/")[2]
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in name)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _http_date(info: ObjectInfo) -> str:
    return format_datetime(datetime.fromtimestamp(info.modified_ms // 1000, UTC), usegmt=True)


def _without_length(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in ("Content-Length", "Content-Type")}
