"""The annotation formats of exports: which there are for a type of dataset, and what each writes beside a file.

What is one file for all samples is in `documents`. A target is plain and pure: it is made anew for every step.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from maquette.datasets.exporting.errors import wrong_export
from maquette.datasets.exporting.schemas import CARBON, TREE, ExportRequest
from maquette.datasets.types import (
    FREE,
    IMAGE_CLASSIFICATION,
    IMAGE_SEGMENTATION,
    NAMED_ENTITIES,
    OBJECT_DETECTION,
    SOUND_CLASSIFICATION,
    SPEECH_CONTENT,
    SPEECH_SEGMENTATION,
    TABLE,
    TEXT_CLASSIFICATION,
    TEXT_TRIPLETS,
    VIDEO,
    DatasetType,
    Shape,
)
from maquette.formats.label_files import write_label_file
from maquette.formats.losses import Losses
from maquette.formats.masks import MASKS_FOLDER, colors_by_label, colors_by_object, write_mask
from maquette.formats.paths import segment_problem
from maquette.formats.samples import COLOR, SIZE, Loss, Sample
from maquette.formats.voc import Color, write_voc
from maquette.formats.yolo import YoloWriter
from maquette.kit.errors import Invalid

VOC, MASK, COCO, YOLO, MANIFEST = "VOC", "MASK", "COCO", "YOLO", "MANIFEST"
TXT, CSV, JSONL, LABELSTUDIO = "TXT", "CSV", "JSONL", "LABELSTUDIO"
PARQUET, FILES, DATASET = "PARQUET", "FILES", "DATASET"

FORMATS: Mapping[int, tuple[str, ...]] = {
    IMAGE_CLASSIFICATION: (TXT, MANIFEST, LABELSTUDIO),
    OBJECT_DETECTION: (VOC, COCO, YOLO, MANIFEST, LABELSTUDIO),
    IMAGE_SEGMENTATION: (VOC, MASK, COCO, YOLO, MANIFEST, LABELSTUDIO),
    TEXT_CLASSIFICATION: (MANIFEST, TXT, CSV, JSONL, LABELSTUDIO),
    NAMED_ENTITIES: (MANIFEST, JSONL, LABELSTUDIO),
    TEXT_TRIPLETS: (MANIFEST, JSONL, LABELSTUDIO),
    SOUND_CLASSIFICATION: (MANIFEST, LABELSTUDIO),
    SPEECH_CONTENT: (MANIFEST, LABELSTUDIO),
    SPEECH_SEGMENTATION: (MANIFEST, LABELSTUDIO),
    TABLE: (CSV, PARQUET),
    VIDEO: (MANIFEST,),
    FREE: (FILES,),
}
"""What each type can be exported as; the first is the default, the guide's where it names one."""

# What a format says of a sample beyond its annotations. The rest is told once for all samples, not one by one.
_IDS, _OBJECT_IDS, _TIMES, _PEOPLE, _COLORS = "ids", "object ids", "times", "people", "colors"
_BOOKKEEPING = {
    _IDS: "the ids of samples",
    _OBJECT_IDS: "the ids of annotations",
    _TIMES: "when annotations were made",
    _PEOPLE: "who made annotations",
    _COLORS: "the colours of labels",
}
_KEPT = {
    **dict.fromkeys((MANIFEST, DATASET, FILES, CSV, PARQUET, TXT, YOLO), frozenset[str]()),
    MANIFEST: frozenset(_BOOKKEEPING),
    DATASET: frozenset(_BOOKKEEPING),
    VOC: frozenset({_OBJECT_IDS, _TIMES, _PEOPLE, _COLORS}),
    MASK: frozenset({_OBJECT_IDS, _TIMES, _PEOPLE, _COLORS}),
    COCO: frozenset({_OBJECT_IDS, _TIMES, _PEOPLE}),
    JSONL: frozenset({_IDS, _OBJECT_IDS}),
    LABELSTUDIO: frozenset({_TIMES, _PEOPLE}),
}


