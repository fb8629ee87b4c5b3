"""Making an older version the current one, and going back: what the working set holds, and that nothing is lost."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update
from tests.datasets.stage import ACTOR, DATASET_ID, Stage

from maquette.datasets import cleaning, restore_points, version_switching
from maquette.datasets.labels import LabelBook
from maquette.datasets.restore_points import list_restore_points
from maquette.datasets.tables import (
    UNLABELLED,
    Dataset,
    Label,
    RestorePoint,
    Sample,
    SampleLabelEntry,
    SampleOperation,
    Version,
)
from maquette.datasets.version_switching import ask_to_switch
from maquette.datasets.versions import delete_version
from maquette.datasets.working_set import CHANGEABLE, add_samples, change_samples, members, read_samples, remove_samples
from maquette.db import Database
from maquette.kit.errors import Conflict, Invalid, NotFound
from maquette.kit.ids import new_id
from maquette.storage import parse_obs_url
from maquette.tasks.queue import cancel

KEPT_COLUMNS = (
    "source",
    "file",
    "parent_id",
    "name",
    "sample_type",
    "state",
    "usage",
    "hard",
    "labels",
    "meta",
    "score",
)
KEPT_COLUMNS += ("labelled_by", "labelled_at", "size", "modified_ms", "etag", "created_at", "digest")


@pytest.fixture
def stage(database: Database, tmp_path: Path) -> Stage:
    made = Stage(database, tmp_path / "home")
    made.build()
    return made


def fill(stage: Stage, label_sets: list[list[int]], **values: Any) -> list[str]:
    """Samples as an import makes them, with index rows and counts."""
    rows: list[dict[str, Any]] = []
    for codes in label_sets:
        key = new_id()
        row = {"id": key, "source": f"obs://data/in/{key}.jpg", "name": f"{key}.jpg", "etag": key, "size": 7}
        if codes:
            labels = [{"code": code, "type": 0, "annotated_by": "human"} for code in codes]
            row |= {"labels": labels, "state": 1, "labelled_at": 1_600_000_000_123, "labelled_by": "human/admin/ann"}
        rows.append(row | {"created_at": 5} | values)
    with stage.database.write() as session:
        add_samples(session, session.get_one(Dataset, DATASET_ID), rows)
    return [row["id"] for row in rows]


def label(stage: Stage, ids: list[str], *codes: int) -> None:
    with stage.database.write() as session:
        dataset = session.get_one(Dataset, DATASET_ID)
        values = {
            "labels": [{"code": c, "type": 0, "annotated_by": "human"} for c in codes],
            "state": 1 if codes else 0,
        }
        rows = read_samples(session, dataset, ids).values()
        changes = [(row, {name: getattr(row, name) for name in CHANGEABLE} | values) for row in rows]
        change_samples(session, dataset, ACTOR, changes, "annotate")


def remove(stage: Stage, ids: list[str]) -> None:
    with stage.database.write() as session:
        dataset = session.get_one(Dataset, DATASET_ID)
        remove_samples(session, dataset, ACTOR, list(read_samples(session, dataset, ids).values()))


def ask(stage: Stage, version: Version) -> str:
    with stage.database.write() as session:
        return ask_to_switch(session, ACTOR, session.get_one(Dataset, DATASET_ID), version.id).id


def switch(stage: Stage, version: Version) -> Any:
    task_id = ask(stage, version)
    stage.work()
    task = stage.task(task_id)
    assert task.state == "succeeded", task.error_msg
    return task


def restore(stage: Stage, generation: int) -> None:
    with stage.database.write() as session:
        restore_points.restore(session, ACTOR, session.get_one(Dataset, DATASET_ID), generation)


def points(stage: Stage) -> list[RestorePoint]:
    with stage.database.read() as session:
        return list_restore_points(session, session.get_one(Dataset, DATASET_ID))


def content(stage: Stage) -> dict[str, dict[str, Any]]:
    """The working set by id."""
    with stage.database.read() as session:
        rows = session.scalars(select(Sample).where(*members(session.get_one(Dataset, DATASET_ID)))).all()
    return {row.id: {name: getattr(row, name) for name in KEPT_COLUMNS} for row in rows}


def labels_by_name(stage: Stage) -> dict[str, list[str]]:
    """The names of each sample's labels."""
    with stage.database.read() as session:
        book = LabelBook(session, session.get_one(Dataset, DATASET_ID))
    return {key: [book.by_code[each["code"]].name for each in row["labels"]] for key, row in content(stage).items()}


