"""Labels of a dataset over HTTP."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query
from pydantic import TypeAdapter

from maquette.datasets.label_changes import each_label, find_each
from maquette.datasets.label_removal import LABEL_ONLY, WITH_FILES, WITH_SAMPLES, remove_labels
from maquette.datasets.labels import LabelBook, describe_label
from maquette.datasets.schemas import BatchAnswer, LabelItem, LabelList, LabelProperty, Labels
from maquette.datasets.service import find_dataset, resource
from maquette.datasets.versions import find_version
from maquette.events import emit
from maquette.kit.pages import Int64, page_numbered
from maquette.web import ActorDep, Router, SessionDep, SettingsDep

router = Router("/v2/{project_id}/datasets/{dataset_id}/data-annotations/labels", "data")

_LABELS = TypeAdapter(list[LabelItem])


@dataclass(frozen=True, slots=True)
class Named:
    """A label as a path names it: by its name, slashes included, and if need be its type."""

    name: str
    type: int | None


def _named_label(label_name: str, label_type: Int64 | None = None) -> Named:
    return Named(label_name, label_type)


NamedDep = Annotated[Named, Depends(_named_label)]


@router.get("", action="modelarts:dataset:listLabels")
def list_labels(
    dataset_id: str,
    actor: ActorDep,
    session: SessionDep,
    version_id: str = "",
    offset: Annotated[int, Query(ge=0, le=2**31)] = 0,
    limit: Annotated[int, Query(ge=1, le=100_000)] = 100_000,
) -> LabelList:
    """The labels of the working set, or those that a published version was made with."""
    dataset = find_dataset(session, actor, dataset_id)
    if version_id:
        labels = _LABELS.validate_python(find_version(session, dataset, version_id).label_stats)
    else:
        labels = [describe_label(row) for row in LabelBook(session, dataset).by_code.values()]
    page = page_numbered(limit, offset)
    return LabelList(total_number=len(labels), labels=labels[page.skip : page.skip + page.limit])


@router.post("", action="modelarts:dataset:createLabel")
def create_labels(
    dataset_id: str, body: Labels, actor: ActorDep, session: SessionDep, settings: SettingsDep
) -> BatchAnswer:
    dataset = find_dataset(session, actor, dataset_id, lock=True)
    book = LabelBook(session, dataset)
    answer = each_label(body.labels, lambda label: book.add(settings, label))
    emit(session, actor, "createLabel", resource(dataset), labels=_named(body))
    return answer


@router.put("", action="modelarts:dataset:updateLabel")
def update_labels(
    dataset_id: str, body: Labels, actor: ActorDep, session: SessionDep, settings: SettingsDep
) -> BatchAnswer:
    """Rename, recolour or describe labels; `@modelarts:rename_to` holds a new name."""
    dataset = find_dataset(session, actor, dataset_id, lock=True)
    book = LabelBook(session, dataset)
    answer = each_label(
        body.labels,
        lambda label: book.change(settings, book.find(label.name, label.type), label.property, label),
    )
    emit(session, actor, "updateLabel", resource(dataset), labels=_named(body))
    return answer


@router.post("/delete", action="modelarts:dataset:deleteLabel")
def delete_labels(
    dataset_id: str,
    body: Labels,
    actor: ActorDep,
    session: SessionDep,
    delete_policy: Annotated[int, Query(ge=LABEL_ONLY, le=WITH_FILES)] = LABEL_ONLY,
) -> BatchAnswer:
    """Delete labels: alone (0), with the samples that carry nothing else (1), or with those and their files (2)."""
    dataset = find_dataset(session, actor, dataset_id, lock=True)
    rows, answer = find_each(LabelBook(session, dataset), body.labels)
    if rows:
        task = remove_labels(session, actor, dataset, rows, delete_policy)
        answer.task_id = task.id if task else None
        name = "deleteLabelWithSamples" if delete_policy else "deleteLabel"
        emit(session, actor, name, resource(dataset), labels=[row.name for row in rows][:100], policy=delete_policy)
    return answer


@router.put("/{label_name:path}", action="modelarts:dataset:updateLabel")
def update_label(
    dataset_id: str, named: NamedDep, body: LabelProperty, actor: ActorDep, session: SessionDep, settings: SettingsDep
) -> BatchAnswer:
    dataset = find_dataset(session, actor, dataset_id, lock=True)
    book = LabelBook(session, dataset)
    book.change(settings, book.find(named.name, named.type), body)
    emit(session, actor, "updateLabel", resource(dataset), labels=[named.name])
    return BatchAnswer(success=True)


@router.delete("/{label_name:path}", action="modelarts:dataset:deleteLabel")
def delete_label_and_samples(
    dataset_id: str, named: NamedDep, actor: ActorDep, session: SessionDep, delete_source: bool = False
) -> BatchAnswer:
    """Delete a label with the samples that carry nothing else, and on request their files."""
    dataset = find_dataset(session, actor, dataset_id, lock=True)
    book = LabelBook(session, dataset)
    row = book.find(named.name, named.type)
    book.check_may_leave(row, [row.code])
    task = remove_labels(session, actor, dataset, [row], WITH_FILES if delete_source else WITH_SAMPLES)
    emit(session, actor, "deleteLabelWithSamples", resource(dataset), labels=[named.name], delete_source=delete_source)
    return BatchAnswer(success=True, task_id=task.id if task else None)


def _named(body: Labels) -> list[str]:
    return [label.name[:64] for label in body.labels][:100]
