"""Writing a table: CSV whose cells no spreadsheet runs, and Parquet. Both stream and give the same bytes each time.

Parquet needs pyarrow, the extra `tables`, which is imported only when such a file is written.
"""

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from maquette.formats.csv_records import harmless, harmless_column, write_rows
from maquette.formats.table_reading import Batch
from maquette.formats.tables import Column, ColumnType
from maquette.kit.errors import Unsupported

GROUP_BYTES = 32 << 20

_ARROW_TYPES = {
    ColumnType.STRING: "string",
    ColumnType.SHORT: "int16",
    ColumnType.INT: "int32",
    ColumnType.LONG: "int64",
    ColumnType.DOUBLE: "float64",
    ColumnType.FLOAT: "float32",
    ColumnType.BYTE: "int8",
    ColumnType.DATE: "date32",
    ColumnType.TIMESTAMP: "timestamp[ms]",
    ColumnType.BOOLEAN: "bool",
}


def write_csv(batches: Iterable[Batch], schema: Sequence[Column], *, header: bool = True) -> Iterator[bytes]:
    """UTF-8, commas, RFC 4180. Null is an empty cell; texts and names that look like formulas get a tab in front."""
    if header:
        yield write_rows([[harmless(column.name) for column in schema]])
    for batch in batches:
        cells = [_cells(values, column.type) for values, column in zip(batch.columns, schema, strict=True)]
        yield write_rows(zip(*cells, strict=True))


def write_parquet(
    batches: Iterable[Batch], schema: Sequence[Column], *, group_bytes: int = GROUP_BYTES
) -> Iterator[bytes]:
    """Parquet with snappy compression, one row group for about `group_bytes` of values, the most that is held.

    Timestamps have milliseconds and no time zone. Raises Unsupported where pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise Unsupported(
            "Parquet needs pyarrow, which is not installed. Install maquette[tables], or choose CSV."
        ) from error
    # Both are untyped libraries; from here on they are values like others.
    return _parquet((pa, parquet), batches, schema, group_bytes)


def _parquet(
    libraries: tuple[Any, Any], batches: Iterable[Batch], schema: Sequence[Column], limit: int
) -> Iterator[bytes]:
    arrow, parquet = libraries
    fields = [(column.name, arrow.type_for_alias(_ARROW_TYPES[column.type])) for column in schema]
    arrow_schema = arrow.schema(fields)
    sink = _Outbox()
    with parquet.ParquetWriter(sink, arrow_schema, compression="snappy") as writer:
        waiting: list[Any] = []
        size = 0
        for batch in batches:
            arrays = [arrow.array(v, type=kind) for v, (_, kind) in zip(batch.columns, fields, strict=True)]
            waiting.append(arrow.record_batch(arrays, schema=arrow_schema))
            size += waiting[-1].nbytes
            if size >= limit:
                writer.write_table(arrow.Table.from_batches(waiting))
                waiting, size = [], 0
                yield sink.taken()
        if waiting:
            writer.write_table(arrow.Table.from_batches(waiting))
            yield sink.taken()
    yield sink.taken()


class _Outbox(io.RawIOBase):
    """A file that hands on what is written to it."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self._parts.append(bytes(data))
        return len(self._parts[-1])

    def taken(self) -> bytes:
        whole = b"".join(self._parts)
        self._parts.clear()
        return whole


def _cells(values: list[Any], kind: ColumnType) -> Sequence[Any]:
    if kind == ColumnType.STRING:
        return harmless_column(values)
    if kind == ColumnType.BOOLEAN:
        return [None if value is None else "TRUE" if value else "FALSE" for value in values]
    if kind == ColumnType.TIMESTAMP:
        return [None if value is None else value.isoformat(" ", "seconds") for value in values]
    return values
