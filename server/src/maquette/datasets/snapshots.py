"""One state of the working set, written down: the manifest of a version and its index, as local files.

Everything is read in one transaction that sees a single state of the database while others go on labelling, and is
written to local files only: what goes to a bucket from there goes after that transaction has ended. Memory is bounded
by a batch of samples and a few bytes for each of them in the index.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypeVar

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from maquette.datasets.conversion import to_sample
from maquette.datasets.labels import LabelBook
from maquette.datasets.splitting import Stratum, divider, parse_ratio
from maquette.datasets.tables import LABELLED, UNLABELLED, Dataset, Sample, Version
from maquette.datasets.text_files import MISSING
from maquette.datasets.types import Shape
from maquette.datasets.version_index import IndexWriter, short_hash
from maquette.datasets.version_paths import ANNOTATIONS, FileNames, VersionFolder
from maquette.datasets.working_set import NAMELESS, codes_of, members
from maquette.db import Database
from maquette.formats import manifest
from maquette.formats import samples as formats
from maquette.formats.objects import pack
from maquette.kit.errors import Invalid, NotFound
from maquette.storage.disk import disk_errors

BATCH = 5_000
BATCH_BYTES = 16 << 20
MANIFEST_FILE, INDEX_FILE = "manifest", "index"


class _Labelled(NamedTuple):
    """Of a row what says how it is divided. Tuples like these are read three times faster than a result's rows."""

    id: str
    usage: str
    state: int
    labels: list[dict[str, Any]]


class _Whole(NamedTuple):
    """Of a row what is published."""

    id: str
    source: str
    sample_type: int
    state: int
    usage: str
    hard: bool
    labels: list[dict[str, Any]]
    meta: dict[str, Any]
    labelled_at: int | None


_Plain = TypeVar("_Plain", _Labelled, _Whole)

Report = Callable[[int, int], None]
"""Told after each batch how many samples of how many are written."""


@dataclass(slots=True)
class Snapshot:
    """What was written: plain values, so that it can be a task's checkpoint."""

    manifest_sha256: str = ""
    index_sha256: str = ""
    size: int = 0
    total_samples: int = 0
    labelled_samples: int = 0
    multi_label: bool = False
    label_stats: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])


def take_snapshot(database: Database, version: Version, folder: Path, report: Report) -> Snapshot:
    """Write manifest and index of the dataset's present state into `folder`."""
    with one_state(database) as session:
        dataset = session.get(Dataset, version.dataset_id)
        if dataset is None or dataset.deleted:
            raise NotFound("The dataset has been deleted.")
        # A full disk shows as an error of one of these files, at the latest when they are closed.
        with (
            disk_errors("the manifest"),
            create(folder / MANIFEST_FILE) as lines,
            create(folder / INDEX_FILE) as index,
        ):
            return _Writer(session, dataset, version).write(lines, index, report)


def create(path: Path) -> BinaryIO:
    return path.open("wb")


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def one_state(database: Database) -> Generator[Session]:
    """A session that sees the database as it is now for as long as it lasts."""
    with database.read() as session:
        if not database.is_sqlite:
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield session


