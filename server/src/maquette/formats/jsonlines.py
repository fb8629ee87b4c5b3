"""JSON lines as annotation tools for text write them: one object a line, with a text and its labels.

    {"text": "...", "label": "positive"}                  or a list of names: text_classification
    {"text": "...", "label": [[0, 7, "Person"]]}          spans: text_entity
    {"text": "...", "entities": [{"id": 1, "start_offset": 0, "end_offset": 7, "label": "Person"}],
                    "relations": [{"id": 1, "from_id": 1, "to_id": 2, "type": "Author"}]}      text_triplet

Offsets are code points, the end exclusive, and are checked against the text. Numbers that serve as ids become E1, E2 …
and R1, R2 … in their order; ids that are words stay. Other keys are passed over.
"""

from collections.abc import Iterable, Iterator
from typing import Any, cast

import orjson

from maquette.formats.documents import Bad, a_key, a_name, read_lines
from maquette.formats.label_files import is_plain, note_details
from maquette.formats.losses import Losses
from maquette.formats.manifest import MAX_LINE_BYTES
from maquette.formats.samples import (
    END_INDEX,
    FROM,
    START_INDEX,
    TEXT_PREFIX,
    TO,
    Annotation,
    Loss,
    Problem,
    Sample,
)
from maquette.formats.texts import CLASSIFICATION, writable_text

ENTITY, TRIPLET = "text_entity", "text_triplet"

_TEXT_KEYS = ("text", "data", "content")
_SPANS = 'Write spans as [[0, 7, "Person"]] or {"start_offset": 0, "end_offset": 7, "label": "Person"}.'


def read_json_lines(lines: Iterable[bytes]) -> Iterator[Sample | Problem]:
    """Read line by line, in order, counting from 1. Empty lines are passed over. No line makes it raise.

    `manifest.split_lines` cuts a stream into lines in bounded memory.
    """
    return read_lines(lines, _read_line)


def write_json_line(sample: Sample) -> tuple[bytes, list[Loss]]:
    """One line with its newline, empty where the sample is no text, and what it does not say."""
    losses = Losses(sample.source)
    text = writable_text(sample, losses)
    if text is None:
        return b"", losses.report()
    losses.of_sample(sample, kept=("id",) if is_plain(sample.id) else ())
    names: list[str] = []
    entities: dict[str | int, dict[str, Any]] = {}
    for annotation in sample.annotations:
        if annotation.type == CLASSIFICATION:
            _write_name(annotation, names, losses)
        elif annotation.type == ENTITY:
            _write_entity(annotation, text, entities, losses)
        elif annotation.type != TRIPLET:
            losses.note(f"annotations of the type {annotation.type}")
    relations = _write_relations(sample, entities, losses)
    body: dict[str, Any] = {"id": sample.id} if is_plain(sample.id) else {}
    body["text"] = text
    found = {"label": names, "entities": list(entities.values()), "relations": relations}
    body.update({key: items for key, items in found.items() if items})
    return orjson.dumps(body, option=orjson.OPT_APPEND_NEWLINE), losses.report()


def _read_line(line: bytes) -> Sample:
    if len(line) > MAX_LINE_BYTES:
        raise Bad(f"the line is longer than {MAX_LINE_BYTES} bytes", "Split the text into several.")
    try:
        value: object = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise Bad(f"the line is not JSON: {error.msg}", "Write one JSON object a line, in UTF-8.") from error
    if not isinstance(value, dict):
        raise Bad("the line is no JSON object", 'Write an object such as {"text": "I like it", "label": "positive"}.')
    body = cast("dict[str, Any]", value)
    text = next((body[key] for key in _TEXT_KEYS if body.get(key) is not None), None)
    if not isinstance(text, str) or not text.strip():
        raise Bad("there is no text", "Give the text itself under 'text'.")
    if "\x00" in text:
        raise Bad("the text contains the character U+0000", "Remove it.")
    annotations = _Annotations(text)
    for key in ("label", "labels", "entities"):
        annotations.take(key, body.get(key))
    annotations.relate(body.get("relations"))
    own_id = body.get("id")
    return Sample(
        source=TEXT_PREFIX + text,
        id=a_name(own_id) if isinstance(own_id, str | int) else None,
        annotations=annotations.all(),
    )


