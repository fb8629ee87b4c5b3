"""The last step of an export into a new dataset: the dataset itself, with labels and samples, out of the spool.

It is made hidden, as one that was deleted, and shown when it is whole: an export that fails leaves nothing to be seen,
and what it leaves is swept with the next deleted dataset. Samples keep their ids, labels their codes.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from maquette.datasets.conversion import to_values
from maquette.datasets.errors import dataset_exists
from maquette.datasets.exporting.copying import following, measured
from maquette.datasets.exporting.errors import wrong_export
from maquette.datasets.exporting.schemas import ExportRequest
from maquette.datasets.exporting.spool import Entry, Outcome
from maquette.datasets.labels import LabelBook
from maquette.datasets.schemas import CreateDataset, DataSource, LabelFormat, TableField
from maquette.datasets.service import create_dataset, resource
from maquette.datasets.tables import Dataset, Label
from maquette.datasets.types import DatasetType
from maquette.datasets.working_set import add_samples
from maquette.events import emit
from maquette.formats.samples import TEXT_PREFIX, Loss
from maquette.kit.actor import Actor
from maquette.kit.clock import now_ms
from maquette.kit.errors import MaquetteError, NotFound

MAKER = "made_by_export"
"""The setting of a dataset that names the export which made it."""


def make_hidden(session: Session, actor: Actor, asked: ExportRequest, origin: Dataset, task_id: str) -> Dataset:
    """The row of the new dataset, which nobody sees yet. Raises what making a dataset raises."""
    dataset = create_dataset(session, actor, described(asked, origin))
    dataset.deleted = True
    dataset.settings = {**dataset.settings, MAKER: task_id}
    session.flush()
    return dataset


def described(asked: ExportRequest, origin: Dataset) -> CreateDataset:
    """The new dataset as a request to make one."""
    params, settings = asked.export_params, origin.settings
    if not params.export_new_dataset_name or not params.export_new_dataset_work_path:
        missing = "export_new_dataset_name" if not params.export_new_dataset_name else "export_new_dataset_work_path"
        raise wrong_export(missing, "is missing: a new dataset has a name and an output path.")
    schema = [TableField.model_validate(field) for field in settings.get("schema", [])]
    label_format = settings.get("label_format")
    return CreateDataset.model_validate(
        {
            "dataset_name": params.export_new_dataset_name,
            "dataset_type": origin.dataset_type,
            "data_sources": [DataSource(data_path=asked.path, with_column_header=settings.get("with_column_header"))],
            "work_path": params.export_new_dataset_work_path,
            "workspace_id": origin.workspace_id,
            "schema": schema or None,
            "label_format": LabelFormat.model_validate(label_format) if label_format else None,
            "content_labeling": bool(settings.get("content_labeling")),
        }
    )


def add_labels(session: Session, dataset: Dataset, labels: Iterable[dict[str, Any]]) -> None:
    for label in labels:
        own = {name: label[name] for name in ("code", "name", "type", "property", "attributes")}
        session.add(Label(dataset_id=dataset.id, **own))
        dataset.next_label_code = max(dataset.next_label_code, label["code"] + 1)
    session.flush()


class Filler:
    """Adds batches of entries to the hidden dataset, in the transaction of a step."""

    def __init__(self, kind: DatasetType, root: str, by: str, videos: dict[str, str]) -> None:
        self._kind = kind
        self._root = root
        self._by = by
        self._videos = videos

    def fill(self, session: Session, dataset: Dataset, entries: Iterable[tuple[Entry, Outcome]]) -> list[Loss]:
        book = LabelBook(session, dataset)
        rows: list[dict[str, Any]] = []
        losses: list[Loss] = []
        for entry, outcome in entries:
            if outcome.absent:
                continue
            try:
                rows.append(self._row(book, entry, outcome))
            except MaquetteError as error:
                losses.append(Loss(entry.sample.source, f"the sample: {error.message}"))
        add_samples(session, dataset, rows)
        return losses

    def _row(self, book: LabelBook, entry: Entry, outcome: Outcome) -> dict[str, Any]:
        sample = following(measured(entry.sample, outcome), self._videos)
        values = to_values(book, sample, self._by)
        row: dict[str, Any] = {
            "id": sample.id,
            "source": self._root + entry.name if entry.name else sample.source,
            "name": entry.name.rpartition("/")[2] or entry.label,
            "sample_type": self._kind.sample_type if sample.sample_type is None else sample.sample_type,
            "parent_id": entry.parent_id,
            "created_at": now_ms(),
        }
        if outcome.file:
            row["size"], row["modified_ms"], row["etag"] = outcome.file
        elif not entry.name:
            row["size"] = len(sample.source) - len(TEXT_PREFIX)
        return row | values


def show(session: Session, actor: Actor, dataset_id: str) -> Dataset:
    """Let the new dataset be seen. Raises Conflict when its name was taken meanwhile."""
    dataset = session.get(Dataset, dataset_id)
    if dataset is None:
        raise NotFound("The new dataset was removed before it was whole. Export again.")
    name = dataset.name
    try:
        session.execute(update(Dataset).where(Dataset.id == dataset_id).values(deleted=False))
    except IntegrityError:
        raise dataset_exists(name) from None
    emit(session, actor, "createDataset", resource(dataset), dataset_type=dataset.dataset_type)
    return dataset
