"""Changes of a label set as the API asks for them: all of a list or nothing, or label by label with a result each."""

from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from maquette.datasets.label_removal import remove_labels
from maquette.datasets.labels import LabelBook, entities_first, failed
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
    for body in entities_first(bodies):
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
    for row in rows.values():
        book.check_may_leave(row, rows)
    return remove_labels(session, actor, dataset, list(rows.values()), policy)


def each_label(bodies: Sequence[LabelBody], act: Callable[[LabelBody], object]) -> BatchAnswer:
    """Do it label by label, entities before the relations that name them; one that fails has changed nothing."""
    results: dict[int, BatchItem] = {}
    for body in entities_first(bodies):
        try:
            act(body)
            results[id(body)] = BatchItem(success=True)
        except MaquetteError as error:
            results[id(body)] = failed(error)
    return batch_answer([results[id(body)] for body in bodies])


def find_each(book: LabelBook, bodies: Sequence[LabelBody]) -> tuple[list[Label], BatchAnswer]:
    """The labels that are there and may go, once each, and what to answer about the others."""
    asked: dict[int, Label] = {}
    found: dict[int, Label] = {}

    def find(body: LabelBody) -> None:
        row = book.find(body.name, body.type)
        asked[row.code] = row

    def let_go(body: LabelBody) -> None:
        row = book.find(body.name, body.type)
        book.check_may_leave(row, asked)
        found[row.code] = row

    each_label(bodies, find)
    answer = each_label(bodies, let_go)
    return list(found.values()), answer
