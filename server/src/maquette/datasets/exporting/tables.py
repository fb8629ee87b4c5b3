"""Tables in the format that an export asks for: read against the dataset's schema, row by row, in bounded memory."""

from collections.abc import Iterator, Mapping
from typing import Any

from maquette.datasets.exporting.targets import PARQUET
from maquette.formats.csv_records import detect_format
from maquette.formats.samples import Loss, Problem
from maquette.formats.table_reading import Batch, TableReader
from maquette.formats.table_writing import write_csv, write_parquet
from maquette.formats.tables import Column, column_type
from maquette.storage import ObjectStore

HEAD_BYTES = 1 << 20


def converted(
    store: ObjectStore, key: str, settings: Mapping[str, Any], form: str, *, header: bool
) -> tuple[Iterator[bytes], list[Loss]]:
    """The table in the other format, and what it lost on the way: complete once the bytes are at their end.

    Raises ObjectMissing at once.
    """
    schema = [Column(field["name"], column_type(field["type"])) for field in settings.get("schema", [])]
    head = store.read(key, 0, HEAD_BYTES)
    layout = detect_format(head, header=settings.get("with_column_header", True))
    reader = TableReader(schema, layout)
    losses: list[Loss] = []
    source = key

    def batches() -> Iterator[Batch]:
        for item in reader.read(store.read(key)):
            if isinstance(item, Problem):
                losses.append(Loss(source, f"line {item.line}: {item.reason}"))
            else:
                yield item
        losses.extend(Loss(source, problem.reason) for problem in reader.report.problems())

    written = write_parquet(batches(), schema) if form == PARQUET else write_csv(batches(), schema, header=header)
    return written, losses
