"""How the bytes of a text file become characters: UTF-8, with or without a byte order mark, or GBK.

A file has one encoding. Which one is known for sure only at its end (a million lines may be plain ASCII before the
first Chinese character), so finding it out and reading are two passes, and between them the answer may be kept.
GBK is read as GB18030, the standard that contains it and that programs write under its name.
"""

import codecs
from collections.abc import Iterable, Iterator
from typing import Literal

from maquette.formats.manifest import split_lines
from maquette.formats.samples import Problem

Encoding = Literal["utf-8", "gbk"]

LINE_LIMIT = 100 << 10
BOM = "\ufeff"

_CODECS: dict[Encoding, str] = {"utf-8": "utf-8", "gbk": "gb18030"}
_SAVE_ANEW = "Save the file as UTF-8."


def detect_encoding(chunks: Iterable[bytes]) -> Encoding | Problem:
    """Read the whole stream and tell its encoding; what is valid in both counts as UTF-8.

    A byte order mark decides at once: such a file is UTF-8, and lines that are not are the reader's to report. A file
    that is neither gives a Problem with the line and the offset up to which the better one of the two came.
    """
    trials = [_Trial("utf-8"), _Trial("gbk")]
    start = b""
    for chunk in chunks:
        if len(start) < len(codecs.BOM_UTF8):
            start += chunk[: len(codecs.BOM_UTF8)]
            if start.startswith(codecs.BOM_UTF8):
                return "utf-8"
        for trial in trials:
            trial.feed(chunk)
        if all(trial.offset is not None for trial in trials):
            break
    for trial in trials:
        trial.feed(b"", final=True)
        if trial.offset is None:
            return trial.encoding
    best = max(trials, key=lambda trial: trial.offset or 0)
    return Problem(best.line, f"the byte at offset {best.offset} is neither UTF-8 nor GBK", _SAVE_ANEW)


def decode(data: bytes) -> str | Problem:
    """The characters of a small file, without its byte order mark."""
    encoding = detect_encoding([data])
    if isinstance(encoding, Problem):
        return encoding
    decoded = decode_line(data, encoding)
    return Problem(0, "the file is not UTF-8, as its beginning says", _SAVE_ANEW) if decoded is None else decoded


def decode_line(data: bytes, encoding: Encoding) -> str | None:
    """The characters of these bytes, without a byte order mark, or None where they are not in this encoding."""
    try:
        return data.decode(_CODECS[encoding]).removeprefix(BOM)
    except UnicodeDecodeError:
        return None


def text_lines(chunks: Iterable[bytes], encoding: Encoding, limit: int = LINE_LIMIT) -> Iterator[str | Problem]:
    """One item for every line, in order: its text without the line end, or why it cannot be read.

    Memory is bounded by the chunks and `limit`, the bytes a line may have, whatever the stream holds.
    """
    for number, line in enumerate(split_lines(chunks, limit + 1), start=1):
        line = line.removesuffix(b"\r")
        if len(line) > limit:
            yield Problem(number, f"the line is longer than {limit} bytes", "Shorten the line, or split it in two.")
            continue
        text = decode_line(line, encoding)
        if text is None:
            yield Problem(number, f"the line is not {encoding.upper()}", _SAVE_ANEW)
        elif "\x00" in text:
            yield Problem(number, "the line contains the character U+0000", "Remove it.")
        else:
            yield text


class _Trial:
    """One encoding tried on a stream: whether and where it fails."""

    def __init__(self, encoding: Encoding) -> None:
        self.encoding: Encoding = encoding
        self.offset: int | None = None
        self.line = 1
        self._decoder = codecs.getincrementaldecoder(_CODECS[encoding])()
        self._read = 0
        self._held = b""

    def feed(self, chunk: bytes, *, final: bool = False) -> None:
        if self.offset is not None:
            return
        # Most of most files is plain: both encodings agree there, and testing is many times faster than decoding.
        if self._held or final or not chunk.isascii():
            try:
                self._decoder.decode(chunk, final)
            except UnicodeDecodeError as error:
                self.offset = self._read - len(self._held) + error.start
                self.line += (self._held + chunk)[: error.start].count(b"\n")
                return
            self._held = self._decoder.getstate()[0]
        self._read += len(chunk)
        self.line += chunk.count(b"\n")