def check_counts(stage: Stage) -> None:
    """The kept counts and the index rows are those of the samples."""
    rows = content(stage).values()
    with stage.database.read() as session:
        dataset = session.get_one(Dataset, DATASET_ID)
        labels = session.scalars(select(Label)).all()
        place = (SampleLabelEntry.dataset_id == DATASET_ID, SampleLabelEntry.generation == dataset.generation)
        entries = session.execute(select(SampleLabelEntry.code, func.count()).where(*place).group_by("code")).all()
    assert (dataset.total_samples, dataset.labelled_samples) == (len(rows), sum(row["state"] == 1 for row in rows))
    assert dataset.hard_samples == sum(row["hard"] for row in rows)
    kept = {row.code: (row.sample_count, row.annotation_count) for row in labels}
    for code, counted in kept.items():
        carried = [[each["code"] for each in row["labels"]].count(code) for row in rows]
        assert counted == (sum(number > 0 for number in carried), sum(carried)), code
    assert {code: number for code, (number, _) in kept.items() if number} == dict(entries)


def test_the_working_set_becomes_that_version_with_its_ids(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(version_switching, "BATCH", 3)
    ids = fill(stage, [[1], [1, 2], [], [2], [], [1], [2]])
    first, before = stage.publish(), content(stage)
    label(stage, ids[:3], 2)
    remove(stage, ids[3:4])
    fill(stage, [[2]] * 4)
    second, later = stage.publish(), content(stage)
    assert stage.dataset().current_version_id == second.id
    assert switch(stage, first).result == {"version_id": first.id, "changed_meanwhile": False}
    dataset = stage.dataset()
    assert (dataset.generation, dataset.current_version_id, dataset.deleted_samples) == (2, first.id, 0)
    after = content(stage)
    # Of a sample whose row is gone, the manifest knows less.
    for known in (before, after):
        known[ids[3]] = {name: known[ids[3]][name] for name in ("source", "name", "state", "labels")}
    assert after == before
    check_counts(stage)
    (point,) = points(stage)
    assert (point.generation, point.reason, point.current_version_id) == (1, "set-current", second.id)
    switch(stage, second)
    assert {key: row["labels"] for key, row in content(stage).items()} == {k: r["labels"] for k, r in later.items()}
    check_counts(stage)


def test_going_back_keeps_what_was_never_published(stage: Stage) -> None:
    ids = fill(stage, [[1], [2], []])
    first = stage.publish()
    label(stage, ids, 1, 2)
    remove(stage, ids[2:])
    unpublished, deleted = content(stage), stage.dataset().deleted_samples
    switch(stage, first)
    label(stage, ids[:1], 2)
    switched = content(stage)
    restore(stage, 1)
    assert content(stage) == unpublished
    assert (stage.dataset().deleted_samples, stage.dataset().current_version_id) == (deleted, first.id)
    check_counts(stage)
    restore(stage, 2)
    assert content(stage) == switched
    assert [(point.generation, point.reason) for point in points(stage)] == [(1, "restore")]
    check_counts(stage)
    with pytest.raises(NotFound) as caught:
        restore(stage, 2)
    assert caught.value.code == "ModelArts.4377"


def test_the_newest_three_points_are_kept_and_the_rows_of_others_dropped(stage: Stage) -> None:
    ids = fill(stage, [[1], [2]])
    version = stage.publish()
    for _ in range(5):
        label(stage, ids, 1)
        switch(stage, version)
    assert [point.generation for point in points(stage)] == [5, 4, 3]
    with stage.database.read() as session:
        for table in (Sample, SampleOperation, SampleLabelEntry):
            found = set(session.scalars(select(table.generation).distinct()))
            assert found <= {3, 4, 5, 6}, table
            assert 3 in found


def test_a_sample_of_an_earlier_working_set_is_stale(stage: Stage) -> None:
    (sample,) = fill(stage, [[1]])
    version = stage.publish()
    with stage.database.read() as session:
        seen = session.get_one(Sample, (DATASET_ID, 1, sample)).revision
    switch(stage, version)
    with stage.database.read() as session:
        assert session.get_one(Sample, (DATASET_ID, 2, sample)).revision > seen


def test_labels_that_are_gone_or_renamed_come_back(stage: Stage) -> None:
    one, two = fill(stage, [[1], [2]])
    first = stage.publish()
    label(stage, [one, two])
    with stage.database.write() as session:
        session.delete(session.get_one(Label, (DATASET_ID, 1)))
        session.get_one(Label, (DATASET_ID, 2)).name = "hound"
    switch(stage, first)
    assert labels_by_name(stage) == {one: ["cat"], two: ["dog"]}
    with stage.database.read() as session:
        labels = {row.name: (row.code, row.property, row.sample_count) for row in session.scalars(select(Label))}
    assert labels == {
        "cat": (3, {"@modelarts:color": "#000001"}, 1),
        "dog": (4, {"@modelarts:color": "#000002"}, 1),
        "hound": (2, {"@modelarts:color": "#000002"}, 0),
    }
    check_counts(stage)


def test_a_restore_point_brings_its_deleted_labels_back(stage: Stage) -> None:
    one, two = fill(stage, [[1], [2]])
    empty = stage.publish()
    label(stage, [one], 2)
    switch(stage, empty)
    label(stage, [one, two])
    with stage.database.write() as session:
        session.delete(session.get_one(Label, (DATASET_ID, 2)))
        session.flush()
        session.add(Label(dataset_id=DATASET_ID, code=3, name="dog", type=0))
    with pytest.raises(Conflict, match="Rename that label") as caught:
        restore(stage, 1)
    assert caught.value.code == "ModelArts.4378"
    assert stage.dataset().generation == 2
    with stage.database.write() as session:
        session.get_one(Label, (DATASET_ID, 3)).name = "hound"
    restore(stage, 1)
    assert labels_by_name(stage) == {one: ["dog"], two: ["dog"]}
    check_counts(stage)


def test_what_is_annotated_meanwhile_is_in_the_restore_point_and_said(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(version_switching, "BATCH", 2)
    ids = fill(stage, [[1]] * 5)
    version = stage.publish()
    write = version_switching._Switch._write

    def meanwhile(self: Any, *arguments: Any) -> None:
        write(self, *arguments)
        label(stage, ids[4:], 2)

    monkeypatch.setattr(version_switching._Switch, "_write", meanwhile)
    task = switch(stage, version)
    assert task.result["changed_meanwhile"]
    assert "meanwhile is in the restore point" in task.message
    assert labels_by_name(stage)[ids[4]] == ["cat"]
    restore(stage, 1)
    assert labels_by_name(stage)[ids[4]] == ["dog"]


def test_usage_and_hard_are_those_of_the_version(stage: Stage) -> None:
    plain, hard = fill(stage, [[1], [1]])
    meta = {"@modelarts:hard_coefficient": 0.5, "@modelarts:size": [4, 3, 3], "own": "kept"}
    with stage.database.write() as session:
        here = (Sample.dataset_id == DATASET_ID, Sample.id == hard)
        session.execute(update(Sample).where(*here).values(hard=True, usage="TEST", meta=meta))
    version = stage.publish(clear_hard_property=False, remove_sample_usage=False)
    label(stage, [plain, hard], 2)
    switch(stage, version)
    row = content(stage)[hard]
    assert (row["hard"], row["usage"], row["meta"]) == (True, "TEST", meta)
    assert not content(stage)[plain]["hard"]
    check_counts(stage)


def test_an_empty_version_empties_the_working_set(stage: Stage) -> None:
    empty = stage.publish()
    ids = fill(stage, [[1]])
    switch(stage, empty)
    assert content(stage) == {}
    check_counts(stage)
    restore(stage, 1)
    assert list(content(stage)) == ids


def test_a_cancelled_or_failed_switch_leaves_nothing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(version_switching, "BATCH", 1)
    fill(stage, [[1]] * 3)
    version = stage.publish()
    before = content(stage)
    write = version_switching._Switch._write

    def then_cancelled(self: Any, *arguments: Any) -> None:
        write(self, *arguments)
        with stage.database.write() as session:
            cancel(session, session.get_one(type(stage.task(task_id)), task_id))

    with monkeypatch.context() as patch:
        patch.setattr(version_switching._Switch, "_write", then_cancelled)
        task_id = ask(stage, version)
        stage.work()
    assert stage.task(task_id).state == "cancelled"
    key = parse_obs_url(version.manifest_url)[1]
    whole = stage.store.get(key)
    stage.store.write(key, whole.replace(b"cat", b"cow", 1))
    failed = ask(stage, version)
    stage.work()
    assert (stage.task(failed).state, stage.task(failed).error_code) == ("failed", "ModelArts.4374")
    assert (content(stage), points(stage), stage.dataset().generation) == (before, [], 1)
    with stage.database.read() as session:
        assert set(session.scalars(select(Sample.generation))) == {1}
        assert set(session.scalars(select(SampleLabelEntry.generation))) == {1}
    stage.store.write(key, whole)
    switch(stage, version)
    # The number of a generation that came to nothing is not used again.
    assert stage.dataset().generation == 3


def test_one_thing_at_a_time(stage: Stage) -> None:
    fill(stage, [[1]])
    version = stage.publish()
    stage.ask_sync()
    with pytest.raises(Conflict, match=r"dataset\.sync") as caught:
        ask(stage, version)
    assert caught.value.code == "ModelArts.4376"
    stage.work()
    ask(stage, version)
    for forbidden in (lambda: ask(stage, version), stage.ask_version):
        with pytest.raises(Conflict) as caught:
            forbidden()
        assert caught.value.code == "ModelArts.4376"
    with stage.database.write() as session:
        delete_version(session, ACTOR, session.get_one(Dataset, DATASET_ID), version.id)
    stage.work()
    assert stage.dataset().generation == 1


def test_a_task_that_began_meanwhile_stops_the_switch(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleaning, "PATIENCE_MS", 0)
    fill(stage, [[1]])
    version = stage.publish()
    write, begun = version_switching._Switch._write, list[str]()

    def meanwhile(self: Any, *arguments: Any) -> None:
        write(self, *arguments)
        begun.append(stage.ask_sync())

    with monkeypatch.context() as patch:
        patch.setattr(version_switching._Switch, "_write", meanwhile)
        task_id = ask(stage, version)
        stage.work()
    assert (stage.task(task_id).state, stage.task(task_id).error_code) == ("failed", "ModelArts.4376")
    assert (stage.task(begun[0]).state, stage.dataset().generation) == ("succeeded", 1)
    switch(stage, version)


def test_what_cannot_become_current(stage: Stage) -> None:
    fill(stage, [[1]])
    version_id = stage.ask_version()
    with pytest.raises(Conflict, match="has not been published"):
        ask(stage, stage.version(version_id))
    stage.work()
    with stage.database.write() as session:
        session.get_one(Dataset, DATASET_ID).dataset_type = 400
    with pytest.raises(Invalid, match="tables have no versions"):
        ask(stage, stage.version(version_id))


def test_a_frame_finds_its_video_again(stage: Stage) -> None:
    (video,) = fill(stage, [[]], source="obs://data/in/a.mp4")
    about = {"@modelarts:parent_source": "s3://data/in/a.mp4"}
    (frame,) = fill(stage, [[]], parent_id=video, meta=about)
    version = stage.publish()
    remove(stage, [video, frame])
    switch(stage, version)
    assert content(stage)[frame]["parent_id"] == video
    assert content(stage)[frame]["state"] == UNLABELLED
