"""A worker killed at any instant of a switch between versions: in the end one working set, whole, with its counts."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from tests.datasets.stage import DATASET_ID, Stage, work_and_die
from tests.datasets.test_version_switching import (
    ask,
    check_counts,
    content,
    fill,
    label,
    labels_by_name,
    points,
    remove,
)

from maquette.datasets import version_switching
from maquette.datasets.tables import Label, Sample, SampleLabelEntry
from maquette.db import Base, Database

EVERY_INSTANT = range(1, 60)
SOME_INSTANTS = range(2, 60, 7)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(version_switching, "BATCH", 2)


def built(database: Database, home: Path) -> Stage:
    """An older version is asked for that has samples and a label which the working set lacks."""
    made = Stage(database, home)
    made.build()
    ids = fill(made, [[1], [1, 2], [], [2], [1]])
    first = made.publish()
    label(made, ids[2:], 1)
    remove(made, ids[:1])
    fill(made, [[2]] * 2)
    made.publish()
    label(made, ids[1:2])
    with made.database.write() as session:
        session.get_one(Label, (DATASET_ID, 2)).name = "hound"
    ask(made, first)
    return made


def outcome(stage: Stage) -> dict[str, Any]:
    check_counts(stage)
    task = stage.task(stage.task_of(version_switching.SWITCHING))
    with stage.database.read() as session:
        entries = session.scalar(select(func.count()).select_from(SampleLabelEntry))
        samples = session.execute(select(Sample.generation, func.count()).group_by(Sample.generation)).all()
        labels = sorted(session.execute(select(Label.code, Label.name, Label.sample_count)).all())
    return {
        "labels of samples": labels_by_name(stage),
        "sources": {key: row["source"] for key, row in content(stage).items()},
        "rows": (entries, sorted(map(tuple, samples))),
        "labels": labels,
        "points": [point.generation for point in points(stage)],
        "current": stage.dataset().current_version_id,
        "task": (task.state, task.result),
    }


@pytest.mark.parametrize("instants", [SOME_INSTANTS, pytest.param(EVERY_INSTANT, marks=pytest.mark.slow)])
def test_killed_at_any_instant(tmp_path: Path, instants: range) -> None:
    home = tmp_path / "home"
    home.mkdir()
    database = Database(f"sqlite:///{home / 'maquette.db'}")
    Base.metadata.create_all(database.engine)
    stage = built(database, home)
    database.dispose()
    undisturbed = copied(stage, tmp_path / "undisturbed")
    undisturbed.work()
    expected = outcome(undisturbed)
    assert expected["rows"][1] == [(1, 6), (2, 5)]
    killed = 0
    for instant in instants:
        hurt = copied(stage, tmp_path / f"home{instant}")
        hurt.database.dispose()
        if not work_and_die(hurt.settings.home, str(hurt.database.url), instant):
            break
        killed += 1
        hurt.work()
        assert outcome(hurt) == expected, f"killed at instant {instant}"
        hurt.database.dispose()
        shutil.rmtree(hurt.settings.home)
    assert killed >= 3


@pytest.mark.parametrize("instant", [3, 8, 14])
def test_killed_on_postgresql(postgresql: Any, tmp_path: Path, instant: int) -> None:
    url = postgresql.fresh()
    database = Database(url)
    Base.metadata.create_all(database.engine)
    stage = built(database, tmp_path / "home")
    database.dispose()
    assert work_and_die(tmp_path / "home", url, instant)
    stage.work()
    found = outcome(stage)
    assert found["rows"][1] == [(1, 6), (2, 5)]
    assert sorted(found["labels of samples"].values()) == [[], ["cat"], ["cat"], ["cat", "dog"], ["dog"]]
    assert (found["points"], found["task"][0]) == ([1], "succeeded")
    database.dispose()


def copied(stage: Stage, home: Path) -> Stage:
    shutil.copytree(stage.settings.home, home)
    return Stage(Database(f"sqlite:///{home / 'maquette.db'}"), home)
