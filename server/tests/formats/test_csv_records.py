"""CSV records: layouts, lines, quotation marks that never close, formula cells, and the standard library as oracle."""

import csv
import io
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maquette.formats.csv_records import (
    CsvFormat,
    as_was,
    detect_format,
    harmless,
    harmless_column,
    read_records,
    read_rows,
    write_rows,
)
from maquette.formats.samples import Problem

Rows = list[tuple[int, list[str]]]


def cut(content: bytes, size: int) -> list[bytes]:
    return [content[at : at + size] for at in range(0, len(content), size)]


def read(
    content: str | bytes, layout: CsvFormat = CsvFormat(), *, size: int = 1 << 20, limit: int = 1 << 20
) -> tuple[Rows, list[Problem]]:
    data = content.encode() if isinstance(content, str) else content
    rows: Rows = []
    problems: list[Problem] = []
    for item in read_records(cut(data, size), layout, limit):
        if isinstance(item, Problem):
            problems.append(item)
        else:
            rows.extend(zip(item.lines, item.rows, strict=True))
    return rows, problems


@pytest.mark.parametrize("size", [1, 5, 1000])
@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", []),
        ("a,b\n1,2\n", [(1, ["a", "b"]), (2, ["1", "2"])]),
        ("\ufeffa,b\r\n\r\n1,2", [(1, ["a", "b"]), (3, ["1", "2"])]),
        ('"a\n\nb",c\nd,"e""f"\n', [(1, ["a\n\nb", "c"]), (4, ["d", 'e"f'])]),
        ('a"b,c\n', [(1, ['a"b', "c"])]),
        ('""\n', [(1, [""])]),
        ("a,b\r1,2\r", [(1, ["a", "b"]), (2, ["1", "2"])]),
        ('"a\r\nb"\r\nc', [(1, ["a\r\nb"]), (3, ["c"])]),
        ("a\u2028b,c\x0bd\x85\n", [(1, ["a\u2028b", "c\x0bd\x85"])]),
    ],
)
def test_records_and_their_lines(content: str, expected: Rows, size: int) -> None:
    assert read(content, size=size) == (expected, [])


def test_other_layouts() -> None:
    assert read("a;'b;c'\n", CsvFormat(";", "'"))[0] == [(1, ["a", "b;c"])]
    assert read("手,感\n".encode("gbk"), CsvFormat(encoding="gbk"))[0] == [(1, ["手", "感"])]


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_quotation_mark_that_never_closes_costs_its_own_line(size: int) -> None:
    good = "".join(f"{n},x\n" for n in range(200))
    rows, problems = read('a,b\n1,"open\n' + good, size=size, limit=500)
    assert [problem.line for problem in problems] == [2]
    assert "never closed" in problems[0].reason
    assert problems[0].remedy
    assert rows == [(1, ["a", "b"]), *((n + 3, [str(n), "x"]) for n in range(200))]


def test_it_is_found_at_the_end_too() -> None:
    rows, problems = read('a,b\n1,"open\n2,x\ny,z')
    assert rows == [(1, ["a", "b"]), (3, ["2", "x"]), (4, ["y", "z"])]
    assert [problem.line for problem in problems] == [2]


def test_lines_that_cannot_be_read_alone_are_counted() -> None:
    (rows, problems) = read('a","\n' * 5)
    assert rows == []
    assert [problem.line for problem in problems] == [1]
    assert "4 further lines up to 5" in problems[0].reason


def test_lines_that_all_open_a_mark_take_linear_time() -> None:
    rows, problems = read('a","\n' * 20_000, size=100, limit=10_000)
    assert rows == []
    assert 50 < len(problems) < 200
    assert problems[-1].line < 20_000


