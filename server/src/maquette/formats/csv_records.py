"""CSV as a stream of records: its layout found out, read in bounded memory, written so that no program runs a cell.

The standard library's parser does the work, a block at a time. A quotation mark that never closes would swallow the
rest of the file: a record has a limit, and behind one that is over it reading goes on line by line, where the records
of that stretch can be read alone.

A cell that begins like a formula (`=`, `+`, `-`, `@`, also in full width, a tab or a line break) and is no plain
number is written with a tab in front, which spreadsheets take as text; -3.5 stays a number. Reading takes the tab away
again.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from maquette.formats.encodings import Encoding, decode_line
from maquette.formats.samples import Problem

RECORD_LIMIT = 4 << 20
DELIMITERS = (",", ";", "\t", "|")

_BLOCK = 32 << 10  # larger blocks leave the processor's caches and take twice the time
_HEAD = 64 << 10
_LINE_COST = 64  # what a line takes beside its characters: four million empty ones are not small
# Ends every block: where it does not come out as a record of its own, the record before it is still open.
_END = "\x00end"
_RISKY = tuple("=+-@＝＋－＠\t\r\n")
_RISKY_SET = frozenset(_RISKY)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_CLOSE = "Close every quotation mark, and double those inside a quoted cell."

# The library's own limit is for all readers of the process and lower than a text may be long; ours is `limit`.
csv.field_size_limit(max(csv.field_size_limit(), 1 << 30))


@dataclass(frozen=True, slots=True)
class CsvFormat:
    """How a file is laid out. With a header its first record is the names of the columns."""

    delimiter: str = ","
    quote: str = '"'
    encoding: Encoding = "utf-8"
    header: bool = True


@dataclass(slots=True)
class Records:
    """Some records in order, and the line on which each begins. Blank lines are left out."""

    rows: list[list[str]]
    lines: Sequence[int]


def detect_format(chunks: Iterable[bytes], *, encoding: Encoding = "utf-8", header: bool = True) -> CsvFormat:
    """The delimiter and the quotation mark that cut the beginning of the stream most evenly."""
    lines = _head(chunks, encoding)
    best, best_score = CsvFormat(encoding=encoding, header=header), (0.0, 0)
    for delimiter in DELIMITERS:
        candidate = replace(best, delimiter=delimiter, quote=_quote(lines, delimiter))
        widths = Counter(len(row) for row in _parsed(lines, candidate)[:-1] if row)
        width, count = widths.most_common(1)[0] if widths else (0, 0)
        score = (count / widths.total(), width) if width > 1 else (0.0, 0)
        if score > best_score:
            best, best_score = candidate, score
    return best


def read_records(chunks: Iterable[bytes], layout: CsvFormat, limit: int = RECORD_LIMIT) -> Iterator[Records | Problem]:
    """All records, the header included, in order and in bounded memory; what is no record is a Problem."""
    reader = _Reader(layout, limit)
    for block in _blocks(chunks, limit):
        if block is None:
            yield from reader.pass_over()
        else:
            yield from reader.feed(block)
    yield from reader.finish()


def read_rows(chunks: Iterable[bytes], layout: CsvFormat) -> Iterator[tuple[int, list[str]] | Problem]:
    """The same one by one: the line a record begins on, and its cells as they were before they were made harmless."""
    for item in read_records(chunks, layout):
        if isinstance(item, Problem):
            yield item
        else:
            for line, row in zip(item.lines, item.rows, strict=True):
                yield line, [as_was(cell) for cell in row]


def write_rows(rows: Iterable[Sequence[object]]) -> bytes:
    """The rows as UTF-8, with commas and RFC 4180's quoting and line ends. Texts must be harmless already."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def harmless(cell: str) -> str:
    """The cell with a tab in front where a spreadsheet would take it for a formula."""
    return "\t" + cell if cell.startswith(_RISKY) and not _NUMBER.fullmatch(cell) else cell


def harmless_column(cells: Sequence[str | None]) -> Sequence[str | None]:
    """The same for many cells, of which few or none need it."""
    if _RISKY_SET.isdisjoint({cell[:1] for cell in cells if cell}):
        return cells
    return [None if cell is None else harmless(cell) for cell in cells]


def as_was(cell: str) -> str:
    """The cell that `harmless` was given."""
    if cell.startswith("\t") and cell.startswith(_RISKY, 1) and not _NUMBER.fullmatch(cell, 1):
        return cell[1:]
    return cell


