"""Syncing with the input folder: what is added, changed, missing and skipped."""

import os
from pathlib import Path

import pytest
from sqlalchemy import func, select
from tests.datasets.stage import ACTOR, DATASET_ID, Stage

from maquette.datasets import sync
from maquette.datasets.inventory import LISTED_PROBLEMS
from maquette.datasets.sync import MISSING, start_sync, sync_state
from maquette.datasets.tables import UNLABELLED, Dataset, Sample
from maquette.datasets.working_set import ANNOTATED, CHANGEABLE, change_samples
from maquette.db import Database
from maquette.events import Event
from maquette.kit.clock import now_ms
from maquette.kit.ids import new_id
from maquette.tasks import cancel


@pytest.fixture
def stage(database: Database, tmp_path: Path) -> Stage:
    made = Stage(database, tmp_path / "home")
    made.build()
    return made


def test_new_images_become_samples(stage: Stage) -> None:
    stage.put("a.jpg", "deep/er/b.JPEG", "c.png", "d.bmp")
    stage.store.write("elsewhere/e.jpg", b"not in the input folder")
    report = stage.sync()
    assert (report.added, report.deleted, report.total, report.skipped) == (4, 0, 4, 0)
    samples = stage.samples()
    assert sorted(samples) == ["a.jpg", "b.JPEG", "c.png", "d.bmp"]
    deep = samples["b.JPEG"]
    assert (deep.source, deep.size, deep.state) == ("obs://data/in/deep/er/b.JPEG", 5, 0)
    assert deep.etag == stage.store.head("in/deep/er/b.JPEG").etag
    assert stage.dataset().total_samples == 4


def test_a_second_sync_changes_nothing(stage: Stage) -> None:
    stage.put("a.jpg", "b.jpg")
    stage.sync()
    before = {name: row.id for name, row in stage.samples().items()}
    report = stage.sync()
    assert (report.added, report.total) == (0, 2)
    assert {name: row.id for name, row in stage.samples().items()} == before


def test_a_changed_file_keeps_its_sample_and_annotations(stage: Stage) -> None:
    stage.put("a.jpg")
    stage.sync()
    before = stage.samples()["a.jpg"]
    with stage.database.write() as session:
        session.get_one(Sample, (DATASET_ID, 1, before.id)).labels = [{"code": 1, "type": 0}]
    stage.put("a.jpg", content=b"longer than it was")
    task_id = stage.ask_sync()
    stage.work()
    assert stage.task(task_id).result["updated"] == 1
    after = stage.samples()["a.jpg"]
    assert (after.id, after.labels, after.size) == (before.id, [{"code": 1, "type": 0}], 18)
    assert after.etag != before.etag


def test_a_missing_file_is_reported_and_marked_and_comes_back(stage: Stage) -> None:
    stage.put("a.jpg", "b.jpg")
    stage.sync()
    stage.store.delete("in/a.jpg")
    for _ in range(2):
        report = stage.sync()
        assert (report.deleted, report.total) == (1, 2)
        assert report.problems == [
            {"source": "in/a.jpg", "code": "missing", "reason": "The file is no longer in the input folder."}
        ]
    assert MISSING in stage.samples()["a.jpg"].meta
    assert MISSING not in stage.samples()["b.jpg"].meta
    stage.put("a.jpg")
    assert stage.sync().deleted == 0
    assert stage.samples()["a.jpg"].meta == {}


def test_samples_that_do_not_come_from_the_folder_are_never_missing(stage: Stage) -> None:
    stage.add_samples([[]], source="obs://data/imported/x.jpg", name="x.jpg")
    assert stage.sync().deleted == 0


def test_a_sample_added_while_the_folder_is_walked_is_not_missing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk = type(stage.store).walk

    def walk_then_upload(self: object, prefix: str = "") -> object:
        yield from walk(stage.store, prefix)
        stage.add_samples([[]], source="obs://data/in/late.jpg", name="late.jpg")

    stage.put("a.jpg")
    monkeypatch.setattr(type(stage.store), "walk", walk_then_upload)
    assert stage.sync().deleted == 0


