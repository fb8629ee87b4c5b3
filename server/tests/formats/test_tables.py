"""Types of tables: ranges of the user guide, what users expect to be detected, schemas of several files."""

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maquette.formats.csv_records import CsvFormat
from maquette.formats.samples import Problem
from maquette.formats.tables import Column, ColumnType, column_type, common_schema, convert, detect_schema
from maquette.kit.errors import Invalid

T = ColumnType


@pytest.mark.parametrize("name", ["STRING", "String", "string", " sTRING "])
def test_types_are_named_in_any_case(name: str) -> None:
    assert column_type(name) is T.STRING


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(Invalid, match="Timestamp"):
        column_type("varchar")


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        (T.BYTE, "-128", -128), (T.BYTE, "127", 127), (T.SHORT, "-32768", -32768), (T.SHORT, "32767", 32767),
        (T.INT, "-2147483648", -(2**31)), (T.INT, "2147483647", 2**31 - 1),
        (T.LONG, "-9223372036854775808", -(2**63)), (T.LONG, "9223372036854775807", 2**63 - 1),
        (T.INT, " 007 ", 7), (T.INT, "+7", 7), (T.INT, "", None), (T.INT, "  ", None),
        (T.DOUBLE, "-3.5e2", -350.0), (T.DOUBLE, "7", 7.0), (T.DOUBLE, ".5", 0.5), (T.FLOAT, "3.4e38", 3.4e38),
        (T.BOOLEAN, "TRUE", True), (T.BOOLEAN, "false", False), (T.BOOLEAN, " tRuE", True), (T.BOOLEAN, "", None),
        (T.DATE, "2014-05-29", date(2014, 5, 29)), (T.DATE, "2024-02-29", date(2024, 2, 29)), (T.DATE, "", None),
        (T.TIMESTAMP, "2014-05-29 23:59:59", datetime(2014, 5, 29, 23, 59, 59)),  # noqa: DTZ001
        (T.STRING, " a ", " a "), (T.STRING, "", ""),
    ],
)  # fmt: skip
def test_cells_become_values(kind: ColumnType, cell: str, value: object) -> None:
    assert convert([cell], kind) == ([value], [])
    assert convert([cell, cell], kind) == ([value, value], [])


@pytest.mark.parametrize(
    ("kind", "cell"),
    [
        (T.BYTE, "128"), (T.BYTE, "-129"), (T.SHORT, "32768"), (T.INT, "2147483648"), (T.INT, "-2147483649"),
        (T.LONG, "9223372036854775808"), (T.LONG, "-9223372036854775809"), (T.LONG, "9" * 5000),
        (T.INT, "1.0"), (T.INT, "1_000"), (T.INT, "٣"), (T.INT, "0x1"), (T.INT, "1e3"), (T.INT, "x"), (T.INT, "1\x00"),
        (T.DOUBLE, "nan"), (T.DOUBLE, "inf"), (T.DOUBLE, "-Infinity"), (T.DOUBLE, "1e999"), (T.DOUBLE, "1_0"),
        (T.DOUBLE, "1,5"), (T.FLOAT, "3.5e38"), (T.FLOAT, "-1e39"),
        (T.BOOLEAN, "1"), (T.BOOLEAN, "yes"),
        (T.DATE, "2014-5-29"), (T.DATE, "2014/05/29"), (T.DATE, "2023-02-29"), (T.DATE, "2014-W22-4"),
        (T.DATE, "20140529"), (T.DATE, "2014-05-29 00:00:00"),
        (T.TIMESTAMP, "2014-05-29"), (T.TIMESTAMP, "2014-05-29T23:59:59"), (T.TIMESTAMP, "2014-05-29 23:59"),
        (T.TIMESTAMP, "2014-05-29 23:59+01"), (T.TIMESTAMP, "20140529 235959.123"),
        (T.TIMESTAMP, "2014-05-29 24:59:59"),
        (T.TIMESTAMP, "2014-W22-4 23:59:59"), (T.TIMESTAMP, "2014-05-29 235959,1"), (T.TIMESTAMP, "x" * 19),
        (T.STRING, "a\x00"),
    ],
)  # fmt: skip
def test_bad_cells_become_null(kind: ColumnType, cell: str) -> None:
    good, value = GOOD[kind]
    assert convert([good, cell, good], kind) == ([value, None, value], [1])


GOOD: dict[ColumnType, tuple[str, Any]] = {
    **dict.fromkeys((T.BYTE, T.SHORT, T.INT, T.LONG), ("1", 1)),
    **dict.fromkeys((T.DOUBLE, T.FLOAT), ("1.5", 1.5)),
    T.BOOLEAN: ("TRUE", True),
    T.DATE: ("2014-05-29", date(2014, 5, 29)),
    T.TIMESTAMP: ("2014-05-29 12:30:00", datetime(2014, 5, 29, 12, 30)),  # noqa: DTZ001
    T.STRING: ("a", "a"),
}

odd = st.text(alphabet=st.sampled_from("0123456789-+.eE: _TtrueW\x00 ٣")) | st.sampled_from(
    [good for good, _ in GOOD.values()]
)


