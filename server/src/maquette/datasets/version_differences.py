"""What differs between two versions of a dataset, as numbers and as the samples behind each of them.

The comparison itself is `comparison`'s; it is kept for a while, since the pages behind its numbers are asked for next.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from threading import Lock

from maquette.buckets import Stores, open_url
from maquette.datasets.comparison import Change, Comparison, Label, Selection, compare
from maquette.datasets.labels import LabelBook
from maquette.datasets.sample_schemas import SampleItem
from maquette.datasets.tables import Version
from maquette.datasets.version_errors import version_not_ready
from maquette.datasets.version_index import VersionIndex
from maquette.datasets.version_reading import open_index, read_records
from maquette.datasets.version_samples import VersionSamples
from maquette.datasets.version_schemas import (
    DifferenceItem,
    DifferencePage,
    LabelDifference,
    LabelMove,
    VersionDifferences,
)
from maquette.datasets.versions import READY
from maquette.db import Database
from maquette.kit.actor import Actor
from maquette.kit.pages import Page
from maquette.storage import ObjectStore

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
LABEL_ADDED, LABEL_REMOVED, LABEL_MOVED = "label_added", "label_removed", "label_moved"
KINDS = (ADDED, REMOVED, CHANGED, LABEL_ADDED, LABEL_REMOVED, LABEL_MOVED)

MOVES_LISTED = 1_000
_KEPT = 4
_comparisons: OrderedDict[tuple[str, str], Comparison] = OrderedDict()
_guard = Lock()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which samples: of one kind, and with `label` in it. Of those that moved, from `label`, to `to_label`."""

    kind: str
    label: str = ""
    to_label: str = ""

    def takes(self, labels: Iterable[Label]) -> bool:
        return not self.label or any(name == self.label for name, _ in labels)

    def takes_change(self, change: Change, before: frozenset[Label], after: frozenset[Label]) -> bool:
        if self.kind == CHANGED:
            return self.takes(before | after)
        if self.kind == LABEL_MOVED:
            move = change.move
            return move is not None and self.takes(move[:1]) and self.to_label in ("", move[1][0])
        labels = change.gained if self.kind == LABEL_ADDED else change.lost
        return bool(labels) and self.takes(labels)


class Differences:
    """Two versions of a dataset, opened for an actor. Raises Conflict when one is not what was published."""

    def __init__(
        self, database: Database, stores: Stores, actor: Actor, book: LabelBook, versions: tuple[Version, Version]
    ) -> None:
        self._base, self._version = versions
        for version in versions:
            if version.state != READY:
                raise version_not_ready(version.name)
        self._old_store, self._new_store = (open_url(database, stores, actor, v.manifest_url)[0] for v in versions)
        self._old, self._new = open_index(self._old_store, self._base), open_index(self._new_store, self._version)
        self._found = self._compared()
        self._describers = [VersionSamples(database, stores, actor, book, version).describe for version in versions]

    def counts(self) -> VersionDifferences:
        found = self._found
        labels, moves = found.label_changes(self._old, self._new)
        return VersionDifferences(
            base_version_id=self._base.id,
            base_version_name=self._base.name,
            version_id=self._version.id,
            version_name=self._version.name,
            added_sample_count=len(found.added.numbers),
            removed_sample_count=len(found.removed.numbers),
            changed_sample_count=found.changed,
            unchanged_sample_count=self._new.count - len(found.added.numbers) - found.changed,
            labels=[
                LabelDifference(
                    name=name,
                    type=number,
                    before=change.before,
                    after=change.after,
                    with_added_samples=change.arrived,
                    with_removed_samples=change.left,
                    added=change.gained,
                    removed=change.lost,
                    moved_in=change.moved_in,
                    moved_out=change.moved_out,
                )
                for (name, number), change in sorted(labels.items())
            ],
            move_count=len(moves),
            moves=[
                LabelMove(name=old[0], to_name=new[0], type=old[1], to_type=new[1], sample_count=count)
                for (old, new), count in moves.most_common(MOVES_LISTED)
            ],
        )

    def samples(self, wanted: Wanted, page: Page) -> DifferencePage:
        """A page of the samples behind a number, in the order of their ids."""
        found = self._found
        if wanted.kind == ADDED:
            numbers = _carrying(found.added, found.new_sets, wanted)
            return self._page(len(numbers), [], numbers[page.skip : page.skip + page.limit])
        if wanted.kind == REMOVED:
            numbers = _carrying(found.removed, found.old_sets, wanted)
            return self._page(len(numbers), numbers[page.skip : page.skip + page.limit], [])
        pairs = self._changed(wanted)
        some = pairs[page.skip : page.skip + page.limit]
        return self._page(len(pairs), [pair[0] for pair in some], [pair[1] for pair in some])

    def _changed(self, wanted: Wanted) -> list[tuple[int, int]]:
        found = self._found
        kinds = {
            pair
            for pair, change in found.changes().items()
            if wanted.takes_change(change, found.old_sets[pair[0]], found.new_sets[pair[1]])
        }
        before, after = found.before, found.after
        pairs = zip(before.label_sets, after.label_sets, before.numbers, after.numbers, strict=True)
        return [(old, new) for first, second, old, new in pairs if (first, second) in kinds]

    def _page(self, total: int, old: list[int], new: list[int]) -> DifferencePage:
        before = self._read(self._old_store, self._base, self._old, old, self._describers[0])
        after = self._read(self._new_store, self._version, self._new, new, self._describers[1])
        ids = dict.fromkeys([*before, *after])
        items = [DifferenceItem(sample_id=key, before=before.get(key), after=after.get(key)) for key in ids]
        return DifferencePage(total_number=total, samples=items)

    def _read(
        self,
        store: ObjectStore,
        version: Version,
        index: VersionIndex,
        numbers: list[int],
        describe: Callable[..., SampleItem],
    ) -> dict[str, SampleItem]:
        samples = read_records(store, version, index.records(numbers))
        return {str(sample.id): describe(sample) for sample in samples}

    def _compared(self) -> Comparison:
        """Indexes are named after their hashes, so what was found once holds for ever."""
        key = self._base.index_url, self._version.index_url
        with _guard:
            found = _comparisons.pop(key, None)
        found = found or compare(self._old, self._new)
        with _guard:
            _comparisons[key] = found
            for oldest in list(islice(_comparisons, max(len(_comparisons) - _KEPT, 0))):
                del _comparisons[oldest]
        return found


def _carrying(selection: Selection, label_sets: list[frozenset[Label]], wanted: Wanted) -> list[int]:
    fitting = {number for number, labels in enumerate(label_sets) if wanted.takes(labels)}
    pairs = zip(selection.numbers, selection.label_sets, strict=True)
    return [number for number, label_set in pairs if label_set in fitting]
