"""Text classification in plain text files, one text a line: labels behind each text, or in a second file line by line.

    combined    text <separator> label <separator> label           x.txt
    separated   text          |  label <separator> label           x.txt | x_result.txt

A text ends where its separator occurs for the last time, so it may contain separators itself. Everything streams; a
line over the limit is reported and never held. What is written is UTF-8.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest

from maquette.formats.encodings import BOM, LINE_LIMIT, Encoding, text_lines
from maquette.formats.label_files import is_unicode, label_names, split_names
from maquette.formats.losses import Losses
from maquette.formats.samples import TEXT_PREFIX, Annotation, Loss, Problem, Sample, text_of
from maquette.kit.errors import Invalid

CLASSIFICATION = "text_classification"
RESULT_SUFFIX = "_result.txt"

_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.|$)", re.DOTALL)
_LETTERS = {"t": "\t"}


@dataclass(frozen=True, slots=True)
class Separators:
    """What stands between a text and its labels, and between labels. Raises Invalid where they cannot be told apart."""

    text: str = "\t"
    labels: str = ","

    def __post_init__(self) -> None:
        if self.text in self.labels:
            raise Invalid(
                "The separator between labels contains the one between text and labels. Choose two that differ."
            )


def a_separator(given: str | None, default: str) -> str:
    r"""The characters a separator stands for, or the default where none is given.

    It is meant literally, also where it looks like a regular expression. Escapes are `\t`, `\\`, `\x20`, `\u3000` and
    a backslash before any other punctuation. Raises Invalid.
    """
    if not given:
        return default
    separator = _ESCAPE.sub(_unescape, given)
    if any(character in separator for character in "\n\r\x00") or not is_unicode(separator):
        raise Invalid("A separator contains a line break or a character that no text has. Choose another one.")
    return separator


def result_name(name: str) -> str | None:
    """The name of the file with the labels of this file of texts, or None where it is no txt file."""
    return name[:-4] + RESULT_SUFFIX if name.lower().endswith(".txt") else None


def read_combined(
    chunks: Iterable[bytes],
    separators: Separators,
    encoding: Encoding = "utf-8",
    limit: int = LINE_LIMIT,
) -> Iterator[Sample | Problem]:
    """A sample for each line that is not blank. A line without a separator is a text without labels."""
    for number, line in enumerate(text_lines(chunks, encoding, limit), start=1):
        if isinstance(line, Problem):
            yield line
        elif line.strip():
            text, names = _parted(line, separators)
            yield classified(text, names, number)


def read_separated(
    texts: Iterable[bytes],
    labels: Iterable[bytes],
    separator: str = ",",
    encodings: tuple[Encoding, Encoding] = ("utf-8", "utf-8"),
    limit: int = LINE_LIMIT,
) -> Iterator[Sample | Problem]:
    """A sample for each line of the first stream that is not blank, with the labels of the same line of the second.

    Texts behind the last line of labels have none. A difference in the number of lines is reported last.
    """
    lines, last = [0, 0], [0, 0]
    pairs = zip_longest(text_lines(texts, encodings[0], limit), text_lines(labels, encodings[1], limit))
    for number, pair in enumerate(pairs, start=1):
        for side, item in enumerate(pair):
            if item is not None:
                lines[side] = number
                if isinstance(item, Problem) or item.strip():
                    last[side] = number
        item = _paired(number, pair, separator)
        if item is not None:
            yield item
    shorter = 0 if last[1] > lines[0] else 1 if last[0] > lines[1] else None
    if shorter is not None:
        yield Problem(
            lines[shorter] + 1,
            f"there are {lines[0]} lines of text and {lines[1]} lines of labels",
            "Give every text its line of labels, an empty one where it has none.",
        )


def combined_line(sample: Sample, separators: Separators, limit: int = LINE_LIMIT) -> tuple[bytes, list[Loss]]:
    """The line of one sample, empty where no line can hold its text, and what the line does not say."""
    losses = Losses(sample.source)
    text, names = _text_and_names(sample, (separators.text, separators.labels), losses)
    if text is not None:
        line = text + separators.text + separators.labels.join(names) if names or separators.text in text else text
        if _parted(line, separators) != (text, names):
            losses.note("a text or labels that run into the separators")
        elif len(encoded := line.encode()) > limit:
            losses.note(f"a line longer than {limit} bytes")
        else:
            return encoded + b"\n", losses.report()
    return b"", losses.report()


def separated_lines(sample: Sample, separator: str = ",", limit: int = LINE_LIMIT) -> tuple[bytes, bytes, list[Loss]]:
    """The line of the text and the line of its labels, both empty where no line can hold them, and what they lack."""
    losses = Losses(sample.source)
    text, names = _text_and_names(sample, (separator,), losses)
    if text is not None:
        result = separator.join(names)
        if split_names(result, separator) != names:
            losses.note("labels that run into the separator")
        elif max(len(line := text.encode()), len(encoded := result.encode())) > limit:
            losses.note(f"a line longer than {limit} bytes")
        else:
            return line + b"\n", encoded + b"\n", losses.report()
    return b"", b"", losses.report()


def classified(text: str, names: list[str] | None, number: int) -> Sample | Problem:
    """The sample of a text and the labels found beside it, or what is wrong with them."""
    if not text.strip():
        return Problem(number, "there are labels but no text", "Write the text before its labels.")
    if "\x00" in text:
        return Problem(number, "the text contains the character U+0000", "Remove it.")
    if names is None:
        return Problem(number, "a label contains control characters", "Write labels as plain text.")
    annotations = [Annotation(type=CLASSIFICATION, name=name) for name in names]
    return Sample(source=TEXT_PREFIX + text, annotations=annotations, line=number)


def writable_text(sample: Sample, losses: Losses) -> str | None:
    """The text of a sample, or None and a note where it has none that a reader would take."""
    text = text_of(sample)
    if text is None:
        losses.note("a sample that is no text")
    elif not text.strip():
        losses.note("a blank text")
    elif "\x00" in text or not is_unicode(text):
        losses.note("a text with U+0000 or half of a character")
    else:
        return text
    return None


def _paired(
    number: int, pair: tuple[str | Problem | None, str | Problem | None], separator: str
) -> Sample | Problem | None:
    line, result = pair
    if isinstance(line, Problem):
        return line
    if isinstance(result, Problem):
        return Problem(number, f"in the file of labels, {result.reason}", result.remedy)
    result = result or ""
    if line is None:
        return None
    if line.strip():
        return classified(line, split_names(result, separator), number)
    if result.strip():
        return Problem(number, "there are labels for an empty line", "Write the text, or remove its labels.")
    return None


def _parted(line: str, separators: Separators) -> tuple[str, list[str] | None]:
    text, found, labels = line.rpartition(separators.text)
    return (text, split_names(labels, separators.labels)) if found else (line, [])


def _text_and_names(sample: Sample, separators: tuple[str, ...], losses: Losses) -> tuple[str | None, list[str]]:
    """What a line can hold of a sample."""
    text = writable_text(sample, losses)
    if text is not None and ("\n" in text or "\r" in text):
        losses.note("a text with line breaks")
        text = None
    if text is not None and text.startswith(BOM):
        losses.note("a text that begins with a byte order mark")
        text = None
    if text is None:
        return None, []
    losses.of_sample(sample)
    names: list[str] = []
    for name in label_names(sample, CLASSIFICATION, losses):
        if any(separator in name for separator in separators):
            losses.note("labels that contain a separator")
        else:
            names.append(name)
    return text, names


def _unescape(escape: re.Match[str]) -> str:
    body = escape[1]
    if len(body) > 1:
        return chr(int(body[1:], 16))
    if body in _LETTERS:
        return _LETTERS[body]
    if body.isalnum():
        raise Invalid(f"The escape '\\{body}' of a separator is not known. Write the character itself.")
    return body or "\\"