class _Writer:
    """Turns rows into lines, and counts."""

    def __init__(self, session: Session, dataset: Dataset, version: Version) -> None:
        self._session = session
        self._dataset = dataset
        self._version = version
        # Labels that are being deleted are gone for the version, even while they are still on samples.
        book = LabelBook(session, dataset)
        self._labels = book.by_code
        self._type = book.type
        self._shapes = book.type.shape is Shape.GEOMETRY
        self._folder = VersionFolder.of(dataset, version)
        self._names = FileNames(dataset)
        self._annotations: defaultdict[int, int] = defaultdict(int)
        # Texts and outlines can be long: how many fit into a batch is seen by those that came before.
        self._limit = BATCH if self._type.shape is Shape.CLASS and not self._type.texts else min(BATCH, 100)

    def write(self, lines: BinaryIO, index: BinaryIO, report: Report) -> Snapshot:
        made = Snapshot()
        whole = hashlib.sha256()
        side = self._divide()
        sidecar = IndexWriter(index)
        for rows in self._batches(_Whole):
            before = made.size
            for row in rows:
                labels = self._kept_labels(row)
                codes = _stratum(labels)
                sample = self._sample(row)
                if side and not sample.usage:
                    sample.usage = side(codes)
                meaning = _annotation_hash(sample)
                line = self._line(sample)
                lines.write(line)
                whole.update(line)
                state = LABELLED if labels else UNLABELLED
                sidecar.add(row.id, meaning, line, state=state, codes=codes)
                self._count(made, labels, codes)
                made.size += len(line)
            self._limit = min(max(BATCH_BYTES * len(rows) // (made.size - before), 1), BATCH)
            report(made.total_samples, self._dataset.total_samples)
        made.manifest_sha256 = whole.hexdigest()
        made.label_stats = self._stats(sidecar)
        known = [[label.code, label.name, label.type] for label in self._labels.values()]
        made.index_sha256 = sidecar.finish({"manifest_sha256": made.manifest_sha256, "labels": known})
        return made

    def _batches(self, kind: type[_Plain]) -> Iterator[list[_Plain]]:
        """The rows in the order of their ids."""
        last = ""
        columns: list[Any] = [getattr(Sample, name) for name in kind._fields]
        query = select(*columns).where(*members(self._dataset)).order_by(Sample.id)
        while rows := [kind(*row) for row in self._session.execute(query.where(Sample.id > last).limit(self._limit))]:
            yield rows
            last = rows[-1].id

    def _divide(self) -> Callable[[Stratum], str] | None:
        """Who trains and who evaluates, when the version is to be divided; earlier usage stays unless it is removed."""
        ratio = parse_ratio(self._version.ratio)
        if ratio is None:
            return None
        rows = (row for rows in self._batches(_Labelled) for row in rows)
        strata = (_stratum(self._kept_labels(row)) for row in rows if not self._usage(row))
        return divider(strata, ratio, self._version.seed)

    def _usage(self, row: _Labelled | _Whole) -> str | None:
        return None if self._version.remove_sample_usage else row.usage or None

    def _kept_labels(self, row: _Labelled | _Whole) -> list[dict[str, Any]]:
        """The sample's annotations; suggestions that nobody has confirmed are not published."""
        if row.state != LABELLED:
            return []
        return [label for label in row.labels if label["code"] == NAMELESS or label["code"] in self._labels]

    def _sample(self, row: _Whole) -> formats.Sample:
        """The row as it is published; the shapes on a picture name the file that they are written to."""
        sample = to_sample(self._type, self._labels, row, hard=not self._version.clear_hard_property)
        sample.usage = self._usage(row)
        # Whether the file is there is the working set's to know, not the version's.
        sample.property.pop(MISSING, None)
        return sample

    def _line(self, sample: formats.Sample) -> bytes:
        if self._shapes:
            sample = pack(sample, self._folder.address(f"{ANNOTATIONS}{self._names.name(sample.source)}.xml"))
        line = manifest.write_line(sample)
        if len(line) > manifest.MAX_LINE_BYTES:
            reason = f"The sample {sample.id} makes a line of more than {manifest.MAX_LINE_BYTES >> 20} MiB."
            raise Invalid(f"{reason} Simplify its annotations, or delete it, then publish again.")
        return line

    def _count(self, made: Snapshot, labels: list[dict[str, Any]], codes: Stratum) -> None:
        made.total_samples += 1
        made.labelled_samples += bool(labels)
        made.multi_label |= len(codes) > 1
        for label in labels:
            self._annotations[label["code"]] += 1

    def _stats(self, sidecar: IndexWriter) -> list[dict[str, Any]]:
        return [
            {
                "name": label.name,
                "type": label.type,
                "property": label.property,
                "attributes": label.attributes,
                "count": self._annotations[code],
                "sample_count": sidecar.carriers(code),
            }
            for code, label in sorted(self._labels.items())
        ]


def _stratum(labels: Iterable[dict[str, Any]]) -> Stratum:
    return tuple(sorted(codes_of(labels)))


def _annotation_hash(sample: formats.Sample) -> bytes:
    """Of what was labelled, not of who did it, when, or how sure: it tells modified samples from others."""
    said = [[each.type, each.name, _without_color(each.property)] for each in sample.annotations]
    return short_hash(orjson.dumps(sorted(said, key=orjson.dumps), option=orjson.OPT_SORT_KEYS))


def _without_color(properties: dict[str, Any]) -> dict[str, Any]:
    return {key: properties[key] for key in sorted(properties) if key != "@modelarts:color"}
