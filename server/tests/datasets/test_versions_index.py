"""The sidecar index: what was written is found again and filtered, and nonsense is refused."""

import io
from collections.abc import Iterable
from operator import itemgetter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maquette.datasets import version_index
from maquette.datasets.version_index import DamagedIndex, IndexWriter, VersionIndex, runs, short_hash

ROWS = st.dictionaries(
    st.integers(0, 2**128 - 1), st.tuples(st.integers(0, 2), st.sets(st.integers(1, 3))), max_size=60
)


def written(rows: Iterable[tuple[int, int, set[int]]]) -> bytes:
    return content_of([(*row, b"") for row in rows], [])


def content_of(rows: Iterable[tuple[int, int, set[int], bytes]], labels: list[Any]) -> bytes:
    """An index of samples: number, state, label codes, and what its annotations say."""
    file = io.BytesIO()
    writer = IndexWriter(file)
    for number, state, codes, said in sorted(rows, key=itemgetter(0)):
        line = b"x" * (number % 7 + 1)
        writer.add(f"{number:032x}", short_hash(said), line, state=state, codes=tuple(sorted(codes)))
    writer.finish({"labels": labels})
    return file.getvalue()


def indexed(rows: Iterable[tuple[int, int, set[int], bytes]], labels: list[Any]) -> VersionIndex:
    return opened(content_of(rows, labels))


def opened(content: bytes) -> VersionIndex:
    return VersionIndex(lambda start, end: content[start:end], len(content))


@given(ROWS, st.integers(0, 70), st.integers(1, 70))
def test_pages_and_filters(rows: dict[int, tuple[int, set[int]]], offset: int, limit: int) -> None:
    """Over several blocks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(version_index, "BLOCK", 16)
        check_pages_and_filters(rows, offset, limit)


def check_pages_and_filters(rows: dict[int, tuple[int, set[int]]], offset: int, limit: int) -> None:
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


@given(st.sets(st.integers(0, 60)))
def test_runs_cover_exactly_the_numbers(numbers: set[int]) -> None:
    found = list(runs(sorted(numbers)))
    assert [number for first, length in found for number in range(first, first + length)] == sorted(numbers)
    assert len(found) == sum(number - 1 not in numbers for number in numbers)


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 100, written([])[:-1]])
def test_what_is_no_index_is_refused(content: bytes) -> None:
    with pytest.raises(DamagedIndex):
        opened(content)
