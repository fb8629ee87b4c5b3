"""One change of many samples: a selection, or all that a filter finds, in the request or, if they are many, as a task.

A filter is asked again for each batch, in the order of sample ids: samples that come in after the request stay as they
are, and so does what no longer matches when its turn comes.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy.orm import Session

from maquette.datasets.annotation_rules import Subject
from maquette.datasets.annotations import checked_usage, encode_labels, without_codes
from maquette.datasets.errors import no_sample
from maquette.datasets.labels import LabelBook, failed
from maquette.datasets.sample_schemas import ChangeAlike, ChangedAlike
from maquette.datasets.samples import batch_answer, count_samples, matching_keys
from maquette.datasets.search import SampleFilter, add_conditions, filter_by_state
from maquette.datasets.service import lock_dataset_row
from maquette.datasets.tables import LABELLED, UNLABELLED, Dataset
from maquette.datasets.types import Shape
from maquette.datasets.working_set import ANNOTATED, CHANGEABLE, change_samples, codes_of, read_samples, signature
from maquette.kit.actor import Actor
from maquette.kit.clock import now_ms
from maquette.kit.errors import Conflict, Invalid, NotFound
from maquette.kit.ids import new_id
from maquette.tasks import RunningTask, Task, TaskSpec, enqueue
from maquette.tasks.progress import PROGRESS

KIND = "dataset.batch"
AT_ONCE = 1000
"""Up to so many samples are changed within the request, and so many in a step of the task."""


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of each sample: annotations to add, as rows hold them, codes to take off, usage and hard flag."""

    add: list[dict[str, Any]]
    remove: list[int]
    usage: str | None
    hard: bool | None

    @staticmethod
    def of(book: LabelBook, asked: ChangeAlike) -> "Change":
        if asked.add_labels and book.type.shape is not Shape.CLASS:
            raise Invalid(f"Labels of {book.type.name} say where they are on each sample: add them one by one.")
        return Change(
            add=encode_labels(book, asked.add_labels, Subject()),
            remove=[book.find(label.name, label.type).code for label in asked.remove_labels],
            usage=None if asked.sample_usage is None else checked_usage(asked.sample_usage),
            hard=asked.hard,
        )

    def apply(self, row: Any, by: str) -> dict[str, Any] | None:
        """The sample's new values, or None when it is like that already. Adding a label confirms what was suggested."""
        values = {name: getattr(row, name) for name in CHANGEABLE}
        labels = without_codes(row.labels, self.remove)
        present = codes_of(labels)
        added = [label for label in self.add if label["code"] not in present]
        values["labels"] = labels = [*labels, *added]
        if added or (self.add and row.state != LABELLED):
            values |= {"state": LABELLED, "labelled_by": by, "labelled_at": now_ms()}
        elif not labels and row.labels:
            values |= {"state": UNLABELLED, "labelled_by": "", "labelled_at": None}
        if self.usage is not None:
            values["usage"] = self.usage
        if self.hard is not None:
            values["hard"] = self.hard
        return None if all(getattr(row, name) == value for name, value in values.items()) else values


def change_alike(session: Session, actor: Actor, dataset: Dataset, asked: ChangeAlike) -> ChangedAlike:
    """Change them, or ask for the task that does. The dataset is locked."""
    book = LabelBook(session, dataset)
    change = Change.of(book, asked)
    ids = _next_ids(session, book, asked, after="", until="", limit=AT_ONCE + 1)
    if len(ids) > AT_ONCE:
        return ChangedAlike(success=True, task_id=_ask(session, actor, dataset, asked, change).id)
    absent, changed = _change(session, actor, dataset, change, ids)
    answer = batch_answer([failed(no_sample(key)).model_copy(update={"sample_id": key}) for key in absent])
    return ChangedAlike(**dict(answer), changed=changed, unchanged=len(ids) - len(absent) - changed)


