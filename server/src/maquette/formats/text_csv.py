"""CSV with a column of texts and perhaps one of labels: text classification."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from maquette.formats.csv_records import CsvFormat, harmless, read_rows, write_rows
from maquette.formats.label_files import label_names, split_names
from maquette.formats.losses import Losses
from maquette.formats.samples import Loss, Problem, Sample
from maquette.formats.texts import CLASSIFICATION, classified, writable_text


@dataclass(frozen=True, slots=True)
class TextColumns:
    """Where texts and labels are: the name of a column in the header, or its position counted from 0.

    Without a separator a cell is one label.
    """

    text: str | int = "text"
    labels: str | int | None = "label"
    separator: str = ","


def read_text_csv(chunks: Iterable[bytes], layout: CsvFormat, columns: TextColumns) -> Iterator[Sample | Problem]:
    """A sample for each record, in order. A named column that the header lacks is the only thing then reported."""
    rows = read_rows(chunks, layout)
    header: list[str] = []
    if layout.header:
        for item in rows:
            if not isinstance(item, Problem):
                header = [cell.strip() for cell in item[1]]
                break
            yield item
    places: list[int | None] = []
    for column in (columns.text, columns.labels):
        place = header.index(column) if column in header else column
        if isinstance(place, str):
            yield Problem(1, f"there is no column '{place}'", "Name a column of the header, or give its position.")
            return
        places.append(place)
    for item in rows:
        yield item if isinstance(item, Problem) else _read_row(item[0], item[1], places, columns.separator)


def text_csv_header(columns: TextColumns = TextColumns()) -> bytes:
    """The line before all others, without which the first text could be taken for names."""
    return write_rows([[harmless(str(name)) for name in (columns.text, columns.labels)]])


def text_csv_line(sample: Sample, separator: str = ",") -> tuple[bytes, list[Loss]]:
    """The record of one sample, text and labels, empty where it is no text, and what the record does not say."""
    losses = Losses(sample.source)
    text = writable_text(sample, losses)
    if text is None:
        return b"", losses.report()
    losses.of_sample(sample)
    names: list[str] = []
    for name in label_names(sample, CLASSIFICATION, losses):
        if not separator and names:
            losses.note("labels beside the first")
        elif separator and split_names(separator.join([*names, name]), separator) != [*names, name]:
            losses.note("labels that contain a separator")
        else:
            names.append(name)
    return write_rows([[harmless(text), harmless(separator.join(names))]]), losses.report()


def _read_row(line: int, row: list[str], places: list[int | None], separator: str) -> Sample | Problem:
    wanted = max(place for place in places if place is not None)
    if wanted >= len(row):
        return Problem(line, f"the record has {len(row)} cells", f"Write at least {wanted + 1}, empty ones too.")
    text, labels = (None if place is None else row[place] for place in places)
    if not (text or "").strip() and not (labels or "").strip():
        return Problem(line, "the record has no text", "Write a text, or remove the record.")
    return classified(text or "", split_names(labels or "", separator), line)
