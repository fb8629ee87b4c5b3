"""Changes of a label set as the API asks for them: all of a list or nothing, or label by label with a result each."""

from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from maquette.datasets.label_removal import remove_labels
from maquette.datasets.labels import LabelBook, failed
from maquette.datasets.samples import batch_answer
from maquette.datasets.schemas import BatchAnswer, BatchItem, LabelBody
from maquette.datasets.tables import Dataset, Label
from maquette.kit.actor import Actor
from maquette.kit.config import Settings
from maquette.kit.errors import MaquetteError
from maquette.tasks import Task


def add_labels(session: Session, settings: Settings, dataset: Dataset, bodies: Sequence[LabelBody]) -> None:
    """Make all of them. Raises at the first that cannot be."""
    book = LabelBook(session, dataset)
    for body in bodies:
        book.add(settings, body)


def rewrite_labels(session: Session, settings: Settings, dataset: Dataset, bodies: Sequence[LabelBody]) -> None:
    """Change all of them. Raises at the first that cannot be."""
    book = LabelBook(session, dataset)
    for body in bodies:
        book.change(settings, book.find(body.name, body.type), body.property, body)


def delete_labels(
    session: Session, actor: Actor, dataset: Dataset, bodies: Sequence[LabelBody], *, policy: int
) -> Task | None:
    """Delete all of them, or raise. Returns the task that goes on with it, if one does."""
    book = LabelBook(session, dataset)
    rows = {row.code: row for row in (book.find(body.name, body.type) for body in bodies)}
    return remove_labels(session, actor, dataset, list(rows.values()), policy)


def each_label(bodies: Sequence[LabelBody], act: Callable[[LabelBody], object]) -> BatchAnswer:
    """Do it label by label; one that cannot be done fails alone, having changed nothing."""
    results: list[BatchItem] = []
    for body in bodies:
        try:
            act(body)
            results.append(BatchItem(success=True))
        except MaquetteError as error:
            results.append(failed(error))
    return batch_answer(results)


def find_each(book: LabelBook, bodies: Sequence[LabelBody]) -> tuple[list[Label], BatchAnswer]:
    """The labels that are there, once each, and what to answer about those that are not."""
    found: dict[int, Label] = {}

    def find(body: LabelBody) -> None:
        row = book.find(body.name, body.type)
        found[row.code] = row

    answer = each_label(bodies, find)
    return list(found.values()), answer
