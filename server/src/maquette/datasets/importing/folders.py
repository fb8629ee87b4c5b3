"""Reading a directory by the guide's rules (2.4.2): what lies beside a file, or the folder it lies in, labels it.

Pictures to classify take the labels of the txt file of the same name, else the name of their folder; pictures with
shapes the VOC xml of the same name; sounds to classify their folder. Texts are `texts`', the columns of tables
`table_files`'. What the guide gives no rule for is imported without annotations.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from maquette.datasets.importing.catalogue import Catalogue
from maquette.datasets.importing.manifests import whole_file
from maquette.datasets.importing.reading import Batch, Item, Place, file_by_file
from maquette.datasets.importing.table_files import TableCheck
from maquette.datasets.importing.texts import TextReader, TextRules
from maquette.datasets.inventory import refusal
from maquette.datasets.types import IMAGE_SAMPLE, TABLE, DatasetType, Shape
from maquette.formats.encodings import LINE_LIMIT
from maquette.formats.label_files import read_label_file
from maquette.formats.samples import SIZE, Annotation, Problem, Sample
from maquette.formats.voc import read_voc
from maquette.kit.errors import Invalid, TooLarge
from maquette.storage import ObjectInfo, obs_url


@dataclass(frozen=True, slots=True)
class FolderRules:
    """How a directory is read: the type of the dataset and its settings, limits, how labels stand in text files."""

    kind: DatasetType
    size_limit: int
    annotation_bytes: int
    line_bytes: int = LINE_LIMIT
    label_format: Mapping[str, Any] | None = None
    settings: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def texts(self) -> TextRules:
        return TextRules.of(self.kind, self.label_format)


def suffix_beside(kind: DatasetType) -> str | None:
    """The suffix of the file that labels a file of the same name, for the types that have such files."""
    if kind.sample_type != IMAGE_SAMPLE:
        return None
    return ".txt" if kind.shape is Shape.CLASS else ".xml"


def read_beside(kind: DatasetType, sample: Sample, data: bytes) -> list[Problem]:
    """Give the sample the annotations of the file beside it; what is wrong in that file is returned."""
    word = kind.annotation_types[kind.number]
    if kind.shape is Shape.CLASS:
        names, problems = read_label_file(data)
        sample.annotations = [Annotation(type=word, name=name) for name in names]
        return problems
    voc = read_voc(data, annotation_type=word)
    if voc.size:
        sample.property[SIZE] = list(voc.size)
    sample.annotations = voc.annotations
    return voc.problems


class FolderReader:
    """Reads a directory file by file. Raises Invalid for one without files."""

    def __init__(self, place: Place, files: Catalogue, rules: FolderRules) -> None:
        self._place = place
        self._files = files
        self._rules = rules
        self._kind = rules.kind
        self._texts = TextReader(place, files, rules.texts, rules.line_bytes)
        self._tables = TableCheck(rules.settings) if self._kind.number == TABLE else None

    def batches(self, position: dict[str, Any]) -> Iterator[Batch]:
        if not self._files.size and not position:
            raise Invalid(f"There are no files in '{obs_url(self._place.bucket, self._place.key)}'. Check the path.")
        return file_by_file(self._files, self._of_file, position)

    def _of_file(self, info: ObjectInfo, name: str) -> Iterator[Item | Problem]:
        if self._kind.texts and self._texts.only_labels(name):
            return
        problem = refusal(info, self._kind, self._rules.size_limit)
        if problem and problem[0] == "format" and self._kind.texts and self._texts.takes(name):
            problem = None
        if problem and problem[0] == "annotation":
            yield from self._alone(name)
        elif problem:
            yield Problem(0, problem[1].rstrip("."), "Leave the file out, or mend it.", name)
        elif self._kind.texts:
            yield from self._texts.read(info, name)
        else:
            yield from self._sample(info, name)

    def _alone(self, name: str) -> Iterator[Problem]:
        """A file of annotations is nothing by itself: whatever it labels reads it."""
        if not any(self._kind.content_type(other) for other in self._files.beside(name)):
            yield Problem(0, "there is no file of this name that it could label", "Put both side by side.", name)

    def _sample(self, info: ObjectInfo, name: str) -> Iterator[Item | Problem]:
        item = Item(Sample(source=obs_url(self._place.bucket, info.key)), name, info)
        if self._tables is not None:
            fits, problems = self._tables.check(partial(self._place.store.read, info.key), name)
            yield from problems
            if not fits:
                return
        yield from self._label(item, name)
        yield item

    def _label(self, item: Item, name: str) -> Iterator[Problem]:
        """Give the sample what lies beside its file, or the name of its folder."""
        suffix = suffix_beside(self._kind)
        beside = self._files.find(name.rpartition(".")[0] + suffix) if suffix else None
        if beside is not None:
            yield from self._read_beside(item, beside)
        elif self._kind.shape is Shape.CLASS and "/" in name:
            word = self._kind.annotation_types[self._kind.number]
            item.sample.annotations = [Annotation(type=word, name=name.split("/")[-2])]

    def _read_beside(self, item: Item, beside: ObjectInfo) -> Iterator[Problem]:
        name = self._files.relative(beside)
        try:
            data = whole_file(self._place.store, beside.key, self._rules.annotation_bytes)
        except TooLarge as error:
            yield Problem(0, error.message.rstrip("."), "Divide the picture, or leave annotations out.", name)
            return
        item.weight = len(data)
        for problem in read_beside(self._kind, item.sample, data):
            yield replace(problem, file=name)
