"""Label Studio's JSON and JSON_MIN exports, read. Writing is in `labelstudio_writing`, single regions in
`labelstudio_regions`.

A task is a sample. Of several annotations of a task the latest is taken, the others are reported; cancelled ones are
passed over and counted. Predictions count only where no person has annotated, as made by `auto`. JSON_MIN has one
record for each annotation; records of one task are put together first. Line is always 0: reasons name the task.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from maquette.formats.documents import Bad, a_key, a_list, a_name, a_number, a_word, an_object, load, shown
from maquette.formats.labelstudio_regions import Region, audio_regions, classes, contents, relations, shapes, spans
from maquette.formats.manifest import ms_to_time
from maquette.formats.samples import SIZE, TEXT_PREFIX, Annotation, Problem, Sample
from maquette.formats.shapes import edges
from maquette.formats.text_offsets import COUNTINGS, Offsets

IMAGE_TYPES = ("image_classification", "object_detection", "image_segmentation")
TEXT_TYPES = ("text_classification", "text_entity", "text_triplet")
AUDIO_TYPES = ("audio_classification", "audio_content", "audio_segmentation")

_KEYS = {
    "image": ("image", "img", "picture", "photo", "url"),
    "text": ("text", "content", "sentence", "document"),
    "audio": ("audio", "sound", "wav", "url"),
}
_MIN_AFTER = ("annotator", "annotation_id", "created_at", "updated_at", "lead_time", "agreement")


@dataclass(slots=True)
class _Task:
    where: str
    data: dict[str, Any]
    annotations: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    predictions: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])


def read_labelstudio(data: bytes, *, annotation_type: str, data_key: str | None = None) -> Iterator[Sample | Problem]:
    """Read an export, one sample a task, in order, each followed by its problems. No document makes it raise.

    `data_key` names the value of a task that is the sample; without it, the usual keys are tried, then the first text.
    """
    try:
        document = load(data)
        tasks = _tasks(document)
    except Bad as bad:
        yield bad.problem()
        return
    countings = _countings(tasks, annotation_type, data_key)
    cancelled = 0
    for task in tasks:
        cancelled += sum(item.get("was_cancelled") is True for item in task.annotations)
        yield from _read_task(task, annotation_type, data_key, countings)
    if cancelled:
        reason = f"annotations that were cancelled are passed over: {cancelled}"
        yield Problem(0, reason, "Submit them in Label Studio if they should count.")


def _tasks(document: object) -> list[_Task]:
    records = a_list(document) or [an_object(document)]
    tasks: dict[object, _Task] = {}
    for index, value in enumerate(records):
        record = an_object(value)
        known = a_key(record.get("id"))
        where = f"task {shown(known)}" if known is not None else f"task at index {index}"
        if isinstance(record.get("data"), dict):
            task = _Task(where, record["data"])
            for item in a_list(record.get("annotations") or record.get("completions")):
                task.annotations.append(an_object(item))
            task.predictions.extend(map(an_object, a_list(record.get("predictions"))))
            tasks[index, "whole"] = task
        elif record:
            fields, annotation = _expanded(record)
            key = (index, "whole") if known is None else known
            tasks.setdefault(key, _Task(where, fields)).annotations.append(annotation)
        else:
            raise Bad(f"the task at index {index} is no JSON object with content", "Export as JSON or JSON_MIN.")
    return list(tasks.values())


def _expanded(record: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The data and the annotation of a JSON_MIN record, whose results stand between its `id` and its `annotator`."""
    keys = list(record)
    first = keys.index("id") + 1 if "id" in record else 0
    last = keys.index("annotator") if "annotator" in record else len(keys)
    results: list[dict[str, Any]] = []
    fields: dict[str, Any] = {}
    for at, (key, value) in enumerate(record.items()):
        if items := a_list(value):
            results.extend(_minimal(key, an_object(item)) for item in items)
        elif parts := an_object(value):
            results.extend(_minimal(key, {inner: part}) for inner, part in parts.items())
        elif isinstance(value, str) and first <= at < last and first:
            results.append({"from_name": key, "type": "choices", "value": {"choices": [value], "text": [value]}})
        elif key not in _MIN_AFTER and key != "id":
            fields[key] = value
    described = {key: record.get(key) for key in ("created_at", "updated_at")}
    return fields, {"result": results, **described}


