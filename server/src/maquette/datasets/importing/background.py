"""The task of an import: batch by batch through a reader into the working set, each with its place in one transaction.

A killed import goes on behind the last batch that was committed and takes nothing in twice. A dry run does the same
in transactions that are undone, so that it judges exactly what an import would do.
"""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from typing import Any

from maquette.buckets import Stores, open_bucket, open_url
from maquette.datasets.importing.catalogue import catalogue
from maquette.datasets.importing.documents import DocumentReader, YoloReader
from maquette.datasets.importing.folders import FolderReader, FolderRules
from maquette.datasets.importing.intake import Intake, Taken, Wanted, names_of
from maquette.datasets.importing.manifests import ManifestReader
from maquette.datasets.importing.reading import Batch, Place, Reader
from maquette.datasets.importing.reports import Report
from maquette.datasets.importing.schemas import ImportRequest
from maquette.datasets.importing.service import KIND
from maquette.datasets.paths import inner_paths
from maquette.datasets.service import lock_dataset_row
from maquette.datasets.tables import Dataset, TransferRun
from maquette.datasets.types import IMAGE_SAMPLE, dataset_type
from maquette.datasets.working_set import signature
from maquette.db import Database
from maquette.kit.clock import now_ms
from maquette.kit.config import Settings
from maquette.kit.errors import NotFound
from maquette.storage import obs_url, parse_obs_url
from maquette.tasks import RunningTask, TaskHandler
from maquette.tasks.progress import PROGRESS


def handlers(settings: Settings, database: Database, stores: Stores) -> dict[str, TaskHandler]:
    return {KIND: partial(_import, settings, stores)}


def _import(settings: Settings, stores: Stores, task: RunningTask) -> dict[str, Any]:
    with task.database.read() as session:
        run = session.get(TransferRun, task.id)
        dataset = session.get(Dataset, task.resource_id)
    if run is None or dataset is None or dataset.deleted:
        raise NotFound("The dataset has been deleted.")
    if run.finished_at:
        return run.counts
    return _Import(settings, stores, task, dataset, run).run()


class _Import:
    """One import from its first batch, or the one behind its checkpoint, to its report."""

    def __init__(
        self, settings: Settings, stores: Stores, task: RunningTask, dataset: Dataset, run: TransferRun
    ) -> None:
        self._settings = settings
        self._stores = stores
        self._task = task
        self._dataset = dataset
        self._request = ImportRequest.model_validate(run.request)
        self._kind = dataset_type(dataset.dataset_type)
        self._counts = Counter[str](task.checkpoint.get("counts", {}))
        path = settings.cache_dir / f"import-{task.id}.jsonl"
        self._report = Report(path, task.checkpoint.get("report", 0))
        asked = self._request
        wanted = Wanted(
            annotations=asked.import_annotations,
            samples=asked.import_samples,
            hard_only=asked.difficult_only,
            final=asked.final_annotation,
            included=names_of(asked.included_labels),
            excluded=names_of(asked.excluded_labels),
        )
        self._intake = Intake(settings, task.actor, self._kind, wanted, signature(task.actor))

    def run(self) -> dict[str, Any]:
        with self._reader() as reader:
            for batch in reader.batches(self._task.checkpoint.get("position", {})):
                self._take(batch)
        self._conclude()
        self._report.path.unlink(missing_ok=True)
        return dict(self._counts)

    @contextmanager
    def _reader(self) -> Generator[Reader]:
        """What the request's format reads with; folders are listed first, into a file that goes with the reader."""
        asked, task = self._request, self._task
        bucket, key = parse_obs_url(asked.import_path)
        place = Place(open_bucket(task.database, self._stores, task.actor, bucket), bucket, key)
        if asked.import_type == "manifest":
            open_address = partial(open_url, task.database, self._stores, task.actor)
            yield ManifestReader(place, open_address, self._settings.annotation_bytes)
            return
        image = self._kind.sample_type == IMAGE_SAMPLE
        label_format = asked.label_format.model_dump() if asked.label_format else None
        rules = FolderRules(
            kind=self._kind,
            size_limit=self._settings.image_bytes if image else self._settings.sample_bytes,
            annotation_bytes=self._settings.annotation_bytes,
            line_bytes=self._settings.text_line_bytes,
            label_format=label_format or self._dataset.settings.get("label_format"),
        )
        folder = key if key.endswith("/") or not key else key.rpartition("/")[0] + "/" * ("/" in key)
        with catalogue(self._settings.cache_dir / f"import-{task.id}.db", place.store, folder) as files:
            if asked.import_type == "dir":
                yield FolderReader(place, files, rules)
            elif asked.import_type == "yolo":
                yield YoloReader(place, files, rules)
            else:
                yield DocumentReader(place, files, rules, form=asked.import_type)

    def _take(self, batch: Batch) -> None:
        checkpoint: dict[str, Any] = {}
        if self._request.dry_run:
            with self._task.database.write() as session:
                taken = self._intake.take(session, self._locked(session), batch.items)
                session.rollback()
            with self._task.step(progress=batch.progress, checkpoint=checkpoint, message=self._message()) as session:
                self._keep(session, taken, batch, checkpoint)
            return
        with self._task.step(progress=batch.progress, checkpoint=checkpoint, message=self._message()) as session:
            taken = self._intake.take(session, self._locked(session), batch.items)
            self._keep(session, taken, batch, checkpoint)

    def _keep(self, session: Any, taken: Taken, batch: Batch, checkpoint: dict[str, Any]) -> None:
        """Counts, problems and the place behind the batch, in the step's own transaction."""
        self._counts.update(taken.counts)
        self._report.add(taken.problems)
        checkpoint.update(position=batch.position, counts=dict(self._counts), report=self._report.size)
        run = session.get_one(TransferRun, self._task.id)
        run.counts = dict(self._counts)

    def _locked(self, session: Any) -> Dataset:
        dataset = lock_dataset_row(session, self._dataset.id)
        if dataset is None:
            raise NotFound("The dataset has been deleted.")
        return dataset

    def _conclude(self) -> None:
        """Put the report into the dataset's log folder; then the history says that the import has ended."""
        problems = self._report.first()
        address = ""
        if self._report.size:
            bucket, folder = parse_obs_url(inner_paths(self._dataset)["inner_log_path"])
            key = f"{folder}import-{self._task.id}.jsonl"
            store = open_bucket(self._task.database, self._stores, self._task.actor, bucket)
            with self._report.path.open("rb") as file:
                store.write(key, iter(partial(file.read, 1 << 20), b""))
            address = obs_url(bucket, key)
        with self._task.step(progress=1.0, message=self._message()) as session:
            run = session.get_one(TransferRun, self._task.id)
            run.problems, run.report_url, run.finished_at = problems, address, now_ms()

    def _message(self) -> str:
        counts = self._counts
        return PROGRESS.say(
            "samples-imported", imported=counts["imported"], changed=counts["changed"], problems=counts["skipped"]
        )
