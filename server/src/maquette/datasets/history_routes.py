"""The history of samples over HTTP, and going back in it. All of it is ours: the contract has no such operations."""

from typing import Annotated

from fastapi import Query

from maquette.buckets import StoresDep
from maquette.datasets import history, restoring
from maquette.datasets.history_schemas import History, RestoreAsked, RestoreDataset, RestoredSample, RestoreSample
from maquette.datasets.labels import LabelBook
from maquette.datasets.restoring_task import start_restore
from maquette.datasets.service import find_dataset, resource
from maquette.datasets.working_set import read_samples
from maquette.events import emit
from maquette.kit.pages import page_numbered
from maquette.web import ActorDep, DatabaseDep, Router, SessionDep

router = Router("/v2/{project_id}/datasets/{dataset_id}/data-annotations", "data")

Limit = Annotated[int, Query(ge=1, le=100)]
Offset = Annotated[int, Query(ge=0, le=2**31)]


@router.get("/samples/{sample_id}/history", action="modelarts:dataset:getSample")
def show_sample_history(
    dataset_id: str, sample_id: str, actor: ActorDep, session: SessionDep, limit: Limit = 10, offset: Offset = 0
) -> History:
    """Every change of a sample's annotations, newest first; `offset` is a page number."""
    book = LabelBook(session, find_dataset(session, actor, dataset_id))
    return history.sample_history(session, book, sample_id, page_numbered(limit, offset))


@router.get("/history", action="modelarts:dataset:listSamples")
def show_history(
    dataset_id: str,
    actor: ActorDep,
    session: SessionDep,
    action: Annotated[str, Query(max_length=40)] = "",
    limit: Limit = 10,
    offset: Offset = 0,
) -> History:
    """The changes of all samples, newest first; with `action=remove` those that were removed, to bring them back."""
    book = LabelBook(session, find_dataset(session, actor, dataset_id))
    return history.dataset_history(session, book, action, page_numbered(limit, offset))


@router.post("/samples/{sample_id}/restore", action="modelarts:dataset:updateSamples")
def restore_sample(
    dataset_id: str, sample_id: str, body: RestoreSample, actor: ActorDep, database: DatabaseDep, stores: StoresDep
) -> RestoredSample:
    """Put a sample's annotations back to what they were, as a new operation; one that was removed comes back."""
    with database.read() as session:
        dataset = find_dataset(session, actor, dataset_id)
        removal = None
        if not read_samples(session, dataset, [sample_id]):
            removal = history.last_removals(session, dataset, [sample_id]).get(sample_id)
    sources = [removal.before["source"]] if removal else []
    gone = restoring.missing_files(database, stores, actor, sources)
    with database.write() as session:
        dataset = find_dataset(session, actor, dataset_id, lock=True)
        restored = restoring.restore_sample(session, actor, dataset, sample_id, body, gone)
        emit(session, actor, "updateSamples", resource(dataset), count=1, samples=[sample_id], restored=True)
    return restored


@router.post("/restore", action="modelarts:dataset:updateSamples")
def restore_dataset(dataset_id: str, body: RestoreDataset, actor: ActorDep, session: SessionDep) -> RestoreAsked:
    """Put all samples back to what they were at a moment, in the background, or count what that would change."""
    dataset = find_dataset(session, actor, dataset_id, lock=True)
    task, undo_time = start_restore(session, actor, dataset, body.time, dry_run=body.dry_run)
    return RestoreAsked(task_id=task.id, undo_time=undo_time)
