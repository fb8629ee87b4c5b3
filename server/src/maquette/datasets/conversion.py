"""Between the rows of the working set and the samples of files: what imports read, and publications and exports write.

The row holds label codes and the contract's numbers; a file holds names and the manifest's words. Here is the only
place that knows both. What a file's sample cannot become is raised as Invalid, for the importer to list.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from maquette.datasets.annotation_rules import subject_of
from maquette.datasets.annotations import HARD, encode_labels, merge_metadata
from maquette.datasets.labels import LabelBook
from maquette.datasets.tables import LABELLED, UNCONFIRMED, Label
from maquette.datasets.types import DatasetType
from maquette.datasets.working_set import NAMELESS
from maquette.formats import manifest
from maquette.formats.samples import COLOR, Annotation, Sample
from maquette.kit.clock import now_ms

COEFFICIENT = "@modelarts:hard_coefficient"


def to_sample(kind: DatasetType, labels: Mapping[int, Label], row: Any, *, hard: bool) -> Sample:
    """A row as a file's sample. `labels` are those to be written, by code; the others' annotations are left out.

    Unconfirmed suggestions are no annotations. Without `hard` no hard flag is written.
    """
    kept = row.labels if row.state == LABELLED else ()
    return Sample(
        source=row.source,
        id=row.id,
        usage=row.usage or None,
        sample_type=row.sample_type,
        hard=row.hard if hard else None,
        hard_coefficient=row.meta.get(COEFFICIENT) if hard else None,
        property={key: value for key, value in row.meta.items() if not key.startswith(HARD)},
        annotations=[
            _annotation(kind, labels.get(label["code"]), label, row, hard=hard)
            for label in kept
            if label["code"] == NAMELESS or label["code"] in labels
        ],
    )


def _annotation(kind: DatasetType, label: Label | None, own: dict[str, Any], row: Any, *, hard: bool) -> Annotation:
    said: dict[str, Any] = own.get("property") or {}
    color = {COLOR: label.property[COLOR]} if label and COLOR in label.property else {}
    flag = said.get(HARD)
    return Annotation(
        type=kind.annotation_types[own["type"]],
        name=label.name if label else None,
        id=own.get("id"),
        property=color | {key: value for key, value in said.items() if not key.startswith(HARD)},
        hard=(row.hard if flag is None else str(flag).lower() in {"1", "true"}) if hard else None,
        confidence=own.get("score"),
        annotated_by=own.get("annotated_by") or "human",
        creation_time=manifest.ms_to_time(row.labelled_at) if row.labelled_at else None,
    )


@dataclass(slots=True)
class _Given:
    """A file's annotation as `encode_labels` takes it."""

    name: str
    type: int | None
    id: str | None
    score: float | None
    property: dict[str, Any] | None
    annotated_by: str | None


def label_types(kind: DatasetType) -> dict[str, int]:
    """The label type of each of the manifest's words that samples of this type take."""
    return {word: number for number, word in kind.annotation_types.items()}


def labels_of(kind: DatasetType, samples: Iterable[Sample]) -> dict[tuple[str, int], str | None]:
    """The labels that the samples' annotations name, as `(name, type)`, with the first colour given."""
    words = label_types(kind)
    found: dict[tuple[str, int], str | None] = {}
    for sample in samples:
        for annotation in sample.annotations:
            number = words.get(annotation.type, -1)
            if number in kind.label_types and annotation.name:
                color = annotation.property.get(COLOR)
                found.setdefault((annotation.name, number), color if isinstance(color, str) else None)
    return found


def to_values(book: LabelBook, sample: Sample, by: str, *, final: bool = True) -> dict[str, Any]:
    """What a file says of a sample, as values of its row: labels, state, usage, hard, metadata.

    Annotations of other types than the dataset's are passed over. The labels exist. Raises Invalid.
    """
    words = label_types(book.type)
    given = [
        _Given(
            annotation.name or "",
            words[annotation.type],
            annotation.id,
            annotation.confidence,
            _own_property(annotation, sample),
            "auto" if annotation.annotated_by and annotation.annotated_by != "human" else "human",
        )
        for annotation in sample.annotations
        if annotation.type in words
    ]
    meta, hard = merge_metadata({}, False, sample.property) if sample.property else ({}, False)
    labels = encode_labels(book, given, subject_of(sample.source, meta))
    if sample.hard_coefficient is not None:
        meta[COEFFICIENT] = sample.hard_coefficient
    values: dict[str, Any] = {
        "usage": sample.usage or "",
        "hard": hard or any(each.hard for each in sample.annotations) if sample.hard is None else sample.hard,
        "labels": labels,
        "meta": meta,
    }
    if labels:
        made = next((each.creation_time for each in sample.annotations if each.creation_time), None)
        moment = manifest.time_to_ms(made) if made else None
        values |= {"state": LABELLED if final else UNCONFIRMED, "labelled_by": by, "labelled_at": moment or now_ms()}
    return values


def _own_property(annotation: Annotation, sample: Sample) -> dict[str, Any]:
    """What is the object's own: not the label's colour, and a hard flag only where it differs from the sample's."""
    own = {key: value for key, value in annotation.property.items() if key != COLOR} if annotation.property else {}
    if annotation.hard is not None and sample.hard is not None and annotation.hard != sample.hard:
        own[HARD] = annotation.hard
    return own
