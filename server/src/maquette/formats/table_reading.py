"""Reading a CSV table against its schema: what fits becomes columns of values, the rest is counted with its lines.

A cell that is no value of its column's type becomes null; a record of another width is left out. Neither is an error:
the report says how many there were and shows the first of them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from maquette.formats.csv_records import RECORD_LIMIT, CsvFormat, Records, as_was, read_records
from maquette.formats.documents import shown
from maquette.formats.samples import Problem
from maquette.formats.tables import Column, ColumnType, convert

EXAMPLES = 5


@dataclass(slots=True)
class Batch:
    """Some rows, column by column, and the line on which each row begins."""

    columns: list[list[Any]]
    lines: Sequence[int]


@dataclass(slots=True)
class Tally:
    """How often something was met, and the first times: the line and what stood there."""

    count: int = 0
    examples: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])

    def add(self, line: int, value: str) -> None:
        self.count += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append((line, shown(value)))


@dataclass(slots=True)
class TableReport:
    """What became of a table: rows read, rows left out for their width, and cells that became null by column."""

    rows: int = 0
    skipped: Tally = field(default_factory=Tally)
    nulled: dict[str, Tally] = field(default_factory=dict[str, Tally])

    def problems(self) -> list[Problem]:
        """The same as a list for the user: one for each column with bad cells, one for all rows left out."""
        found: list[Problem] = []
        if self.skipped.count:
            widths = ", ".join(f"line {line} ({width})" for line, width in self.skipped.examples)
            found.append(
                Problem(
                    self.skipped.examples[0][0],
                    f"{self.skipped.count} records have another number of cells than the schema and were left out: "
                    f"{widths}",
                    "Give every record one cell for each column.",
                )
            )
        for name, tally in self.nulled.items():
            values = ", ".join(f"line {line} '{value}'" for line, value in tally.examples)
            found.append(
                Problem(
                    tally.examples[0][0],
                    f"{tally.count} cells of the column '{name}' are no values of its type and became null: {values}",
                    "Correct the cells, or give the column the type String.",
                )
            )
        return found


class TableReader:
    """Reads one file. `report` is complete when the batches are at their end."""

    def __init__(self, schema: Sequence[Column], layout: CsvFormat, *, limit: int = RECORD_LIMIT) -> None:
        self.report = TableReport()
        self._schema, self._layout, self._limit = list(schema), layout, limit
        self._header_due = layout.header

    def read(self, chunks: Iterable[bytes]) -> Iterator[Batch | Problem]:
        """The rows in order, in batches of some hundreds, between what could not be read at all."""
        for item in read_records(chunks, self._layout, self._limit):
            if isinstance(item, Problem):
                yield item
                continue
            if self._header_due and item.rows:
                self._header_due = False
                yield from self._compare(item.rows[0], item.lines[0])
                item = Records(item.rows[1:], item.lines[1:])
            item = self._of_width(item)
            if item.rows:
                yield self._converted(item)

    def _compare(self, header: list[str], line: int) -> Iterator[Problem]:
        """Columns are taken by their place, so a header that says otherwise deserves a word."""
        for place, (cell, column) in enumerate(zip(header, self._schema, strict=False), start=1):
            name = as_was(cell).strip()
            if name and name != column.name:
                yield Problem(
                    line,
                    f"column {place} is called '{shown(name)}' here and '{column.name}' in the schema",
                    "Bring the columns into the order of the schema, or make sure that they mean the same.",
                )
                return

    def _of_width(self, records: Records) -> Records:
        width = len(self._schema)
        if set(map(len, records.rows)) <= {width}:
            return records
        kept: list[list[str]] = []
        lines: list[int] = []
        for line, row in zip(records.lines, records.rows, strict=True):
            if len(row) == width:
                kept.append(row)
                lines.append(line)
            else:
                self.report.skipped.add(line, str(len(row)))
        return Records(kept, lines)

    def _converted(self, records: Records) -> Batch:
        columns: list[list[Any]] = []
        for column, cells in zip(self._schema, zip(*records.rows, strict=True), strict=True):
            if column.type == ColumnType.STRING and "\t" in "".join(cells):
                cells = tuple(map(as_was, cells))
            values, bad = convert(cells, column.type)
            for index in bad:
                self.report.nulled.setdefault(column.name, Tally()).add(records.lines[index], cells[index])
            columns.append(values)
        self.report.rows += len(records.rows)
        return Batch(columns, records.lines)
