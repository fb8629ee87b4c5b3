"""One batch of an import into the working set: labels first, then new samples, then annotations of known ones.

A sample that is there already keeps what it has, unless the import brings annotations: those replace its own, and the
history keeps them. What cannot be taken in is a problem and stops nothing else.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy.orm import Session

from maquette.datasets.conversion import labels_of, to_values
from maquette.datasets.importing.reading import Item
from maquette.datasets.labels import LabelBook
from maquette.datasets.schemas import LabelBody, LabelProperty
from maquette.datasets.tables import Dataset
from maquette.datasets.types import IMAGE_SAMPLE, VIDEO, VIDEO_SAMPLE, DatasetType
from maquette.datasets.working_set import CHANGEABLE, add_samples, change_samples, read_by_source
from maquette.formats.samples import PARENT_SOURCE, TEXT_PREFIX, Problem
from maquette.kit.actor import Actor
from maquette.kit.clock import now_ms
from maquette.kit.config import Settings
from maquette.kit.errors import Invalid, MaquetteError
from maquette.kit.ids import new_id
from maquette.storage import obs_url, parse_obs_url

IMPORTED = "import"
_PICTURES = (".jpg", ".jpeg", ".png", ".bmp")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the files is asked for. Empty `included` means every label."""

    annotations: bool = True
    samples: bool = True
    hard_only: bool = False
    final: bool = True
    included: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()

    def takes(self, name: str | None) -> bool:
        return (not self.included or name in self.included) and name not in self.excluded


@dataclass(slots=True)
class Taken:
    """What became of a batch."""

    counts: Counter[str] = field(default_factory=Counter[str])
    problems: list[Problem] = field(default_factory=list[Problem])


