"""Tables: the types of the user guide's schema, how cells become values, and the schema that a CSV file seems to have.

Reading and writing whole tables are in `table_reading` and `table_writing`. An empty cell is null, but in a column of
type String, where it is the empty text: CSV cannot tell the two apart.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from functools import partial
from itertools import islice, zip_longest
from typing import Any

from maquette.formats.csv_records import CsvFormat, read_rows
from maquette.formats.documents import a_name
from maquette.formats.samples import Problem
from maquette.kit.errors import Invalid

SAMPLED_ROWS = 10_000


class ColumnType(StrEnum):
    """Table 2-6 of the user guide."""

    STRING = "String"
    SHORT = "Short"
    INT = "Int"
    LONG = "Long"
    DOUBLE = "Double"
    FLOAT = "Float"
    BYTE = "Byte"
    DATE = "Date"
    TIMESTAMP = "Timestamp"
    BOOLEAN = "Boolean"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a schema. `empty` says that its type was detected without a single value to go by."""

    name: str
    type: ColumnType
    empty: bool = False


def column_type(name: str) -> ColumnType:
    """The type of this name, in any case. Raises Invalid."""
    found = _BY_NAME.get(name.strip().lower())
    if found is None:
        raise Invalid(f"The column type '{name[:80]}' is not known. Use one of {', '.join(ColumnType)}.")
    return found


def convert(cells: Sequence[str], kind: ColumnType) -> tuple[list[Any], list[int]]:
    """The values of these cells of a column, and the indices of those that are none and became null.

    Space around a value does not count. Numbers are finite and in the range of their type.
    """
    try:
        return _WHOLE[kind](cells), []
    except (ValueError, KeyError):
        pass  # a cell is bad, or written in a way that only the slower look allows
    read = _SINGLE[kind]
    values: list[Any] = []
    bad: list[int] = []
    for index, cell in enumerate(cells):
        try:
            values.append(read(cell))
        except ValueError:
            values.append(None)
            bad.append(index)
    return values, bad


def detect_schema(
    chunks: Iterable[bytes], layout: CsvFormat, *, rows: int | None = SAMPLED_ROWS, narrow: bool = False
) -> list[Column] | Problem:
    """The columns of a CSV stream by its first rows, or by all where `rows` is None.

    Whole numbers become Int or Long, and Byte or Short only when `narrow` asks for them; other numbers are Double.
    Digits that a number would not keep (leading zeros, a plus, more than a Double holds) make a String, as does any
    mixture and a column without values. Columns without a name are called column_1, column_2 …
    """
    records = (item[1] for item in read_rows(chunks, layout) if not isinstance(item, Problem))
    header = next(records, None) if layout.header else None
    sample = list(records if rows is None else islice(records, rows))
    if header is None:
        if not sample:
            return Problem(0, "the file has no records", "Give a CSV file with at least one record.")
        header = [""] * Counter(map(len, sample)).most_common(1)[0][0]
    matching = [row for row in sample if len(row) == len(header)]
    cells = list(zip(*matching, strict=True)) or [()] * len(header)
    return [_detected(name, column, narrow) for name, column in zip(_names(header), cells, strict=True)]


def common_schema(files: Sequence[tuple[str, Sequence[Column]]]) -> list[Column] | Problem:
    """The schema of all of these files, each with its name, or what the first file that differs has instead.

    Names and their number must be equal. Numbers of different width get the wider type; a column that is empty in one
    file has the type of the others.
    """
    first, schema = files[0][0], list(files[0][1])
    for name, columns in files[1:]:
        for place, (one, other) in enumerate(zip_longest(schema, columns)):
            merged = _merged(one, other)
            if merged is None:
                reason = f"column {place + 1} is {_described(other)} here and {_described(one)} in {first}"
                return Problem(0, reason, "Give all files the same columns, or state the schema yourself.", name)
            schema[place] = merged
    return schema


def _names(header: list[str]) -> list[str]:
    names: dict[str, None] = {}
    for place, cell in enumerate(header, start=1):
        name = wanted = a_name(cell.strip()) or f"column_{place}"
        again = 1
        while name in names:
            again += 1
            name = f"{wanted}_{again}"
        names[name] = None
    return list(names)


def _detected(name: str, cells: Sequence[str], narrow: bool) -> Column:
    values = [stripped for cell in cells if (stripped := cell.strip())]
    if not values:
        return Column(name, ColumnType.STRING, empty=True)
    for kind in _ORDER:
        if (narrow or kind not in _NARROW) and _fit(values, kind):
            numeric = kind in _LADDER
            if numeric and any(_CODE.match(value) for value in values):
                break
            if kind == ColumnType.DOUBLE and any(_LONG_DIGITS.match(value) for value in values):
                break
            return Column(name, kind)
    return Column(name, ColumnType.STRING)


def _fit(values: list[str], kind: ColumnType) -> bool:
    read = _SINGLE[kind]
    try:
        for value in values:
            read(value)
    except ValueError:
        return False
    return True


