"""What differs between two published versions, found in their indexes alone.

Both indexes are in the order of sample ids and are walked together, a stretch at a time. Where the ids of a stretch
are equal bytes its samples are the same, and of those only the ones whose annotation hashes differ are looked at; else
the stretch is compared as sets. So equal versions cost what reading them costs, and memory is that of a block and of
what differs. Nothing here knows manifests or tables.
"""

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
from operator import ne
from struct import Struct

from maquette.datasets.version_index import BLOCK, ID_BYTES, Block, VersionIndex

Label = tuple[str, int]
"""A label as both versions know it: its name and type. A renamed label is another one, as it is in the manifests."""

_ID = Struct(f"{ID_BYTES}s")
_WINDOW = 256
"""So many samples are compared first behind a difference, then twice as many, and so on."""
_FEW = 8
"""Where fewer than so many ids were equal the next are compared as sets,"""
_STRETCH = BLOCK // 16
"""so many at once."""


def _numbers() -> "array[int]":
    return array("I")


@dataclass(slots=True)
class Selection:
    """Samples by their numbers in an index, each with the number of its label set there."""

    numbers: "array[int]" = field(default_factory=_numbers)
    label_sets: "array[int]" = field(default_factory=_numbers)

    def add(self, block: Block, places: Sequence[int]) -> None:
        self.numbers.extend(map(block.start.__add__, places))
        self.label_sets.extend(map(block.label_sets.__getitem__, places))


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to the labels of a sample. `move` is the one label that took the place of the one it had."""

    lost: frozenset[Label]
    gained: frozenset[Label]
    move: tuple[Label, Label] | None

    @staticmethod
    def between(before: frozenset[Label], after: frozenset[Label]) -> "Change":
        lost, gained = before - after, after - before
        if len(lost) == len(gained) == 1:
            return Change(frozenset(), frozenset(), (next(iter(lost)), next(iter(gained))))
        return Change(lost, gained, None)


@dataclass(slots=True)
class LabelChange:
    """How a label's samples became others: `after` is `before` with what came in added and what went out taken off."""

    before: int = 0
    after: int = 0
    arrived: int = 0
    left: int = 0
    gained: int = 0
    lost: int = 0
    moved_in: int = 0
    moved_out: int = 0


@dataclass(slots=True)
class Comparison:
    """Samples that only the older version has, only the newer, and that both have with other annotations."""

    removed: Selection = field(default_factory=Selection)
    added: Selection = field(default_factory=Selection)
    before: Selection = field(default_factory=Selection)
    after: Selection = field(default_factory=Selection)
    old_sets: list[frozenset[Label]] = field(default_factory=list[frozenset[Label]])
    new_sets: list[frozenset[Label]] = field(default_factory=list[frozenset[Label]])

    @property
    def changed(self) -> int:
        return len(self.after.numbers)

    def changes(self) -> Mapping[tuple[int, int], Change]:
        """What a pair of label sets, as `before` and `after` have it, says of a sample."""
        pairs = set(zip(self.before.label_sets, self.after.label_sets, strict=True))
        return {pair: Change.between(self.old_sets[pair[0]], self.new_sets[pair[1]]) for pair in pairs}

    def label_changes(
        self, old: VersionIndex, new: VersionIndex
    ) -> tuple[dict[Label, LabelChange], Counter[tuple[Label, Label]]]:
        """Per label of either version, and how many samples moved from which label to which."""
        labels = {label: LabelChange(before=old.carriers(code)) for code, label in _labels(old).items()}
        for code, label in _labels(new).items():
            labels.setdefault(label, LabelChange()).after = new.carriers(code)
        for number, count in Counter(self.added.label_sets).items():
            for label in self.new_sets[number]:
                labels[label].arrived += count
        for number, count in Counter(self.removed.label_sets).items():
            for label in self.old_sets[number]:
                labels[label].left += count
        moves: Counter[tuple[Label, Label]] = Counter()
        changes = self.changes()
        for pair, count in Counter(zip(self.before.label_sets, self.after.label_sets, strict=True)).items():
            change = changes[pair]
            for label in change.gained:
                labels[label].gained += count
            for label in change.lost:
                labels[label].lost += count
            if change.move:
                moves[change.move] += count
                labels[change.move[0]].moved_out += count
                labels[change.move[1]].moved_in += count
        return labels, moves


def compare(old: VersionIndex, new: VersionIndex) -> Comparison:
    """Compare two versions of a dataset."""
    found = Comparison(old_sets=_label_sets(old), new_sets=_label_sets(new))
    _Walk(_Side(old), _Side(new), found).run()
    return found