def test_files_that_are_no_images_are_counted_and_listed(stage: Stage) -> None:
    stage.settings.image_bytes = 100
    stage.put("a.jpg", "notes.md", "a.xml")
    stage.put("empty.png", content=b"")
    stage.put("large.bmp", content=b"x" * 101)
    report = stage.sync()
    assert (report.added, report.skipped) == (1, 4)
    assert {item["source"]: item["code"] for item in report.problems} == {
        "in/notes.md": "format",
        "in/a.xml": "annotation",
        "in/empty.png": "empty",
        "in/large.bmp": "size",
    }


def test_new_pictures_take_the_labels_beside_them_once(stage: Stage) -> None:
    """Whoever takes a label away in the platform does not get it back from the file."""
    stage.put("a.jpg", "b.jpg", "c.jpg")
    stage.put("a.txt", content="cat\n新\n".encode())
    stage.put("c.txt", content=b"x" * 65)
    report = stage.sync()
    assert (report.added, report.skipped) == (3, 1)
    assert report.problems[0]["source"] == "in/c.txt"
    found = stage.samples()
    assert [len(found[name].labels) for name in ("a.jpg", "b.jpg", "c.jpg")] == [2, 0, 0]
    assert stage.dataset().labelled_samples == 1
    a = found["a.jpg"]
    with stage.database.write() as session:
        bare = {name: getattr(a, name) for name in CHANGEABLE} | {"labels": [], "state": UNLABELLED}
        change_samples(session, session.get_one(Dataset, DATASET_ID), ACTOR, [(a, bare)], ANNOTATED)
    stage.sync()
    assert stage.samples()["a.jpg"].labels == []


def test_no_more_than_a_thousand_problems_are_listed(stage: Stage) -> None:
    (stage.root / "in").mkdir()
    for number in range(LISTED_PROBLEMS + 5):
        (stage.root / f"in/{number}.md").touch()
    report = stage.sync()
    assert (report.skipped, len(report.problems)) == (LISTED_PROBLEMS + 5, LISTED_PROBLEMS)


def test_only_one_sync_runs_at_a_time(stage: Stage) -> None:
    assert stage.ask_sync() == stage.ask_sync()
    with stage.database.read() as session:
        assert session.scalar(select(func.count()).where(Event.name == "syncDataSource")) == 1


def test_the_state_follows_the_task(stage: Stage) -> None:
    def status() -> str:
        with stage.database.read() as session:
            return sync_state(session, session.get_one(Dataset, DATASET_ID)).status

    assert status() == "NOT_EXIST"
    stage.put("a.jpg")
    stage.ask_sync()
    assert status() == "QUEUING"
    stage.work()
    assert status() == "COMPLETED"
    with stage.database.write() as session:
        cancel(session, start_sync(session, ACTOR, session.get_one(Dataset, DATASET_ID)))
    assert status() == "FAILED"


def test_many_batches_count_the_same_as_one(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync, "BATCH", 3)
    stage.put(*(f"{number}.jpg" for number in range(10)))
    report = stage.sync()
    assert (report.added, report.total) == (10, 10)
    for number in range(4):
        stage.store.delete(f"in/{number}.jpg")
    assert stage.sync().deleted == 4


def test_a_deleted_dataset_is_not_filled(stage: Stage) -> None:
    stage.put("a.jpg")
    task_id = stage.ask_sync()
    with stage.database.write() as session:
        session.get_one(Dataset, DATASET_ID).deleted = True
    stage.work()
    assert stage.task(task_id).state == "failed"
    assert stage.samples() == {}


def test_a_missing_bucket_folder_fails_the_task_and_marks_nothing(stage: Stage) -> None:
    stage.put("a.jpg")
    stage.sync()
    stage.root.rename(stage.root.with_name("away"))
    task_id = stage.ask_sync()
    stage.work()
    assert (stage.task(task_id).state, stage.task(task_id).error_code) == ("failed", "ModelArts.0108")
    assert stage.samples()["a.jpg"].meta == {}
    stage.root.with_name("away").rename(stage.root)
    assert stage.sync().deleted == 0


def test_ids_follow_the_order_of_adding(stage: Stage) -> None:
    before = new_id()
    stage.put("a.jpg")
    stage.sync()
    sample = stage.samples()["a.jpg"]
    assert before < sample.id < new_id()
    assert abs(sample.created_at - now_ms()) < 60_000
    assert not os.listdir(stage.settings.cache_dir)
