"""New samples from a request's own bytes: checked, written into the input path, then added to the working set.

The object is written before its row, in no transaction: what a crash leaves behind is a file that the next sync finds.
An object that exists is never overwritten; the new one gets the moment in its name, as in the guide's pictures.
"""

import base64
import binascii
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from maquette.buckets import Stores, open_bucket, open_url
from maquette.datasets.annotation_rules import Subject, subject_of
from maquette.datasets.annotations import encode_labels, merge_metadata
from maquette.datasets.labels import LabelBook, failed
from maquette.datasets.paths import input_folder
from maquette.datasets.sample_schemas import NewSample, UploadAnswer, UploadedSample, UploadSamples
from maquette.datasets.service import find_dataset, resource
from maquette.datasets.tables import LABELLED, UNCONFIRMED
from maquette.datasets.types import DatasetType
from maquette.datasets.working_set import (
    ANNOTATED,
    CHANGEABLE,
    add_samples,
    change_samples,
    read_by_source,
    signature,
)
from maquette.db import Database
from maquette.events import emit
from maquette.formats.images import ImageFacts, decode_check
from maquette.formats.samples import SIZE
from maquette.kit.actor import Actor
from maquette.kit.clock import now_ms
from maquette.kit.config import Settings
from maquette.kit.errors import Invalid, MaquetteError, TooLarge
from maquette.kit.ids import new_id
from maquette.storage import ObjectExists, ObjectInfo, ObjectStore, obs_url, safe_key
from maquette.web.routing import keep_answer, kept_answer

SUFFIXES = {"JPEG": (".jpg", ".jpeg"), "PNG": (".png",), "BMP": (".bmp",)}


@dataclass(slots=True)
class _Stored:
    """A file that lies in the input path and waits for its row."""

    index: int
    item: NewSample
    source: str
    info: ObjectInfo
    facts: ImageFacts


@dataclass(frozen=True, slots=True)
class Uploader:
    """One upload request's surroundings."""

    database: Database
    stores: Stores
    settings: Settings
    actor: Actor

    def upload(self, dataset_id: str, body: UploadSamples) -> UploadAnswer:
        """Add the files one by one; one that cannot be added fails alone. A repeated request adds nothing again."""
        with self.database.read() as session:
            if kept := kept_answer(session, self.actor):
                return UploadAnswer.model_validate(kept)
            dataset = find_dataset(session, self.actor, dataset_id)
            book = LabelBook(session, dataset)
        bucket, prefix = input_folder(dataset)
        store = open_bucket(self.database, self.stores, self.actor, bucket)
        results: list[UploadedSample] = []
        stored: list[_Stored] = []
        for index, item in enumerate(body.samples):
            try:
                encode_labels(book, item.labels or [], Subject())
                merge_metadata({}, False, item.metadata or {})
                data, facts = self._checked(book.type, item)
                info = _write(store, safe_key(prefix + item.name.lstrip("/")), data)
                stored.append(_Stored(index, item, obs_url(bucket, info.key), info, facts))
                results.append(UploadedSample(success=True, name=f"/{bucket}/{info.key}"))
            except MaquetteError as error:
                results.append(_failed(item, error))
        self._add_rows(dataset_id, body.final_annotation, stored, results)
        return _answer(results)

    def _checked(self, kind: DatasetType, item: NewSample) -> tuple[bytes, ImageFacts]:
        """The item's bytes, known to be a whole image of the kind that its name says."""
        if item.sample_type not in (None, kind.sample_type):
            raise Invalid(f"sample_type {item.sample_type} does not apply to {kind.name}.")
        suffix = PurePosixPath(item.name).suffix.lower()
        if not kind.takes(suffix):
            raise Invalid(f"'{item.name}' is no file for {kind.name}. Use {', '.join(sorted(kind.media or ()))}.")
        data = self._bytes(item)
        facts = decode_check(data)
        if suffix not in SUFFIXES.get(facts.format, ()):
            raise Invalid(f"'{item.name}' holds {facts.format} data. Name it accordingly, or convert it.")
        return data, facts

    def _bytes(self, item: NewSample) -> bytes:
        limit = self.settings.image_bytes
        too_large = TooLarge(f"'{item.name}' has more than {limit} bytes, the limit for one image.")
        if item.data is None:
            if item.data_source is None or not item.data_source.data_path:
                raise Invalid(f"'{item.name}' has neither data nor data_source.")
            store, key = open_url(self.database, self.stores, self.actor, item.data_source.data_path)
            if store.head(key).size > limit:
                raise too_large
            return store.get(key)
        text = item.data.partition(",")[2] if item.data.startswith("data:") else item.data
        if len(text) > limit * 1.4:
            raise too_large
        try:
            data = base64.b64decode("".join(text.split()), validate=True)
        except (binascii.Error, ValueError):
            raise Invalid(f"The data of '{item.name}' is not base64.") from None
        if len(data) > limit:
            raise too_large
        return data

    def _add_rows(self, dataset_id: str, final: bool, stored: list[_Stored], results: list[UploadedSample]) -> None:
        if not stored:
            return
        with self.database.write() as session:
            dataset = find_dataset(session, self.actor, dataset_id, lock=True)
            book = LabelBook(session, dataset)
            found = read_by_source(session, dataset, [file.source for file in stored])
            rows: list[dict[str, Any]] = []
            for file in stored:
                try:
                    values = self._values(book, file, final)
                except MaquetteError as error:
                    # The label went while the files were written: the file stays, for the next sync.
                    results[file.index] = _failed(file.item, error)
                    continue
                if row := found.get(file.source):
                    # A sync was faster than we.
                    kept = {name: values.get(name, getattr(row, name)) for name in CHANGEABLE}
                    change_samples(session, dataset, self.actor, [(row, kept)], ANNOTATED)
                    results[file.index].info = row.id
                else:
                    rows.append(values)
                    results[file.index].info = values["id"]
            add_samples(session, dataset, rows)
            emit(session, self.actor, "uploadSamples", resource(dataset), count=len(rows))
            keep_answer(session, self.actor, 200, _answer(results))

    def _values(self, book: LabelBook, file: _Stored, final: bool) -> dict[str, Any]:
        facts, info = file.facts, file.info
        size = {SIZE: [facts.width, facts.height, facts.channels]}
        labels = encode_labels(book, file.item.labels or [], subject_of(file.source, size))
        meta, hard = merge_metadata(size, False, file.item.metadata or {})
        values: dict[str, Any] = {
            "id": new_id(),
            "source": file.source,
            "name": info.key.rpartition("/")[2],
            "size": info.size,
            "modified_ms": info.modified_ms,
            "etag": info.etag,
            "created_at": now_ms(),
            "meta": meta,
            "hard": hard,
            "labels": labels,
        }
        if labels:
            values |= {"state": LABELLED if final else UNCONFIRMED, "labelled_at": now_ms()}
            values["labelled_by"] = signature(self.actor)
        return values


def _answer(results: list[UploadedSample]) -> UploadAnswer:
    return UploadAnswer(success=all(result.success for result in results), results=results)


def _write(store: ObjectStore, key: str, data: bytes) -> ObjectInfo:
    """Store the file under its own name, or with the moment in it where that name is taken."""
    try:
        return store.create(key, data)
    except ObjectExists:
        path = PurePosixPath(key)
        return store.create(str(path.with_name(f"{path.stem}_{now_ms()}{new_id()[-4:]}{path.suffix}")), data)


def _failed(item: NewSample, error: MaquetteError) -> UploadedSample:
    return UploadedSample(**failed(error).model_dump(), name=item.name)
