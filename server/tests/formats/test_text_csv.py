"""CSV with a column of texts: where the columns are, rows that lack them, and round trips."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maquette.formats.csv_records import CsvFormat
from maquette.formats.samples import Annotation, Problem, Sample
from maquette.formats.text_csv import TextColumns, read_text_csv, text_csv_header, text_csv_line

BARE = CsvFormat(header=False)


def text(content: str, *labels: str) -> Sample:
    annotations = [Annotation(type="text_classification", name=name) for name in labels]
    return Sample(source="content://" + content, annotations=annotations)


def read(content: str | bytes, layout: CsvFormat = CsvFormat(), columns: TextColumns = TextColumns()):
    return list(read_text_csv([content.encode() if isinstance(content, str) else content], layout, columns))


@pytest.mark.parametrize(
    ("content", "layout", "columns", "expected"),
    [
        ("text,label\nHello,pos\n", CsvFormat(), TextColumns(), text("Hello", "pos")),
        ('id, label ,text\n1,"pos,neg","Hello, you"\n', CsvFormat(), TextColumns(), text("Hello, you", "pos", "neg")),
        ("Hello,pos|neg\n", BARE, TextColumns(0, 1, "|"), text("Hello", "pos", "neg")),
        ('Hello,"a, b"\n', BARE, TextColumns(0, 1, ""), text("Hello", "a, b")),
        ("Hello\n", BARE, TextColumns(0, None), text("Hello")),
        ("Hello,\n", BARE, TextColumns(0, 1), text("Hello")),
        ("a,b\n1,Hello\n", CsvFormat(), TextColumns(1, None), text("Hello")),
        ('"Hello\nyou",pos\n', BARE, TextColumns(0, 1), text("Hello\nyou", "pos")),
    ],
)
def test_columns(content: str, layout: CsvFormat, columns: TextColumns, expected: Sample) -> None:
    assert read(content, layout, columns) == [expected]


def test_a_column_that_is_not_there() -> None:
    (problem,) = read("a,b\n1,2\n3,4\n")
    assert isinstance(problem, Problem)
    assert (problem.line, "'text'" in problem.reason) == (1, True)
    (problem,) = read("1,2\n", BARE)
    assert isinstance(problem, Problem)


@pytest.mark.parametrize(
    ("row", "reason"),
    [("Hello", "1 cells"), (",pos", "no text"), (",", "no text"), ("a\x00,pos", "U+0000"), ('a,"p\ns"', "control")],
)
def test_a_bad_record_is_reported_and_the_next_one_read(row: str, reason: str) -> None:
    found = read(f"text,label\nfirst,pos\n\n{row}\nlast,neg\n")
    assert [item.source for item in found if isinstance(item, Sample)] == ["content://first", "content://last"]
    (problem,) = [item for item in found if isinstance(item, Problem)]
    assert problem.line == 4
    assert reason in problem.reason


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_no_bytes_make_it_raise(content: bytes) -> None:
    read(content)
    read(content, CsvFormat(encoding="gbk", header=False), TextColumns(0, 1))


anything = st.text(alphabet=st.sampled_from('ab \t,|"=-1\r\n\x00\ufeff\ud800中'), max_size=6)


@settings(deadline=None)
@given(st.lists(st.tuples(anything, st.lists(anything, max_size=3)), max_size=4), st.sampled_from([",", "|", ", ", ""]))
def test_what_records_lose_is_what_they_say(rows: list[tuple[str, list[str]]], separator: str) -> None:
    content = text_csv_header()
    expected: list[tuple[str, list[str | None]]] = []
    for body, labels in rows:
        line, losses = text_csv_line(text(body, *labels), separator)
        content += line
        if line:
            (item,) = read(text_csv_header() + line, CsvFormat(), TextColumns(separator=separator))
            assert isinstance(item, Sample)
            names = [annotation.name for annotation in item.annotations]
            assert item.source == "content://" + body
            assert (names == labels) == (losses == [])
            expected.append((item.source, names))
        else:
            assert losses
    found = read(content, CsvFormat(), TextColumns(separator=separator))
    assert [
        (item.source, [annotation.name for annotation in item.annotations])
        for item in found
        if isinstance(item, Sample)
    ] == expected
    assert len(found) == len(expected)


def test_formulas_are_harmless_in_the_file_only() -> None:
    line, losses = text_csv_line(text("=1+1", "-x"))
    assert (line, losses) == (b"\t=1+1,\t-x\r\n", [])
    assert read(text_csv_header() + line) == [text("=1+1", "-x")]


def test_what_is_no_text_is_lost() -> None:
    line, losses = text_csv_line(Sample(source="obs://b/a.wav"))
    assert (line, [loss.what for loss in losses]) == (b"", ["a sample that is no text"])
