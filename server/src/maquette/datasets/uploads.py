"""New samples from a request's own bytes: checked, written into the input path, then added to the working set.

The object is written before its row, in no transaction: what a crash leaves behind is a file that the next sync finds.
An object that exists is never overwritten; the new one gets the moment in its name, as in the guide's pictures. A file
of texts becomes one sample a line: what is stored of it is the texts alone, so that a sync finds these samples again.
"""

import base64
import binascii
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy.orm import Session

from maquette.buckets import Stores, open_bucket, open_url
from maquette.datasets.annotation_rules import Subject, subject_of
from maquette.datasets.annotations import encode_labels, merge_metadata
from maquette.datasets.importing.intake import Intake, Wanted
from maquette.datasets.importing.reading import Item
from maquette.datasets.importing.texts import TextRules
from maquette.datasets.labels import LabelBook, failed
from maquette.datasets.paths import input_folder
from maquette.datasets.sample_schemas import NewSample, UploadAnswer, UploadedSample, UploadSamples
from maquette.datasets.service import find_dataset, resource
from maquette.datasets.tables import LABELLED, UNCONFIRMED, Dataset
from maquette.datasets.types import IMAGE_SAMPLE, DatasetType, dataset_type
from maquette.datasets.upload_checks import check_name, check_text, checked_file, checked_texts
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
from maquette.formats.samples import TEXT_PREFIX
from maquette.formats.samples import Sample as FileSample
from maquette.kit.actor import Actor
from maquette.kit.clock import now_ms
from maquette.kit.config import Settings
from maquette.kit.errors import Invalid, MaquetteError, TooLarge
from maquette.kit.ids import new_id
from maquette.storage import ObjectExists, ObjectInfo, ObjectStore, obs_url, safe_key
from maquette.web.routing import keep_answer, kept_answer

MOST_BYTES = 64 << 20
"""A file is checked in memory before it is stored; larger ones are for an import, which reads them where they lie."""


@dataclass(slots=True)
class _Stored:
    """What waits for its rows: a file in the input path, with its metadata or its texts, or a text without a file."""

    index: int
    item: NewSample
    source: str
    info: ObjectInfo | None
    meta: dict[str, Any]
    texts: list[FileSample] = field(default_factory=list[FileSample])


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
        rules = TextRules.of(book.type, body.label_format or dataset.settings.get("label_format"))
        for index, item in enumerate(body.samples):
            try:
                encode_labels(book, item.labels or [], Subject())
                merge_metadata({}, False, item.metadata or {})
                data, meta, texts = (
                    self._texts(book.type, rules, item) if book.type.texts else self._file(dataset, item)
                )
                info = _write(store, safe_key(prefix + item.name.lstrip("/")), data) if data else None
                source = obs_url(bucket, info.key) if info else item.data or ""
                stored.append(_Stored(index, item, source, info, meta, texts))
                results.append(UploadedSample(success=True, name=f"/{bucket}/{info.key}" if info else item.name))
            except MaquetteError as error:
                results.append(_failed(item, error))
        self._add_rows(dataset_id, body.final_annotation, stored, results)
        return _answer(results)

    def _file(self, dataset: Dataset, item: NewSample) -> tuple[bytes, dict[str, Any], list[FileSample]]:
        """The item's bytes, known to be what its name says, and what they say of the sample."""
        kind = dataset_type(dataset.dataset_type)
        check_name(kind, item)
        data = self._bytes(item, self.settings.image_bytes if kind.sample_type == IMAGE_SAMPLE else MOST_BYTES)
        return data, checked_file(kind, dataset.settings, item.name, data), []

    def _texts(
        self, kind: DatasetType, rules: TextRules, item: NewSample
    ) -> tuple[bytes, dict[str, Any], list[FileSample]]:
        """The texts of the item: itself, as `content://`, or the lines of a file, which is stored without labels."""
        if item.data and item.data.startswith(TEXT_PREFIX):
            check_text(item.data.removeprefix(TEXT_PREFIX), self.settings.text_bytes)
            return b"", {}, []
        check_name(kind, item)
        if item.labels or item.metadata:
            raise Invalid(f"'{item.name}' holds many texts. Write their labels into the file, as label_format says.")
        texts = checked_texts(rules, self.settings.text_line_bytes, item.name, self._bytes(item, MOST_BYTES))
        lines = "".join(text.source.removeprefix(TEXT_PREFIX) + "\n" for text in texts)
        return lines.encode(), {}, texts

    def _bytes(self, item: NewSample, limit: int) -> bytes:
        too_large = TooLarge(f"'{item.name}' has more than {limit} bytes, the limit for one file.")
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
            rows: dict[str, dict[str, Any]] = {}
            for file in stored:
                if file.texts:
                    continue
                try:
                    values = self._values(book, file, final)
                    if file.source in rows:
                        raise Invalid("The same text comes twice in this request.")
                except MaquetteError as error:
                    # The label went while the files were written: the file stays, for the next sync.
                    results[file.index] = _failed(file.item, error)
                    continue
                if row := found.get(file.source):
                    # A sync was faster than we, or the text is there already.
                    kept = {name: values.get(name, getattr(row, name)) for name in CHANGEABLE}
                    change_samples(session, dataset, self.actor, [(row, kept)], ANNOTATED)
                    results[file.index].info = row.id
                else:
                    rows[file.source] = values
                    results[file.index].info = values["id"]
            add_samples(session, dataset, list(rows.values()))
            added = len(rows) + self._take_texts(session, dataset, final, stored, results)
            emit(session, self.actor, "uploadSamples", resource(dataset), count=added)
            keep_answer(session, self.actor, 200, _answer(results))

    def _take_texts(
        self, session: Session, dataset: Dataset, final: bool, stored: list[_Stored], results: list[UploadedSample]
    ) -> int:
        """The lines of files, as an import takes them: labels that the dataset lacks are made, known texts stay."""
        intake = Intake(self.settings, self.actor, dataset_type(dataset.dataset_type), Wanted(final=final))
        added = 0
        for file in stored:
            if not file.texts or file.info is None:
                continue
            name = file.info.key.rpartition("/")[2]
            items = [
                Item(text, f"{name}:{number}", file.info, file=file.source)
                for number, text in enumerate(file.texts, start=1)
            ]
            taken = intake.take(session, dataset, items)
            added += taken.counts["imported"]
            if taken.problems:
                first = taken.problems[0]
                reason = (
                    f"{len(taken.problems)} of {len(items)} texts were left out; line {first.line}: {first.reason}."
                )
                results[file.index] = _failed(file.item, Invalid(reason))
        return added

    def _values(self, book: LabelBook, file: _Stored, final: bool) -> dict[str, Any]:
        labels = encode_labels(book, file.item.labels or [], subject_of(file.source, file.meta))
        meta, hard = merge_metadata(file.meta, False, file.item.metadata or {})
        values: dict[str, Any] = {
            "id": new_id(),
            "source": file.source,
            "name": file.item.name,
            "sample_type": book.type.sample_type,
            "size": len(file.source) - len(TEXT_PREFIX),
            "created_at": now_ms(),
            "meta": meta,
            "hard": hard,
            "labels": labels,
        }
        if info := file.info:
            values |= {"size": info.size, "modified_ms": info.modified_ms, "etag": info.etag}
            values["name"] = info.key.rpartition("/")[2]
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
