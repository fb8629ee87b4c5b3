"""Reading a manifest: its lines in order, its VOC files where it names some, its addresses made whole."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from maquette.datasets.importing.reading import Addresses, Batch, Gathering, Item, Place, check_unchanged
from maquette.formats.manifest import MAX_LINE_BYTES, read_manifest
from maquette.formats.objects import OBJECTS, VOC, unpack
from maquette.formats.samples import PARENT_SOURCE, SIZE, TEXT_PREFIX, Annotation, Problem, Sample
from maquette.formats.voc import read_voc
from maquette.kit.errors import MaquetteError, TooLarge
from maquette.storage import ObjectStore

_SHAPED = ("object_detection", "image_segmentation")


class ManifestReader:
    """Positions are byte offsets, so that a resumed import seeks instead of reading again."""

    def __init__(self, place: Place, addresses: Addresses, *, manifest_bytes: int, annotation_bytes: int) -> None:
        self._place = place
        self._addresses = addresses
        self._manifest_bytes = manifest_bytes
        self._annotation_bytes = annotation_bytes
        self._name = PurePosixPath(place.key).name

    def batches(self, position: dict[str, Any]) -> Iterator[Batch]:
        info = self._place.store.head(self._place.key)
        if info.size > self._manifest_bytes:
            raise TooLarge(
                f"'{self._name}' has {info.size} bytes, more than the limit of {self._manifest_bytes}. Divide it."
            )
        check_unchanged(position, info)
        offset, line = int(position.get("offset", 0)), int(position.get("line", 0))
        gathering = Gathering()
        for raw, end in _lines(self._place.store.read(self._place.key, offset), offset):
            line += 1
            # A byte order mark is passed over on the first line only; empty lines are no samples.
            for found in read_manifest([raw] if line == 1 else [b"", raw]):
                for item in self._items(found, line):
                    if isinstance(item, Item):
                        item.weight += len(raw)
                    gathering.add(item)
            offset = end
            if gathering.is_full():
                yield Batch(gathering.taken(), self._behind(info.etag, offset, line), offset / info.size)
        yield Batch(gathering.taken(), self._behind(info.etag, offset, line), 1.0)

    def _behind(self, etag: str, offset: int, line: int) -> dict[str, Any]:
        return {"etag": etag, "offset": offset, "line": line}

    def _items(self, found: Sample | Problem, line: int) -> Iterator[Item | Problem]:
        if isinstance(found, Problem):
            yield replace(found, line=line, file=self._name)
            return
        sample = unpack(found)
        sample.line = line
        item = Item(sample, f"{self._name}:{line}")
        try:
            if not sample.source.startswith(TEXT_PREFIX):
                sample.source = self._addresses.whole(sample.source)
            if sample.property:
                self._check_parent(sample)
            if any(each.annotation_loc and OBJECTS not in each.property for each in sample.annotations):
                yield from self._read_files(item, line)
        except MaquetteError as error:
            yield Problem(line, error.message.rstrip("."), "Mend the address on this line.", self._name)
            return
        yield item

    def _check_parent(self, sample: Sample) -> None:
        """The video that a frame belongs to is an address like any other."""
        parent = sample.property.get(PARENT_SOURCE)
        if isinstance(parent, str):
            whole = self._addresses.whole(parent)
            if "://" not in parent:
                sample.property[PARENT_SOURCE] = whole

    def _read_files(self, item: Item, line: int) -> Iterator[Problem]:
        """Put the objects of the VOC files that the sample names in the place of their references."""
        sample = item.sample
        annotations: list[Annotation] = []
        for reference in sample.annotations:
            if not reference.annotation_loc or reference.type not in _SHAPED:
                annotations.append(reference)
                continue
            if (reference.annotation_format or VOC) != VOC:
                reason = f"the annotation format '{str(reference.annotation_format)[:80]}' is not known"
                yield Problem(line, reason, f"Write the annotations as {VOC}.", self._name)
                continue
            try:
                address = self._addresses.whole(reference.annotation_loc)
                data = whole_file(*self._addresses.open(address), self._annotation_bytes)
            except MaquetteError as error:
                yield Problem(line, error.message.rstrip("."), "Mend the address, or restore the file.", self._name)
                continue
            voc = read_voc(data, annotation_type=reference.type)
            item.weight += len(data)
            for problem in voc.problems:
                yield replace(problem, file=address)
            if voc.size:
                sample.property.setdefault(SIZE, list(voc.size))
            for annotation in voc.annotations:
                annotation.annotated_by = annotation.annotated_by or reference.annotated_by
                annotation.creation_time = annotation.creation_time or reference.creation_time
                annotations.append(annotation)
        sample.annotations = annotations


def whole_file(store: ObjectStore, key: str, limit: int) -> bytes:
    """A file of annotations. Raises TooLarge for one over the limit: a part of it would pass for all there is."""
    data = b"".join(store.read(key, 0, limit + 1))
    if len(data) > limit:
        raise TooLarge(f"The file '{key}' has more than {limit} bytes, the limit for annotations.")
    return data


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
