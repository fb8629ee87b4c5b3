"""Offsets into a text that were counted by another program, brought to code points and checked against the text.

Browsers count UTF-16 units, and may have seen line ends as one character where the file has two. Which of these was
counted is found out by the words that the program recorded beside its offsets, never assumed.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate

COUNTINGS = ("code points", "UTF-16", "code points, line ends as one", "UTF-16, line ends as one")
"""From the likeliest to the least."""

Span = tuple[int, int, str | None]
"""Start, end, and the words between them where they were recorded."""


class Offsets:
    """One text, and what each way of counting makes of an offset into it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._ends = _line_ends(text)
        self._pairs = _pairs(text)
        self._pairs_of_unix = _pairs(text.replace("\r\n", "\n")) if self._ends and self._pairs else self._pairs

    @property
    def is_plain(self) -> bool:
        """Whether all ways of counting agree on every offset."""
        return not self._ends and not self._pairs

    def fitting(self, spans: Iterable[Span]) -> list[str]:
        """The ways of counting by which every span covers its words."""
        left: list[str] = list(COUNTINGS)
        for span in spans:
            left = [counting for counting in left if self.place(span, [counting]) is not None]
        return left

    def place(self, span: Span, countings: Sequence[str]) -> tuple[int, int] | None:
        """Start and end in code points by the first counting by which the span covers its words.

        Without recorded words, the answer is None unless all countings give the same.
        """
        start, end, words = span
        if words is None:
            places = {self._place(start, end, counting) for counting in COUNTINGS}
            return places.pop() if len(places) == 1 else None
        for counting in countings:
            place = self._place(start, end, counting)
            # Line ends can make the text twice as long as the words; comparing more than that would only cost time.
            if place and place[1] - place[0] <= 2 * len(words) and _same(self._text[slice(*place)], words):
                return place
        return None

    def _place(self, start: int, end: int, counting: str) -> tuple[int, int] | None:
        first, last = self._offset(start, counting), self._offset(end, counting)
        if first is None or last is None or not 0 <= first < last <= len(self._text):
            return None
        return first, last

    def _offset(self, offset: int, counting: str) -> int | None:
        unix = counting.endswith("one")
        if counting.startswith("UTF-16"):
            pairs = self._pairs_of_unix if unix else self._pairs
            before = bisect_left(pairs, offset)
            if before < len(pairs) and pairs[before] == offset:
                return None  # in the middle of a character
            offset -= before
        return offset + bisect_left(self._ends, offset) if unix else offset


def _pairs(text: str) -> "array[int]":
    """Where, in UTF-16 units, the second halves of characters stand that need two."""
    if text.isascii():
        return array("q")
    positions = (at for at, character in enumerate(text) if character > "\uffff")
    return array("q", (at + before + 1 for before, at in enumerate(positions)))


def _line_ends(text: str) -> "array[int]":
    """Where the line ends of two characters stand once each of them is one."""
    lengths = [len(line) + 1 for line in text.split("\r\n")[:-1]]
    return array("q", (end - 1 for end in accumulate(lengths)))


def _same(passage: str, words: str) -> bool:
    return passage == words or _plain(passage) == _plain(words)


def _plain(text: str) -> str:
    """Line ends as one character, also where they were written down as a backslash and a letter."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\\n", "\n")
