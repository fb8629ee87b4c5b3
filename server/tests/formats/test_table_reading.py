"""Reading tables against a schema: nulls, rows of another width, headers, and the report."""

from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from maquette.formats.csv_records import CsvFormat
from maquette.formats.samples import Problem
from maquette.formats.table_reading import EXAMPLES, TableReader, TableReport
from maquette.formats.tables import Column, ColumnType

SCHEMA = [Column("id", ColumnType.INT), Column("name", ColumnType.STRING), Column("day", ColumnType.DATE)]


def read(content: str | bytes, layout: CsvFormat = CsvFormat()) -> tuple[list[Any], list[Problem], TableReport]:
    reader = TableReader(SCHEMA, layout)
    rows: list[Any] = []
    problems: list[Problem] = []
    for item in reader.read([content.encode() if isinstance(content, str) else content]):
        if isinstance(item, Problem):
            problems.append(item)
        else:
            rows.extend(zip(item.lines, *item.columns, strict=True))
    assert reader.report.rows == len(rows)
    return rows, problems, reader.report


def test_rows_become_values() -> None:
    rows, problems, report = read('id,name,day\n1,"a\nb",2014-05-29\n,,\n2,\t=1+1,\n')
    assert rows == [(2, 1, "a\nb", date(2014, 5, 29)), (4, None, "", None), (5, 2, "=1+1", None)]
    assert (problems, report.problems()) == ([], [])


def test_bad_cells_are_null_and_counted() -> None:
    bad = "".join(f"x{n},a,2014-05-29\n" for n in range(10))
    rows, _, report = read("id,name,day\n" + bad + "3,b,tomorrow\n")
    assert [row[1] for row in rows] == [None] * 10 + [3]
    assert report.nulled["id"].count == 10
    assert report.nulled["id"].examples == [(n + 2, f"x{n}") for n in range(EXAMPLES)]
    assert report.nulled["day"].examples == [(12, "tomorrow")]
    first, second = report.problems()
    assert (first.line, "10 cells of the column 'id'" in first.reason, "line 2 'x0'" in first.reason) == (2, True, True)
    assert second.line == 12


def test_rows_of_another_width_are_left_out_and_counted() -> None:
    rows, _, report = read("id,name,day\n1,a,\n2,b\n\n3,c,,\n4,d,\n")
    assert [row[:2] for row in rows] == [(2, 1), (6, 4)]
    assert (report.skipped.count, report.skipped.examples) == (2, [(3, "2"), (5, "4")])
    (problem,) = report.problems()
    assert problem.line == 3
    assert "2 records" in problem.reason


def test_without_a_header_the_first_row_counts() -> None:
    assert len(read("1,a,\n2,b,\n", CsvFormat(header=False))[0]) == 2


def test_a_header_in_another_order_is_reported() -> None:
    _, problems, _ = read("name,id,day\n1,a,\n")
    assert [problem.line for problem in problems] == [1]
    assert "column 1 is called 'name' here and 'id' in the schema" in problems[0].reason
    assert read("id,,day\n1,a,\n")[1] == []


def test_a_quotation_mark_that_never_closes_is_reported_between_the_rows() -> None:
    rows, problems, _ = read('id,name,day\n1,a,\n2,"b,\n3,c,\n')
    assert [row[0] for row in rows] == [2, 4]
    assert [problem.line for problem in problems] == [3]


@settings(deadline=None)
@given(st.binary(max_size=80))
def test_no_bytes_make_it_raise(content: bytes) -> None:
    read(content)
    read(b"id,name,day\n" + content, CsvFormat(encoding="gbk"))


def test_many_rows_keep_their_lines() -> None:
    rows, _, _ = read("id,name,day\n" + "".join(f"{n},a,\n" for n in range(20_000)))
    assert rows[-1] == (20_001, 19_999, "a", None)
    assert [row[0] for row in rows] == list(range(2, 20_002))
