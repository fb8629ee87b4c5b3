"""Text files of the input folder, line by line into the working set: every line that is not blank is a sample.

A sample is its text, so a line that moves within its file, or comes twice, is one sample still; a changed line is a new
one, and the old is marked as missing like a vanished file. Rows of a file that is being read have no etag until its end
is reached: a sync that was killed on the way reads the file again and adds nothing twice.
"""

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from maquette.datasets.inventory import Problems
from maquette.datasets.tables import Dataset, Sample, digest_of
from maquette.datasets.types import TEXT_SAMPLE
from maquette.datasets.working_set import add_samples, members
from maquette.formats.encodings import detect_encoding, text_lines
from maquette.formats.samples import TEXT_PREFIX, Problem
from maquette.kit.clock import now_ms
from maquette.kit.ids import new_id
from maquette.storage import ObjectInfo, ObjectStore, obs_url

LINES_A_STEP = 1_000
MISSING = "@maquette:missing"
"""The key in a sample's metadata that says since when (ms) its file, or its line, is gone."""

GONE = "-"
"""The etag of a text whose line or file is gone."""

Step = Callable[[], AbstractContextManager[tuple[Session, Dataset]]]
"""One transaction of the sync, with the dataset locked."""


@dataclass(frozen=True, slots=True)
class TextFiles:
    """The texts of one bucket on their way into a working set; what cannot be read goes to `problems`."""

    store: ObjectStore
    bucket: str
    line_bytes: int
    problems: Problems
    step: Step

    def is_known(self, session: Session, dataset: Dataset, info: ObjectInfo) -> bool:
        """Whether the file was read to its end as it is now."""
        here = (*members(dataset), Sample.file == obs_url(self.bucket, info.key))
        marks = session.scalars(select(Sample.etag).where(*here).distinct()).all()
        return bool(marks) and all(mark in (info.etag, GONE) for mark in marks) and info.etag in marks

    def bring_in(self, info: ObjectInfo) -> int:
        """Read the file; returns how many texts it adds."""
        encoding = detect_encoding(self.store.read(info.key))
        if isinstance(encoding, Problem):
            self._report(info, encoding)
            return 0
        added = 0
        lines = enumerate(text_lines(self.store.read(info.key), encoding, self.line_bytes), start=1)
        while batch := list(islice(lines, LINES_A_STEP)):
            texts: dict[str, int] = {}
            for number, line in batch:
                if isinstance(line, Problem):
                    self._report(info, line)
                elif line.strip():
                    texts.setdefault(TEXT_PREFIX + line, number)
            with self.step() as (session, dataset):
                added += self._absorb(session, dataset, info, texts)
        self._finish(info)
        return added

    def mark_vanished(self, folder: str, is_gone: Callable[[Sequence[str]], list[str]]) -> Generator[str]:
        """Mark the texts of files that are no longer there; gives the files."""
        with self.step() as (session, dataset):
            inside = (*members(dataset), Sample.file.startswith(folder, autoescape=True))
            files = session.scalars(select(Sample.file).where(*inside).distinct()).all()
        start = len(obs_url(self.bucket))
        for key in is_gone([file[start:] for file in files]):
            with self.step() as (session, dataset):
                mark(session, dataset, [Sample.file == obs_url(self.bucket, key)])
            yield key

    def _absorb(self, session: Session, dataset: Dataset, info: ObjectInfo, texts: dict[str, int]) -> int:
        file = obs_url(self.bucket, info.key)
        digests = [digest_of(source) for source in texts]
        query = select(Sample.id, Sample.source, Sample.file, Sample.meta).where(
            *members(dataset), Sample.digest.in_(digests)
        )
        place = {"dataset_id": dataset.id, "generation": dataset.generation}
        touched: list[dict[str, Any]] = []
        for row in session.execute(query).all():
            del texts[row.source]
            if row.file == file:
                kept = {key: value for key, value in row.meta.items() if key != MISSING}
                touched.append({**place, "id": row.id, "etag": "", "meta": kept})
        if touched:
            session.execute(update(Sample), touched)
        add_samples(session, dataset, [_new_row(info, file, source, line) for source, line in texts.items()])
        return len(texts)

    def _finish(self, info: ObjectInfo) -> None:
        """Lines that were not met any more are missing; the others are those of this state of the file."""
        file = obs_url(self.bucket, info.key)
        with self.step() as (session, dataset):
            mark(session, dataset, [Sample.file == file, Sample.etag.not_in(("", GONE))])
            session.execute(
                update(Sample)
                .where(*members(dataset), Sample.file == file, Sample.etag == "")
                .values(etag=info.etag, modified_ms=info.modified_ms)
                .execution_options(synchronize_session=False)
            )

    def _report(self, info: ObjectInfo, problem: Problem) -> None:
        self.problems.add(f"{info.key}:{problem.line}", "text", f"{problem.reason}. {problem.remedy}")


def mark(session: Session, dataset: Dataset, conditions: Iterable[Any]) -> None:
    """Mark the samples under these conditions as missing from now on."""
    moment = now_ms()
    rows = session.execute(select(Sample.id, Sample.meta).where(*members(dataset), *conditions)).all()
    place = {"dataset_id": dataset.id, "generation": dataset.generation}
    marked = [{**place, "id": row.id, "etag": GONE, "meta": {MISSING: moment, **row.meta}} for row in rows]
    if marked:
        session.execute(update(Sample), marked)


def _new_row(info: ObjectInfo, file: str, source: str, line: int) -> dict[str, Any]:
    return {
        "id": new_id(),
        "source": source,
        "sample_type": TEXT_SAMPLE,
        "file": file,
        "name": f"{info.key.rpartition('/')[2]}:{line}",
        "size": len(source) - len(TEXT_PREFIX),
        "created_at": now_ms(),
    }