def _minimal(name: str, value: dict[str, Any]) -> dict[str, Any]:
    """A result whose type stands in its value only: `{"x": …, "rectanglelabels": [...]}`."""
    kinds = [key for key in value if key.endswith("labels") or key == "choices"]
    size = {key: value.get(key) for key in ("original_width", "original_height")}
    return {"from_name": name, "type": kinds[0] if kinds else "textarea", "value": value, **size}


def _read_task(
    task: _Task, annotation_type: str, data_key: str | None, countings: list[str]
) -> Iterator[Sample | Problem]:
    try:
        source = _source(task, annotation_type, data_key)
    except Bad as bad:
        yield bad.problem(task.where)
        return
    chosen, automatic, problems = _chosen(task)
    results = [an_object(item) for item in a_list(chosen.get("result"))]
    sample = Sample(source=source)
    if annotation_type in IMAGE_TYPES and (size := _size(results)):
        sample.property[SIZE] = list(size)
    found: list[Annotation] = []
    read = _reader(annotation_type, source, countings)
    for region in _regions(results, task.where):
        try:
            found.extend(read(region))
        except Bad as bad:
            problems.append(bad.problem(region.where))
    if annotation_type == "text_triplet":
        _number_entities(found)
        found.extend(relations(results, found, task.where, problems))
    elif any(item.get("type") == "relation" for item in results):
        problems.append(Problem(0, f"{task.where}: relations are not read as {annotation_type}", "Read as triplets."))
    for annotation in found:
        annotation.extra.clear()  # it held the region's id, by which relations find their ends
        _describe(annotation, chosen, automatic=automatic)
    sample.annotations = found
    yield sample
    yield from problems


def _reader(annotation_type: str, source: str, countings: list[str]) -> Callable[[Region], list[Annotation]]:
    """What reads one region of a sample. A text is prepared once for all its spans."""
    if annotation_type.endswith("_classification"):
        return lambda region: classes(region, annotation_type)
    if annotation_type in IMAGE_TYPES:
        return lambda region: shapes(region, annotation_type)
    if annotation_type in TEXT_TYPES:
        offsets = Offsets(source.removeprefix(TEXT_PREFIX)) if source.startswith(TEXT_PREFIX) else None
        return lambda region: spans(region, offsets, countings)
    return contents if annotation_type == "audio_content" else audio_regions


def _regions(results: list[dict[str, Any]], where: str) -> list[Region]:
    """Results by the region they belong to: those with one id describe the same one."""
    regions: dict[object, Region] = {}
    for index, result in enumerate(results):
        if result.get("type") == "relation":
            continue
        known = a_key(result.get("id"))
        key = index if known is None else (known, "id")
        name = shown(index if known is None else known)
        regions.setdefault(key, Region(f"{where}, region {name}", known)).results.append(result)
    return list(regions.values())


def _chosen(task: _Task) -> tuple[dict[str, Any], bool, list[Problem]]:
    """The annotation to read, whether a program made it, and what is passed over."""
    submitted = [item for item in task.annotations if item.get("was_cancelled") is not True]
    automatic = not submitted
    candidates = submitted or task.predictions
    if not candidates:
        return {}, False, []
    # Times in ISO form sort as texts; of equal ones the last in the file counts.
    chosen = max(enumerate(candidates), key=lambda pair: (_changed(pair[1]), pair[0]))[1]
    problems: list[Problem] = []
    if len(candidates) > 1:
        what = "predictions" if automatic else "annotations"
        reason = f"{task.where}: only the latest of {len(candidates)} {what} is read"
        problems.append(Problem(0, reason, "Leave one in the export, or review them first."))
    return chosen, automatic, problems