class _Annotations:
    """What one line says of its text. Raises Bad for what is no annotation."""

    def __init__(self, text: str) -> None:
        self._length = len(text)
        self._names: dict[str, None] = {}
        self._entities: list[tuple[int | str | None, Annotation]] = []
        self._relations: list[Annotation] = []

    def all(self) -> list[Annotation]:
        labels = [Annotation(type=CLASSIFICATION, name=name) for name in self._names]
        return labels + [entity for _, entity in self._entities] + self._relations

    def take(self, key: str, value: object) -> None:
        for item in _items(key, value):
            if isinstance(item, list | dict):
                self._take_span(cast("list[Any] | dict[str, Any]", item))
            else:
                self._names[_name(item, key)] = None

    def relate(self, value: object) -> None:
        """Read the relations, once all entities are known, and give both their ids."""
        relations: list[tuple[int | str | None, dict[str, Any]]] = []
        for item in _items("relations", value):
            if not isinstance(item, dict):
                raise Bad("a relation is no object", 'Write {"from_id": 1, "to_id": 2, "type": "Author"}.')
            body = cast("dict[str, Any]", item)
            relations.append((_own_id(body), body))
        ids = _named([key for key, _ in self._entities], "E")
        by_key = {key: own for (key, _), own in zip(self._entities, ids, strict=True)}
        for (_, entity), own in zip(self._entities, ids, strict=True):
            entity.id = own
        for (_, body), own in zip(relations, _named([key for key, _ in relations], "R"), strict=True):
            start, end = (by_key.get(a_key(body.get(key))) for key in ("from_id", "to_id"))
            if start is None or end is None:
                raise Bad("a relation's 'from_id' or 'to_id' is the id of no entity", "Give both entities an id.")
            name = _name(body.get("type", body.get("label")), "type")
            self._relations.append(Annotation(type=TRIPLET, name=name, id=own, property={FROM: start, TO: end}))

    def _take_span(self, item: list[Any] | dict[str, Any]) -> None:
        if isinstance(item, list):
            if len(item) != 3:
                raise Bad("a span is no [start, end, label]", _SPANS)
            offsets, name, key = item[:2], item[2], None
        else:
            offsets = [item.get(f"{end}_offset", item.get(end)) for end in ("start", "end")]
            name, key = item.get("label"), _own_id(item)
        start, end = offsets
        if type(start) is not int or type(end) is not int:
            raise Bad("the offsets of a span are no whole numbers", _SPANS)
        if not 0 <= start < end <= self._length:
            raise Bad(
                f"the span {start} to {end} does not lie in the text of {self._length} characters",
                "Count characters from 0, not bytes; the end is the first one behind the span.",
            )
        entity = Annotation(type=ENTITY, name=_name(name, "label"), property={START_INDEX: start, END_INDEX: end})
        self._entities.append((key, entity))


def _items(key: str, value: object) -> list[Any]:
    if value is None or value == "":
        return []
    if isinstance(value, list):
        return cast("list[Any]", value)
    if isinstance(value, str | int) and not isinstance(value, bool):
        return [value]
    raise Bad(f"'{key}' is neither a name nor a list", _SPANS)


def _name(value: object, key: str) -> str:
    name = a_name(value)
    if name is None:
        raise Bad(f"a '{key}' is no name", "Give the label as one line of plain text.")
    return name


def _own_id(body: dict[str, Any]) -> int | str | None:
    given = body.get("id")
    key = a_key(given)
    if (given is not None and key is None) or (isinstance(key, str) and not is_plain(key)):
        raise Bad("an 'id' is neither a number nor a word", "Give ids such as 1 or E1.")
    return key


def _named(keys: list[int | str | None], prefix: str) -> list[str | None]:
    """The ids in memory: words as they are, numbers as the prefix and their place, nothing for nothing."""
    given = {key for key in keys if key is not None}
    if len(given) != sum(key is not None for key in keys):
        raise Bad("two annotations have the same id", "Give every annotation an id of its own.")
    ids: list[str | None] = []
    place = 0
    for key in keys:
        if isinstance(key, int):
            place += 1
            while f"{prefix}{place}" in given:
                place += 1
            ids.append(f"{prefix}{place}")
        else:
            ids.append(key)
    return ids


def _write_name(annotation: Annotation, names: list[str], losses: Losses) -> None:
    if not is_plain(annotation.name):
        losses.note("labels whose name is not one line of plain text")
    elif annotation.name in names:
        losses.note("repeated labels")
    else:
        names.append(annotation.name)
        note_details(annotation, losses)


def _write_entity(annotation: Annotation, text: str, entities: dict[str | int, dict[str, Any]], losses: Losses) -> None:
    start, end = annotation.property.get(START_INDEX), annotation.property.get(END_INDEX)
    key = annotation.id
    if not (type(start) is int and type(end) is int and 0 <= start < end <= len(text)):
        losses.note("entities that do not lie in the text")
    elif not is_plain(annotation.name):
        losses.note("labels whose name is not one line of plain text")
    elif key is not None and (not is_plain(key) or key in entities):
        losses.note("annotations whose id is not their own")
    else:
        body: dict[str, Any] = {} if key is None else {"id": key}
        body |= {"start_offset": start, "end_offset": end, "label": annotation.name}
        entities[len(entities) if key is None else key] = body
        note_details(annotation, losses, kept=(START_INDEX, END_INDEX), ids=True)


def _write_relations(sample: Sample, entities: dict[str | int, dict[str, Any]], losses: Losses) -> list[dict[str, Any]]:
    relations: list[dict[str, Any]] = []
    taken: set[str] = set()
    for annotation in sample.annotations:
        if annotation.type != TRIPLET:
            continue
        start, end, key = annotation.property.get(FROM), annotation.property.get(TO), annotation.id
        if not (isinstance(start, str) and isinstance(end, str) and start in entities and end in entities):
            losses.note("relations whose entities are not there")
        elif not is_plain(annotation.name):
            losses.note("labels whose name is not one line of plain text")
        elif key is not None and (not is_plain(key) or key in taken):
            losses.note("annotations whose id is not their own")
        else:
            body: dict[str, Any] = {} if key is None else {"id": key}
            relations.append(body | {"from_id": start, "to_id": end, "type": annotation.name})
            taken.update(() if key is None else (key,))
            note_details(annotation, losses, kept=(FROM, TO), ids=True)
    return relations