def _ask(session: Session, actor: Actor, dataset: Dataset, asked: ChangeAlike, change: Change) -> Task:
    payload = {
        "asked": asked.model_dump(mode="json", exclude_none=True),
        "change": asdict(change),
        "until": new_id(),
        "generation": dataset.generation,
    }
    return enqueue(session, actor, TaskSpec(KIND, dataset.name, "dataset", dataset.id, dataset.workspace_id, payload))


def handle(task: RunningTask) -> dict[str, Any]:
    """Do the task, a batch a step, from where the last run of it was."""
    asked, change = ChangeAlike.model_validate(task.payload["asked"]), Change(**task.payload["change"])
    done: dict[str, Any] = {"after": "", "seen": 0, "changed": 0, "missing": 0} | task.checkpoint
    if "total" not in done:
        with task.database.read() as session:
            done["total"] = _total(session, _book(session, task), asked)
    finished = False
    while not finished:
        following = dict(done)
        share = min(done["seen"] / done["total"], 1.0) if done["total"] else 0.0
        message = PROGRESS.say("samples-read", done=done["seen"], total=done["total"])
        with task.step(progress=share, checkpoint=following, message=message) as session:
            book = _book(session, task, change)
            ids = _next_ids(session, book, asked, after=done["after"], until=task.payload["until"], limit=AT_ONCE)
            absent, changed = _change(session, task.actor, book.dataset, change, ids)
            finished = not ids
            following["after"] = ids[-1] if ids else done["after"]
            following["seen"] += len(ids)
            following["changed"] += changed
            following["missing"] += len(absent)
        done = following
    unchanged = done["seen"] - done["changed"] - done["missing"]
    return {"changed": done["changed"], "unchanged": unchanged, "missing": done["missing"]}


def _book(session: Session, task: RunningTask, change: Change | None = None) -> LabelBook:
    """The labels of the dataset, which is locked for a change. Raises when what is to be added has gone meanwhile."""
    dataset = lock_dataset_row(session, task.resource_id) if change else session.get(Dataset, task.resource_id)
    if dataset is None or dataset.deleted:
        raise NotFound("The dataset has been deleted.")
    if dataset.generation != task.payload["generation"]:
        raise Conflict("Another version has become the current one meanwhile. Select the samples again.")
    book = LabelBook(session, dataset)
    if change and any(label["code"] not in book.by_code for label in change.add):
        raise Conflict("A label that was to be added is being deleted, or has been. Choose another one.")
    return book


def _filter(book: LabelBook, asked: ChangeAlike) -> SampleFilter:
    wanted = SampleFilter()
    filter_by_state(wanted, asked.sample_state)
    add_conditions(wanted, book, asked.search_conditions or [])
    return wanted


def _total(session: Session, book: LabelBook, asked: ChangeAlike) -> int:
    if asked.samples is not None:
        return len(set(asked.samples))
    return count_samples(session, book.dataset, _filter(book, asked))


def _next_ids(
    session: Session, book: LabelBook, asked: ChangeAlike, *, after: str, until: str, limit: int
) -> Sequence[str]:
    """The ids of the next samples; those named need not exist. `until` is the first id that is too young."""
    if asked.samples is not None:
        return sorted(key for key in set(asked.samples) if key > after)[:limit]
    keys = matching_keys(book.dataset, _filter(book, asked))
    order = keys.selected_columns[0]
    query = keys.where(order > after, *([order < until] if until else []))
    return session.scalars(query.order_by(order).limit(limit)).all()


def _change(
    session: Session, actor: Actor, dataset: Dataset, change: Change, ids: Sequence[str]
) -> tuple[list[str], int]:
    """Change these samples. Returns the ids that are not there and how many samples were changed."""
    rows, by = read_samples(session, dataset, ids), signature(actor)
    changes = [(row, values) for row in rows.values() if (values := change.apply(row, by)) is not None]
    change_samples(session, dataset, actor, changes, ANNOTATED)
    return [key for key in ids if key not in rows], len(changes)
