"""Reading a manifest: its lines in order, its VOC files where it names some, its addresses made whole."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from maquette.datasets.importing.reading import BATCH, Batch, Item, Place
from maquette.formats.manifest import MAX_LINE_BYTES, read_manifest
from maquette.formats.objects import OBJECTS, VOC, unpack
from maquette.formats.samples import SIZE, TEXT_PREFIX, Annotation, Problem, Sample
from maquette.formats.voc import read_voc
from maquette.kit.errors import MaquetteError
from maquette.storage import ObjectStore, obs_url, parse_obs_url

OpenUrl = Callable[[str], tuple[ObjectStore, str]]
"""The store and key behind an address, if the importing user may use it. Raises MaquetteError."""

_SHAPED = ("object_detection", "image_segmentation")


class ManifestReader:
    """Positions are byte offsets, so that a resumed import seeks instead of reading again."""

    def __init__(self, place: Place, open_url: OpenUrl, annotation_bytes: int) -> None:
        self._place = place
        self._open_url = open_url
        self._annotation_bytes = annotation_bytes
        self._folder = obs_url(place.bucket, place.key).rpartition("/")[0] + "/"
        self._name = PurePosixPath(place.key).name

    def batches(self, position: dict[str, Any]) -> Iterator[Batch]:
        offset, line = int(position.get("offset", 0)), int(position.get("line", 0))
        size = self._place.store.head(self._place.key).size
        items: list[Item | Problem] = []
        for raw, end in _lines(self._place.store.read(self._place.key, offset), offset):
            line += 1
            # A byte order mark is passed over on the first line only; empty lines are no samples.
            first = [raw] if line == 1 else [b"", raw]
            for found in read_manifest(first):
                items += self._items(found, line)
            if len(items) >= BATCH:
                yield Batch(items, {"offset": end, "line": line}, end / size)
                items = []
            offset = end
        yield Batch(items, {"offset": offset, "line": line}, 1.0)

    def _items(self, found: Sample | Problem, line: int) -> Iterator[Item | Problem]:
        if isinstance(found, Problem):
            yield replace(found, line=line, file=self._name)
            return
        sample = unpack(found)
        sample.line = line
        try:
            sample.source = self._resolved(sample.source)
            if any(each.annotation_loc and OBJECTS not in each.property for each in sample.annotations):
                yield from self._read_files(sample, line)
        except MaquetteError as error:
            yield Problem(line, error.message.rstrip("."), "Mend the address on this line.", self._name)
            return
        yield Item(sample, f"{self._name}:{line}")

    def _resolved(self, address: str) -> str:
        """An address as `obs://bucket/key`; a relative one is beside the manifest."""
        if address.startswith(TEXT_PREFIX):
            return address
        if "://" not in address and not address.startswith("/"):
            address = self._folder + address.removeprefix("./")
        return obs_url(*parse_obs_url(address))

    def _read_files(self, sample: Sample, line: int) -> Iterator[Problem]:
        """Put the objects of the VOC files that the sample names in the place of their references."""
        annotations: list[Annotation] = []
        for reference in sample.annotations:
            if not reference.annotation_loc or reference.type not in _SHAPED:
                annotations.append(reference)
                continue
            if (reference.annotation_format or VOC) != VOC:
                reason = f"the annotation format '{reference.annotation_format}' is not known"
                yield Problem(line, reason, f"Write the annotations as {VOC}.", self._name)
                continue
            address = self._resolved(reference.annotation_loc)
            try:
                store, key = self._open_url(address)
                voc = read_voc(_whole(store, key, self._annotation_bytes), annotation_type=reference.type)
            except MaquetteError as error:
                yield Problem(line, error.message.rstrip("."), "Mend the address, or restore the file.", self._name)
                continue
            for problem in voc.problems:
                yield replace(problem, file=address)
            if voc.size:
                sample.property.setdefault(SIZE, list(voc.size))
            for annotation in voc.annotations:
                annotation.annotated_by = annotation.annotated_by or reference.annotated_by
                annotation.creation_time = annotation.creation_time or reference.creation_time
                annotations.append(annotation)
        sample.annotations = annotations


def _whole(store: ObjectStore, key: str, limit: int) -> bytes:
    return b"".join(store.read(key, 0, limit))


def _lines(chunks: Iterator[bytes], offset: int) -> Iterator[tuple[bytes, int]]:
    """Each line with the offset behind it, in bounded memory: of a line over the limit the beginning is kept."""
    rest, length = b"", 0
    for chunk in chunks:
        pieces = chunk.split(b"\n")
        for piece in pieces[:-1]:
            line = rest + piece[: MAX_LINE_BYTES + 1 - len(rest)]
            offset += length + len(piece) + 1
            yield line, offset
            rest, length = b"", 0
        rest += pieces[-1][: MAX_LINE_BYTES + 1 - len(rest)]
        length += len(pieces[-1])
    if rest:
        yield rest, offset + length
