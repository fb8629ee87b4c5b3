"""Writing tables: harmless CSV, Parquet in row groups, and round trips."""

import io
import math
import sys
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from maquette.formats.csv_records import CsvFormat
from maquette.formats.samples import Problem
from maquette.formats.table_reading import Batch, TableReader
from maquette.formats.table_writing import write_csv, write_parquet
from maquette.formats.tables import Column, ColumnType, convert
from maquette.kit.errors import Unsupported

SCHEMA = [Column(kind.value.lower(), kind) for kind in ColumnType]


def batch(*rows: tuple[Any, ...]) -> Batch:
    return Batch([list(column) for column in zip(*rows, strict=True)], range(len(rows)))


def row_of(**values: Any) -> tuple[Any, ...]:
    return tuple(values.get(column.name) for column in SCHEMA)


ROW = row_of(
    string='=a"b', short=-3, int=4, long=-(2**63), double=-3.5, float=0.5, byte=1, date=date(2014, 5, 29),
    timestamp=datetime(99, 1, 2, 3, 4, 5), boolean=True,  # noqa: DTZ001
)  # fmt: skip


def test_csv() -> None:
    content = b"".join(write_csv([batch(ROW, row_of())], SCHEMA))
    assert content == (
        b"string,short,int,long,double,float,byte,date,timestamp,boolean\r\n"
        b'"\t=a""b",-3,4,-9223372036854775808,-3.5,0.5,1,2014-05-29,0099-01-02 03:04:05,TRUE\r\n'
        b",,,,,,,,,\r\n"
    )


def test_names_are_harmless_too_and_a_header_is_a_choice() -> None:
    schema = [Column("=a", ColumnType.INT)]
    assert b"".join(write_csv([batch((1,))], schema)) == b"\t=a\r\n1\r\n"
    assert b"".join(write_csv([batch((1,))], schema, header=False)) == b"1\r\n"


integers = {
    kind: st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    for kind, bits in {"byte": 8, "short": 16, "int": 32, "long": 64}.items()
}
values: dict[str, st.SearchStrategy[Any]] = {
    **integers,
    "string": st.text(alphabet=st.sampled_from('=+-@\t\r\n",1a 中'), max_size=5),
    "double": st.floats(allow_nan=False, allow_infinity=False),
    "float": st.floats(allow_nan=False, allow_infinity=False, width=32),
    "date": st.dates(),
    "timestamp": st.datetimes().map(lambda moment: moment.replace(microsecond=0)),
    "boolean": st.booleans(),
}
rows = st.lists(
    st.tuples(
        *(values[column.name] if column.name == "string" else st.none() | values[column.name] for column in SCHEMA)
    ),
    max_size=4,
)


@settings(deadline=None)
@given(rows)
def test_csv_reads_back_equal(table: list[tuple[Any, ...]]) -> None:
    written = list(write_csv([batch(*table)] if table else [], SCHEMA))
    reader = TableReader(SCHEMA, CsvFormat())
    found: list[tuple[Any, ...]] = []
    for item in reader.read(written):
        assert not isinstance(item, Problem)
        found.extend(zip(*item.columns, strict=True))
    assert found == table
    assert reader.report.problems() == []


@settings(deadline=None)
@given(rows)
def test_parquet_reads_back_equal(table: list[tuple[Any, ...]]) -> None:
    content = b"".join(write_parquet([batch(*table)] if table else [], SCHEMA))
    found = parquet.read_table(io.BytesIO(content))
    assert found.column_names == [column.name for column in SCHEMA]
    assert list(zip(*(column.to_pylist() for column in found.columns), strict=True)) == table


def test_a_single_column_of_empty_texts_keeps_its_rows() -> None:
    schema = [Column("a", ColumnType.STRING)]
    written = write_csv([batch(("",), ("x",))], schema)
    (found,) = TableReader(schema, CsvFormat()).read(written)
    assert isinstance(found, Batch)
    assert found.columns == [["", "x"]]


def test_parquet_streams_by_row_groups_and_is_deterministic() -> None:
    schema = [Column("n", ColumnType.LONG), Column("t", ColumnType.STRING)]
    taken = 0

    def batches() -> Iterator[Batch]:
        nonlocal taken
        for start in range(0, 10_000, 100):
            taken += 1
            yield batch(*((n, f"row {n}") for n in range(start, start + 100)))

    stream = write_parquet(batches(), schema, group_bytes=20_000)
    first = next(stream)
    assert first.startswith(b"PAR1")
    assert taken < 20
    content = first + b"".join(stream)
    assert content == b"".join(write_parquet(batches(), schema, group_bytes=20_000))
    file = parquet.ParquetFile(io.BytesIO(content))
    assert file.metadata.num_rows == 10_000
    assert 5 < file.metadata.num_row_groups < 20


def test_parquet_needs_pyarrow_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(Unsupported, match=r"maquette\[tables\]"):
        write_parquet([], SCHEMA)


def test_a_float_is_written_so_that_it_reads_back() -> None:
    schema = [Column("a", ColumnType.DOUBLE)]
    for number in (math.pi, 5e-324, 1.7976931348623157e308):
        content = b"".join(write_csv([batch((number,))], schema, header=False)).decode().strip()
        assert convert([content], ColumnType.DOUBLE) == ([number], [])
