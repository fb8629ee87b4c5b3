"""What an uploaded file must be, by the type of its dataset: whole pictures, sounds and videos by their first bytes,
tables with rows for the schema, texts line by line. Nothing is stored here."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from maquette.datasets.importing.table_files import TableCheck
from maquette.datasets.importing.texts import TextRules
from maquette.datasets.sample_schemas import NewSample
from maquette.datasets.types import AUDIO_SAMPLE, IMAGE_SAMPLE, TABLE, VIDEO_SAMPLE, DatasetType
from maquette.formats.encodings import detect_encoding
from maquette.formats.images import decode_check
from maquette.formats.samples import SIZE, Problem, Sample
from maquette.formats.texts import read_combined
from maquette.kit.errors import Invalid

SUFFIXES = {"JPEG": (".jpg", ".jpeg"), "PNG": (".png",), "BMP": (".bmp",)}


def check_name(kind: DatasetType, item: NewSample) -> None:
    if item.sample_type not in (None, kind.sample_type):
        raise Invalid(f"sample_type {item.sample_type} does not apply to {kind.name}.")
    if not kind.takes(PurePosixPath(item.name).suffix.lower()):
        raise Invalid(f"'{item.name}' is no file for {kind.name}. Use {', '.join(sorted(kind.media or ()))}.")


def checked_file(kind: DatasetType, settings: Mapping[str, Any], name: str, data: bytes) -> dict[str, Any]:
    """The metadata of a file that is what its name says. Raises Invalid."""
    if not data:
        raise Invalid(f"'{name}' is empty.")
    if kind.sample_type == IMAGE_SAMPLE:
        return _picture(name, data)
    if kind.sample_type == AUDIO_SAMPLE and not (data[:4] in (b"RIFF", b"RF64") and data[8:12] == b"WAVE"):
        raise Invalid(f"'{name}' is no WAV file. Convert it, for example with ffmpeg.")
    if kind.sample_type == VIDEO_SAMPLE and data[4:8] != b"ftyp":
        raise Invalid(f"'{name}' is no MP4 file. Convert it, for example with ffmpeg.")
    if kind.number == TABLE:
        fits, problems = TableCheck(settings).check(lambda: iter([data]), name)
        if not fits:
            raise Invalid(f"'{name}' has no row for the schema: {problems[-1].reason}. {problems[-1].remedy}")
    return {}


def check_text(text: str, limit: int) -> None:
    """A text that comes by itself, as `content://`. Raises Invalid."""
    if not text.strip() or "\x00" in text:
        raise Invalid("The text is empty, or contains the character U+0000.")
    if len(text.encode()) > limit:
        raise Invalid(f"The text has more than {limit} bytes.")


def checked_texts(rules: TextRules, line_bytes: int, name: str, data: bytes) -> list[Sample]:
    """The texts of a file, each once, with the labels behind them. Raises Invalid at the first line that is none."""
    encoding = detect_encoding([data])
    if isinstance(encoding, Problem):
        raise Invalid(f"'{name}' cannot be read: {encoding.reason}. {encoding.remedy}")
    found: dict[str, Sample] = {}
    for item in read_combined([data], rules.in_lines, encoding, line_bytes):
        if isinstance(item, Problem):
            raise Invalid(f"'{name}' cannot be read: in line {item.line}, {item.reason}. {item.remedy}")
        found[item.source] = item
    if not found:
        raise Invalid(f"'{name}' holds no text.")
    return list(found.values())


def _picture(name: str, data: bytes) -> dict[str, Any]:
    facts = decode_check(data)
    if PurePosixPath(name).suffix.lower() not in SUFFIXES.get(facts.format, ()):
        raise Invalid(f"'{name}' holds {facts.format} data. Name it accordingly, or convert it.")
    return {SIZE: [facts.width, facts.height, facts.channels]}
