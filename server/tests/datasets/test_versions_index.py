"""The sidecar index: what was written is found again, filtered and compared, and nonsense is refused."""

import io
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maquette.datasets.version_index import DamagedIndex, Differences, IndexWriter, VersionIndex, differences, runs

ROWS = st.dictionaries(
    st.integers(0, 2**128 - 1), st.tuples(st.integers(0, 2), st.sets(st.integers(1, 3))), max_size=60
)


def written(rows: Iterable[tuple[int, int, set[int]]]) -> bytes:
    file = io.BytesIO()
    writer = IndexWriter(file)
    for number, state, codes in rows:
        writer.add(f"{number:032x}", bytes(16), b"x" * (number % 7 + 1), state=state, codes=codes)
    writer.finish({"labels": []})
    return file.getvalue()


def opened(content: bytes) -> VersionIndex:
    return VersionIndex(lambda start, end: content[start:end], len(content))


@given(ROWS, st.integers(0, 70), st.integers(1, 70))
def test_pages_and_filters(rows: dict[int, tuple[int, set[int]]], offset: int, limit: int) -> None:
    ordered = [(number, *rows[number]) for number in sorted(rows)]
    index = opened(written(ordered))
    assert index.count == len(rows)
    ids = [f"{number:032x}" for number in sorted(rows)]
    assert [record.sample_id for record in index.page(offset, limit)] == ids[offset : offset + limit]
    at = 0
    for record, (number, state, _) in zip(index.page(0, 100), ordered, strict=True):
        assert (record.offset, record.length, record.state) == (at, number % 7 + 1, state)
        at += record.length
    matching = [f"{number:032x}" for number, state, codes in ordered if state == 1 and codes & {2, 3}]
    total, records = index.select([["state 1"], ["label 2", "label 3"]], offset, limit)
    assert total == len(matching)
    assert [record.sample_id for record in records] == matching[offset : offset + limit]


@given(st.dictionaries(st.integers(0, 30), st.binary()), st.dictionaries(st.integers(0, 30), st.binary()))
def test_differences_are_those_of_the_sets(before: dict[int, bytes], after: dict[int, bytes]) -> None:
    old = [(f"{key:02}", before[key]) for key in sorted(before)]
    new = [(f"{key:02}", after[key]) for key in sorted(after)]
    both = before.keys() & after.keys()
    assert differences(old, new) == Differences(
        added=len(after.keys() - both),
        deleted=len(before.keys() - both),
        modified=sum(before[key] != after[key] for key in both),
    )


@given(st.sets(st.integers(0, 60)))
def test_runs_cover_exactly_the_numbers(numbers: set[int]) -> None:
    found = list(runs(sorted(numbers)))
    assert [number for first, length in found for number in range(first, first + length)] == sorted(numbers)
    assert len(found) == sum(number - 1 not in numbers for number in numbers)


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 100, written([])[:-1]])
def test_what_is_no_index_is_refused(content: bytes) -> None:
    with pytest.raises(DamagedIndex):
        opened(content)