class _Side:
    """One index on its walk: the block it is in, and how far."""

    def __init__(self, index: VersionIndex) -> None:
        self._blocks: Iterator[Block] = index.blocks()
        self.block = Block(0, b"", b"", array("I"))
        self.at = self.size = 0
        self.more()

    def more(self) -> bool:
        """Whether there are samples left, from the next block when this one is at its end."""
        if self.at < self.size:
            return True
        block = next(self._blocks, None)
        if block is None:
            return False
        self.block, self.at, self.size = block, 0, len(block.label_sets)
        return True

    def ids(self, number: int) -> bytes:
        return self.block.ids[self.at * ID_BYTES : (self.at + number) * ID_BYTES]

    def hashes(self, number: int) -> bytes:
        return self.block.hashes[self.at * ID_BYTES : (self.at + number) * ID_BYTES]

    def id_at(self, at: int) -> bytes:
        return self.block.ids[at * ID_BYTES : (at + 1) * ID_BYTES]

    def up_to(self, bound: bytes) -> int:
        """Behind the last sample of the block whose id is not above the bound."""
        low, high = self.at, self.size
        while low < high:
            middle = (low + high) // 2
            if self.id_at(middle) <= bound:
                low = middle + 1
            else:
                high = middle
        return low

    def hash_at(self, at: int) -> bytes:
        return self.block.hashes[at * ID_BYTES : (at + 1) * ID_BYTES]

    def take(self, end: int) -> list[bytes]:
        """The ids up to there, which are passed."""
        ids = self.block.ids
        taken = [ids[at : at + ID_BYTES] for at in range(self.at * ID_BYTES, end * ID_BYTES, ID_BYTES)]
        self.at = end
        return taken


class _Walk:
    def __init__(self, old: _Side, new: _Side, found: Comparison) -> None:
        self._old, self._new, self._found = old, new, found

    def run(self) -> None:
        old, new = self._old, self._new
        window = _WINDOW
        while old.more() and new.more():
            number = min(old.size - old.at, new.size - new.at, window)
            if old.ids(number) == new.ids(number):
                self._same_samples(number)
                window *= 2
                continue
            number, window = self._common(number), _WINDOW
            self._same_samples(number)
            if number >= _FEW:
                self._other_sample()
            else:
                self._other_samples()
        self._rest(old, self._found.removed)
        self._rest(new, self._found.added)

    def _common(self, number: int) -> int:
        """With how many equal ids both sides go on, of the given number that are not all equal."""
        low, high = 0, number - 1
        while low < high:
            middle = (low + high + 1) // 2
            if self._old.ids(middle) == self._new.ids(middle):
                low = middle
            else:
                high = middle - 1
        return low

    def _same_samples(self, number: int) -> None:
        old, new = self._old, self._new
        before, after = old.hashes(number), new.hashes(number)
        if before != after:
            differ = map(ne, _ID.iter_unpack(before), _ID.iter_unpack(after))
            places = list(compress(range(number), differ))
            self._found.before.add(old.block, list(map(old.at.__add__, places)))
            self._found.after.add(new.block, list(map(new.at.__add__, places)))
        old.at += number
        new.at += number

    def _other_sample(self) -> None:
        """Pass the sample that only one side has."""
        side, into = self._old, self._found.removed
        if self._new.id_at(self._new.at) < side.id_at(side.at):
            side, into = self._new, self._found.added
        into.add(side.block, (side.at,))
        side.at += 1

    def _other_samples(self) -> None:
        """Compare a stretch as sets: up to an id that both sides have passed then."""
        old, new = self._old, self._new
        bound = min(old.id_at(min(old.at + _STRETCH, old.size) - 1), new.id_at(min(new.at + _STRETCH, new.size) - 1))
        first, second = old.at, new.at
        before, after = old.take(old.up_to(bound)), new.take(new.up_to(bound))
        both = set(before).intersection(after)
        self._found.removed.add(old.block, [at for at, key in enumerate(before, first) if key not in both])
        self._found.added.add(new.block, [at for at, key in enumerate(after, second) if key not in both])
        if both:
            stayed = [at for at, key in enumerate(before, first) if key in both]
            again = [at for at, key in enumerate(after, second) if key in both]
            changed = [pair for pair in zip(stayed, again, strict=True) if old.hash_at(pair[0]) != new.hash_at(pair[1])]
            self._found.before.add(old.block, [at for at, _ in changed])
            self._found.after.add(new.block, [at for _, at in changed])

    def _rest(self, side: _Side, into: Selection) -> None:
        while side.more():
            into.add(side.block, range(side.at, side.size))
            side.at = side.size


def _labels(index: VersionIndex) -> dict[int, Label]:
    return {code: (name, number) for code, name, number in index.about["labels"]}


def _label_sets(index: VersionIndex) -> list[frozenset[Label]]:
    labels = _labels(index)
    return [frozenset(labels[code] for code in codes) for codes in index.label_sets]
