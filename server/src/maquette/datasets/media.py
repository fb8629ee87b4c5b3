"""The bytes behind a sample as a browser loads them: the image itself, and thumbnails made once and kept on disk.

A thumbnail's file is named after the object, its etag and the size, so a changed image never shows an old one. Edges
come from a short ladder: what a caller asks for decides the picture, not how many files the cache holds.
"""

import hashlib
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from maquette.buckets import Stores, open_url
from maquette.buckets.serving import serve
from maquette.datasets.errors import not_a_table, not_an_image
from maquette.datasets.samples import find_any_sample, media_mark
from maquette.datasets.service import find_dataset
from maquette.datasets.table_preview import TablePreview, preview
from maquette.datasets.thumbnails import ThumbnailCache
from maquette.datasets.types import IMAGE_SAMPLE, TABLE_SAMPLE
from maquette.db import Database
from maquette.formats.images import THUMBNAIL_TYPE, thumbnail
from maquette.formats.samples import TEXT_PREFIX
from maquette.kit.actor import Actor
from maquette.kit.config import Settings
from maquette.kit.errors import Invalid
from maquette.storage import ObjectStore

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

    def sample(self, dataset_id: str, sample_id: str, asked: Mapping[str, str], mark: str) -> Response:
        """The object's own bytes, ranges and conditions as for any file; or the text that the sample is."""
        row = self._row(dataset_id, sample_id)
        if row.source.startswith(TEXT_PREFIX):
            headers = {"Cache-Control": FOREVER, "Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff"}
            return Response(row.source.removeprefix(TEXT_PREFIX), media_type="text/plain", headers=headers)
        store, key = open_url(self.database, self.stores, self.actor, row.source)
        answer = serve(store, key, asked, inline=True)
        if mark and mark == media_mark(row.etag) and answer.status_code < 400:
            answer.headers["Cache-Control"] = FOREVER
        return answer

    def thumbnail(self, dataset_id: str, sample_id: str, asked: Mapping[str, str], edge: int, mark: str) -> Response:
        """A WebP. Raises Unsupported for a file that does not decode."""
        row = self._row(dataset_id, sample_id)
        if row.sample_type != IMAGE_SAMPLE:
            raise not_an_image(row.name, "samples of its kind are no pictures")
        store, key = open_url(self.database, self.stores, self.actor, row.source)
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
        cache = ThumbnailCache(self.settings.cache_dir / "thumbnails", self.settings.thumbnail_cache)
        content = cache.find(name)
        if content is None:
            content = self._make(row, store, key, edge)
            cache.keep(name, content)
        return Response(content, media_type=THUMBNAIL_TYPE, headers=headers)

    def _row(self, dataset_id: str, sample_id: str) -> Any:
        with self.database.read() as session:
            dataset = find_dataset(session, self.actor, dataset_id)
            return find_any_sample(session, dataset, sample_id)

    def rows(self, dataset_id: str, sample_id: str) -> TablePreview:
        """The beginning of a table. Raises Unsupported for other samples."""
        with self.database.read() as session:
            dataset = find_dataset(session, self.actor, dataset_id)
            row = find_any_sample(session, dataset, sample_id)
        if row.sample_type != TABLE_SAMPLE:
            raise not_a_table(row.name)
        store, key = open_url(self.database, self.stores, self.actor, row.source)
        return preview(store, key, dataset.settings)

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
