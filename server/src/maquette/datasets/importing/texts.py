"""Text files of a directory, and CSV files with a column of texts: what separates texts from labels, and reading."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from maquette.datasets.importing.catalogue import Catalogue
from maquette.datasets.importing.reading import Item, Place
from maquette.datasets.types import DatasetType, Shape
from maquette.formats.csv_records import detect_format
from maquette.formats.encodings import detect_encoding
from maquette.formats.samples import Problem, Sample
from maquette.formats.text_csv import TextColumns, read_text_csv
from maquette.formats.texts import RESULT_SUFFIX, Separators, a_separator, read_combined, read_separated, result_name
from maquette.storage import ObjectInfo, ObjectStore

TABLE_SUFFIX = ".csv"
# No text holds a line break: these two stand for no separator at all.
_WHOLE_LINES = Separators("\n\n", "\n")


@dataclass(frozen=True, slots=True)
class TextRules:
    """Where labels are, if the texts are to be read with labels: behind each text, or in files of their own."""

    labelled: bool
    together: bool
    separators: Separators

    @staticmethod
    def of(kind: DatasetType, label_format: Mapping[str, Any] | None) -> "TextRules":
        """What a `label_format` of the contract says. Raises Invalid for separators that cannot be told apart."""
        given = label_format or {}
        separators = Separators(
            a_separator(given.get("text_sample_separator"), "\t"), a_separator(given.get("text_label_separator"), ",")
        )
        labelled = kind.shape is Shape.CLASS
        return TextRules(labelled, labelled and given.get("label_type", "1") == "1", separators)

    @property
    def in_lines(self) -> Separators:
        """What separates texts from labels within a line; where labels are apart, a line is a text."""
        return self.separators if self.together else _WHOLE_LINES


class TextReader:
    """Reads the texts of one folder, file by file."""

    def __init__(self, place: Place, files: Catalogue, rules: TextRules, line_bytes: int) -> None:
        self._store = place.store
        self._files = files
        self._rules = rules
        self._line_bytes = line_bytes

    def takes(self, name: str) -> bool:
        """Whether texts are read from files of this name, beside the txt files that every type of texts takes."""
        return self._rules.labelled and name.lower().endswith(TABLE_SUFFIX)

    def only_labels(self, name: str) -> bool:
        """Whether the file only labels another one that is there."""
        of_texts = name.removesuffix(RESULT_SUFFIX) + ".txt"
        return self._rules.labelled and name.endswith(RESULT_SUFFIX) and self._files.find(of_texts) is not None

    def read(self, info: ObjectInfo, name: str) -> Iterator[Item | Problem]:
        for found in self._found(info, name):
            if isinstance(found, Problem):
                yield found if found.file else replace(found, file=name)
            else:
                yield Item(found, f"{name}:{found.line}", info, len(found.source))

    def _found(self, info: ObjectInfo, name: str) -> Iterator[Sample | Problem]:
        store, rules, limit = self._store, self._rules, self._line_bytes
        if self.takes(name):
            yield from read_table(store, info.key, rules.separators.labels)
            return
        encoding = detect_encoding(store.read(info.key))
        labels = self._files.find(result_name(name) or "") if rules.labelled else None
        if isinstance(encoding, Problem):
            yield encoding
        elif labels is None:
            yield from read_combined(store.read(info.key), rules.in_lines, encoding, limit)
        elif isinstance(second := detect_encoding(store.read(labels.key)), Problem):
            yield replace(second, file=self._files.relative(labels))
        else:
            texts, beside = store.read(info.key), store.read(labels.key)
            yield from read_separated(texts, beside, rules.separators.labels, (encoding, second), limit)


def read_table(store: ObjectStore, key: str, separator: str) -> Iterator[Sample | Problem]:
    """The texts of a CSV file with the columns `text` and `label`."""
    encoding = detect_encoding(store.read(key))
    if isinstance(encoding, Problem):
        yield encoding
        return
    layout = detect_format(store.read(key), encoding=encoding)
    yield from read_text_csv(store.read(key), layout, TextColumns(separator=separator))
