"""The first step of an export: one state of the samples, with the names that their files will have, onto this disk.

Texts are whole by then: what is written of them needs no other file, so it is written here and not twice.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from maquette.buckets import Stores, open_url
from maquette.datasets.exporting.documents import (
    Document,
    document_of,
    labels_in_order,
    no_document,
    reserved_names,
)
from maquette.datasets.exporting.naming import Names, names
from maquette.datasets.exporting.schemas import ExportRequest
from maquette.datasets.exporting.selection import Chosen, WorkingSet, divided, version_samples
from maquette.datasets.exporting.spool import BATCH, Entry, LossReport, Spool
from maquette.datasets.exporting.targets import DATASET, Bookkeeping, Target, chosen_format
from maquette.datasets.labels import LabelBook
from maquette.datasets.paths import input_folder
from maquette.datasets.snapshots import one_state, sha256_of
from maquette.datasets.splitting import parse_ratio
from maquette.datasets.tables import Dataset
from maquette.datasets.types import dataset_type
from maquette.datasets.version_reading import read_manifest_checked
from maquette.datasets.versions import find_version
from maquette.formats.samples import Loss, text_of
from maquette.kit.errors import NotFound
from maquette.storage import obs_url
from maquette.tasks import RunningTask
from maquette.tasks.progress import PROGRESS

LOSSES_FILE = "losses"
REPORTED = 5 * BATCH
SHARE = 0.2
"""The part of an export's work that this step is."""


@dataclass(slots=True)
class Snapshot:
    """What the first step has written: plain values, so that it can be a task's checkpoint.

    `labels` are rows of the label set: code, name, type, property, attributes. `files` are the documents, with hashes.
    """

    samples: int = 0
    batches: int = 0
    digest: str = ""
    documents: list[str] = field(default_factory=list[str])
    files: dict[str, str] = field(default_factory=dict[str, str])
    labels: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])


class Asked(NamedTuple):
    """One export: the request, its seed, and the address of the folder that it writes to."""

    request: ExportRequest
    seed: int
    root: str


def target_of(dataset: Dataset, asked: Asked, labels: Iterable[dict[str, Any]]) -> Target:
    kind = dataset_type(dataset.dataset_type)
    known = labels_in_order([label["name"] for label in labels])
    return Target(chosen_format(kind, asked.request), kind, asked.root, known, asked.request.export_format)


def take_snapshot(task: RunningTask, stores: Stores, asked: Asked, spool: Spool) -> Snapshot:
    """Write what is to be exported, as it is now."""
    if asked.request.version_id:
        return _of_version(task, stores, asked, spool)
    with one_state(task.database) as session:
        dataset = _dataset(session, task.resource_id)
        book = LabelBook(session, dataset)
        labels = [_label(row) for row in book.by_code.values()]
        working_set = WorkingSet(session, book, asked.request)
        unconfirmed = working_set.unconfirmed()
        lost = [Loss("", f"suggestions that nobody has confirmed (x{unconfirmed})")] if unconfirmed else []
        chosen = divided(working_set.samples, _ratio(asked), asked.seed)
        return _Writer(task, dataset, asked, spool, labels).write(chosen, lost)


def is_whole(snapshot: Snapshot, spool: Spool) -> bool:
    """Whether what an earlier attempt wrote is still there as it was."""
    paths = {spool.folder / name: digest for name, digest in snapshot.files.items()}
    if any(not path.is_file() or sha256_of(path) != digest for path, digest in paths.items()):
        return False
    return spool.digest(snapshot.batches) == snapshot.digest


def _of_version(task: RunningTask, stores: Stores, asked: Asked, spool: Spool) -> Snapshot:
    with task.database.read() as session:
        dataset = _dataset(session, task.resource_id)
        version = find_version(session, dataset, asked.request.version_id or "")
    labels = [{"code": code, **stats} for code, stats in enumerate(version.label_stats, start=1)]
    address = version.manifest_url or dataset.work_path  # an unpublished one has none: the reader says so
    store, _ = open_url(task.database, stores, task.actor, address)

    def read() -> Iterator[Chosen]:
        return version_samples(read_manifest_checked(store, version), asked.request)

    return _Writer(task, dataset, asked, spool, labels).write(divided(read, _ratio(asked), asked.seed), [])


