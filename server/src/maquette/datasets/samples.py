"""Samples of the working set: listing, describing, annotating and deleting them. Adding files is `uploads`'."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from maquette.datasets.annotation_rules import subject_of
from maquette.datasets.annotations import (
    checked_usage,
    decode_labels,
    decode_metadata,
    encode_labels,
    merge_metadata,
)
from maquette.datasets.errors import no_sample, stale_sample
from maquette.datasets.labels import LabelBook, failed
from maquette.datasets.sample_schemas import Labeler, SampleChange, SampleItem
from maquette.datasets.schemas import BatchAnswer, BatchItem
from maquette.datasets.search import STATUS, SampleFilter
from maquette.datasets.tables import LABELLED, UNLABELLED, Dataset, Sample, SampleLabelEntry
from maquette.datasets.types import IMAGE_SAMPLE
from maquette.datasets.working_set import (
    ANNOTATED,
    CHANGEABLE,
    SAMPLE_COLUMNS,
    change_samples,
    read_samples,
    signature,
)
from maquette.formats.samples import TEXT_PREFIX
from maquette.kit.actor import Actor
from maquette.kit.clock import now_ms
from maquette.kit.errors import Invalid, MaquetteError
from maquette.kit.pages import Page

THUMBNAIL_EDGE = 200
LISTED_TEXT = 16_384
"""So many characters of a text are in a list."""


def list_samples(
    session: Session, dataset: Dataset, wanted: SampleFilter, *, descending: bool, page: Page
) -> tuple[list[Any], int]:
    """One page of rows and the number of all that match. Keys first, rows after: a deep page reads an index only."""
    count = count_samples(session, dataset, wanted)
    keys = matching_keys(dataset, wanted)
    if page.skip >= count:
        return [], count
    order = keys.selected_columns[0]
    ids = session.scalars(
        keys.order_by(order.desc() if descending else order).offset(page.skip).limit(page.limit)
    ).all()
    rows = read_samples(session, dataset, ids)
    return [rows[key] for key in ids if key in rows], count


def count_samples(session: Session, dataset: Dataset, wanted: SampleFilter) -> int:
    """The number of matches: a kept one, or counted."""
    kept = wanted.kept_count(session, dataset)
    if kept is not None:
        return kept
    return session.scalar(select(func.count()).select_from(matching_keys(dataset, wanted).subquery())) or 0


def first_samples(session: Session, dataset: Dataset, number: int) -> Sequence[Any]:
    """The newest samples, for a preview."""
    return list_samples(session, dataset, SampleFilter(), descending=True, page=Page(0, number))[0]


def find_sample(session: Session, dataset: Dataset, sample_id: str) -> Any:
    row = read_samples(session, dataset, [sample_id]).get(sample_id)
    if row is None:
        raise no_sample(sample_id)
    return row


def find_any_sample(session: Session, dataset: Dataset, sample_id: str) -> Any:
    """The same, from an earlier generation too: for the media of what a page still shows."""
    query = select(*SAMPLE_COLUMNS).where(Sample.dataset_id == dataset.id, Sample.id == sample_id)
    row = session.execute(query.order_by(Sample.generation.desc()).limit(1)).one_or_none()
    if row is None:
        raise no_sample(sample_id)
    return row


def matching_keys(dataset: Dataset, wanted: SampleFilter) -> Select[str]:
    """The ids that match, in no order yet."""
    if wanted.label_code is None:
        return select(Sample.id).where(*wanted.conditions(dataset))
    # The label's own index rows drive: they are in the order of sample ids.
    keys = select(SampleLabelEntry.sample_id).where(
        SampleLabelEntry.dataset_id == dataset.id,
        SampleLabelEntry.generation == dataset.generation,
        SampleLabelEntry.code == wanted.label_code,
    )
    if wanted.state is None and wanted.hard is None and not wanted.others and not wanted.nothing:
        return keys
    return keys.join(Sample, Sample.id == SampleLabelEntry.sample_id).where(*wanted.conditions(dataset))


def describe_sample(book: LabelBook, row: Any, *, edge: int | None = None, whole: bool = False) -> SampleItem:
    """A sample for an answer. With an edge an image's source is a thumbnail of about that size.

    The source of a text is the text; a long one is whole on request only, and always behind `media_url`.
    """
    media, thumbnail = media_urls(book.dataset, row.id, row.etag)
    is_text, is_image = row.source.startswith(TEXT_PREFIX), row.sample_type == IMAGE_SAMPLE
    file = row.file if is_text else row.source
    if is_text:
        source = row.source if whole else row.source[: LISTED_TEXT + len(TEXT_PREFIX)]
    else:
        source = f"{thumbnail}&edge={edge}" if edge and is_image else media
    return SampleItem.model_construct(
        sample_id=row.id,
        sample_type=row.sample_type,
        sample_name=row.name,
        sample_status=STATUS[row.state],
        sample_size=row.size,
        sample_time=row.created_at,
        sample_dir=file.rpartition("/")[0] + "/" if file else "",
        source=source,
        labels=decode_labels(book, row.labels),
        metadata=decode_metadata(row.meta, row.hard, book.type.import_origin),
        labelers=[_labeler(row.labelled_by)] if row.labelled_by else None,
        score=None if row.score is None else str(row.score),
        sample_usage=row.usage or None,
        obs_url=file,
        media_url=media,
        thumbnail_url=f"{thumbnail}&edge={THUMBNAIL_EDGE}" if is_image else "",
        truncated=is_text and len(source) < len(row.source),
        revision=row.revision,
    )


def media_urls(dataset: Dataset, sample_id: str, etag: str) -> tuple[str, str]:
    """Where a browser loads the image and, with `&edge=` behind it, its thumbnail. `v` changes with the bytes."""
    base = f"/v1/{dataset.project_id}/datasets/{dataset.id}/samples/{quote(sample_id, safe='')}"
    mark = f"?v={media_mark(etag)}"
    return f"{base}/media{mark}", f"{base}/thumbnail{mark}"


def media_mark(etag: str) -> str:
    return hashlib.sha256(etag.encode()).hexdigest()[:12]


def _labeler(labelled_by: str) -> Labeler:
    return Labeler.model_construct(email=labelled_by.rpartition("/")[2], worker_id=labelled_by, role=0)


@dataclass(slots=True)
class _Draft:
    """A sample as it was read, and what it becomes; several items of one request may name it."""

    row: Any
    values: dict[str, Any]
    revision: int


def update_samples(session: Session, actor: Actor, book: LabelBook, changes: Sequence[SampleChange]) -> BatchAnswer:
    """Annotate many samples at once. An item that cannot be done fails alone. The dataset is locked."""
    rows = read_samples(session, book.dataset, {change.sample_id for change in changes})
    drafts = {
        key: _Draft(row, {name: getattr(row, name) for name in CHANGEABLE}, row.revision) for key, row in rows.items()
    }
    touched: dict[str, _Draft] = {}
    results: list[BatchItem] = []
    for change in changes:
        try:
            draft = drafts.get(change.sample_id)
            if draft is None:
                raise no_sample(change.sample_id)
            _check_revision(book, draft, change)
            draft.values = _changed(actor, book, draft, change)
            draft.revision = draft.row.revision + 1
            touched[change.sample_id] = draft
            results.append(BatchItem(success=True, sample_id=change.sample_id, revision=draft.revision))
        except MaquetteError as error:
            results.append(failed(error).model_copy(update={"sample_id": change.sample_id}))
    written = [(draft.row, draft.values) for draft in touched.values()]
    change_samples(session, book.dataset, actor, written, ANNOTATED)
    wanted = any(change.revision is not None for change in changes)
    return batch_answer(results, with_results=wanted)


def batch_answer(results: list[BatchItem], *, with_results: bool = False) -> BatchAnswer:
    """The items are listed when one of them failed, or on request; the first failure speaks for the batch."""
    bad = next((item for item in results if not item.success), None)
    if bad is None:
        return BatchAnswer(success=True, results=results if with_results else None)
    return BatchAnswer(success=False, error_code=bad.error_code, error_msg=bad.error_msg, results=results)


def _check_revision(book: LabelBook, draft: _Draft, change: SampleChange) -> None:
    if change.revision is None or change.revision == draft.row.revision:
        return
    current = describe_sample(book, draft.row).model_dump(mode="json", exclude_none=True)
    raise stale_sample(change.sample_id, change.model_dump(mode="json", exclude_none=True), current)


def _changed(actor: Actor, book: LabelBook, draft: _Draft, change: SampleChange) -> dict[str, Any]:
    """The sample's new values; raises without having changed any."""
    before, source = draft.values, draft.row.source
    after = dict(before)
    if change.sample_type not in (None, draft.row.sample_type):
        raise Invalid(f"sample_type {change.sample_type} does not apply to {book.type.name}.")
    if change.labels is not None:
        after["labels"] = encode_labels(book, change.labels, subject_of(source, before["meta"]))
        after |= {"state": UNLABELLED, "labelled_by": "", "labelled_at": None}
        if after["labels"]:
            after |= {"state": LABELLED, "labelled_by": signature(actor), "labelled_at": now_ms()}
    if change.metadata is not None:
        after["meta"], after["hard"] = merge_metadata(before["meta"], before["hard"], change.metadata)
    if change.sample_usage is not None:
        after["usage"] = checked_usage(change.sample_usage)
    return after