def test_memory_is_bounded_whatever_the_file_holds() -> None:
    def endless(piece: bytes) -> Iterator[bytes]:
        yield b"a,b\n1,"
        for _ in range(4):
            yield piece * (100_000 // len(piece))
        yield b"\n3,4\n"

    for piece in (b"x", b'"', b'"x\n', b'""\n'):
        tracemalloc.start()
        lines = 0
        for item in read_records(endless(piece), CsvFormat(), 20_000):
            lines += 0 if isinstance(item, Problem) else len(item.rows)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert lines >= 2
        assert peak < 5_000_000


def test_a_line_over_the_limit_is_left_out() -> None:
    rows, problems = read(b"a\n" + b"x" * 100_000 + b"\nb\n", limit=1000, size=10_000)
    assert rows == [(1, ["a"]), (3, ["b"])]
    assert [problem.line for problem in problems] == [2]


def test_a_line_in_another_encoding_is_reported() -> None:
    rows, problems = read(b"a\n\xff\nb\n")
    assert rows == [(1, ["a"]), (3, ["b"])]
    assert [problem.line for problem in problems] == [2]


@settings(deadline=None)
@given(st.binary(max_size=60), st.integers(1, 9), st.integers(3, 40))
def test_no_bytes_make_it_raise(content: bytes, size: int, limit: int) -> None:
    read(content, size=size, limit=limit)
    read(content, CsvFormat("|", "'", "gbk"), size=size)
    list(read_rows([content], detect_format([content])))


cells = st.text(alphabet=st.sampled_from('ab,"\n\r\t;=中'), max_size=5)
tables = st.lists(st.lists(cells, min_size=1, max_size=3), max_size=6)


@settings(deadline=None)
@given(tables, st.integers(2, 20))
def test_what_is_written_reads_back(table: list[list[str]], size: int) -> None:
    data = write_rows(table)
    rows, problems = read(data, size=size)
    assert ([row for _, row in rows], problems) == (table, [])
    for line, row in rows:
        start = data.decode().replace("\r\n", "\n").replace("\r", "\n").split("\n")[line - 1]
        assert start[:1] == '"' or start.startswith(row[0])


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from('ab,"\n'), max_size=40), st.integers(1, 20))
def test_it_agrees_with_the_standard_library(content: str, size: int) -> None:
    rows, problems = read(content, size=size)
    if not problems:
        assert [row for _, row in rows] == [row for row in csv.reader(io.StringIO(content, newline="")) if row]


@pytest.mark.parametrize(
    ("content", "delimiter", "quote"),
    [
        ("a,b\n1,2\n", ",", '"'),
        ("a;b\n1,5;2,5\n", ";", '"'),
        ("text\tlabel\nHello, world\tpos\nOne, two, three\tneg\n", "\t", '"'),
        ("a|b|c\n1|2|3", "|", '"'),
        ("one\ntwo\n", ",", '"'),
        ("", ",", '"'),
        ('"a;b","c"\n"d;e","f"\n', ",", '"'),
        ("'a,b','c'\n'd','e'\n", ",", "'"),
        ("it's,fine\nthat's,good\n", ",", '"'),
    ],
)
def test_the_layout_is_found(content: str, delimiter: str, quote: str) -> None:
    assert detect_format([content.encode()]) == CsvFormat(delimiter, quote)


def test_the_layout_is_found_in_the_beginning_of_a_long_file() -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(10):
            yield "甲;乙\n".encode("gbk") * 10_000
        raise AssertionError("read too far")

    assert detect_format(endless(), encoding="gbk", header=False) == CsvFormat(";", '"', "gbk", header=False)


@pytest.mark.parametrize("cell", ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "＝1", "\t=1", "\rx", "\nx", "-", "+8 6", "-1,5"])
def test_formulas_become_harmless(cell: str) -> None:
    assert harmless(cell) == "\t" + cell
    assert harmless_column([cell, None, "a"]) == ["\t" + cell, None, "a"]


@pytest.mark.parametrize("cell", ["", "a=1", "-3.5", "+4", "-1e-7", "-.5", "3", " =1"])
def test_numbers_and_plain_texts_stay(cell: str) -> None:
    assert harmless(cell) == cell
    assert harmless_column([cell]) == [cell]


def test_quotation_marks_are_doubled() -> None:
    assert write_rows([[harmless('=HYPERLINK("x")')]]) == b'"\t=HYPERLINK(""x"")"\r\n'


@given(st.text(alphabet=st.sampled_from("=+-@＝\t\r\n1.a ")))
def test_harmless_is_undone(cell: str) -> None:
    assert as_was(harmless(cell)) == cell
