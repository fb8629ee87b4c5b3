"""The console's files: compressed when they were built, cached for ever by name, and one page for every address."""

import mimetypes
from pathlib import Path

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.types import Receive, Scope, Send

_API = ("/v1/", "/v2/", "/v3/")
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
_MISSING = """<!doctype html><meta charset="utf-8"><title>Maquette</title>
<p>The console was left out of this installation. Install without <code>MAQUETTE_NO_CONSOLE</code> to have it;
the REST API works as it is.</p>"""
_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; style-src 'self' 'unsafe-inline'; "
    "connect-src *; worker-src 'self' blob:; frame-ancestors 'self'; base-uri 'none'; form-action 'self'"
)


class ConsoleFiles:
    """Serves a built console. Any path without a file is the application's own address: it gets `index.html`."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if scope["path"].startswith(_API):
            raise HTTPException(404)
        response = self.respond(scope["method"], scope["path"], Headers(scope=scope))
        await response(scope, receive, send)

    def respond(self, method: str, path: str, headers: Headers) -> Response:
        if method not in {"GET", "HEAD"}:
            return Response(status_code=405, headers={"Allow": "GET, HEAD"})
        found = self._file(path)
        if found is None and path.startswith("/assets/"):
            return Response(status_code=404)
        page = found is None or found.name == "index.html"
        found = found or self.root / "index.html"
        if not found.is_file():
            return HTMLResponse(_MISSING, 404 if path.startswith("/assets/") else 200)
        kept = "public, max-age=31536000, immutable" if path.startswith("/assets/") else "no-cache"
        extra = {"Cache-Control": kept, "Vary": "Accept-Encoding"}
        if page:
            extra["Content-Security-Policy"] = _POLICY
        kind = mimetypes.guess_type(found.name)[0] or "application/octet-stream"
        accepted = headers.get("accept-encoding", "")
        for name, suffix in _ENCODINGS:
            packed = found.with_name(found.name + suffix)
            if name in accepted and packed.is_file():
                return FileResponse(packed, media_type=kind, headers=extra | {"Content-Encoding": name})
        return FileResponse(found, media_type=kind, headers=extra)

    def _file(self, path: str) -> Path | None:
        candidate = (self.root / path.lstrip("/")).resolve()
        inside = candidate.is_relative_to(self.root) and candidate.is_file()
        return candidate if inside and candidate.suffix not in {".br", ".gz"} else None
