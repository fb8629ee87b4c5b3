"""The ModelArts manifest: one JSON object a line, a sample with its annotations. Tolerant in, exact out.

Every annotation type passes through here as an `Annotation`; what is particular to one (points in a VOC file, spans
in `property`) is for the module of that type. A bad line is reported and never stops the lines behind it.

Addresses are `obs://` in memory and `s3://` in the file, as ModelArts writes them. Types lose their `modelarts/`
prefix in memory. Keys we do not know are kept in `extra` and written back.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any, cast

import orjson

from maquette.formats.documents import MAX_DEPTH, Bad, check, read_lines
from maquette.formats.samples import Annotation, Problem, Sample

MAX_LINE_BYTES = 16 << 20
USAGES = ("TRAIN", "EVAL", "TEST", "INFERENCE")
# Types whose annotation means nothing without the label's name.
NAMED_TYPES = frozenset({"image_classification", "text_classification", "audio_classification"})

_TIME = "%Y-%m-%d %H:%M:%S"
_PREFIX = "modelarts/"
_DEPTH_OF_PROPERTY = 3
_NUL = b"\\u0000"
"""How JSON writes the one character that no text may contain."""


def read_manifest(lines: Iterable[bytes]) -> Iterator[Sample | Problem]:
    """Read line by line, in order, counting from 1. Empty lines are passed over. No line makes it raise."""
    return read_lines(lines, _read_line)


def write_line(sample: Sample) -> bytes:
    """One line with its newline: the same sample always gives the same bytes. Raises ValueError for what JSON lacks."""
    try:
        body = _written(sample, _SAMPLE_WRITERS)
        annotations: list[dict[str, Any]] = []
        for annotation in sample.annotations:
            described = _written(annotation, _ANNOTATION_WRITERS)
            if "/" not in annotation.type:
                described["type"] = _PREFIX + annotation.type
            _add_extra(described, annotation.extra)
            annotations.append(described)
        if annotations:
            body["annotation"] = annotations
        _add_extra(body, sample.extra)
        line = orjson.dumps(body, option=orjson.OPT_APPEND_NEWLINE)
        if _NUL in line:
            check(body, 0)
        return line
    except (Bad, TypeError) as error:
        raise ValueError(f"The sample '{sample.source}' cannot be written to a manifest: {error}.") from error


def split_lines(chunks: Iterable[bytes], limit: int = MAX_LINE_BYTES) -> Iterator[bytes]:
    """Cut a stream into lines in bounded memory. Of a line over the limit only the beginning is kept, to be refused."""
    rest = b""
    for chunk in chunks:
        pieces = chunk.split(b"\n")
        rest += pieces[0][: limit + 1 - len(rest)]
        for piece in pieces[1:]:
            yield rest
            rest = piece[: limit + 1]
    if rest:
        yield rest


def time_to_ms(text: str) -> int | None:
    """The milliseconds of a `creation-time`, read as UTC, or None when it is written in another way."""
    # What is longer is no time, and would be kept for the next one.
    return _time_to_ms(text) if len(text) < 32 else None


@lru_cache(maxsize=4096)
def _time_to_ms(text: str) -> int | None:
    try:
        return int(datetime.strptime(text, _TIME).replace(tzinfo=UTC).timestamp()) * 1000
    except ValueError:
        return None


def ms_to_time(ms: int) -> str:
    """A `creation-time` for these milliseconds, in UTC."""
    return _time(ms // 1000)


@lru_cache(maxsize=4096)
def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime(_TIME)


def _read_line(line: bytes) -> Sample:
    if len(line) > MAX_LINE_BYTES:
        raise Bad(f"the line is longer than {MAX_LINE_BYTES} bytes", "Store the content in a file and refer to it.")
    try:
        value: object = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise Bad(f"the line is not JSON: {error.msg}", "Write one JSON object a line, in UTF-8.") from error
    if not isinstance(value, dict):
        raise Bad("the line is no JSON object", 'Write an object such as {"source": "s3://bucket/image.jpg"}.')
    body = cast("dict[str, Any]", value)
    if _NUL in line:
        check(body, 0)
    annotations = [_read_annotation(item) for item in _annotation_list(body.pop("annotation", None))]
    known, extra = _read_keys(body, _SAMPLE_READERS)
    if "source" not in known:
        raise Bad("'source' is missing", "Give the address of the sample, or content:// and its text.")
    return Sample(**known, annotations=annotations, extra=extra)


def _annotation_list(value: object) -> list[object]:
    if value is None:
        return []
    return cast("list[object]", value) if isinstance(value, list) else [value]


def _read_annotation(value: object) -> Annotation:
    if not isinstance(value, dict):
        raise Bad("an annotation is no JSON object", 'Write annotations as [{"type": "...", "name": "..."}].')
    known, extra = _read_keys(cast("dict[str, Any]", value), _ANNOTATION_READERS)
    if "type" not in known:
        raise Bad("an annotation has no 'type'", "Give its type, such as modelarts/image_classification.")
    if known["type"] in NAMED_TYPES and "name" not in known:
        raise Bad(f"an annotation of type {known['type']} has no 'name'", "Give the name of the label.")
    return Annotation(**known, extra=extra)


def _read_keys(body: dict[str, Any], keys: "_Readers") -> tuple[dict[str, Any], dict[str, Any]]:
    """The known keys of the object, converted, and the others as they are; null counts as absent."""
    known: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    for key, value in body.items():
        if (reader := keys.get(key)) is None:
            check(value, 1)
            extra[key] = value
        elif value is not None and (converted := reader[1](key, value)) is not None:
            known[reader[0]] = converted
    return known, extra


def _written(item: Sample | Annotation, keys: "_Writers") -> dict[str, Any]:
    body: dict[str, Any] = {}
    values_of, writers = keys
    for value, (key, write) in zip(values_of(item), writers, strict=True):
        if value is not None and (write is None or (value := write(value)) is not None):
            body[key] = value
    return body


def _writers(keys: "_Keys") -> "_Writers":
    values_of = attrgetter(*(attribute for _, attribute, _ in keys))
    return values_of, tuple((key, _WRITE.get(read)) for key, _, read in keys)


def _spelled(value: bool) -> str:
    return "true" if value else "false"


def _s3(value: str) -> str:
    return "s3://" + value[6:] if value.startswith("obs://") else value


def _checked(value: Any) -> Any:
    check(value, 0)
    return value


def _filled(value: dict[str, Any]) -> dict[str, Any] | None:
    return _ordered(value, _DEPTH_OF_PROPERTY) if value else None


def _add_extra(body: dict[str, Any], extra: dict[str, Any]) -> None:
    for key in sorted(extra):
        body.setdefault(key, _ordered(extra[key], 1))


def _ordered(value: Any, depth: int) -> Any:
    """The value with the keys of its objects in order. Raises as `check` does, but not for a NUL in a text."""
    if isinstance(value, str):
        return value
    if depth >= MAX_DEPTH or not isinstance(value, (dict, list)):
        check(value, depth)
    if isinstance(value, dict):
        items = cast("dict[str, Any]", value)
        return {key: _ordered(items[key], depth + 1) for key in sorted(items)}
    if isinstance(value, list):
        return [_ordered(item, depth + 1) for item in cast("list[Any]", value)]
    return value


def _text(key: str, value: object) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)  # labels such as the digits 0 to 9 are often written bare
    if not isinstance(value, str):
        raise Bad(f"'{key}' is no text", f"Write '{key}' in quotation marks.")
    return value or None


def _address(key: str, value: object) -> str | None:
    if not isinstance(value, str):
        raise Bad(f"'{key}' is no text", f"Write '{key}' in quotation marks.")
    return "obs://" + value[5:] if value[:5].lower() == "s3://" else value or None


def _usage(key: str, value: object) -> str | None:
    usage = value.strip().upper() if isinstance(value, str) else None
    if usage == "":
        return None
    if usage not in USAGES:
        raise Bad(f"'{key}' is none of {', '.join(USAGES)}", "Write one of them, or leave it away.")
    return usage


def _type(key: str, value: object) -> str | None:
    text = _text(key, value)
    return text.removeprefix(_PREFIX) or None if text else None


def _flag(key: str, value: object) -> bool | None:
    word = value.strip().lower() if isinstance(value, str) else value
    if word == "":
        return None
    if word in ("true", True, "1"):
        return True
    if word in ("false", False, "0"):
        return False
    raise Bad(f"'{key}' is neither true nor false", 'Write "true" or "false".')


def _fraction(key: str, value: object) -> float | None:
    try:
        number = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None
    except (ValueError, OverflowError):
        number = None
    if number is None or not 0 <= number <= 1:
        raise Bad(f"'{key}' is no number from 0 to 1", "Write a number such as 0.8.")
    return number


def _kind(key: str, value: object) -> int | None:
    number = int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 3 else value
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= 99:
        raise Bad(f"'{key}' is no sample type", "Write 0 (image), 1 (text), 2 (audio), 4 (table) or 6 (video).")
    return number


def _object(key: str, value: object) -> dict[str, Any] | None:
    if not isinstance(value, dict):
        raise Bad(f"'{key}' is no JSON object", f"Write '{key}' as an object of names and values.")
    # All that is kept as it is; of what is converted the readers know the range.
    check(cast("object", value), _DEPTH_OF_PROPERTY)
    return cast("dict[str, Any]", value)


_Keys = tuple[tuple[str, str, Callable[[str, object], Any]], ...]
_Writers = tuple[Callable[[Any], Any], tuple[tuple[str, Callable[[Any], Any] | None], ...]]
_Readers = dict[str, tuple[str, Callable[[str, object], Any]]]

# In the order in which they are written.
_SAMPLE_KEYS: _Keys = (
    ("source", "source", _address),
    ("usage", "usage", _usage),
    ("hard", "hard", _flag),
    ("hard-coefficient", "hard_coefficient", _fraction),
    ("id", "id", _text),
    ("sample-type", "sample_type", _kind),
    ("property", "property", _object),
    ("inference-loc", "inference_loc", _address),
)
_ANNOTATION_KEYS: _Keys = (
    ("type", "type", _type),
    ("id", "id", _text),
    ("name", "name", _text),
    ("property", "property", _object),
    ("hard", "hard", _flag),
    ("hard-coefficient", "hard_coefficient", _fraction),
    ("annotated-by", "annotated_by", _text),
    ("confidence", "confidence", _fraction),
    ("creation-time", "creation_time", _text),
    ("annotation-format", "annotation_format", _text),
    ("annotation-loc", "annotation_loc", _address),
)
_SAMPLE_READERS: _Readers = {key: (attribute, read) for key, attribute, read in _SAMPLE_KEYS}
_ANNOTATION_READERS: _Readers = {key: (attribute, read) for key, attribute, read in _ANNOTATION_KEYS}
_WRITE: dict[Callable[[str, object], Any], Callable[[Any], Any]] = {
    _flag: _spelled,
    _address: _s3,
    _object: _filled,
    _fraction: _checked,
}
_SAMPLE_WRITERS = _writers(_SAMPLE_KEYS)
_ANNOTATION_WRITERS = _writers(_ANNOTATION_KEYS)
