"""A worker killed at any instant of an export: in the end the folder and the history of an undisturbed run."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from tests.datasets.stage import ACTOR, DATASET_ID, Stage, work_and_die

from maquette.datasets.exporting import background, snapshots, spool
from maquette.datasets.exporting.schemas import ExportRequest
from maquette.datasets.exporting.service import describe_export, find_export, start_export
from maquette.datasets.listing import EXPORT
from maquette.datasets.service import delete_dataset
from maquette.datasets.tables import Dataset, Label, Sample, SampleLabelEntry, TransferRun
from maquette.db import Base, Database
from maquette.kit.errors import StorageFull
from maquette.storage.local_batches import LocalBatch
from maquette.tasks import Task, cancel
from maquette.tasks.handling import Interrupted

INSTANTS = range(1, 90, 5)
EVERY_INSTANT = range(1, 200)
BOX = {"@modelarts:shape": "bndbox", "@modelarts:feature": [[1, 2], [20, 20]]}
NEW = {
    "export_dest": "NEW_DATASET",
    "export_new_dataset_name": "second",
    "export_new_dataset_work_path": "/data/second-out/",
}
EXPORTS: dict[str, tuple[int, dict[str, Any]]] = {
    "voc": (1, {"annotation_format": "VOC"}),
    "coco": (1, {"annotation_format": "COCO"}),
    "new dataset": (1, {"export_params": NEW}),
    "texts": (100, {"annotation_format": "JSONL"}),
}


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps of a few samples; and nobody's policies are asked."""
    monkeypatch.setattr(spool, "BATCH", 4)
    monkeypatch.setattr(snapshots, "BATCH", 4)
    monkeypatch.setattr(snapshots, "REPORTED", 4)
    monkeypatch.setattr(background, "BATCH", 4)
    monkeypatch.setattr(background, "COPIES_A_STEP", 2)
    monkeypatch.setattr("maquette.datasets.exporting.service.require", lambda *_: None)


