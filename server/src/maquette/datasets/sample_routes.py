"""Samples of a dataset over HTTP: lists, annotations, uploads, deletions, numbers and what can be searched for."""

import re
from typing import Annotated

from fastapi import Depends, Query, Request

from maquette.buckets import StoresDep
from maquette.datasets import sample_batch, samples, search
from maquette.datasets.annotations import USAGES
from maquette.datasets.errors import no_sample
from maquette.datasets.labels import LabelBook, describe_label, failed
from maquette.datasets.sample_schemas import (
    ChangeAlike,
    ChangedAlike,
    DatasetStats,
    DeleteSamples,
    SampleItem,
    SampleList,
    SearchOptions,
    UpdateSamples,
    UploadAnswer,
    UploadSamples,
)
from maquette.datasets.schemas import BatchAnswer, BatchItem
from maquette.datasets.search import SampleFilter
from maquette.datasets.service import find_dataset, resource
from maquette.datasets.source_removal import ask_for_removal
from maquette.datasets.stats import dataset_stats
from maquette.datasets.uploads import Uploader
from maquette.datasets.version_samples import VersionSamples
from maquette.datasets.versions import find_version
from maquette.datasets.working_set import read_samples, remove_samples
from maquette.events import emit
from maquette.formats.samples import TEXT_PREFIX
from maquette.iam import Links
from maquette.kit.errors import Invalid
from maquette.kit.pages import Int64, page_numbered
from maquette.web import ActorDep, Contract, DatabaseDep, Router, SessionDep, SettingsDep

router = Router("/v2/{project_id}/datasets/{dataset_id}/data-annotations", "data")

_RESIZE = re.compile(r"image/resize((?:,[a-z]+_[0-9a-z]+)*)")


async def _links(request: Request, actor: ActorDep) -> Links:
    return Links(request.app.state.vault, actor.user_id, str(request.base_url).rstrip("/"))


LinksDep = Annotated[Links, Depends(_links)]


class SampleQuery(Contract):
    """`offset` is a page number. `email`, `locale` and `preview` belong to team labelling and tables."""

    low_score: Annotated[float, Query(ge=0, le=1)] = 0
    high_score: Annotated[float, Query(ge=0, le=1)] = 1
    label_name: Annotated[str, Query(max_length=1024)] = ""
    label_type: Int64 | None = None
    limit: Annotated[int, Query(ge=1, le=1000)] = 10
    offset: Annotated[int, Query(ge=0, le=2**31)] = 0
    order: Annotated[str, Query(pattern="^(asc|desc)$")] = "desc"
    process_parameter: Annotated[str, Query(max_length=200)] = ""
    sample_state: Annotated[str, Query(max_length=64)] = ""
    sample_type: Int64 | None = None
    search_conditions: Annotated[str, Query(max_length=100_000)] = ""
    version_id: str = ""


@router.get("/samples", action="modelarts:dataset:listSamples")
def list_samples(
    dataset_id: str,
    actor: ActorDep,
    database: DatabaseDep,
    stores: StoresDep,
    links: LinksDep,
    wanted: Annotated[SampleQuery, Query()],
) -> SampleList:
    """Newest first by default. A published version is listed by sample id, filtered by state and label at most."""
    edge = asked_edge(wanted.process_parameter)
    page = page_numbered(wanted.limit, wanted.offset)
    with database.read() as session:
        dataset = find_dataset(session, actor, dataset_id)
        book = LabelBook(session, dataset)
        filters = _filters(book, wanted)
        if not wanted.version_id:
            descending = wanted.order == "desc"
            rows, count = samples.list_samples(session, dataset, filters, descending=descending, page=page)
            found = [samples.describe_sample(book, row, edge=edge) for row in rows]
            return SampleList.model_construct(sample_count=count, samples=_linked(links, found))
        version = find_version(session, dataset, wanted.version_id)
    if filters.others or filters.hard is not None:
        raise Invalid("A published version can be filtered by sample_state and label_name only.")
    if wanted.sample_state and filters.state is None:
        return SampleList(sample_count=0, samples=[])
    reader = VersionSamples(database, stores, actor, book, version, edge)
    listed = reader.read(page, label_name=wanted.label_name, state=filters.state)
    return SampleList.model_construct(sample_count=listed.sample_count, samples=_linked(links, listed.samples))


@router.get("/samples/{sample_id}", action="modelarts:dataset:getSample")
def describe_sample(
    dataset_id: str, sample_id: str, actor: ActorDep, session: SessionDep, links: LinksDep
) -> SampleItem:
    dataset = find_dataset(session, actor, dataset_id)
    row = samples.find_sample(session, dataset, sample_id)
    found = samples.describe_sample(LabelBook(session, dataset), row, whole=True)
    return _linked(links, [found])[0]


