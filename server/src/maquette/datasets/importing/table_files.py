"""CSV files of a directory against the schema of a table dataset. Nothing is converted: what does not fit is told."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from maquette.formats.csv_records import detect_format
from maquette.formats.encodings import detect_encoding
from maquette.formats.samples import Problem
from maquette.formats.table_reading import TableReader
from maquette.formats.tables import Column, column_type

LISTED = 100
"""Problems of one file that are listed; cells and records that do not fit are summed up in any case."""


class TableCheck:
    """Reads tables from end to end, with the columns and the header that the dataset's settings give them."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._schema = [Column(field["name"], column_type(field["type"])) for field in settings.get("schema", ())]
        self._header = bool(settings.get("with_column_header", True))

    def check(self, read: Callable[[], Iterator[bytes]], name: str) -> tuple[bool, list[Problem]]:
        """Whether the file has rows for the schema, or no rows at all; and what is wrong in it.

        `read` gives its bytes, each time anew: finding out how a file is written is a pass of its own.
        """
        encoding = detect_encoding(read())
        if isinstance(encoding, Problem):
            return False, [replace(encoding, file=name)]
        layout = detect_format(read(), encoding=encoding, header=self._header)
        reader = TableReader(self._schema, layout)
        found = (item for item in reader.read(read()) if isinstance(item, Problem))
        problems = list(islice(found, LISTED))
        for _ in found:  # the report is complete at the end of the file
            pass
        problems += reader.report.problems()
        fits = reader.report.rows > 0 or not reader.report.skipped.count
        return fits, [replace(problem, file=name) for problem in problems]
