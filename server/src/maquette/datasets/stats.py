"""The numbers beside a sample list: labels, states and hard samples, of the whole working set or of one state."""

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from maquette.datasets.labels import LabelBook, describe_stats
from maquette.datasets.sample_schemas import DatasetStats
from maquette.datasets.schemas import LabelStats
from maquette.datasets.search import SampleFilter, count_of_state, filter_by_state
from maquette.datasets.tables import LABELLED, UNCONFIRMED, UNLABELLED, Dataset, Sample, SampleLabelEntry
from maquette.datasets.types import Shape
from maquette.datasets.working_set import members


def dataset_stats(session: Session, dataset: Dataset, state: str) -> DatasetStats:
    """From kept counts; with a state the labels and hard samples of that state are counted."""
    book = LabelBook(session, dataset)
    wanted = SampleFilter()
    filter_by_state(wanted, state)
    labels = [describe_stats(row) for row in book.by_code.values()]
    hard, total = dataset.hard_samples, dataset.total_samples
    if wanted.state is not None or wanted.nothing:
        labels = _of_state(session, book, wanted)
        total = wanted.kept_count(session, dataset) or 0
        conditions = [*wanted.conditions(dataset), Sample.hard]
        hard = session.scalar(select(func.count()).select_from(Sample).where(*conditions)) or 0
    return DatasetStats(
        label_stats=labels,
        sample_stats=_by_state(dataset),
        key_sample_stats={"total": total, "key_sample": hard, "non_key_sample": total - hard},
        metadata_stats={},
        data_path=dataset.data_url,
        data_spliting_enable=can_be_split(labels),
    )


def can_be_split(labels: list[LabelStats]) -> bool:
    """Whether a training and an evaluation set both get every label: at least two labels with five samples each."""
    used = [label.sample_count for label in labels if label.sample_count]
    return len(used) >= 2 and min(used) >= 5


def _by_state(dataset: Dataset) -> dict[str, int]:
    return {
        "un_annotation": count_of_state(dataset, UNLABELLED),
        "manual_annotation": count_of_state(dataset, LABELLED),
        "auto_annotation": count_of_state(dataset, UNCONFIRMED),
        "all": dataset.total_samples,
        "total": dataset.total_samples,
        "deleted": dataset.deleted_samples,
        "lefted": dataset.total_samples,
    }


def _of_state(session: Session, book: LabelBook, wanted: SampleFilter) -> list[LabelStats]:
    rows = list(book.by_code.values())
    carriers: Mapping[int, int] = {}
    annotations: Mapping[int, int] = {}
    if not wanted.nothing:
        query = (
            select(SampleLabelEntry.code, func.count().label("number"))
            .join(Sample, Sample.id == SampleLabelEntry.sample_id)
            .where(
                SampleLabelEntry.dataset_id == book.dataset.id,
                SampleLabelEntry.generation == book.dataset.generation,
                *wanted.conditions(book.dataset),
            )
            .group_by(SampleLabelEntry.code)
        )
        carriers = {row.code: row.number for row in session.execute(query)}
        annotations = carriers if book.type.shape is Shape.CLASS else _annotations(session, book, wanted)
    return [
        describe_stats(row).model_copy(
            update={"count": annotations.get(row.code, 0), "sample_count": carriers.get(row.code, 0)}
        )
        for row in rows
    ]


def _annotations(session: Session, book: LabelBook, wanted: SampleFilter) -> Mapping[int, int]:
    """How many objects of a state have each label. The kept numbers know them all; only suggestions are counted.

    A sample is labelled or holds suggestions, or it has no objects.
    """
    if wanted.state == UNLABELLED:
        return {}
    suggested = Counter[int]()
    query = select(Sample.labels).where(*members(book.dataset), Sample.state == UNCONFIRMED)
    for labels in session.scalars(query.execution_options(yield_per=1000)):
        suggested.update(label["code"] for label in labels)
    if wanted.state == UNCONFIRMED:
        return suggested
    return {row.code: row.annotation_count - suggested[row.code] for row in book.by_code.values()}
