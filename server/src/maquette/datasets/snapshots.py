"""One state of the working set, written down: the manifest of a version and its index, as local files.

Everything is read in one transaction that sees a single state of the database while others go on labelling, and is
written to local files only: what goes to a bucket from there goes after that transaction has ended. Memory is bounded
by a batch of samples and a few bytes for each of them in the index.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import orjson
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from maquette.datasets.conversion import to_sample
from maquette.datasets.labels import LabelBook
from maquette.datasets.splitting import Stratum, divider, parse_ratio
from maquette.datasets.tables import LABELLED, UNLABELLED, Dataset, Sample, Version
from maquette.datasets.types import Shape
from maquette.datasets.version_index import IndexWriter, short_hash
from maquette.datasets.version_paths import ANNOTATIONS, FileNames, VersionFolder
from maquette.datasets.working_set import NAMELESS, codes_of
from maquette.db import Database
from maquette.formats import manifest
from maquette.formats import samples as formats
from maquette.formats.objects import pack
from maquette.kit.errors import NotFound
from maquette.storage.disk import disk_errors

BATCH = 5_000
MANIFEST_FILE, INDEX_FILE = "manifest", "index"

_COLUMNS = (
    Sample.id,
    Sample.source,
    Sample.sample_type,
    Sample.state,
    Sample.usage,
    Sample.hard,
    Sample.labels,
    Sample.meta,
    Sample.labelled_at,
)

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

    def write(self, lines: BinaryIO, index: BinaryIO, report: Report) -> Snapshot:
        made = Snapshot()
        whole = hashlib.sha256()
        side = self._divide()
        sidecar = IndexWriter(index)
        for rows in self._batches(*_COLUMNS):
            for row in rows:
                labels = self._kept_labels(row)
                codes = _stratum(labels)
                sample = self._sample(row)
                if side and not sample.usage:
                    sample.usage = side(codes)
                meaning = _annotation_hash(sample)
                line = manifest.write_line(self._packed(sample) if self._shapes else sample)
                lines.write(line)
                whole.update(line)
                state = LABELLED if labels else UNLABELLED
                sidecar.add(row.id, meaning, line, state=state, codes=codes)
                self._count(made, labels, codes)
                made.size += len(line)
            report(made.total_samples, self._dataset.total_samples)
        made.manifest_sha256 = whole.hexdigest()
        made.label_stats = self._stats(sidecar)
        known = [[label.code, label.name, label.type] for label in self._labels.values()]
        made.index_sha256 = sidecar.finish({"manifest_sha256": made.manifest_sha256, "labels": known})
        return made

    def _batches(self, *columns: Any) -> Iterator[Sequence[Any]]:
        last = ""
        working_set = (Sample.dataset_id == self._dataset.id, Sample.generation == self._dataset.generation)
        query = select(*columns).where(*working_set).order_by(Sample.id).limit(BATCH)
        while rows := self._session.execute(query.where(Sample.id > last)).all():
            yield rows
            last = rows[-1].id

    def _divide(self) -> Callable[[Stratum], str] | None:
        """Who trains and who evaluates, when the version is to be divided; earlier usage stays unless it is removed."""
        ratio = parse_ratio(self._version.ratio)
        if ratio is None:
            return None
        rows = (row for rows in self._batches(Sample.id, Sample.usage, Sample.state, Sample.labels) for row in rows)
        strata = (_stratum(self._kept_labels(row)) for row in rows if not self._usage(row))
        return divider(strata, ratio, self._version.seed)

    def _usage(self, row: Row[Any]) -> str | None:
        return None if self._version.remove_sample_usage else row.usage or None

    def _kept_labels(self, row: Row[Any]) -> list[dict[str, Any]]:
        """The sample's annotations; suggestions that nobody has confirmed are not published."""
        if row.state != LABELLED:
            return []
        return [label for label in row.labels if label["code"] == NAMELESS or label["code"] in self._labels]

    def _sample(self, row: Row[Any]) -> formats.Sample:
        """The row as it is published; the shapes on a picture name the file that they are written to."""
        sample = to_sample(self._type, self._labels, row, hard=not self._version.clear_hard_property)
        sample.usage = self._usage(row)
        return sample

    def _packed(self, sample: formats.Sample) -> formats.Sample:
        return pack(sample, self._folder.address(f"{ANNOTATIONS}{self._names.name(sample.source)}.xml"))

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