def chosen_format(kind: DatasetType, asked: ExportRequest) -> str:
    """The format that the request asks for. Raises Invalid for one that the type does not have."""
    offered = FORMATS[kind.number]
    if asked.version_format == CARBON:
        raise wrong_export("version_format", "CarbonData is not written by this platform. Use Parquet.")
    if asked.to_dataset:
        if asked.annotation_format:
            raise wrong_export("annotation_format", "does not apply to a new dataset, which keeps everything.")
        return DATASET
    if kind.number == TABLE:
        if asked.annotation_format:
            raise wrong_export("annotation_format", "does not apply to tables. Name version_format CSV or Parquet.")
        return PARQUET if asked.version_format == "Parquet" else CSV
    if asked.version_format not in (None, "Default"):
        raise wrong_export("version_format", f"'{asked.version_format}' is for tables.")
    if not asked.annotation_format:
        return offered[0]
    word = asked.annotation_format.upper()
    if word not in offered or kind.number == FREE:
        names = "nothing but its files" if kind.number == FREE else f"one of {', '.join(offered)}"
        shown = asked.annotation_format[:20]
        raise wrong_export(
            "annotation_format", f"'{shown}' does not apply to {kind.name}, which is exported as {names}."
        )
    return word


@dataclass(slots=True)
class Placed:
    """What lies beside a sample's file, by name below the folder of the export, and what it cannot carry."""

    files: list[tuple[str, bytes]] = field(default_factory=list[tuple[str, bytes]])
    losses: list[Loss] = field(default_factory=list[Loss])


@dataclass(frozen=True, slots=True)
class Target:
    """One format for the samples of one type. `root` is the address of the export's folder, `labels` all labels."""

    format: str
    kind: DatasetType
    root: str
    labels: Sequence[str]
    layout: int = TREE

    @property
    def needs_size(self) -> bool:
        """Whether pictures are measured whose size nobody has noted."""
        drawn = self.kind.shape is Shape.GEOMETRY and self.format not in (MANIFEST, DATASET)
        return drawn and self.kind.number != VIDEO

    @property
    def by_stem(self) -> bool:
        """Whether files lie beside the samples' own that are named like them but for the suffix."""
        return self.format in (TXT, VOC, MASK, YOLO) or (self.format == MANIFEST and self.kind.shape is Shape.GEOMETRY)

    def wanted_name(self, sample: Sample, relative: str) -> str:
        """Where the sample's file should go. `relative` is its place below the dataset's input path."""
        last = relative.rpartition("/")[2]
        if self.format == PARQUET:
            last = (last.rpartition(".")[0] or last) + ".parquet"
        folder = relative.rpartition("/")[0]
        if self.kind.shape is Shape.CLASS and self.format != DATASET:
            folder = self._label_folder(sample)
        name = f"{folder}/{last}" if folder and self.layout == TREE else last
        return (
            YoloWriter().add(Sample(source=name, usage=sample.usage), name).image_path if self.format == YOLO else name
        )

    def beside(self, sample: Sample, name: str) -> Placed:
        """The files of one sample, which lies at `name`."""
        stem = name.rpartition(".")[0] or name
        if self.format == YOLO:
            split = name.split("/", 2)[2]
            written = YoloWriter(self.labels).add(sample, split)
            return Placed([(written.label_path, written.labels)] if written.labels else [], written.losses)
        if self.format in (VOC, MASK):
            return self._voc(sample, name, stem)
        if self.format == TXT and sample.annotations:
            data, losses = write_label_file(sample, self._word)
            return Placed([(f"{stem}.txt", data)] if data else [], losses)
        if self.format == MANIFEST and self.by_stem and sample.annotations:
            # What VOC lacks of the objects stands in the manifest.
            data, _ = write_voc(sample, annotation_type=self._word, filename=_last(name))
            return Placed([(voc_name(name), data)])
        if self.format in (FILES, TXT):
            losses = Losses(sample.source)
            losses.of_sample(sample)
            return Placed(losses=losses.report())
        return Placed()

    def data_yaml(self, usages: Iterable[str | None]) -> bytes:
        """YOLO's list of classes and folders."""
        writer = YoloWriter(self.labels)
        for usage in usages:
            writer.add(Sample(source="", usage=usage), "x.jpg")
        return writer.data_yaml()

    @property
    def _word(self) -> str:
        return next(iter(self.kind.annotation_types.values()), "")

    def _label_folder(self, sample: Sample) -> str:
        """The first label, where it can name a folder that no file is taken for."""
        name = next((annotation.name for annotation in sample.annotations if annotation.name), "")
        usable = name and segment_problem(name) is None and not self.kind.content_type(name) and name[0] != "."
        return name if usable else ""

    def _voc(self, sample: Sample, name: str, stem: str) -> Placed:
        losses = Losses(sample.source)
        losses.of_sample(sample, properties=(SIZE,))
        if not sample.annotations:
            return Placed(losses=losses.report())
        placed = Placed(losses=losses.report())
        mask, colors = f"{MASKS_FOLDER}/{stem}.png", self._colors(sample)
        if colors:
            try:
                data, lost = write_mask(sample, colors)
                placed.files.append((mask, data))
                placed.losses += [Loss(loss.source, f"in the mask: {loss.what}") for loss in lost]
            except Invalid as error:
                placed.losses.append(Loss(sample.source, f"the mask: {error.message}"))
                colors = []
        data, lost = write_voc(
            sample,
            annotation_type=self._word,
            filename=_last(name),
            mask_source=f"{self.root}{mask}" if colors else None,
            mask_colors=colors,
        )
        placed.files.append((f"{stem}.xml", data))
        placed.losses += lost
        return placed

    def _colors(self, sample: Sample) -> list[Color | None]:
        """The colours of a mask: one a label, or of MASK one an object."""
        if self.kind.number != IMAGE_SEGMENTATION:
            return []
        return (
            colors_by_object(sample.annotations)
            if self.format == MASK
            else colors_by_label(sample.annotations, self.labels)
        )


