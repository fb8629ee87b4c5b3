"""Two versions compared by their indexes, against the comparison of plain sets."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.datasets.test_versions_index import indexed

from maquette.datasets import comparison, version_index
from maquette.datasets.comparison import compare
from maquette.datasets.version_index import VersionIndex

NAMES = {1: "cat", 2: "dog", 3: "cow"}
Rows = dict[int, frozenset[int]]

LABELS = st.frozensets(st.sampled_from(sorted(NAMES)))
ROWS = st.dictionaries(st.integers(0, 90), LABELS, max_size=60)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some samples of a test are many blocks, windows and stretches."""
    monkeypatch.setattr(version_index, "BLOCK", 7)
    monkeypatch.setattr(comparison, "_WINDOW", 2)
    monkeypatch.setattr(comparison, "_FEW", 2)
    monkeypatch.setattr(comparison, "_STRETCH", 3)


def index(rows: Rows, codes: dict[int, int]) -> VersionIndex:
    """The same labels may have other codes in another version."""
    wanted = [(key, 1, {codes[code] for code in labels}, str(sorted(labels)).encode()) for key, labels in rows.items()]
    return indexed(wanted, [[codes[code], name, 0] for code, name in NAMES.items()])


@st.composite
def two_versions(draw: st.DrawFn) -> tuple[Rows, Rows]:
    """Mostly alike, as versions are."""
    old = draw(ROWS)
    new = {key: labels for key, labels in old.items() if draw(st.integers(0, 9)) != 0} | draw(
        st.dictionaries(st.integers(0, 90), LABELS, max_size=8)
    )
    return old, new


@given(st.one_of(two_versions(), st.tuples(ROWS, ROWS)))
def test_all_numbers_are_those_of_the_sets(rows: tuple[Rows, Rows]) -> None:
    old, new = rows
    first, second = index(old, {1: 1, 2: 2, 3: 3}), index(new, {1: 5, 2: 2, 3: 1})
    found = compare(first, second)

    def ids(opened: VersionIndex, numbers: object) -> list[int]:
        return [int(record.sample_id, 16) for record in opened.records(list(numbers))]  # type: ignore[call-overload]

    changed = sorted(key for key in old.keys() & new.keys() if old[key] != new[key])
    assert ids(second, found.added.numbers) == sorted(new.keys() - old.keys())
    assert ids(first, found.removed.numbers) == sorted(old.keys() - new.keys())
    assert ids(first, found.before.numbers) == ids(second, found.after.numbers) == changed
    labels, moves = found.label_changes(first, second)
    expected: dict[str, Counter[str]] = {name: Counter() for name in NAMES.values()}
    expected_moves: Counter[tuple[str, str]] = Counter()
    for key in old.keys() | new.keys():
        before, after = old.get(key, frozenset()), new.get(key, frozenset())
        lost, gained = before - after, after - before
        for code in before:
            expected[NAMES[code]]["before"] += 1
        for code in after:
            expected[NAMES[code]]["after"] += 1
        if key in old and key in new and len(lost) == len(gained) == 1:
            (one,), (other,) = lost, gained
            expected_moves[NAMES[one], NAMES[other]] += 1
            expected[NAMES[one]]["moved_out"] += 1
            expected[NAMES[other]]["moved_in"] += 1
            continue
        for code in lost:
            expected[NAMES[code]]["lost" if key in new else "left"] += 1
        for code in gained:
            expected[NAMES[code]]["gained" if key in old else "arrived"] += 1
    fields = ("before", "after", "arrived", "left", "gained", "lost", "moved_in", "moved_out")
    assert {name: [getattr(change, field) for field in fields] for (name, _), change in labels.items()} == {
        name: [numbers[field] for field in fields] for name, numbers in expected.items()
    }
    assert {(one[0], other[0]): number for (one, other), number in moves.items()} == expected_moves
    for change in labels.values():
        came, went = change.arrived + change.gained + change.moved_in, change.left + change.lost + change.moved_out
        assert change.after == change.before + came - went