def _changed(annotation: dict[str, Any]) -> str:
    return (a_word(annotation.get("updated_at")) or a_word(annotation.get("created_at")))[:40]


def _source(task: _Task, annotation_type: str, data_key: str | None) -> str:
    value = _value(task, annotation_type, data_key)
    if annotation_type in TEXT_TYPES and not is_address(value):
        if "\x00" in value:
            raise Bad("the text contains the character U+0000", "Remove it.")
        return TEXT_PREFIX + value
    address = a_name(value)
    if address is None:
        raise Bad("the address of the file is no line of text", "Give one address.")
    return _address(address)


def _value(task: _Task, annotation_type: str, data_key: str | None) -> str:
    if data_key is not None:
        keys: tuple[str, ...] = (data_key,)
    else:
        # Old exports say in each result which value it belongs to.
        family = annotation_type.partition("_")[0] if annotation_type != "object_detection" else "image"
        keys = (*_KEYS.get(family, ()), *task.data)
    for key in keys:
        if isinstance(value := task.data.get(key), str) and value:
            return value
    raise Bad("the task has no value that could be the sample", "Name the key of the data that holds it.")


def is_address(value: str) -> bool:
    """Whether a value names a file rather than being the text of the sample itself."""
    return value.startswith(("http://", "https://", "s3://", "gs://", "/data/")) and not any(map(str.isspace, value))


def _address(value: str) -> str:
    """The path that a file of Label Studio's own storage has below its folder; other addresses stay as they are."""
    if value.startswith("s3://"):
        return "obs://" + value.removeprefix("s3://")
    try:
        local = parse_qs(urlsplit(value).query, max_num_fields=10).get("d") if "/data/local-files/" in value else None
    except ValueError:
        local = None
    if local and (path := a_name(local[0])):
        return path.lstrip("/")
    return value.removeprefix("/data/") if value.startswith("/data/upload/") else value


def _size(results: list[dict[str, Any]]) -> tuple[int, int] | None:
    for result in results:
        if size := edges(result.get("original_width"), result.get("original_height")):
            return size
    return None


def _countings(tasks: list[_Task], annotation_type: str, data_key: str | None) -> list[str]:
    """The ways in which offsets may be counted, the one first that explains most tasks of the file.

    One file was written by one version, so the tasks that tell decide for those that do not.
    """
    votes: Counter[str] = Counter()
    for task in tasks if annotation_type in ("text_entity", "text_triplet") else ():
        try:
            value = _value(task, annotation_type, data_key)
        except Bad:
            continue
        offsets = Offsets(value)
        if offsets.is_plain:
            continue
        given = [Region("", None, [an_object(item)]).span() for item in a_list(_chosen(task)[0].get("result"))]
        fitting = offsets.fitting([span for span in given if span])
        if len(fitting) < len(COUNTINGS):
            votes.update(fitting)
    return sorted(COUNTINGS, key=lambda counting: -votes[counting])


def _number_entities(entities: list[Annotation]) -> None:
    """Give each entity an id of the form E1: its own where it has one, else the next that is free."""
    taken = {entity.id for entity in entities}
    number = 0
    for entity in entities:
        while entity.id is None:
            number += 1
            if (candidate := f"E{number}") not in taken:
                entity.id = candidate


def _describe(annotation: Annotation, chosen: dict[str, Any], *, automatic: bool) -> None:
    """Add when it was made, by whom, and how sure a program was."""
    try:
        made = datetime.fromisoformat(a_word(chosen.get("created_at"))[:40])
        made = made if made.tzinfo else made.replace(tzinfo=UTC)
        annotation.creation_time = ms_to_time(int(made.timestamp() * 1000))
    except (ValueError, OverflowError, OSError):
        annotation.creation_time = None
    if annotation.annotated_by is None and automatic:
        annotation.annotated_by = "auto"
    score = a_number(chosen.get("score"))
    if annotation.confidence is None and automatic and score is not None and 0 <= score <= 1:
        annotation.confidence = score
