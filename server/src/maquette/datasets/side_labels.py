"""Labels that lie beside new pictures in the input folder: txt files of classes, VOC files of shapes (2.3.1).

A sync reads them for samples that nobody has annotated yet, so that it never overrides a person: what was labelled,
or unlabelled again, in the platform stays as it is. Reading them anew on purpose is an import's.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from maquette.datasets.importing.folders import read_beside, suffix_beside
from maquette.datasets.importing.intake import Intake, Wanted
from maquette.datasets.importing.manifests import whole_file
from maquette.datasets.importing.reading import Item
from maquette.datasets.inventory import Problems, Seen
from maquette.datasets.tables import UNLABELLED, Dataset, Sample
from maquette.datasets.types import DatasetType
from maquette.datasets.working_set import members
from maquette.formats.samples import Problem
from maquette.formats.samples import Sample as FileSample
from maquette.kit.actor import Actor
from maquette.kit.config import Settings
from maquette.kit.errors import TooLarge
from maquette.storage import ObjectMissing, ObjectStore, obs_url

BATCH = 500


@dataclass(frozen=True, slots=True)
class SideLabels:
    """Reads the files in `seen`, which were met beside the samples of one bucket."""

    settings: Settings
    store: ObjectStore
    bucket: str
    actor: Actor
    kind: DatasetType
    seen: Seen
    problems: Problems
    step: Callable[[], AbstractContextManager[tuple[Session, Dataset]]]

    def bring_in(self) -> int:
        """Label what is new. Returns how many samples were labelled."""
        intake = Intake(self.settings, self.actor, self.kind, Wanted(samples=False))
        labelled, last = 0, ""
        while True:
            with self.step() as (session, dataset):
                rows = self._untouched(session, dataset, last)
            if not rows:
                return labelled
            last = rows[-1].id
            items = [item for row in rows for item in self._read(row.source)]
            if not items:
                continue
            with self.step() as (session, dataset):
                taken = intake.take(session, dataset, items)
            labelled += taken.counts["annotated"]
            for problem in taken.problems:
                self.problems.add(problem.file, "annotation", f"{problem.reason}. {problem.remedy}")

    def _untouched(self, session: Session, dataset: Dataset, last: str) -> list[Any]:
        nobody = (Sample.state == UNLABELLED, Sample.revision == 0, Sample.id > last)
        query = select(Sample.id, Sample.source).where(*members(dataset), *nobody)
        return list(session.execute(query.order_by(Sample.id).limit(BATCH)).all())

    def _read(self, source: str) -> list[Item | Problem]:
        start = obs_url(self.bucket)
        key = source.removeprefix(start).rpartition(".")[0] + (suffix_beside(self.kind) or "")
        if not source.startswith(start) or self.seen.lacks([key]):
            return []
        sample = FileSample(source=source)
        try:
            data = whole_file(self.store, key, self.settings.annotation_bytes)
        except ObjectMissing:
            return []
        except TooLarge as error:
            return [Problem(0, error.message.rstrip("."), "Divide the picture, or leave annotations out.", key)]
        problems = [replace(problem, file=key) for problem in read_beside(self.kind, sample, data)]
        return [*problems, Item(sample, key)] if sample.annotations else list(problems)
