"""The bytes behind a sample as a browser loads them: the image itself, and thumbnails made once and kept on disk.

A thumbnail's file is named after the object, its etag and the size, so a changed image never shows an old one. Edges
come from a short ladder: what a caller asks for decides the picture, not how many files the cache holds.
"""

import hashlib
import logging
import os
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.responses import Response

from maquette.buckets import Stores, open_url
from maquette.buckets.serving import serve
from maquette.datasets.errors import not_an_image
from maquette.datasets.samples import find_any_sample, media_mark
from maquette.datasets.service import find_dataset
from maquette.db import Database
from maquette.formats.images import THUMBNAIL_TYPE, thumbnail
from maquette.kit.actor import Actor
from maquette.kit.config import Settings
from maquette.kit.errors import Invalid
from maquette.kit.ids import new_id
from maquette.storage import ObjectStore

log = logging.getLogger(__name__)

LADDER = (64, 100, 200, 400, 800, 1600)
FOREVER = "private, max-age=31536000, immutable"
POLICY = "sandbox; default-src 'none'"

# Decoding takes a core and some hundred megabytes at worst: a page of thumbnails must not start forty at once.
_DECODERS = threading.BoundedSemaphore(max(2, os.cpu_count() or 2))


@dataclass(frozen=True, slots=True)
class Media:
    """What the media routes work with."""

    database: Database
    stores: Stores
    settings: Settings
    actor: Actor

    def image(self, dataset_id: str, sample_id: str, asked: Mapping[str, str], mark: str) -> Response:
        """The object's own bytes; ranges and conditions as for any file."""
        row, store, key = self._open(dataset_id, sample_id)
        answer = serve(store, key, asked, inline=True)
        if mark and mark == media_mark(row.etag) and answer.status_code < 400:
            answer.headers["Cache-Control"] = FOREVER
        return answer

    def thumbnail(self, dataset_id: str, sample_id: str, asked: Mapping[str, str], edge: int, mark: str) -> Response:
        """A WebP. Raises Unsupported for a file that does not decode."""
        row, store, key = self._open(dataset_id, sample_id)
        etag = row.etag or store.head(key).etag
        edge = next((step for step in LADDER if step >= edge), LADDER[-1])
        name = hashlib.sha256(f"{row.source}\0{etag}\0{edge}".encode()).hexdigest()
        headers = {
            "ETag": f'"{name[:32]}"',
            "Cache-Control": FOREVER if mark == media_mark(etag) else "private, no-cache",
            "Content-Security-Policy": POLICY,
            "X-Content-Type-Options": "nosniff",
        }
        if f'"{name[:32]}"' in asked.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        path = self.settings.cache_dir / "thumbnails" / name[:2] / f"{name}.webp"
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            content = self._make(row, store, key, edge)
            _keep(path, content)
        return Response(content, media_type=THUMBNAIL_TYPE, headers=headers)

    def _open(self, dataset_id: str, sample_id: str) -> tuple[Any, ObjectStore, str]:
        with self.database.read() as session:
            dataset = find_dataset(session, self.actor, dataset_id)
            row = find_any_sample(session, dataset, sample_id)
        store, key = open_url(self.database, self.stores, self.actor, row.source)
        return row, store, key

    def _make(self, row: Any, store: ObjectStore, key: str, edge: int) -> bytes:
        size = store.head(key).size
        if size > self.settings.image_bytes:
            raise not_an_image(row.name, f"it has {size} bytes, more than the limit of {self.settings.image_bytes}")
        with _DECODERS:
            try:
                return thumbnail(store.local_path(key) or store.get(key), edge)
            except Invalid as error:
                raise not_an_image(row.name, _reason(error)) from error


def _reason(error: Invalid) -> str:
    """The decoder's first sentence, to stand behind a colon."""
    sentence = error.message.split(". ")[0].removesuffix(".")
    return sentence[:1].lower() + sentence[1:]


def _keep(path: Path, content: bytes) -> None:
    """Write beside and rename: a reader sees the whole file or none. A lost cache entry is made again, so no fsync,
    and a full disk is no reason to withhold the picture."""
    draft = path.with_suffix(f".{new_id()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        log.warning("a thumbnail could not be kept: %s", error)
        with suppress(OSError):
            draft.unlink(missing_ok=True)
