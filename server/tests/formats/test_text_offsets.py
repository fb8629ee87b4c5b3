"""Offsets of other programs: each way of counting is recognised by the words beside them, or refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maquette.formats.text_offsets import COUNTINGS, Offsets

UTF16 = "UTF-16"


def counted(text: str, start: int, end: int, counting: str) -> tuple[int, int]:
    """What a program that counts in this way calls the code points from start to end."""

    def offset(at: int) -> int:
        before = text[:at].replace("\r\n", "\n") if counting.endswith("one") else text[:at]
        return len(before.encode("utf-16-le")) // 2 if counting.startswith(UTF16) else len(before)

    return offset(start), offset(end)


@pytest.mark.parametrize("counting", COUNTINGS)
def test_each_way_of_counting_is_recognised(counting: str) -> None:
    text = "👨🏻‍🚒 firemen\r\ndrive 🚒\r\nfiretrucks"
    start = text.index("firetrucks")
    first, last = counted(text, start, len(text), counting)
    offsets = Offsets(text)
    assert offsets.fitting([(first, last, "firetrucks")]) == [counting]
    assert offsets.place((first, last, "firetrucks"), COUNTINGS) == (start, len(text))


def test_words_may_have_other_line_ends() -> None:
    assert Offsets("a\r\nb").place((0, 4, "a\nb"), COUNTINGS) == (0, 4)
    assert Offsets("a\nb").place((0, 3, "a\\nb"), COUNTINGS) == (0, 3)


@pytest.mark.parametrize(
    "span",
    [(0, 3, "cat"), (1, 1, ""), (2, 1, "a"), (-1, 1, "a"), (0, 99, "ab"), (1, 2, "b"), (0, 1, "😀"),
     (10**30, 10**31, "a")],
)  # fmt: skip
def test_what_does_not_cover_its_words_has_no_place(span: tuple[int, int, str]) -> None:
    assert Offsets("😀ab").place(span, COUNTINGS[1:2]) is None


def test_without_words_only_what_all_agree_on_counts() -> None:
    assert Offsets("plain").place((1, 3, None), COUNTINGS) == (1, 3)
    assert Offsets("ab😀cd").place((0, 2, None), COUNTINGS) == (0, 2)
    assert Offsets("ab😀cd").place((3, 4, None), COUNTINGS) is None


def test_the_first_counting_that_fits_is_taken() -> None:
    offsets = Offsets("😀aaa")
    assert offsets.place((2, 3, "a"), COUNTINGS) == (2, 3)
    assert offsets.place((2, 3, "a"), [UTF16, *COUNTINGS]) == (1, 2)


@given(
    st.text(st.sampled_from("a😀\r\n中"), min_size=1, max_size=12),
    st.integers(0, 11),
    st.integers(1, 12),
    st.sampled_from(COUNTINGS),
)
def test_counting_and_placing_are_inverse(text: str, start: int, length: int, counting: str) -> None:
    end = min(len(text), start + length)
    cuts_line_end = any(text[at - 1 : at + 1] == "\r\n" for at in (start, end) if at)
    if start >= end or cuts_line_end:
        return
    first, last = counted(text, start, end, counting)
    assert Offsets(text).place((first, last, text[start:end]), [counting]) == (start, end)