class Intake:
    """Takes batches into one dataset for one user."""

    def __init__(self, settings: Settings, actor: Actor, kind: DatasetType, wanted: Wanted, by: str) -> None:
        self._settings = settings
        self._actor = actor
        self._kind = kind
        self._wanted = wanted
        self._by = by

    def take(self, session: Session, dataset: Dataset, found: Iterable[Item | Problem]) -> Taken:
        """Write a batch. The dataset is locked."""
        taken = Taken()
        items = self._chosen(found, taken)
        book = LabelBook(session, dataset)
        self._make_labels(book, items.values(), taken)
        known = read_by_source(session, dataset, items)
        rows: list[dict[str, Any]] = []
        changes: list[tuple[Any, dict[str, Any]]] = []
        parents = self._parents(session, dataset, items.values())
        for source, item in items.items():
            try:
                values = to_values(book, item.sample, self._by, final=self._wanted.final)
            except MaquetteError as error:
                taken.problems.append(_problem(item, error))
                continue
            row = known.get(source)
            if row is None and self._wanted.samples:
                parent = parents.get(str(item.sample.property.get(PARENT_SOURCE)), "")
                rows.append(self._new_row(item, values) | {"parent_id": parent})
            elif row is not None and values["labels"] and self._wanted.annotations:
                kept = {name: values.get(name, getattr(row, name)) for name in CHANGEABLE}
                changes.append((row, kept | {"meta": {**row.meta, **values["meta"]}}))
            else:
                taken.counts["existing"] += row is not None
        add_samples(session, dataset, rows)
        change_samples(session, dataset, self._actor, changes, IMPORTED)
        written = [*rows, *(values for _, values in changes)]
        taken.counts.update(
            total=len(items),
            imported=len(rows),
            changed=len(changes),
            annotated=sum(bool(values["labels"]) for values in written) if self._wanted.final else 0,
            unconfirmed=0 if self._wanted.final else sum(bool(values["labels"]) for values in written),
            skipped=len(taken.problems),
        )
        return taken

    def _chosen(self, found: Iterable[Item | Problem], taken: Taken) -> dict[str, Item]:
        """The items that are asked for, by source; of two of one source the later counts."""
        items: dict[str, Item] = {}
        for item in found:
            if isinstance(item, Problem):
                taken.problems.append(item)
                continue
            if not self._is_wanted(item):
                taken.counts["left_out"] += 1
                continue
            try:
                self._check_source(item)
            except MaquetteError as error:
                taken.problems.append(_problem(item, error))
                continue
            source = item.sample.source
            if source in items:
                reason = "the same sample comes once more; the later one counts"
                taken.problems.append(_about(items[source], reason, "Leave one of them out."))
            items[source] = item
        return items

    def _is_wanted(self, item: Item) -> bool:
        wanted, sample = self._wanted, item.sample
        if wanted.hard_only and not (sample.hard or any(annotation.hard for annotation in sample.annotations)):
            return False
        if not wanted.annotations:
            sample.annotations = []
            return True
        if wanted.included or wanted.excluded:
            sample.annotations = [
                annotation
                for annotation in sample.annotations
                if (not wanted.included or annotation.name in wanted.included)
                and annotation.name not in wanted.excluded
            ]
            return bool(sample.annotations) or not wanted.included
        return True

    def _check_source(self, item: Item) -> None:
        source, kind = item.sample.source, self._kind
        if source.startswith(TEXT_PREFIX):
            text = source.removeprefix(TEXT_PREFIX)
            if not kind.texts:
                raise Invalid(f"A text is no sample of {kind.name}.")
            if not text.strip():
                raise Invalid("The text is empty.")
            if len(text.encode()) > self._settings.text_bytes:
                raise Invalid(f"The text has more than {self._settings.text_bytes} bytes.")
            return
        if kind.texts:
            raise Invalid("A sample of texts holds the text itself, as content://. Import the file as a directory.")
        name = source.rpartition("/")[2]
        if not kind.content_type(name) and not self._is_frame(item):
            raise Invalid(f"'{name[:200]}' is no file for {kind.name}.")

    def _is_frame(self, item: Item) -> bool:
        source = item.sample.source.lower()
        return self._kind.number == VIDEO and source.endswith(_PICTURES) and PARENT_SOURCE in item.sample.property

    def _make_labels(self, book: LabelBook, items: Iterable[Item], taken: Taken) -> None:
        """Make the labels that the dataset lacks. One that cannot be made fails with each sample that carries it."""
        known = {(row.name, row.type) for row in book.by_code.values()}
        for (name, number), color in labels_of(self._kind, (item.sample for item in items)).items():
            if (name, number) in known:
                continue
            try:
                given = LabelProperty.model_validate({"@modelarts:color": color} if color else {})
                book.add(self._settings, LabelBody(name=name, type=number, property=given))
                taken.counts["labels"] += 1
            except Invalid:
                continue

    def _parents(self, session: Session, dataset: Dataset, items: Iterable[Item]) -> dict[str, str]:
        """The videos that frames belong to, by the address in the frames; those that are missing are added."""
        named: dict[str, str] = {}
        if self._kind.number != VIDEO:
            return {}
        for item in items:
            given = item.sample.property.get(PARENT_SOURCE)
            if isinstance(given, str):
                named[given] = obs_url(*parse_obs_url(given))
        known = read_by_source(session, dataset, named.values())
        found: dict[str, str] = {source: row.id for source, row in known.items()}
        rows: list[dict[str, Any]] = [
            {"id": new_id(), "source": source, "name": source.rpartition("/")[2], "sample_type": VIDEO_SAMPLE}
            for source in dict.fromkeys(named.values())
            if source not in found
        ]
        add_samples(session, dataset, [{**row, "created_at": now_ms()} for row in rows])
        found.update((row["source"], row["id"]) for row in rows)
        return {given: found[source] for given, source in named.items()}

    def _new_row(self, item: Item, values: dict[str, Any]) -> dict[str, Any]:
        source = item.sample.source
        is_text = source.startswith(TEXT_PREFIX)
        row = {
            "id": new_id(),
            "source": source,
            "name": item.where if is_text else source.rpartition("/")[2],
            "sample_type": IMAGE_SAMPLE if self._is_frame(item) else self._kind.sample_type,
            "size": len(source) - len(TEXT_PREFIX) if is_text else 0,
            "created_at": now_ms(),
        }
        if item.info and not is_text:
            row |= {"size": item.info.size, "modified_ms": item.info.modified_ms, "etag": item.info.etag}
        return row | values


def _problem(item: Item, error: MaquetteError) -> Problem:
    return _about(item, error.message.rstrip("."), "Mend this sample and import it again.")


def _about(item: Item, reason: str, remedy: str) -> Problem:
    return replace(Problem(item.sample.line, reason, remedy), file=item.where.partition(":")[0])


def names_of(labels: Sequence[Any]) -> frozenset[str]:
    return frozenset(label if isinstance(label, str) else label.name for label in labels)
