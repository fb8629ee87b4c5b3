"""The samples of a published version as a sample list shows them, read from its manifest alone."""

from dataclasses import dataclass
from typing import Any

from maquette.buckets import Stores, open_url
from maquette.datasets.annotations import decode_metadata
from maquette.datasets.conversion import label_types
from maquette.datasets.labels import LabelBook
from maquette.datasets.sample_schemas import SampleItem, SampleLabel, SampleList
from maquette.datasets.samples import THUMBNAIL_EDGE, media_urls
from maquette.datasets.search import STATUS
from maquette.datasets.tables import LABELLED, UNLABELLED, Version
from maquette.datasets.types import IMAGE_SAMPLE
from maquette.datasets.version_reading import list_version_samples
from maquette.db import Database
from maquette.formats import samples as formats
from maquette.formats.objects import unpack
from maquette.kit.actor import Actor
from maquette.kit.pages import Page

NAMED_BY = 64
"""So many characters of its beginning name a text that has no row any more."""


@dataclass(frozen=True, slots=True)
class VersionSamples:
    """A published version, opened for an actor. `edge` asks for thumbnails as the samples' source."""

    database: Database
    stores: Stores
    actor: Actor
    book: LabelBook
    version: Version
    edge: int | None = None

    def read(self, page: Page, *, label_name: str = "", state: int | None = None) -> SampleList:
        """A page in the order of sample ids. Raises Conflict when the version's files are not what was published."""
        # Before it is published a version has no address; the reader below says so.
        address = self.version.manifest_url or self.book.dataset.work_path
        store, _ = open_url(self.database, self.stores, self.actor, address)
        found = list_version_samples(store, self.version, page.skip, page.limit, label_name=label_name, state=state)
        samples = [self.describe(sample) for sample in found.samples]
        return SampleList.model_construct(sample_count=found.total, samples=samples)

    def describe(self, sample: formats.Sample) -> SampleItem:
        sample_id = sample.id or ""
        text = formats.text_of(sample)
        is_image = sample.sample_type == IMAGE_SAMPLE
        name = sample.source.rpartition("/")[2] if text is None else text[:NAMED_BY]
        media, thumbnail = media_urls(self.book.dataset, sample_id, self.version.id)
        labels = [self._label(annotation) for annotation in unpack(sample).annotations]
        size: Any = sample.property.get("@modelarts:object_size", 0)
        return SampleItem.model_construct(
            sample_id=sample_id,
            sample_type=self.book.type.sample_type if sample.sample_type is None else sample.sample_type,
            sample_name=name,
            sample_status=STATUS[LABELLED if labels else UNLABELLED],
            sample_size=size if isinstance(size, int) else 0,
            sample_time=self.version.created_at,
            sample_dir=sample.source.removesuffix(name) if text is None else "",
            source=sample.source if text is not None else f"{thumbnail}&edge={self.edge}" if self.edge else media,
            labels=labels,
            metadata=decode_metadata(sample.property, bool(sample.hard), self.book.type.import_origin),
            labelers=None,
            score=None,
            sample_usage=sample.usage,
            obs_url=sample.source if text is None else "",
            media_url=media,
            thumbnail_url=f"{thumbnail}&edge={THUMBNAIL_EDGE}" if is_image else "",
            truncated=False,
            revision=0,
        )

    def _label(self, annotation: formats.Annotation) -> SampleLabel:
        return SampleLabel.model_construct(
            name=annotation.name or "",
            type=label_types(self.book.type).get(annotation.type, self.book.dataset.dataset_type),
            annotated_by=annotation.annotated_by,
            id=annotation.id,
            score=annotation.confidence,
            property=annotation.property,
        )
