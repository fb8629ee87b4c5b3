"""Reading a directory by the guide's rules (2.4.2): what lies beside a file, or the folder it lies in, labels it.

Pictures to classify take the labels of the txt file of the same name, else the name of their folder; pictures with
shapes the VOC xml of the same name; sounds to classify their folder; texts the labels behind them or in the file
`…_result.txt`. What the guide gives no rule for is imported without annotations.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from maquette.datasets.importing.catalogue import Catalogue
from maquette.datasets.importing.reading import BATCH, Batch, Item, Place
from maquette.datasets.inventory import refusal
from maquette.datasets.types import IMAGE_SAMPLE, DatasetType, Shape
from maquette.formats.encodings import LINE_LIMIT, Encoding, detect_encoding
from maquette.formats.label_files import read_label_file
from maquette.formats.samples import SIZE, Annotation, Problem, Sample
from maquette.formats.texts import RESULT_SUFFIX, Separators, a_separator, read_combined, read_separated, result_name
from maquette.formats.voc import read_voc
from maquette.storage import ObjectInfo, obs_url


@dataclass(frozen=True, slots=True)
class FolderRules:
    """How a directory is read: the type of the dataset, limits, and how texts and labels are separated."""

    kind: DatasetType
    size_limit: int
    annotation_bytes: int
    line_bytes: int = LINE_LIMIT
    label_format: Mapping[str, Any] | None = None


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
    """Positions are the last file that was read to its end, and the items of the next one that were passed."""

    def __init__(self, place: Place, files: Catalogue, rules: FolderRules) -> None:
        self._place = place
        self._files = files
        self._rules = rules
        self._kind = rules.kind
        (self._word,) = [*rules.kind.annotation_types.values()][:1] or [""]

    def batches(self, position: dict[str, Any]) -> Iterator[Batch]:
        done, passed = int(position.get("files", 0)), int(position.get("items", 0))
        after = str(position.get("after", ""))
        items: list[Item | Problem] = []
        for info in self._files.files(after):
            name = self._files.relative(info)
            for number, item in enumerate(self._of_file(info, name), start=1):
                if number <= passed:
                    continue
                items.append(item)
                if len(items) == BATCH:
                    yield Batch(items, {"after": after, "items": number, "files": done}, self._share(done))
                    items = []
            after, passed, done = name, 0, done + 1
            if len(items) >= BATCH:
                yield Batch(items, {"after": after, "files": done}, self._share(done))
                items = []
        yield Batch(items, {"after": after, "files": done}, 1.0)

    def _share(self, done: int) -> float:
        return done / max(self._files.size, 1)

    def _of_file(self, info: ObjectInfo, name: str) -> Iterator[Item | Problem]:
        if self._belongs_to_another(name):
            return
        if problem := refusal(info, self._kind, self._rules.size_limit):
            if problem[0] != "annotation":
                yield Problem(0, problem[1].rstrip("."), "Leave the file out, or mend it.", name)
            return
        if self._kind.texts:
            yield from self._texts(info, name)
            return
        sample = Sample(source=obs_url(self._place.bucket, info.key))
        yield from self._label(sample, name)
        yield Item(sample, name, info)

    def _belongs_to_another(self, name: str) -> bool:
        """Whether the file only labels another one that is there."""
        if self._kind.texts:
            return (
                name.endswith(RESULT_SUFFIX) and self._files.find(name.removesuffix(RESULT_SUFFIX) + ".txt") is not None
            )
        return False

    def _label(self, sample: Sample, name: str) -> Iterator[Problem]:
        """Give the sample what lies beside its file, or the name of its folder."""
        suffix = suffix_beside(self._kind)
        beside = self._files.find(name.rpartition(".")[0] + suffix) if suffix else None
        if beside is not None:
            problems = read_beside(self._kind, sample, self._whole(beside))
            yield from (replace(problem, file=self._files.relative(beside)) for problem in problems)
        elif self._kind.shape is Shape.CLASS and "/" in name:
            sample.annotations = [Annotation(type=self._word, name=name.split("/")[-2])]

    def _texts(self, info: ObjectInfo, name: str) -> Iterator[Item | Problem]:
        store, limit = self._place.store, self._rules.line_bytes
        encoding = self._encoding(info)
        if isinstance(encoding, Problem):
            yield replace(encoding, file=name)
            return
        given = self._rules.label_format or {}
        labels = self._files.find(result_name(name) or "") if self._kind.shape is Shape.CLASS else None
        between = a_separator(given.get("text_label_separator"), ",")
        if labels is not None:
            second = self._encoding(labels)
            if isinstance(second, Problem):
                yield replace(second, file=self._files.relative(labels))
                return
            encodings = (encoding, second)
            found = read_separated(store.read(info.key), store.read(labels.key), between, encodings, limit)
        elif self._kind.shape is Shape.CLASS and given.get("label_type", "1") == "1":
            separators = Separators(a_separator(given.get("text_sample_separator"), "\t"), between)
            found = read_combined(store.read(info.key), separators, encoding, limit)
        else:
            # Without labels in the same file the whole line is the text: no text holds a line break.
            found = read_combined(store.read(info.key), Separators("\n\n", "\n"), encoding, limit)
        for item in found:
            if isinstance(item, Problem):
                yield replace(item, file=name)
            else:
                yield Item(item, f"{name}:{item.line}", info)

    def _encoding(self, info: ObjectInfo) -> Encoding | Problem:
        return detect_encoding(self._place.store.read(info.key))

    def _whole(self, info: ObjectInfo) -> bytes:
        return b"".join(self._place.store.read(info.key, 0, self._rules.annotation_bytes))
