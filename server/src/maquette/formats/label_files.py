"""Labels in plain text: a file with one label a line beside its image, and several labels in one cell or line.

Which image a file belongs to, and that it wins over the folder's name, is the importer's to know.
"""

from collections.abc import Iterable
from typing import TypeGuard

from maquette.formats.documents import a_name
from maquette.formats.encodings import decode
from maquette.formats.losses import Losses
from maquette.formats.samples import Annotation, Loss, Problem, Sample


def read_label_file(data: bytes) -> tuple[list[str], list[Problem]]:
    """The labels in the order of the file, each once. Blank lines are passed over."""
    text = decode(data)
    if isinstance(text, Problem):
        return [], [text]
    names: dict[str, None] = {}
    problems: list[Problem] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        name = a_name(line.strip())
        if name is None:
            problems.append(
                Problem(number, "the label contains control characters", "Write one label a line, as plain text.")
            )
        else:
            names[name] = None
    return list(names), problems


def write_label_file(sample: Sample, annotation_type: str = "image_classification") -> tuple[bytes, list[Loss]]:
    """The file of a sample's labels of this type, empty where it has none."""
    losses = Losses(sample.source)
    names = label_names(sample, annotation_type, losses)
    losses.of_sample(sample)
    return "".join(f"{name}\n" for name in names).encode(), losses.report()


def label_names(sample: Sample, annotation_type: str, losses: Losses) -> list[str]:
    """The names of a sample's labels of one type, each once; what plain names do not say is noted."""
    names: dict[str, None] = {}
    for annotation in sample.annotations:
        if annotation.type != annotation_type:
            losses.note(f"annotations of the type {annotation.type}")
        elif not is_plain(annotation.name):
            losses.note("labels whose name is not one line of plain text")
        elif annotation.name in names:
            losses.note("repeated labels")
        else:
            names[annotation.name] = None
            note_details(annotation, losses)
    return list(names)


def note_details(annotation: Annotation, losses: Losses, *, kept: Iterable[str] = (), ids: bool = False) -> None:
    """Note what an annotation says beyond its name, the properties in `kept` and, where the format has them, ids."""
    losses.of_annotation(annotation, kept=("id",) if ids else ())
    for key in annotation.property:
        if key not in kept:
            losses.note(f"the property '{key}' of annotations")


def is_plain(name: str | None) -> TypeGuard[str]:
    """Whether a name reads back from a file as it is."""
    return name is not None and a_name(name) == name and is_unicode(name) and not name.startswith("\ufeff")


def is_unicode(text: str) -> bool:
    """Whether a text can be written at all: a lone half of a surrogate pair cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def split_names(cell: str, separator: str) -> list[str] | None:
    """The labels in a cell, each once, or None where one of them is no name. Without a separator it is one label."""
    names: dict[str, None] = {}
    for part in cell.split(separator) if separator else [cell]:
        if part.strip():
            name = a_name(part.strip())
            if name is None:
                return None
            names[name] = None
    return list(names)