@router.post("/samples", action="modelarts:dataset:uploadSamples")
def upload_samples_json(
    dataset_id: str,
    body: UploadSamples,
    actor: ActorDep,
    database: DatabaseDep,
    stores: StoresDep,
    settings: SettingsDep,
) -> UploadAnswer:
    """Store files in the input path and add them; each has a result of its own."""
    return Uploader(database, stores, settings, actor).upload(dataset_id, body)


@router.put("/samples", action="modelarts:dataset:updateSamples")
def update_samples(dataset_id: str, body: UpdateSamples, actor: ActorDep, session: SessionDep) -> BatchAnswer:
    """Set labels, metadata and usage of up to 5,000 samples. Without a `revision` the last write wins."""
    dataset = find_dataset(session, actor, dataset_id, lock=True)
    answer = samples.update_samples(session, actor, LabelBook(session, dataset), body.samples)
    unguarded = sum(change.revision is None for change in body.samples)
    ids = [change.sample_id for change in body.samples[:100]]
    emit(session, actor, "updateSamples", resource(dataset), count=len(body.samples), samples=ids, unguarded=unguarded)
    return answer


@router.post("/samples/batch", action="modelarts:dataset:updateSamples")
def change_samples_alike(dataset_id: str, body: ChangeAlike, actor: ActorDep, session: SessionDep) -> ChangedAlike:
    """Ours: label, unlabel, use or mark many samples at once; more than a thousand in the background."""
    dataset = find_dataset(session, actor, dataset_id, lock=True)
    answer = sample_batch.change_alike(session, actor, dataset, body)
    emit(session, actor, "updateSamples", resource(dataset), count=answer.changed, task_id=answer.task_id)
    return answer


@router.post("/samples/delete", action="modelarts:dataset:deleteSamples")
def delete_samples(dataset_id: str, body: DeleteSamples, actor: ActorDep, session: SessionDep) -> BatchAnswer:
    """Remove samples; with `delete_source` a task deletes their files right behind."""
    dataset = find_dataset(session, actor, dataset_id, lock=True)
    rows = read_samples(session, dataset, dict.fromkeys(body.samples))
    remove_samples(session, dataset, actor, list(rows.values()))
    results = [
        BatchItem(success=True, sample_id=key) if key in rows else failed(no_sample(key)) for key in body.samples
    ]
    answer = samples.batch_answer(results)
    if rows and body.delete_source:
        answer.task_id = ask_for_removal(session, actor, dataset, [row.source for row in rows.values()]).id
    emit(session, actor, "deleteSamples", resource(dataset), count=len(rows), delete_source=body.delete_source)
    return answer


@router.get("/stats", action="modelarts:dataset:getStats")
def get_dataset_stats(
    dataset_id: str, actor: ActorDep, session: SessionDep, sample_state: Annotated[str, Query(max_length=64)] = ""
) -> DatasetStats:
    return dataset_stats(session, find_dataset(session, actor, dataset_id), sample_state)


@router.get("/search-condition", action="modelarts:dataset:listSamples")
def list_search(dataset_id: str, actor: ActorDep, session: SessionDep) -> SearchOptions:
    """What a filter may name: labels, people, usages."""
    dataset = find_dataset(session, actor, dataset_id)
    labels = [describe_label(row) for row in LabelBook(session, dataset).by_code.values()]
    usages = [*USAGES, search.NO_USAGE]
    return SearchOptions(labels=labels, labelers=search.labelers(session, dataset), metadata={}, usages=usages)


def asked_edge(parameter: str) -> int | None:
    """The longest side that `image/resize,m_lfit,h_200` asks for; None for the image as it is."""
    if not parameter:
        return None
    match = _RESIZE.fullmatch(parameter)
    if match is None:
        raise Invalid("process_parameter is written as image/resize,m_lfit,h_200.")
    options = dict(option.split("_", 1) for option in match[1].split(",")[1:])
    sides = [int(options[name]) for name in ("h", "w", "l") if options.get(name, "").isdecimal()]
    if not sides or not 1 <= max(sides) <= 4096:
        raise Invalid("process_parameter names a height h_, a width w_ or a long side l_ of 1 to 4096 pixels.")
    return max(sides)


def _filters(book: LabelBook, wanted: SampleQuery) -> SampleFilter:
    filters = SampleFilter(nothing=wanted.sample_type not in (None, book.type.sample_type))
    search.filter_by_state(filters, wanted.sample_state)
    if wanted.label_name and not wanted.version_id:
        search.filter_by_label(filters, book, wanted.label_name, wanted.label_type)
    search.filter_by_score(filters, wanted.low_score, wanted.high_score)
    if wanted.search_conditions:
        search.filter_by_conditions(filters, book, wanted.search_conditions)
    return filters


def _linked(links: Links, found: list[SampleItem]) -> list[SampleItem]:
    """As the contract has it, `source` can be fetched by anything that has the answer, for an hour or two."""
    for item in found:
        if not item.source.startswith(TEXT_PREFIX):
            item.source = links.to(item.source)
    return found