class _Reader:
    """Blocks of whole lines in, records out. What is open at the end of a block waits for the next one."""

    def __init__(self, layout: CsvFormat, limit: int) -> None:
        self._layout, self._limit = layout, limit
        self._parser = partial(csv.reader, delimiter=layout.delimiter, quotechar=layout.quote)
        self._line = 1
        self._open: list[str] = []
        self._waiting: list[str] = []
        self._open_size = self._waiting_size = 0

    def feed(self, block: bytes) -> Iterator[Records | Problem]:
        text, problems = self._decoded(block)
        yield from problems
        self._waiting.append(text)
        self._waiting_size += len(text) + _LINE_COST * text.count("\n")
        # An open record is read again only when as much has come again, or a long one would be read a hundred times.
        if self._waiting_size >= self._open_size or self._waiting_size + self._open_size > self._limit:
            yield from self._read(final=False)

    def pass_over(self) -> Iterator[Records | Problem]:
        """A line over the limit came here and is gone."""
        yield from self._read(final=True)
        yield Problem(
            self._line, f"the line is longer than {self._limit} bytes", "Shorten it, or end the lines with line breaks."
        )
        self._line += 1

    def finish(self) -> Iterator[Records | Problem]:
        yield from self._read(final=True)

    def _read(self, *, final: bool) -> Iterator[Records | Problem]:
        text = "".join(self._waiting)
        lines = self._open + io.StringIO(text, newline="").readlines()
        self._open, self._waiting, self._open_size, self._waiting_size = [], [], 0, 0
        if not lines:
            return
        if not lines[-1].endswith(("\n", "\r")):
            lines[-1] += "\n"
        rows, starts = self._parse(lines)
        open_at = len(lines) if rows.pop() == [_END] else starts[-1]
        yield _numbered(rows, starts, self._line)
        rest = lines[open_at:]
        self._line += open_at
        size = sum(map(len, rest)) + _LINE_COST * len(rest)
        if rest and (final or size > self._limit):
            yield from self._salvage(rest)
            self._line += len(rest)
        else:
            self._open, self._open_size = rest, size

    def _parse(self, lines: list[str]) -> tuple[list[list[str]], Sequence[int]]:
        """The rows with the end's own, and the index of the line each begins on."""
        lines = [*lines, _END]
        rows = list(self._parser(lines))
        if len(rows) == len(lines):
            return rows, range(len(lines))
        parser = self._parser(lines)
        starts = [0]
        for _ in parser:
            starts.append(parser.line_num)
        return rows, starts[:-1]

    def _salvage(self, lines: list[str]) -> Iterator[Records | Problem]:
        """The lines behind a quotation mark that never closes, each on its own."""
        rows: list[list[str]] = []
        numbers: list[int] = []
        lost = 0
        for number, line in enumerate(lines[1:], start=self._line + 1):
            found = list(self._parser([line, _END]))
            if len(found) == 1:
                lost += 1
            elif found[0]:
                rows.append(found[0])
                numbers.append(number)
        more = f"; {lost} further lines up to {self._line + len(lines) - 1} cannot be read" if lost else ""
        yield Problem(self._line, f"a quotation mark is opened here and never closed{more}", _CLOSE)
        yield Records(rows, numbers)

    def _decoded(self, block: bytes) -> tuple[str, list[Problem]]:
        text = decode_line(block, self._layout.encoding)
        if text is not None:
            return text, []
        first = self._line + len(self._open) + sum(text.count("\n") for text in self._waiting)
        texts: list[str] = []
        problems: list[Problem] = []
        for number, line in enumerate(block.split(b"\n"), start=first):
            decoded = decode_line(line, self._layout.encoding)
            if decoded is None:
                problems.append(
                    Problem(number, f"the line is not {self._layout.encoding.upper()}", "Save the file as UTF-8.")
                )
            texts.append(decoded or "")
        return "\n".join(texts), problems


def _numbered(rows: list[list[str]], starts: Sequence[int], first: int) -> Records:
    if all(rows):
        if isinstance(starts, range):
            return Records(rows, range(first, first + len(rows)))
        return Records(rows, [first + start for start, _ in zip(starts, rows, strict=False)])
    kept = [(row, first + start) for start, row in zip(starts, rows, strict=False) if row]
    return Records([row for row, _ in kept], [line for _, line in kept])


def _blocks(chunks: Iterable[bytes], limit: int) -> Iterator[bytes | None]:
    """Cut a stream behind line ends into small blocks. A line over the limit is left out, with None in its place."""
    rest = bytearray()
    over = False
    for chunk in chunks:
        for at in range(0, len(chunk), _BLOCK):
            piece = chunk[at : at + _BLOCK]
            if over:
                _, found, piece = piece.partition(b"\n")
                if not found:
                    continue
                over = False
                yield None
            end = piece.rfind(b"\n") + 1
            if end:
                yield bytes(rest) + piece[:end]
                rest = bytearray(piece[end:])
            else:
                rest += piece
                if len(rest) > limit:
                    rest, over = bytearray(), True
    if over:
        yield None
    elif rest:
        yield bytes(rest)


def _head(chunks: Iterable[bytes], encoding: Encoding) -> list[str]:
    """The whole lines at the beginning of the stream."""
    reader = bytearray()
    for chunk in chunks:
        reader += chunk[:_HEAD]
        if len(reader) >= _HEAD:
            break
    whole = bytes(reader)
    if len(whole) >= _HEAD:
        whole = whole[:_HEAD]
        whole = whole[: whole.rfind(b"\n") + 1]
    lines = (decode_line(line, encoding) for line in whole.splitlines())
    return [line for line in lines if line]


def _parsed(lines: list[str], layout: CsvFormat) -> list[list[str]]:
    """The rows of the head; the end's own is the last, and with it the record that the head cut off."""
    return list(
        csv.reader([*(line + "\n" for line in lines), _END], delimiter=layout.delimiter, quotechar=layout.quote)
    )


def _quote(lines: list[str], delimiter: str) -> str:
    """The single quotation mark where no double one occurs and half of the lines have a cell within single ones."""
    if any('"' in line for line in lines):
        return '"'
    edge = re.escape(delimiter)
    quoted = re.compile(rf"(?:^|{edge})'[^']*'(?:$|{edge})")
    found = sum(quoted.search(line) is not None for line in lines)
    return "'" if found and found * 2 >= len(lines) else '"'
