"""One state of the working set, written down: the manifest of a version and its index, as local files.

Everything is read in one transaction that sees a single state of the database while others go on labelling, and is
written to local files only: what goes to a bucket from there goes after that transaction has ended. Memory is bounded
by a batch of samples and a few bytes for each of them in the index.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import orjson
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from maquette.datasets.labels import LabelBook
from maquette.datasets.splitting import Stratum, divider, parse_ratio
from maquette.datasets.tables import LABELLED, UNLABELLED, Dataset, Sample, Version
from maquette.datasets.version_index import IndexWriter, short_hash
from maquette.db import Database
from maquette.formats import manifest
from maquette.formats import samples as formats
from maquette.kit.errors import NotFound
from maquette.storage.disk import disk_errors

BATCH = 5_000
MANIFEST_FILE, INDEX_FILE = "manifest", "index"

ANNOTATION_TYPES = {0: "image_classification"}
"""The manifest's name of each label type that is offered."""

_HARD = "@modelarts:hard"
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
    with _one_state(database) as session:
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
def _one_state(database: Database) -> Generator[Session]:
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
        self._labels = LabelBook(session, dataset).by_code
        self._annotations: Counter[int] = Counter()
        self._carriers: Counter[int] = Counter()

    def write(self, lines: BinaryIO, index: BinaryIO, report: Report) -> Snapshot:
        made = Snapshot()
        whole = hashlib.sha256()
        side = self._divide()
        sidecar = IndexWriter(index)
        for rows in self._batches(*_COLUMNS):
            for row in rows:
                labels = self._kept_labels(row)
                codes = _stratum(labels)
                sample = self._sample(row, labels)
                if side and not sample.usage:
                    sample.usage = side(codes)
                line = manifest.write_line(sample)
                lines.write(line)
                whole.update(line)
                state = LABELLED if labels else UNLABELLED
                sidecar.add(row.id, _annotation_hash(sample), line, state=state, codes=codes)
                self._count(made, labels, codes)
                made.size += len(line)
            report(made.total_samples, self._dataset.total_samples)
        made.manifest_sha256 = whole.hexdigest()
        made.label_stats = self._stats()
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
        return [label for label in row.labels if label["code"] in self._labels] if row.state == LABELLED else []

    def _sample(self, row: Row[Any], labels: list[dict[str, Any]]) -> formats.Sample:
        hard = not self._version.clear_hard_property
        return formats.Sample(
            source=row.source,
            id=row.id,
            usage=self._usage(row),
            sample_type=row.sample_type,
            hard=row.hard if hard else None,
            hard_coefficient=row.meta.get(f"{_HARD}_coefficient") if hard else None,
            annotations=[self._annotation(row, label) for label in labels],
        )

    def _annotation(self, row: Row[Any], label: dict[str, Any]) -> formats.Annotation:
        known = self._labels[label["code"]]
        own: dict[str, Any] = label.get("property") or {}
        color = {key: known.property[key] for key in ("@modelarts:color",) if key in known.property}
        hard = not self._version.clear_hard_property
        by = label.get("annotated_by") or "human"
        return formats.Annotation(
            type=ANNOTATION_TYPES[known.type],
            name=known.name,
            id=label.get("id"),
            property=color | {key: value for key, value in own.items() if not key.startswith(_HARD)},
            hard=_is_hard(own.get(_HARD), row.hard) if hard else None,
            confidence=label.get("score"),
            annotated_by=by,
            creation_time=manifest.ms_to_time(row.labelled_at) if row.labelled_at else None,
        )

    def _count(self, made: Snapshot, labels: list[dict[str, Any]], codes: Stratum) -> None:
        made.total_samples += 1
        made.labelled_samples += bool(labels)
        made.multi_label |= len(codes) > 1
        self._carriers.update(codes)
        self._annotations.update(label["code"] for label in labels)

    def _stats(self) -> list[dict[str, Any]]:
        return [
            {
                "name": label.name,
                "type": label.type,
                "property": label.property,
                "attributes": label.attributes,
                "count": self._annotations[code],
                "sample_count": self._carriers[code],
            }
            for code, label in sorted(self._labels.items())
        ]


def _stratum(labels: Iterable[dict[str, Any]]) -> Stratum:
    return tuple(sorted({label["code"] for label in labels}))


def _is_hard(flag: object, of_sample: bool) -> bool:
    return of_sample if flag is None else str(flag).lower() in {"1", "true"}


def _annotation_hash(sample: formats.Sample) -> bytes:
    """Of what was labelled, not of who did it, when, or how sure: it tells modified samples from others."""
    said = [[each.type, each.name, _without_color(each.property)] for each in sample.annotations]
    return short_hash(orjson.dumps(sorted(said, key=orjson.dumps), option=orjson.OPT_SORT_KEYS))


def _without_color(properties: dict[str, Any]) -> dict[str, Any]:
    return {key: properties[key] for key in sorted(properties) if key != "@modelarts:color"}