def _merged(one: Column | None, other: Column | None) -> Column | None:
    if one is None or other is None or one.name != other.name:
        return None
    if one.empty or one.type == other.type:
        return other if one.empty else one
    if other.empty:
        return one
    if one.type in _LADDER and other.type in _LADDER:
        wider = max(one.type, other.type, key=_LADDER.index)
        # A Float would lose digits of an Int or a Long.
        return replace(one, type=ColumnType.DOUBLE if wider == ColumnType.FLOAT else wider)
    return None


def _described(column: Column | None) -> str:
    return "absent" if column is None else f"'{column.name}' ({column.type})"


def _texts(cells: Sequence[str]) -> list[Any]:
    if "\x00" in "".join(cells):
        raise ValueError
    return list(cells)


def _plain(cells: Sequence[str]) -> None:
    """Refuse what `int` and `float` would take and a table does not: 1_000, digits of other scripts."""
    text = "".join(cells)
    if "_" in text or not text.isascii():
        raise ValueError


def _all(read: Callable[[str], Any], cells: Sequence[str]) -> tuple[list[Any], list[Any]]:
    """All values with null for the empty cells, and those that are not null."""
    if "" in cells:
        values = [read(cell) if cell else None for cell in cells]
        return values, [value for value in values if value is not None]
    values = list(map(read, cells))
    return values, values


def _integers(low: int, high: int, cells: Sequence[str]) -> list[Any]:
    _plain(cells)
    values, present = _all(int, cells)
    if present and (min(present) < low or max(present) > high):
        raise ValueError
    return values


def _floats(limit: float, cells: Sequence[str]) -> list[Any]:
    _plain(cells)
    values, present = _all(float, cells)
    # A sum with one number that is not finite is not finite either.
    if present and not (math.isfinite(sum(present)) and -limit <= min(present) and max(present) <= limit):
        raise ValueError
    return values


def _dates(cells: Sequence[str]) -> list[Any]:
    # Of what the library reads in ten characters, only a week (2014-W22-4) is not the guide's form.
    if not set(map(len, cells)) <= {0, 10} or "W" in "".join(cells):
        raise ValueError
    return _all(date.fromisoformat, cells)[0]


def _timestamps(cells: Sequence[str]) -> list[Any]:
    # In nineteen characters it reads weeks, offsets from UTC and fractions too, none of which has these two in place.
    if not set(map(len, cells)) <= {0, 19} or "W" in "".join(cells):
        raise ValueError
    if not {cell[10] + cell[16] for cell in cells if cell} <= {" :"}:
        raise ValueError
    return _all(datetime.fromisoformat, cells)[0]


def _booleans(cells: Sequence[str]) -> list[Any]:
    return [_BOOLEANS[cell] for cell in cells]


def _text(cell: str) -> str:
    if "\x00" in cell:
        raise ValueError
    return cell


def _single(read: Callable[[Sequence[str]], list[Any]], cell: str) -> Any:
    return read((cell.strip(),))[0]


def _boolean(cell: str) -> bool | None:
    word = cell.strip().upper()
    if word not in _BOOLEANS:
        raise ValueError
    return _BOOLEANS[word]


_BY_NAME = {kind.lower(): kind for kind in ColumnType}
_BITS = {ColumnType.BYTE: 8, ColumnType.SHORT: 16, ColumnType.INT: 32, ColumnType.LONG: 64}
_FLOAT_MAX = 3.4028234663852886e38
_BOOLEANS = {"TRUE": True, "true": True, "True": True, "FALSE": False, "false": False, "False": False, "": None}
_CODE = re.compile(r"\+|-?0\d")
_LONG_DIGITS = re.compile(r"-?\d{16,}$")

_NARROW = (ColumnType.BYTE, ColumnType.SHORT)
_LADDER = (*_BITS, ColumnType.FLOAT, ColumnType.DOUBLE)
_ORDER = (ColumnType.BOOLEAN, *_BITS, ColumnType.DOUBLE, ColumnType.DATE, ColumnType.TIMESTAMP)

# A whole column at once, quickly, or ValueError or KeyError when it is not all plain.
_WHOLE: dict[ColumnType, Callable[[Sequence[str]], list[Any]]] = {
    **{kind: partial(_integers, -(1 << bits - 1), (1 << bits - 1) - 1) for kind, bits in _BITS.items()},
    ColumnType.STRING: _texts,
    ColumnType.DOUBLE: partial(_floats, math.inf),
    ColumnType.FLOAT: partial(_floats, _FLOAT_MAX),
    ColumnType.DATE: _dates,
    ColumnType.TIMESTAMP: _timestamps,
    ColumnType.BOOLEAN: _booleans,
}
# One cell, or ValueError.
_SINGLE: dict[ColumnType, Callable[[str], Any]] = {
    **{kind: partial(_single, read) for kind, read in _WHOLE.items()},
    ColumnType.STRING: _text,
    ColumnType.BOOLEAN: _boolean,
}
