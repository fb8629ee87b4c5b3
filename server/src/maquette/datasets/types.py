"""The types of dataset, by the contract's numbers: what their samples are and which labels they take.

A type is offered once it has an entry in `OFFERED`; what depends on the type is asked of that entry, so that a further
type is a further entry. Types that exist in the contract and are not offered are refused with their reason.
"""

from dataclasses import dataclass
from pathlib import PurePosixPath

from maquette.datasets.errors import wrong_type

IMAGE_CLASSIFICATION = 0
IMAGE_SAMPLE = 0


@dataclass(frozen=True, slots=True)
class DatasetType:
    """`media` maps the suffixes of its sample files, lower case, to their content types."""

    number: int
    name: str
    sample_type: int
    label_types: frozenset[int]
    media: dict[str, str]
    import_origin: int = 0

    def content_type(self, name: str) -> str | None:
        """The content type of a sample file of this name, or None when the type does not take such files."""
        return self.media.get(PurePosixPath(name).suffix.lower())


OFFERED = {
    IMAGE_CLASSIFICATION: DatasetType(
        number=IMAGE_CLASSIFICATION,
        name="image classification",
        sample_type=IMAGE_SAMPLE,
        label_types=frozenset({IMAGE_CLASSIFICATION}),
        media={".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".bmp": "image/bmp"},
    )
}

KNOWN = {
    1: "object detection",
    3: "image segmentation",
    100: "text classification",
    101: "named entity recognition",
    102: "text triplets",
    200: "sound classification",
    201: "speech content",
    202: "speech paragraphs",
    400: "tables",
    600: "video labelling",
    900: "free format",
}


def dataset_type(number: int) -> DatasetType:
    """The type behind the number, or Invalid with the reason why there is none."""
    if found := OFFERED.get(number):
        return found
    offered = ", ".join(f"{entry.number} ({entry.name})" for entry in OFFERED.values())
    if number in KNOWN:
        raise wrong_type(number, f"this version does not label {KNOWN[number]} data; it offers {offered}")
    raise wrong_type(number, f"there is no such type; this version offers {offered}")
