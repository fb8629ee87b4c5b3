"""The task of an import: batch by batch through a reader into the working set, each with its place in one transaction.

A killed import goes on behind the last batch that was committed and takes nothing in twice. A dry run does the same
in transactions that are undone, so that it judges exactly what an import would do.
"""

from collections import Counter
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from maquette.buckets import Stores, open_bucket
from maquette.datasets.importing.catalogue import catalogue
from maquette.datasets.importing.documents import DocumentReader, YoloReader
from maquette.datasets.importing.folders import FolderReader, FolderRules
from maquette.datasets.importing.intake import Intake, Taken, Wanted, names_of
from maquette.datasets.importing.manifests import ManifestReader
from maquette.datasets.importing.reading import Addresses, Batch, Place, Reader
from maquette.datasets.importing.rehearsal import rehearsal
from maquette.datasets.importing.reports import Report
from maquette.datasets.importing.schemas import ImportRequest
from maquette.datasets.importing.service import KIND
from maquette.datasets.paths import inner_paths
from maquette.datasets.service import lock_dataset_row
from maquette.datasets.tables import Dataset, TransferRun
from maquette.datasets.types import IMAGE_SAMPLE, dataset_type
from maquette.db import Database
from maquette.kit.clock import now_ms
from maquette.kit.config import Settings
from maquette.kit.errors import Conflict, NotFound
from maquette.storage import obs_url, parse_obs_url
from maquette.tasks import LeaseLost, RunningTask, TaskHandler
from maquette.tasks.handling import Interrupted
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
    """One import from its first batch, or the one behind its checkpoint, to its report.

    A dry run has no checkpoint: nothing of it is left, so an interrupted one begins again.
    """

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
        self._generation = int(task.checkpoint.get("generation", dataset.generation))
        self._report = Report(self._scratch("jsonl"), task.checkpoint.get("report", 0))

    def run(self) -> dict[str, Any]:
        try:
            with ExitStack() as stack:
                rehearsed = stack.enter_context(rehearsal(self._scratch("seen"))) if self._request.dry_run else None
                intake = Intake(self._settings, self._task.actor, self._kind, self._wanted(), rehearsed)
                reader = stack.enter_context(self._reader())
                for batch in reader.batches(self._task.checkpoint.get("position", {})):
                    self._take(intake, batch)
            self._conclude()
        except (LeaseLost, Interrupted):
            raise
        except Exception:
            self._tell_what_is_known()
            raise
        self._report.path.unlink(missing_ok=True)
        return dict(self._counts)

    def _scratch(self, suffix: str) -> Path:
        return self._settings.cache_dir / f"import-{self._task.id}.{suffix}"

    def _wanted(self) -> Wanted:
        asked = self._request
        return Wanted(
            annotations=asked.import_annotations,
            samples=asked.import_samples,
            hard_only=asked.difficult_only,
            final=asked.final_annotation,
            included=names_of(asked.included_labels),
            excluded=names_of(asked.excluded_labels),
        )

    @contextmanager
    def _reader(self) -> Generator[Reader]:
        """What the request's format reads with; folders are listed first, into a file that goes with the reader."""
        asked, task, settings = self._request, self._task, self._settings
        bucket, key = parse_obs_url(asked.import_path)
        place = Place(open_bucket(task.database, self._stores, task.actor, bucket), bucket, key)
        addresses = Addresses(place, partial(open_bucket, task.database, self._stores, task.actor))
        if asked.import_type == "manifest":
            limits = {"manifest_bytes": settings.manifest_bytes, "annotation_bytes": settings.annotation_bytes}
            yield ManifestReader(place, addresses, **limits)
            return
        image = self._kind.sample_type == IMAGE_SAMPLE
        label_format = asked.label_format.model_dump() if asked.label_format else None
        rules = FolderRules(
            kind=self._kind,
            size_limit=settings.image_bytes if image else settings.sample_bytes,
            annotation_bytes=settings.annotation_bytes,
            line_bytes=settings.text_line_bytes,
            label_format=label_format or self._dataset.settings.get("label_format"),
            settings=self._dataset.settings,
        )
        folder = key if key.endswith("/") or not key else key.rpartition("/")[0] + "/" * ("/" in key)
        with catalogue(self._scratch("db"), place.store, folder) as files:
            if asked.import_type == "dir":
                yield FolderReader(place, files, rules)
            elif asked.import_type == "yolo":
                yield YoloReader(place, files, rules)
            else:
                yield DocumentReader(place, files, rules, addresses, form=asked.import_type)

    def _take(self, intake: Intake, batch: Batch) -> None:
        if self._request.dry_run:
            with self._task.database.write() as session:
                taken = intake.take(session, self._locked(session), batch.items)
                session.rollback()
            with self._task.step(progress=batch.progress, message=self._message()) as session:
                self._keep(session, taken)
            return
        checkpoint: dict[str, Any] = {}
        with self._task.step(progress=batch.progress, checkpoint=checkpoint, message=self._message()) as session:
            taken = intake.take(session, self._locked(session), batch.items)
            self._keep(session, taken)
            checkpoint.update(
                position=batch.position,
                generation=self._generation,
                counts=dict(self._counts),
                report=self._report.size,
            )

    def _keep(self, session: Session, taken: Taken) -> None:
        """Counts and problems of a batch, in the step's own transaction."""
        self._counts.update(taken.counts)
        self._report.add(taken.problems)
        session.get_one(TransferRun, self._task.id).counts = dict(self._counts)

    def _locked(self, session: Session) -> Dataset:
        dataset = lock_dataset_row(session, self._dataset.id)
        if dataset is None:
            raise NotFound("The dataset has been deleted.")
        if dataset.generation != self._generation:
            raise Conflict("Another version has become the current one meanwhile. Start the import again.")
        return dataset

    def _conclude(self) -> None:
        """Put the report into the dataset's log folder; then the history says that the import has ended."""
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
            run.problems, run.report_url, run.finished_at = self._report.first(), address, now_ms()

    def _tell_what_is_known(self) -> None:
        """An import that was cancelled or failed keeps what it took in, and the first of its problems."""
        with self._task.database.write() as session:
            run = session.get(TransferRun, self._task.id)
            if run is not None:
                run.problems, run.finished_at = self._report.first(), now_ms()
        self._report.path.unlink(missing_ok=True)

    def _message(self) -> str:
        counts = self._counts
        return PROGRESS.say(
            "samples-imported", imported=counts["imported"], changed=counts["changed"], problems=counts["skipped"]
        )
