"""Formats that are one file for all samples: written on this disk piece by piece, put into the bucket when whole."""

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, ClassVar, Self

from maquette.datasets.exporting.targets import (
    COCO,
    CSV,
    JSONL,
    LABELSTUDIO,
    MANIFEST,
    TXT,
    YOLO,
    Target,
    voc_name,
)
from maquette.formats.coco_writing import CocoWriter
from maquette.formats.jsonlines import write_json_line
from maquette.formats.labelstudio_writing import LabelStudioWriter
from maquette.formats.manifest import write_line
from maquette.formats.objects import pack
from maquette.formats.samples import Loss, Sample, text_of
from maquette.formats.text_csv import text_csv_header, text_csv_line
from maquette.formats.texts import Separators, combined_line
from maquette.formats.yolo import SPLITS
from maquette.storage.disk import disk_errors

MANIFEST_NAME = "export.manifest"


class Document(ABC):
    """The files of all samples, complete at the end of a `with`; they lie in `folder` under the names of `files`."""

    tells: ClassVar[bool] = True
    """Whether the format has such a file at all."""

    def __init__(self, folder: Path, target: Target) -> None:
        self.files: list[str] = []
        self._folder = folder
        self._target = target
        self._open: list[BinaryIO] = []

    def add(self, samples: Iterable[tuple[Sample, str]]) -> list[Loss]:
        """Write samples, each with the name of its file below the export's folder; a text has none."""
        lost: list[Loss] = []
        with disk_errors("the annotations"):
            for sample, name in samples:
                source = sample.source
                if losses := self._add(sample, name):
                    # Of a copied file they are told under the address that it had.
                    lost += [replace(loss, source=source) for loss in losses] if name else losses
        return lost

    @abstractmethod
    def _add(self, sample: Sample, name: str) -> list[Loss]:
        """What the format writes of a sample."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Write what stands at the end, unless something went wrong, and close the files."""
        with disk_errors("the annotations"), contextlib.ExitStack() as files:
            for file in self._open:
                files.enter_context(file)
            if kind is None:
                self._end()

    def _end(self) -> None:  # noqa: B027 - most formats have nothing to say at their end
        """Write the last piece."""

    def _create(self, name: str, *, ours: bool = False) -> BinaryIO:
        with disk_errors("the annotations"):
            self._folder.mkdir(parents=True, exist_ok=True)
            file = (self._folder / name).open("w+b")
        self._open.append(file)
        if not ours:
            self.files.append(name)
        return file


def no_document(folder: Path, target: Target) -> Document:
    """For what is written in another step, or not at all."""
    return _Nothing(folder, target)


def document_of(folder: Path, target: Target) -> Document:
    kind = {MANIFEST: _Manifest, COCO: _Coco, YOLO: _Yolo, LABELSTUDIO: _LabelStudio}.get(target.format)
    if kind is None and target.kind.texts:
        kind = {TXT: _Lines, CSV: _Rows, JSONL: _JsonLines}[target.format]
    return (kind or _Nothing)(folder, target)


def reserved_names(target: Target) -> list[str]:
    """Names below an export's folder that no sample's folder may have."""
    usages = [*SPLITS.values(), "inference"]
    by_usage = [f"annotations_{usage}.json" for usage in usages]
    annotations = ["annotations.json"]
    names = {MANIFEST: [MANIFEST_NAME], COCO: annotations + by_usage, LABELSTUDIO: annotations, YOLO: ["data.yaml"]}
    return names.get(target.format, [])


class _Nothing(Document):
    tells = False

    def _add(self, sample: Sample, name: str) -> list[Loss]:
        return []


class _Manifest(Document):
    def __init__(self, folder: Path, target: Target) -> None:
        super().__init__(folder, target)
        self._file = self._create(MANIFEST_NAME)

    def _add(self, sample: Sample, name: str) -> list[Loss]:
        if name:
            address = f"{self._target.root}{voc_name(name)}"
            sample.source = self._target.root + name
            sample = pack(sample, address)
        self._file.write(write_line(sample))
        return []


class _Lines(Document):
    def __init__(self, folder: Path, target: Target) -> None:
        super().__init__(folder, target)
        self._file = self._create("texts.txt")
        self._separators = Separators()

    def _add(self, sample: Sample, name: str) -> list[Loss]:
        line, losses = combined_line(sample, self._separators)
        self._file.write(line)
        return losses


class _Rows(Document):
    def __init__(self, folder: Path, target: Target) -> None:
        super().__init__(folder, target)
        self._file = self._create("texts.csv")
        self._file.write(text_csv_header())

    def _add(self, sample: Sample, name: str) -> list[Loss]:
        line, losses = text_csv_line(sample)
        self._file.write(line)
        return losses


class _JsonLines(Document):
    def __init__(self, folder: Path, target: Target) -> None:
        super().__init__(folder, target)
        self._file = self._create("texts.jsonl")

    def _add(self, sample: Sample, name: str) -> list[Loss]:
        line, losses = write_json_line(sample)
        self._file.write(line)
        return losses


class _LabelStudio(Document):
    def __init__(self, folder: Path, target: Target) -> None:
        super().__init__(folder, target)
        self._file = self._create("annotations.json")
        self._writer = LabelStudioWriter(next(iter(target.kind.annotation_types.values())))

    def _add(self, sample: Sample, name: str) -> list[Loss]:
        if text_of(sample) is None:
            sample.source = self._target.root + name
        piece, losses = self._writer.add(sample)
        self._file.write(piece)
        return losses

    def _end(self) -> None:
        self._file.write(self._writer.finish())


class _Coco(Document):
    """One file for each usage that occurs, since the format has no place for it."""

    def __init__(self, folder: Path, target: Target) -> None:
        super().__init__(folder, target)
        self._writers: dict[str | None, CocoWriter] = {}

    def _add(self, sample: Sample, name: str) -> list[Loss]:
        return self._writer(sample.usage).add(sample, name)

    def _writer(self, usage: str | None) -> CocoWriter:
        if usage not in self._writers:
            name = f"annotations_{SPLITS.get(usage, usage.lower())}" if usage else "annotations"
            out, spool = self._create(f"{name}.json"), self._create(f"{name}.part", ours=True)
            self._writers[usage] = CocoWriter(out, spool, names=self._target.labels, usage=usage)
        return self._writers[usage]

    def _end(self) -> None:
        if not self._writers:
            self._writer(None)
        for writer in self._writers.values():
            writer.finish()


class _Yolo(Document):
    """Only the list of classes: labels lie beside the pictures."""

    def __init__(self, folder: Path, target: Target) -> None:
        super().__init__(folder, target)
        self._file = self._create("data.yaml")
        self._usages: dict[str | None, None] = {}

    def _add(self, sample: Sample, name: str) -> list[Loss]:
        self._usages[sample.usage] = None
        return []

    def _end(self) -> None:
        self._file.write(self._target.data_yaml(self._usages))


def labels_in_order(names: Sequence[str]) -> list[str]:
    """The names of labels, each once: labels of two types may share one."""
    return list(dict.fromkeys(names))
