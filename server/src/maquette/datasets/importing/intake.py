"""One batch of an import into the working set: labels first, then new samples, then annotations of known ones.

A sample that is there already keeps what it has, unless the import brings annotations: those replace its own, and the
history keeps them. What cannot be taken in is a problem and stops nothing else.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy.orm import Session

from maquette.datasets.conversion import labels_of, to_values
from maquette.datasets.importing.reading import Item
from maquette.datasets.importing.rehearsal import Rehearsal
from maquette.datasets.label_rules import is_color
from maquette.datasets.labels import LabelBook
from maquette.datasets.schemas import LabelBody, LabelProperty
from maquette.datasets.tables import Dataset
from maquette.datasets.types import IMAGE_SAMPLE, VIDEO, DatasetType
from maquette.datasets.working_set import CHANGEABLE, add_samples, change_samples, read_by_source, signature
from maquette.formats.samples import FROM, PARENT_SOURCE, TEXT_PREFIX, TO, Problem
from maquette.kit.actor import Actor
from maquette.kit.clock import now_ms
from maquette.kit.config import Settings
from maquette.kit.errors import Invalid, MaquetteError
from maquette.kit.ids import new_id
from maquette.storage import obs_url, parse_obs_url

IMPORTED = "import"
MOST_LABELS = 10_000
"""So many labels an import makes up to: beyond, somebody has taken texts or numbers for labels."""

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

    def __init__(
        self, settings: Settings, actor: Actor, kind: DatasetType, wanted: Wanted, rehearsal: Rehearsal | None = None
    ) -> None:
        self._settings = settings
        self._actor = actor
        self._kind = kind
        self._wanted = wanted
        self._by = signature(actor)
        self._rehearsal = rehearsal

    def take(self, session: Session, dataset: Dataset, found: Iterable[Item | Problem]) -> Taken:
        """Write a batch. The dataset is locked."""
        taken = Taken()
        items = self._chosen(found, taken)
        book = LabelBook(session, dataset)
        refused = self._make_labels(book, items.values(), taken)
        judged = self._judged(book, items, refused, taken)
        parents = self._parents(session, dataset, [items[source] for source in judged], taken)
        known = read_by_source(session, dataset, judged)
        rows: list[dict[str, Any]] = []
        changes: list[tuple[Any, dict[str, Any]]] = []
        for source, values in judged.items():
            item, row = items[source], known.get(source)
            if row is not None:
                changed = self._changed(row, item, values)
                changes += [(row, changed)] if changed else []
                taken.counts["existing"] += changed is None
            elif self._wanted.samples:
                rows.append(self._new_row(item, values, parents))
            else:
                taken.counts["left_out"] += 1
        repeated = self._rehearsal.note([row["source"] for row in rows]) if self._rehearsal else frozenset[str]()
        add_samples(session, dataset, rows)
        change_samples(session, dataset, self._actor, changes, IMPORTED)
        self._count(taken, rows, [values for _, values in changes], repeated)
        taken.counts.update(total=len(items), skipped=len(taken.problems))
        return taken

    def _judged(
        self, book: LabelBook, items: Mapping[str, Item], refused: Mapping[str, MaquetteError], taken: Taken
    ) -> dict[str, dict[str, Any]]:
        """The values that each sample's file gives it; one whose file cannot be believed is a problem."""
        judged: dict[str, dict[str, Any]] = {}
        for source, item in items.items():
            try:
                judged[source] = to_values(book, item.sample, self._by, final=self._wanted.final)
            except MaquetteError as error:
                names = (each.name or "" for each in item.sample.annotations) if refused else ()
                taken.problems.append(_problem(item, next((refused[n] for n in names if n in refused), error)))
        return judged

    def _changed(self, row: Any, item: Item, values: dict[str, Any]) -> dict[str, Any] | None:
        """What becomes of a known sample: what the file says takes the place of what was there. None: nothing new."""
        if not values["labels"] or not self._wanted.annotations:
            return None
        kept = {name: values.get(name, getattr(row, name)) for name in CHANGEABLE}
        kept["usage"] = values["usage"] or row.usage
        kept["meta"] = {**row.meta, **values["meta"]}
        if not values["hard"] and item.sample.hard is None:
            kept["hard"] = row.hard
        same = all(kept[name] == getattr(row, name) for name in ("labels", "state", "hard", "usage", "meta"))
        return None if same else kept

    def _count(
        self, taken: Taken, rows: Sequence[dict[str, Any]], changes: Sequence[dict[str, Any]], repeated: Collection[str]
    ) -> None:
        """Count what was written; in a rehearsal, samples that an earlier batch would have left are known ones."""
        again = [row for row in rows if row["source"] in repeated]
        new = len(rows) - len(again)
        changing = [row for row in again if row.get("labels") and self._wanted.annotations]
        written = [*(row for row in rows if row["source"] not in repeated), *changing, *changes]
        with_labels = sum(bool(values.get("labels")) for values in written)
        taken.counts["annotated" if self._wanted.final else "unconfirmed"] += with_labels
        taken.counts.update(imported=new, changed=len(changes) + len(changing), existing=len(again) - len(changing))

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
            kept = [annotation for annotation in sample.annotations if wanted.takes(annotation.name)]
            ids = {annotation.id for annotation in kept}
            # A relation goes with the entities that it leads between.
            ends = (FROM, TO)
            sample.annotations = [
                each for each in kept if all(key not in each.property or each.property[key] in ids for key in ends)
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
        if self._is_frame(item):
            parent = item.sample.property[PARENT_SOURCE]
            if not isinstance(parent, str) or not kind.content_type(parent):
                raise Invalid(f"{PARENT_SOURCE} '{str(parent)[:200]}' is no video.")
        elif not kind.content_type(name):
            raise Invalid(f"'{name[:200]}' is no file for {kind.name}.")

    def _is_frame(self, item: Item) -> bool:
        source = item.sample.source.lower()
        return self._kind.number == VIDEO and source.endswith(_PICTURES) and PARENT_SOURCE in item.sample.property

    def _make_labels(self, book: LabelBook, items: Iterable[Item], taken: Taken) -> dict[str, MaquetteError]:
        """Make the labels that the dataset lacks; the names of those that cannot be made, with the reason."""
        refused: dict[str, MaquetteError] = {}
        known = {(row.name, row.type) for row in book.by_code.values()}
        for (name, number), color in labels_of(self._kind, (item.sample for item in items)).items():
            if (name, number) in known:
                continue
            try:
                if len(book.by_code) >= MOST_LABELS:
                    raise Invalid(f"The dataset has {MOST_LABELS} labels, and an import makes no more.")
                given = LabelProperty.model_validate({"@modelarts:color": color} if color and is_color(color) else {})
                book.add(self._settings, LabelBody(name=name, type=number, property=given))
            except MaquetteError as error:
                refused[name] = error
            else:
                taken.counts["labels"] += self._rehearsal is None or self._rehearsal.is_new_label(name, number)
        return refused

    def _parents(self, session: Session, dataset: Dataset, items: Sequence[Item], taken: Taken) -> dict[str, str]:
        """The videos that frames belong to, by the address in the frames; those that are missing are added."""
        if self._kind.number != VIDEO or not self._wanted.samples:
            return {}
        frames = (item.sample.property[PARENT_SOURCE] for item in items if self._is_frame(item))
        named: dict[str, str] = {given: obs_url(*parse_obs_url(given)) for given in frames}
        known = read_by_source(session, dataset, named.values())
        found: dict[str, str] = {source: row.id for source, row in known.items()}
        own = {item.sample.source: item for item in items}
        rows: list[dict[str, Any]] = []
        for source in dict.fromkeys(named.values()):
            if source not in found:
                found[source] = new_id()
                rows.append(self._described(source, own.get(source)) | {"id": found[source]})
        repeated = self._rehearsal.note([row["source"] for row in rows]) if self._rehearsal else frozenset[str]()
        add_samples(session, dataset, rows)
        taken.counts["imported"] += len(rows) - len(repeated)
        return {given: found[source] for given, source in named.items()}

    def _new_row(self, item: Item, values: dict[str, Any], parents: Mapping[str, str]) -> dict[str, Any]:
        row = self._described(item.sample.source, item) | values
        if parents and self._is_frame(item):
            row |= {"sample_type": IMAGE_SAMPLE, "parent_id": parents[item.sample.property[PARENT_SOURCE]]}
        return row

    def _described(self, source: str, item: Item | None) -> dict[str, Any]:
        """The columns of a new row that its annotations do not say."""
        info = item.info if item else None
        row = {"id": new_id(), "source": source, "sample_type": self._kind.sample_type, "created_at": now_ms()}
        if item is not None and source.startswith(TEXT_PREFIX):
            row |= {"name": item.where, "size": len(source) - len(TEXT_PREFIX)}
            return row | {"file": item.file, "etag": info.etag} if item.file and info else row
        row["name"] = source.rpartition("/")[2]
        return row | {"size": info.size, "modified_ms": info.modified_ms, "etag": info.etag} if info else row


def _problem(item: Item, error: MaquetteError) -> Problem:
    return _about(item, error.message.rstrip("."), "Mend this sample and import it again.")


def _about(item: Item, reason: str, remedy: str) -> Problem:
    return replace(Problem(item.sample.line, reason, remedy), file=item.where.partition(":")[0])


def names_of(labels: Sequence[Any]) -> frozenset[str]:
    return frozenset(label if isinstance(label, str) else label.name for label in labels)
