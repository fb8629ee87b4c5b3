"""The types of dataset, by the contract's numbers: what their samples are, which labels they take, what they can do.

Whatever depends on the type is asked of its entry in `TYPES`, so that a further type is a further entry. What a type
does not support is refused with the reason: the guide's table 2-2, except that every type is imported and exported.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from maquette.datasets.errors import wrong_type

IMAGE_CLASSIFICATION, OBJECT_DETECTION, IMAGE_SEGMENTATION = 0, 1, 3
TEXT_CLASSIFICATION, NAMED_ENTITIES, TEXT_TRIPLETS, TRIPLET_ENTITY = 100, 101, 102, 103
SOUND_CLASSIFICATION, SPEECH_CONTENT, SPEECH_SEGMENTATION = 200, 201, 202
TABLE, VIDEO, FREE = 400, 600, 900

IMAGE_SAMPLE, TEXT_SAMPLE, AUDIO_SAMPLE, TABLE_SAMPLE, VIDEO_SAMPLE, FREE_SAMPLE = 0, 1, 2, 4, 6, 9


class Shape(StrEnum):
    """What one annotation of a type says beyond its label."""

    CLASS = "class"  # nothing: the sample has the label, once
    GEOMETRY = "geometry"  # a shape on the picture
    SPAN = "span"  # a part of the text
    TRIPLET = "triplet"  # a part of the text, or a relation between two
    CONTENT = "content"  # what is said, without a label
    SEGMENT = "segment"  # a stretch of time, perhaps with a label and what is said
    NONE = "none"  # the type is not labelled


@dataclass(frozen=True, slots=True)
class DatasetType:
    """`media` maps the suffixes of its sample files, lower case, to content types; None takes every file.

    `annotation_types` are the manifest's names by label type. `texts`: samples are texts, read from files line by line.
    """

    number: int
    name: str
    sample_type: int
    shape: Shape
    annotation_types: Mapping[int, str]
    media: Mapping[str, str] | None
    label_types: frozenset[int] = frozenset()
    texts: bool = False
    splits: bool = False
    hard: bool = False
    import_origin: int = 0

    def content_type(self, name: str) -> str | None:
        """The content type of a sample file of this name, or None when the type does not take such files."""
        if self.media is None:
            return "application/octet-stream"
        # Asked of every line of a manifest, where a path object each would be dear.
        stem, _, suffix = name.rpartition("/")[2].rpartition(".")
        return self.media.get("." + suffix.lower()) if stem else None

    def takes(self, suffix: str) -> bool:
        return self.media is None or suffix in self.media


_IMAGES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".bmp": "image/bmp"}
_SOUNDS = {".wav": "audio/wav"}
_TEXTS = {".txt": "text/plain; charset=utf-8"}
_TABLES = {".csv": "text/csv; charset=utf-8"}
_VIDEOS = {".mp4": "video/mp4"}


def _images(number: int, name: str, shape: Shape, annotation: str, *, splits: bool = True) -> DatasetType:
    return DatasetType(
        number,
        name,
        IMAGE_SAMPLE,
        shape,
        {number: annotation},
        _IMAGES,
        frozenset({number}),
        splits=splits,
        hard=splits,
    )


def _sounds(number: int, name: str, shape: Shape, annotation: str, *, labels: bool, splits: bool) -> DatasetType:
    own = frozenset({number} if labels else ())
    return DatasetType(number, name, AUDIO_SAMPLE, shape, {number: annotation}, _SOUNDS, own, splits=splits)


def _texts(number: int, name: str, shape: Shape, annotations: Mapping[int, str], *, splits: bool) -> DatasetType:
    own = frozenset(annotations)
    return DatasetType(number, name, TEXT_SAMPLE, shape, annotations, _TEXTS, own, texts=True, splits=splits)


TYPES = {
    kind.number: kind
    for kind in (
        _images(IMAGE_CLASSIFICATION, "image classification", Shape.CLASS, "image_classification"),
        _images(OBJECT_DETECTION, "object detection", Shape.GEOMETRY, "object_detection"),
        _images(IMAGE_SEGMENTATION, "image segmentation", Shape.GEOMETRY, "image_segmentation", splits=False),
        _texts(
            TEXT_CLASSIFICATION,
            "text classification",
            Shape.CLASS,
            {TEXT_CLASSIFICATION: "text_classification"},
            splits=True,
        ),
        _texts(NAMED_ENTITIES, "named entities", Shape.SPAN, {NAMED_ENTITIES: "text_entity"}, splits=False),
        _texts(
            TEXT_TRIPLETS,
            "text triplets",
            Shape.TRIPLET,
            {TEXT_TRIPLETS: "text_triplet", TRIPLET_ENTITY: "text_entity"},
            splits=False,
        ),
        _sounds(
            SOUND_CLASSIFICATION, "sound classification", Shape.CLASS, "audio_classification", labels=True, splits=True
        ),
        _sounds(SPEECH_CONTENT, "speech content", Shape.CONTENT, "audio_content", labels=False, splits=False),
        _sounds(
            SPEECH_SEGMENTATION, "speech segmentation", Shape.SEGMENT, "audio_segmentation", labels=True, splits=False
        ),
        DatasetType(TABLE, "tables", TABLE_SAMPLE, Shape.NONE, {}, _TABLES),
        DatasetType(
            VIDEO,
            "video labelling",
            VIDEO_SAMPLE,
            Shape.GEOMETRY,
            {VIDEO: "object_detection"},
            _VIDEOS,
            frozenset({VIDEO}),
        ),
        DatasetType(FREE, "free format", FREE_SAMPLE, Shape.NONE, {}, None),
    )
}
"""Splits and hard samples are those of the guide's table 2-28."""


def dataset_type(number: int) -> DatasetType:
    """The type behind the number, or Invalid with the types that there are."""
    if found := TYPES.get(number):
        return found
    offered = ", ".join(f"{entry.number} ({entry.name})" for entry in TYPES.values())
    raise wrong_type(number, f"there is no such type; use one of {offered}")
