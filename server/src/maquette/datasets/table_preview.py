"""Looking at tables: the schema that CSV files seem to have, and the first rows of one. Nothing is written here."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Annotated, Any

from pydantic import Field

from maquette.datasets.schemas import TableField
from maquette.formats.csv_records import CsvFormat, detect_format, read_rows
from maquette.formats.encodings import detect_encoding
from maquette.formats.samples import Problem
from maquette.formats.tables import common_schema, detect_schema
from maquette.kit.errors import Invalid
from maquette.storage import ObjectStore
from maquette.web import Contract, Own

PREVIEWED = 100
COMPARED = 100
HEAD_BYTES = 4 << 20
"""So much of a file is looked at: more than its preview can show."""


class TableSource(Own):
    """A folder of CSV files, or one of them."""

    data_path: Annotated[str, Field(min_length=3, max_length=1024)]
    with_column_header: bool = True


class TableSchema(Contract):
    fields: list[TableField]
    files: int


class TablePreview(Contract):
    """Cells as they stand in the file. `skipped` counts the rows of another width than the schema's."""

    columns: list[TableField]
    rows: list[list[str]]
    skipped: int
    more: bool


def detect(store: ObjectStore, prefix: str, *, header: bool) -> TableSchema:
    """The common schema of the folder's first hundred CSV files. Raises Invalid."""
    keys = [info.key for info in islice(_tables(store, prefix), COMPARED)]
    if not keys:
        raise Invalid("There is no CSV file in this folder. Choose another one.")
    found: list[tuple[str, Any]] = []
    for key in keys:
        columns = detect_schema(_head(store, key), _layout(store, key, header=header))
        if isinstance(columns, Problem):
            raise Invalid(f"'{key}' cannot be read as a table: {columns.reason}. {columns.remedy}")
        found.append((key, columns))
    schema = common_schema(found)
    if isinstance(schema, Problem):
        raise Invalid(f"'{schema.file}' has another schema: {schema.reason}. {schema.remedy}")
    fields = [
        TableField(name=column.name, type=column.type.value, schema_id=number)
        for number, column in enumerate(schema, start=1)
    ]
    return TableSchema(fields=fields, files=len(keys))


def preview(store: ObjectStore, key: str, settings: Mapping[str, Any]) -> TablePreview:
    """The first hundred rows of a file that belongs to a dataset with these settings."""
    columns = [TableField.model_validate(field) for field in settings.get("schema", [])]
    layout = _layout(store, key, header=settings.get("with_column_header", True))
    rows: list[list[str]] = []
    skipped = 0
    records = (item[1] for item in read_rows(_head(store, key), layout) if not isinstance(item, Problem))
    if layout.header:
        next(records, None)
    for row in records:
        if len(row) != len(columns):
            skipped += 1
        elif len(rows) == PREVIEWED:
            return TablePreview(columns=columns, rows=rows, skipped=skipped, more=True)
        else:
            rows.append(row)
    return TablePreview(columns=columns, rows=rows, skipped=skipped, more=store.head(key).size > HEAD_BYTES)


def _tables(store: ObjectStore, prefix: str) -> Iterator[Any]:
    return (info for info in store.walk(prefix) if info.key.lower().endswith(".csv") and info.size)


def _head(store: ObjectStore, key: str) -> Iterator[bytes]:
    return iter(store.read(key, 0, HEAD_BYTES))


def _layout(store: ObjectStore, key: str, *, header: bool) -> CsvFormat:
    head = b"".join(_head(store, key))
    # Up to a line's end, so that no character is cut.
    encoding = detect_encoding([head[: head.rfind(b"\n") + 1] or head])
    if isinstance(encoding, Problem):
        encoding = "utf-8"
    return detect_format([head], encoding=encoding, header=header)