def prepared(database: Database, home: Path, kind: int) -> Stage:
    """Eleven samples, most of them labelled; the file of the last one is not there."""
    made = Stage(database, home)
    made.build(dataset_type=kind)
    with database.write() as session:
        for label in session.scalars(select(Label)):
            label.type = kind
    own = {"property": {**BOX}} if kind == 1 else {}
    for number in range(11):
        labels = [{"code": 1, "type": kind, "annotated_by": "human", "id": "1", **own}] if number % 3 else []
        source = f"content://text {number}" if kind == 100 else f"obs://data/in/{number}.jpg"
        made.add_samples([[1] if labels else []], labels=labels, source=source, sample_type=kind // 100)
        if kind == 1 and number < 10:
            made.put(f"{number}.jpg", content=b"bytes %d" % number)
    return made


def ask(stage: Stage, **body: Any) -> str:
    with stage.database.write() as session:
        dataset = session.get_one(Dataset, DATASET_ID)
        return start_export(session, ACTOR, dataset, ExportRequest(path="/data/to/", **body)).id


def outcome(stage: Stage) -> dict[str, Any]:
    with stage.database.read() as session:
        run = find_export(session, session.get_one(Dataset, DATASET_ID), stage.task_of(EXPORT))
        others = select(Dataset.name, Dataset.deleted, Dataset.total_samples, Dataset.labelled_samples, Dataset.id)
        made = session.execute(others.where(Dataset.id != DATASET_ID)).all()
        rows = [
            (row.id, row.source, row.labels, row.size)
            for row in session.scalars(select(Sample).where(Sample.dataset_id != DATASET_ID).order_by(Sample.id))
        ]
        entries = len(session.scalars(select(SampleLabelEntry)).all())
    return {
        "files": {key: stage.store.get(key) for key in stage.files("to/")},
        "counts": {key: value for key, value in run.counts.items() if key != "new_dataset_id"},
        "problems": run.problems,
        "report": stage.store.get(run.report_url.removeprefix("obs://data/")),
        "ended": (bool(run.finished_at), stage.task(run.id).state),
        "datasets": [tuple(row)[:-1] for row in made],
        "rows": rows,
        "entries": entries,
        "named": [row.id for row in made] == [run.counts["new_dataset_id"]] if made else True,
        "left over": list(stage.settings.cache_dir.iterdir()),
    }


@pytest.mark.parametrize("instants", [INSTANTS, pytest.param(EVERY_INSTANT, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", EXPORTS)
def test_killed_at_any_instant(tmp_path: Path, name: str, instants: range) -> None:
    kind, body = EXPORTS[name]
    home = tmp_path / "home"
    home.mkdir()
    database = Database(f"sqlite:///{home / 'maquette.db'}")
    Base.metadata.create_all(database.engine)
    stage = prepared(database, home, kind)
    ask(stage, **body)
    database.dispose()
    undisturbed = copied(stage, tmp_path / "undisturbed")
    undisturbed.work()
    expected = outcome(undisturbed)
    assert expected["ended"] == (True, "succeeded")
    assert expected["counts"]["total"] == 11
    assert expected["counts"]["absent"] == (1 if kind == 1 else 0)
    killed = 0
    for instant in instants:
        place = tmp_path / f"home{instant}"
        hurt = copied(stage, place)
        url = str(hurt.database.url)
        hurt.database.dispose()
        if not work_and_die(place, url, instant):
            break
        killed += 1
        hurt.work()
        assert outcome(hurt) == expected, f"killed at instant {instant}"
        hurt.database.dispose()
        shutil.rmtree(place)
    assert killed >= 3


def copied(stage: Stage, home: Path) -> Stage:
    shutil.copytree(stage.settings.home, home)
    return Stage(Database(f"sqlite:///{home / 'maquette.db'}"), home)


@pytest.fixture
def stage(database: Database, tmp_path: Path) -> Stage:
    return prepared(database, tmp_path / "home", 1)


def failed(stage: Stage, **body: Any) -> Any:
    task_id = ask(stage, **body)
    stage.work()
    task = stage.task(task_id)
    assert task.state == "failed"
    return task


def test_a_full_bucket_is_said(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise StorageFull("The bucket is full.")

    monkeypatch.setattr(LocalBatch, "copy", full)
    task = failed(stage)
    assert (task.error_code, task.error_msg) == ("ModelArts.0109", "The bucket is full.")
    assert list(stage.settings.cache_dir.iterdir()) == []


def test_a_full_home_is_said(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert failed(stage).error_code == "ModelArts.0109"
    assert list(stage.settings.cache_dir.iterdir()) == []


def test_a_lost_list_ends_an_export_that_has_begun(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names may be others by now: going on would mix two states in one folder."""
    task_id = ask(stage)
    with monkeypatch.context() as patch:
        patch.setattr("maquette.datasets.exporting.background.Copier.write", interrupted)
        stage.work()
    assert stage.task(task_id).state == "running"
    shutil.rmtree(stage.settings.cache_dir / f"export-{task_id}")
    stage.work()
    assert (stage.task(task_id).state, stage.task(task_id).error_code) == ("failed", "ModelArts.4384")


def interrupted(*_: object) -> None:
    raise Interrupted("the worker ends")


def test_what_is_exported_is_one_state(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Samples that come while an export is under way are not in it."""
    task_id = ask(stage)
    step = snapshots.RunningTask.step
    came: list[str] = []

    def step_and_add(self: Any, **options: Any) -> Any:
        if not came and " of " in str(options.get("message")):
            came.extend(stage.add_samples([[1]], source="obs://data/in/late.jpg"))
        return step(self, **options)

    monkeypatch.setattr(snapshots.RunningTask, "step", step_and_add)
    stage.work()
    assert came
    assert stage.task(task_id).result["total"] == 11


def test_a_new_dataset_under_way_is_not_swept(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is hidden like a deleted one, while the cleaning of another dataset goes by."""
    task_id = ask(stage, export_params=NEW)
    with monkeypatch.context() as patch:
        patch.setattr("maquette.datasets.exporting.new_dataset.Filler.fill", interrupted)
        stage.work()
    hidden = stage.task(task_id).checkpoint["new_dataset_id"]
    with stage.database.write() as session:
        other = Dataset(
            id="other", name="other", dataset_type=0, data_sources=[], data_url="/data/x/", work_path="/data/y/"
        )
        other.project_id, other.workspace_id, other.owner_id = "p1", "0", "u1"
        session.add(other)
        session.flush()
        delete_dataset(session, ACTOR, other)
    stage.work()
    assert stage.task(task_id).state == "succeeded"
    with stage.database.read() as session:
        assert session.get_one(Dataset, hidden).total_samples == 10


def test_a_new_dataset_whose_name_was_taken_fails(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    task_id = ask(stage, export_params=NEW)
    with stage.database.write() as session:
        taken = Dataset(
            id="x", name="second", dataset_type=0, data_sources=[], data_url="/data/x/", work_path="/data/y/"
        )
        taken.project_id, taken.workspace_id, taken.owner_id = "p1", "0", "u1"
        session.add(taken)
    stage.work()
    assert stage.task(task_id).error_code == "ModelArts.4353"


def test_a_cancelled_export_is_told_so(stage: Stage) -> None:
    task_id = ask(stage)
    with stage.database.write() as session:
        cancel(session, session.get_one(Task, task_id))
    with stage.database.read() as session:
        state = describe_export(session, session.get_one(TransferRun, task_id), whole=True)
    assert (state.status, state.error_msg) == ("FAILED", "The export was cancelled.")
