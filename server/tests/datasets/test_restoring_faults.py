"""A worker killed at any instant of a restoring or of a change of many samples: done once, as if undisturbed."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from tests.datasets.stage import ACTOR, DATASET_ID, Stage, work_and_die

from maquette.datasets import restoring_task, sample_batch
from maquette.datasets.labels import LabelBook
from maquette.datasets.sample_schemas import ChangeAlike, SampleChange, SampleLabel
from maquette.datasets.samples import update_samples
from maquette.datasets.tables import Dataset, Label, Sample, SampleLabelEntry, SampleOperation
from maquette.datasets.working_set import add_samples, read_samples, remove_samples
from maquette.db import Base, Database
from maquette.kit.clock import now_ms
from maquette.kit.ids import new_id

INSTANTS = range(2, 60, 3)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    home = tmp_path / "home"
    home.mkdir()
    made = Stage(Database(f"sqlite:///{home / 'maquette.db'}"), home)
    Base.metadata.create_all(made.database.engine)
    made.build()
    with made.database.write() as session:
        ids = [new_id() for _ in range(8)]
        rows = [{"id": key, "source": f"obs://data/in/{key}.jpg", "name": f"{key}.jpg"} for key in ids]
        add_samples(session, session.get_one(Dataset, DATASET_ID), rows)
    made.put(f"{ids[0]}.jpg", f"{ids[1]}.jpg")
    return made


def label(stage: Stage, name: str) -> None:
    with stage.database.write() as session:
        book = LabelBook(session, session.get_one(Dataset, DATASET_ID))
        ids = session.scalars(select(Sample.id))
        update_samples(
            session, ACTOR, book, [SampleChange(sample_id=key, labels=[SampleLabel(name=name)]) for key in ids]
        )


def ask_restore(stage: Stage) -> None:
    """Half of the samples have other labels since, the others are removed."""
    label(stage, "cat")
    then = now_ms()
    while now_ms() == then:
        pass
    label(stage, "dog")
    with stage.database.write() as session:
        dataset = session.get_one(Dataset, DATASET_ID)
        ids = session.scalars(select(Sample.id).order_by(Sample.id)).all()
        remove_samples(session, dataset, ACTOR, list(read_samples(session, dataset, ids[:4]).values()))
        restoring_task.start_restore(session, ACTOR, dataset, then, dry_run=False)


def ask_batch(stage: Stage) -> None:
    with stage.database.write() as session:
        asked = ChangeAlike(sample_state="__NONE__", add_labels=[SampleLabel(name="cat")], hard=True)
        sample_batch.change_alike(session, ACTOR, session.get_one(Dataset, DATASET_ID), asked)


def outcome(stage: Stage) -> dict[str, Any]:
    with stage.database.read() as session:
        dataset = session.get_one(Dataset, DATASET_ID)
        rows = session.scalars(select(Sample).order_by(Sample.id)).all()
        history = session.execute(select(SampleOperation.sample_id, SampleOperation.revision, SampleOperation.action))
        return {
            "samples": [(row.id, row.labels, row.hard, row.revision, sorted(row.meta)) for row in rows],
            "counts": (dataset.total_samples, dataset.labelled_samples, dataset.hard_samples, dataset.deleted_samples),
            "labels": [(row.name, row.sample_count) for row in session.scalars(select(Label).order_by(Label.code))],
            "entries": sorted((row.sample_id, row.code) for row in session.scalars(select(SampleLabelEntry))),
            "history": sorted(tuple(row) for row in history),
            "tasks": [stage.task(stage.task_of(kind)).state for kind in KINDS if stage.task_of(kind)],
        }


KINDS = (restoring_task.KIND, sample_batch.KIND)


@pytest.mark.parametrize(("ask", "cats"), [(ask_restore, 8), (ask_batch, 8)])
def test_killed_at_any_instant(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ask: Any, cats: int
) -> None:
    monkeypatch.setattr(restoring_task, "BATCH", 2)
    monkeypatch.setattr(sample_batch, "AT_ONCE", 2)
    ask(stage)
    stage.database.dispose()

    def copy(name: str) -> Stage:
        home = tmp_path / name
        shutil.copytree(stage.settings.home, home, symlinks=True)
        return Stage(Database(f"sqlite:///{home / 'maquette.db'}"), home)

    undisturbed = copy("undisturbed")
    undisturbed.work()
    expected = outcome(undisturbed)
    assert (expected["tasks"], expected["labels"][0]) == (["succeeded"], ("cat", cats))
    killed = 0
    for instant in INSTANTS:
        hurt = copy(f"home{instant}")
        home, url = hurt.settings.home, str(hurt.database.url)
        hurt.database.dispose()
        if not work_and_die(home, url, instant):
            break
        killed += 1
        hurt.work()
        assert outcome(hurt) == expected, f"killed at instant {instant}"
        hurt.database.dispose()
    assert killed >= 4