def _ratio(asked: Asked) -> Fraction | None:
    params = asked.request.export_params
    return parse_ratio(params.train_sample_ratio) if params.ratio_sample_usage else None


def _dataset(session: Session, dataset_id: str) -> Dataset:
    dataset = session.get(Dataset, dataset_id)
    if dataset is None or dataset.deleted:
        raise NotFound("The dataset has been deleted.")
    return dataset


def _label(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("code", "name", "type", "property", "attributes")}


class _Sinks(NamedTuple):
    """What a sample's writing adds to."""

    losses: LossReport
    document: Document
    names: Names


class _Writer:
    """Gives each sample its place, and writes it down."""

    def __init__(
        self, task: RunningTask, dataset: Dataset, asked: Asked, spool: Spool, labels: list[dict[str, Any]]
    ) -> None:
        self._task = task
        self._target = target_of(dataset, asked, labels)
        self._spool = spool
        self._start = obs_url(*input_folder(dataset))
        self._expected = dataset.total_samples
        self._snapshot = Snapshot(labels=labels)
        self._texts = self._target.kind.texts and self._target.format != DATASET

    def write(self, chosen: Iterable[Chosen], lost: list[Loss]) -> Snapshot:
        """`lost` is what is known to be missing already."""
        made, folder = self._snapshot, self._spool.folder
        document = (document_of if self._texts else no_document)(folder, self._target)
        with (
            LossReport(folder / LOSSES_FILE) as losses,
            document,
            names(folder / "names", by_stem=self._target.by_stem) as taken,
        ):
            losses.add(lost)
            for name in reserved_names(self._target):
                taken.reserve(name)
            self._write_batches(chosen, _Sinks(losses, document, taken))
        made.documents = document.files
        made.files = {name: sha256_of(folder / name) for name in (*made.documents, LOSSES_FILE)}
        return made

    def _write_batches(self, chosen: Iterable[Chosen], sinks: _Sinks) -> None:
        made, whole = self._snapshot, hashlib.sha256()
        bookkeeping = Bookkeeping(self._target)
        samples = iter(chosen)
        while batch := list(islice(samples, BATCH)):
            entries = [self._entry(each, bookkeeping, sinks) for each in batch]
            if self._texts:
                sinks.losses.add(sinks.document.add((entry.sample, entry.name) for entry in entries))
                entries = [entry for entry in entries if entry.name]
            if entries:
                whole.update(self._spool.write_entries(made.batches, entries))
                made.batches += 1
            made.samples += len(batch)
            if made.samples % REPORTED == 0:
                self._report()
        sinks.losses.add(bookkeeping.report())
        made.digest = whole.hexdigest()

    def _entry(self, chosen: Chosen, bookkeeping: Bookkeeping, sinks: _Sinks) -> Entry:
        sample, sample_id = chosen.sample, chosen.sample.id or ""
        name = ""
        if text_of(sample) is None:
            inside = sample.source.startswith(self._start)
            relative = sample.source[len(self._start) :] if inside else sample.source.partition("://")[2]
            wanted = self._target.wanted_name(sample, relative)
            name = sinks.names.give(wanted, sample_id)
            if name != wanted:
                sinks.losses.add([Loss(sample.source, f"the name '{wanted}': the file is '{name}'")])
        bookkeeping.strip(sample)
        return Entry(name, sample, chosen.name, chosen.parent_id)

    def _report(self) -> None:
        done, expected = self._snapshot.samples, self._expected
        message = PROGRESS.say("samples-read", done=done, total=expected)
        with self._task.step(progress=SHARE * min(done / max(expected, 1), 1.0), message=message):
            pass