@given(st.sampled_from(list(T)), st.lists(odd, max_size=5))
def test_a_column_is_read_as_its_cells_are(kind: ColumnType, cells: list[str]) -> None:
    values, bad = convert(cells, kind)
    assert values == [convert([cell], kind)[0][0] for cell in cells]
    assert bad == [index for index, cell in enumerate(cells) if convert([cell], kind)[1]]


def detect(content: str, layout: CsvFormat = CsvFormat(), **more: Any) -> list[Column]:
    found = detect_schema([content.encode()], layout, **more)
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "0", "-5"], T.INT),
        (["1", "2147483648"], T.LONG),
        (["1", "9223372036854775808"], T.STRING),
        (["1", "2.5"], T.DOUBLE),
        (["1e5"], T.DOUBLE),
        (["0.5", "0"], T.DOUBLE),
        (["12345678901234567890", "2.5"], T.STRING),
        (["007"], T.STRING),
        (["+8613912345678"], T.STRING),
        (["true", "FALSE"], T.BOOLEAN),
        (["0", "1"], T.INT),
        (["2014-05-29"], T.DATE),
        (["2014-05-29 12:00:00"], T.TIMESTAMP),
        (["2014-05-29", "2014-05-29 12:00:00"], T.STRING),
        (["1", "TRUE"], T.STRING),
        (["1", "x"], T.STRING),
        (["nan"], T.STRING),
        (["1", " ", "2"], T.INT),
    ],
)
def test_the_type_a_user_expects(cells: list[str], kind: ColumnType) -> None:
    assert detect("a,b\n" + "".join(f"{cell},x\n" for cell in cells))[0] == Column("a", kind)


def test_narrow_types_on_request() -> None:
    content = "a,b,c,d\n1,128,32768,2147483648\n"
    assert [column.type for column in detect(content, narrow=True)] == [T.BYTE, T.SHORT, T.INT, T.LONG]


def test_names_of_columns() -> None:
    assert [column.name for column in detect(" a ,,a,\tb\n")] == ["a", "column_2", "a_2", "b"]
    assert [column.name for column in detect("1,x\n2,y\n", CsvFormat(header=False))] == ["column_1", "column_2"]


def test_a_column_without_values() -> None:
    assert detect("a,b\n,1\n") == [Column("a", T.STRING, empty=True), Column("b", T.INT)]
    assert detect("a,b\n") == [Column("a", T.STRING, empty=True), Column("b", T.STRING, empty=True)]


def test_only_the_sample_counts_and_only_rows_of_the_right_width() -> None:
    content = "a,b\n" + "1,2\n" * 10 + "x,y\n"
    assert [column.type for column in detect(content, rows=10)] == [T.INT, T.INT]
    assert [column.type for column in detect(content, rows=None)] == [T.STRING, T.STRING]
    assert [column.type for column in detect("a,b\n1,2\nx\n3,4\n")] == [T.INT, T.INT]
    assert len(detect("1,2\nx\n3,4\n", CsvFormat(header=False))) == 2


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\n"])
def test_an_empty_file_has_no_schema(content: bytes) -> None:
    assert isinstance(detect_schema([content], CsvFormat()), Problem)


@settings(deadline=None)
@given(st.binary(max_size=60), st.booleans())
def test_no_bytes_make_it_raise(content: bytes, header: bool) -> None:
    detect_schema([content], CsvFormat(header=header))


@settings(deadline=None)
@given(st.lists(odd, min_size=1, max_size=5))
def test_what_is_detected_holds_every_value(cells: list[str]) -> None:
    content = "a,b\n" + "".join(f"{cell},\n" for cell in cells)
    (column, _) = detect(content)
    if column.type != T.STRING:
        assert convert(cells, column.type)[1] == []


a_long = [Column("a", T.LONG)]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (a_long, a_long, a_long),
        (a_long, [Column("a", T.INT)], a_long),
        (a_long, [Column("a", T.DOUBLE)], [Column("a", T.DOUBLE)]),
        ([Column("a", T.FLOAT)], a_long, [Column("a", T.DOUBLE)]),
        ([Column("a", T.STRING, empty=True)], a_long, a_long),
        (a_long, [Column("a", T.STRING, empty=True)], a_long),
    ],
)
def test_files_of_one_schema(one: list[Column], other: list[Column], expected: list[Column]) -> None:
    assert common_schema([("1.csv", one), ("2.csv", other)]) == expected


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ([Column("b", T.LONG)], "column 1 is 'b' (Long) here and 'a' (Long) in 1.csv"),
        ([Column("a", T.STRING)], "column 1 is 'a' (String) here and 'a' (Long) in 1.csv"),
        ([Column("a", T.LONG), Column("b", T.INT)], "column 2 is 'b' (Int) here and absent in 1.csv"),
        ([], "column 1 is absent here and 'a' (Long) in 1.csv"),
    ],
)
def test_files_that_differ_are_named(other: list[Column], reason: str) -> None:
    found = common_schema([("1.csv", a_long), ("2.csv", a_long), ("3.csv", other)])
    assert isinstance(found, Problem)
    assert (found.file, found.reason) == ("3.csv", reason)
    assert found.remedy
