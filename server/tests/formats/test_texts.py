"""Text classification files: the user guide's examples, bad lines, and round trips of both forms."""

import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from maquette.formats.samples import Annotation, Problem, Sample
from maquette.formats.texts import (
    Separators,
    a_separator,
    combined_line,
    read_combined,
    read_separated,
    result_name,
    separated_lines,
)
from maquette.kit.errors import Invalid

Found = list[tuple[int, str, list[str | None]]]


def text(content: str, *labels: str) -> Sample:
    annotations = [Annotation(type="text_classification", name=name) for name in labels]
    return Sample(source="content://" + content, annotations=annotations)


def seen(items: Iterator[Sample | Problem]) -> tuple[Found, list[Problem]]:
    found: Found = []
    problems: list[Problem] = []
    for item in items:
        if isinstance(item, Problem):
            problems.append(item)
        else:
            assert all(annotation.type == "text_classification" for annotation in item.annotations)
            names = [annotation.name for annotation in item.annotations]
            found.append((item.line, item.source.removeprefix("content://"), names))
    return found, problems


def combined(content: str | bytes, separators: Separators = Separators()) -> tuple[Found, list[Problem]]:
    return seen(read_combined([content.encode() if isinstance(content, str) else content], separators))


def separated(texts: str, labels: str) -> tuple[Found, list[Problem]]:
    return seen(read_separated([texts.encode()], [labels.encode()]))


def test_the_example_of_the_user_guide() -> None:
    found, problems = combined("手感很好，反应速度很快\tpositive\n没充一会电源\tnegative,urgent\n")
    assert found == [(1, "手感很好，反应速度很快", ["positive"]), (2, "没充一会电源", ["negative", "urgent"])]
    assert problems == []


def test_gbk() -> None:
    assert seen(read_combined(["手感很好\t好评\n".encode("gbk")], Separators(), "gbk"))[0] == [
        (1, "手感很好", ["好评"])
    ]


@pytest.mark.parametrize(
    ("line", "separators", "expected"),
    [
        ("no label", Separators(), ("no label", [])),
        ("a\t", Separators(), ("a", [])),
        ("a\tb\tpos", Separators(), ("a\tb", ["pos"])),
        ("a\t pos , neg ,, pos", Separators(), ("a", ["pos", "neg"])),
        ("Hello, world,pos", Separators(",", "|"), ("Hello, world", ["pos"])),
        ("a.*b", Separators(".*", "|"), ("a", ["b"])),
        ("a|b;c", Separators("|", ";"), ("a", ["b", "c"])),
        ("a\tb\r", Separators(), ("a", ["b"])),
    ],
)
def test_where_a_text_ends(line: str, separators: Separators, expected: tuple[str, list[str]]) -> None:
    assert combined(line, separators) == ([(1, *expected)], [])


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"\tpos", "no text"),
        (b"a\x00\tpos", "U+0000"),
        (b"a\tp\x1bs", "control"),
        (b"\xff\tpos", "not UTF-8"),
        (b"x" * 102_401, "longer"),
    ],
)
def test_a_bad_line_is_reported_and_the_next_one_read(line: bytes, reason: str) -> None:
    found, problems = combined(b"first\tpos\n\n" + line + b"\nlast\tneg")
    assert [item[:2] for item in found] == [(1, "first"), (4, "last")]
    assert [problem.line for problem in problems] == [3]
    assert reason in problems[0].reason
    assert problems[0].remedy


def test_lines_of_two_files_belong_together() -> None:
    found, problems = separated("one\n\ntwo\nthree\n\n", "pos\n\n\nneg,pos\n")
    assert found == [(1, "one", ["pos"]), (3, "two", []), (4, "three", ["neg", "pos"])]
    assert problems == []


@pytest.mark.parametrize(
    ("texts", "labels", "count", "line", "reason"),
    [
        ("a\nb\nc\n", "pos\n", 3, 2, "3 lines of text and 1 lines of labels"),
        ("a\n", "pos\nneg\n", 1, 2, "1 lines of text and 2 lines of labels"),
        ("a\n\nb\n", "pos\nneg\npos\n", 2, 2, "empty line"),
        ("a\nb\n", "pos\nn\x00g\n", 1, 2, "in the file of labels"),
        ("a\nb\x00\n", "pos\nneg\n", 1, 2, "U+0000"),
    ],
)
def test_what_does_not_match_is_reported(texts: str, labels: str, count: int, line: int, reason: str) -> None:
    found, problems = separated(texts, labels)
    assert len(found) == count
    assert [problem.line for problem in problems] == [line]
    assert reason in problems[0].reason


def test_empty_lines_at_the_end_are_no_difference() -> None:
    assert separated("a\n\n\n", "pos\n")[1] == separated("a\n", "pos\n\n \n")[1] == []


