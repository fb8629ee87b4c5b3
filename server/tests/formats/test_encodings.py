"""Encodings: what is told apart, where a file breaks, and lines in bounded memory."""

import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maquette.formats.encodings import decode, detect_encoding, text_lines
from maquette.formats.samples import Problem

CHINESE = "手感很好，反应速度很快\n不知道以后怎样\n"


def cut(content: bytes, size: int) -> list[bytes]:
    return [content[at : at + size] for at in range(0, len(content), size)]


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "utf-8"),
        (b"plain", "utf-8"),
        (CHINESE.encode(), "utf-8"),
        (CHINESE.encode("utf-8-sig"), "utf-8"),
        (CHINESE.encode("gbk"), "gbk"),
        (b"plain\n" * 500 + "联通\n".encode("gbk"), "gbk"),
        ("𠮷野家".encode("gb18030"), "gbk"),
        (b"\xef\xbb\xbfa\xff", "utf-8"),
    ],
)
def test_the_encoding_of_a_file(content: bytes, expected: str, size: int) -> None:
    assert detect_encoding(cut(content, size)) == expected


@pytest.mark.parametrize("size", [1, 2, 5, 1000])
@pytest.mark.parametrize(
    ("content", "line", "offset"),
    [
        (b"abc\xff\xff", 1, 3),
        (b"a\nb\n\xff", 3, 4),
        (CHINESE.encode() + b"x\n\xff\xff\n", 4, len(CHINESE.encode()) + 2),
        (CHINESE.encode("gbk") + b"\n\xff\n", 4, len(CHINESE.encode("gbk")) + 1),
        ("中".encode() + b"\n\xe4\xb8", 2, 4),
    ],
)
def test_a_file_that_is_neither_says_where(content: bytes, line: int, offset: int, size: int) -> None:
    found = detect_encoding(cut(content, size))
    assert isinstance(found, Problem)
    assert found.line == line
    assert f"offset {offset} " in found.reason


@given(st.binary(max_size=40), st.integers(1, 5))
def test_the_chunks_do_not_matter(content: bytes, size: int) -> None:
    assert detect_encoding(cut(content, size)) == detect_encoding([content])


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=30))
def test_utf8_is_always_known(text: str) -> None:
    assert detect_encoding([text.encode()]) == "utf-8"
    assert decode(text.encode()) == text.removeprefix("\ufeff")


def test_lines_are_counted_and_bad_ones_kept_in_place() -> None:
    content = b"\xef\xbb\xbfone\r\n\nb\x00d\n\xff\n" + b"x" * 11 + b"\n" + b"y" * 10 + b"\r\nlast"
    found = list(text_lines([content], "utf-8", limit=10))
    assert [item if isinstance(item, str) else item.line for item in found] == ["one", "", 3, 4, 5, "y" * 10, "last"]
    reasons = [item.reason for item in found if isinstance(item, Problem)]
    assert [word in reason for word, reason in zip(["U+0000", "not UTF-8", "longer"], reasons, strict=True)] == [
        True
    ] * 3


def test_an_endless_line_takes_bounded_memory() -> None:
    def chunks() -> Iterator[bytes]:
        yield b"first\n"
        for _ in range(300):
            yield b"x" * 100_000
        yield b"\nlast"

    tracemalloc.start()
    found = list(text_lines(chunks(), "utf-8"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (found[0], found[2]) == ("first", "last")
    assert isinstance(found[1], Problem)
    assert peak < 2_000_000