def voc_name(name: str) -> str:
    """The name of the VOC file of a picture, beside it."""
    return (name.rpartition(".")[0] or name) + ".xml"


class Bookkeeping:
    """Takes out of samples what a format has no place for and nobody would look for sample by sample.

    `report` then says each of it once. Where nothing is hard the flags go too: that is what none of them means.
    """

    def __init__(self, target: Target) -> None:
        kept = _KEPT[target.format]
        self._keeps_ids, self._times, self._people = _IDS in kept, _TIMES in kept, _PEOPLE in kept
        self._colors = _COLORS in kept
        # Relations name the entities by their ids.
        self._object_ids = _OBJECT_IDS in kept or target.kind.shape is Shape.TRIPLET
        self._met: dict[str, int] = {}

    def strip(self, sample: Sample) -> None:
        if not sample.hard and not any(annotation.hard for annotation in sample.annotations):
            sample.hard = None
            for annotation in sample.annotations:
                annotation.hard = None
        if not self._keeps_ids and sample.id is not None:
            self._note(_IDS)
            sample.id = None
        for annotation in sample.annotations:
            if not self._times and annotation.creation_time is not None:
                self._note(_TIMES)
                annotation.creation_time = None
            if not self._people and annotation.annotated_by is not None:
                self._note(_PEOPLE)
                annotation.annotated_by = None
            if not self._object_ids and annotation.id is not None:
                self._note(_OBJECT_IDS)
                annotation.id = None
            if not self._colors and COLOR in annotation.property:
                self._note(_COLORS)
                del annotation.property[COLOR]

    def report(self) -> list[Loss]:
        return [Loss("", f"{_BOOKKEEPING[what]} (x{count})") for what, count in self._met.items()]

    def _note(self, what: str) -> None:
        self._met[what] = self._met.get(what, 0) + 1


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def as_json(losses: Iterable[Loss]) -> list[dict[str, Any]]:
    return [{"source": loss.source, "what": loss.what} if loss.source else {"what": loss.what} for loss in losses]