def test_each_file_has_its_own_encoding() -> None:
    items = read_separated(["中文\n".encode("gbk")], ["好\n".encode()], encodings=("gbk", "utf-8"))
    assert seen(items)[0] == [(1, "中文", ["好"])]


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        (None, ","), ("", ","), (r"\t", "\t"), ("\t", "\t"), (r"\|", "|"), ("|", "|"), ("||", "||"), (r"\\", "\\"),
        ("\\", "\\"), (r"\x20", " "), (r"\u3000", "\u3000"), (r"\.\*", ".*"), (".*", ".*"), ("；", "；"),
    ],
)  # fmt: skip
def test_separators_are_literal(given_: str | None, expected: str) -> None:
    assert a_separator(given_, ",") == expected


@pytest.mark.parametrize("given_", [r"\n", "\n", r"\s", r"\d+", r"\x00", r"\ud800", r"\x0a", "\x00"])
def test_what_separates_nothing_is_refused(given_: str) -> None:
    with pytest.raises(Invalid):
        a_separator(given_, ",")


def test_separators_must_differ() -> None:
    with pytest.raises(Invalid, match="differ"):
        Separators(",", ",")
    with pytest.raises(Invalid, match="differ"):
        Separators("|", "||")
    assert Separators("||", "|").text == "||"


def test_names_of_files() -> None:
    assert result_name("COMMENTS_1.txt") == "COMMENTS_1_result.txt"
    assert result_name("a.TXT") == "a_result.txt"
    assert result_name("a.csv") is None


def test_an_endless_line_takes_bounded_memory() -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(300):
            yield b"x" * 100_000

    tracemalloc.start()
    found, problems = seen(read_combined(chunks(), Separators()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (found, len(problems)) == ([], 1)
    assert peak < 2_000_000


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_no_bytes_make_it_raise(one: bytes, other: bytes) -> None:
    list(read_combined([one], Separators()))
    list(read_combined([one], Separators("\t", " "), "gbk"))
    list(read_separated([one], [other]))


anything = st.text(alphabet=st.sampled_from("ab \t,|;-\r\n\x00\ufeff\ud800中"), max_size=8)
separators = st.tuples(
    st.sampled_from(["\t", ",", "|", ";", "--", "a|"]), st.sampled_from(["\t", ",", "|", ";", "-", "b,"])
)


@given(st.lists(st.tuples(anything, st.lists(anything, max_size=3)), max_size=4), separators)
def test_what_combined_lines_lose_is_what_they_say(rows: list[tuple[str, list[str]]], pair: tuple[str, str]) -> None:
    assume(pair[0] not in pair[1])
    chosen = Separators(*pair)
    lines = b""
    expected: list[tuple[str, list[str | None]]] = []
    for content, labels in rows:
        sample = text(content, *labels)
        line, losses = combined_line(sample, chosen)
        lines += line
        if line:
            ((_, read, names),), _ = seen(read_combined([line], chosen))
            assert read == content
            assert (names == labels) == (losses == [])
            assert [name for name in dict.fromkeys(labels) if name in names] == names
            expected.append((read, names))
        else:
            assert losses
    found, problems = seen(read_combined([lines], chosen))
    assert [item[1:] for item in found] == expected
    assert problems == []


@given(st.lists(st.tuples(anything, st.lists(anything, max_size=3)), max_size=4), st.sampled_from(["\t", ",", "--"]))
def test_what_separated_lines_lose_is_what_they_say(rows: list[tuple[str, list[str]]], separator: str) -> None:
    texts = labels = b""
    expected: list[tuple[str, list[str | None]]] = []
    for content, names in rows:
        line, result, losses = separated_lines(text(content, *names), separator)
        assert bool(line) == bool(result)
        texts, labels = texts + line, labels + result
        if line:
            ((_, read, kept),), _ = seen(read_separated([line], [result], separator))
            assert read == content
            assert (kept == names) == (losses == [])
            expected.append((read, kept))
        else:
            assert losses
    found, problems = seen(read_separated([texts], [labels], separator))
    assert [item[1:] for item in found] == expected
    assert problems == []


@pytest.mark.parametrize(
    ("sample", "what"),
    [
        (text("a\nb"), "a text with line breaks"),
        (text(" "), "a blank text"),
        (text("a", "x,y"), "labels that contain a separator"),
        (text("x" * 102_400, "y"), "a line longer than 102400 bytes"),
        (Sample(source="obs://b/k"), "a sample that is no text"),
        (Sample(source="content://a", usage="TRAIN"), "the usage"),
        (Sample(source="content://a", annotations=[Annotation(type="text_entity", name="b")]),
         "annotations of the type text_entity"),
        (Sample(source="content://a", annotations=[Annotation(type="text_classification", name="b", confidence=0.5)]),
         "confidences (confidence)"),
    ],
)  # fmt: skip
def test_losses_are_named(sample: Sample, what: str) -> None:
    assert [loss.what for loss in combined_line(sample, Separators())[1]] == [what]
