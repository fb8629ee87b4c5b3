"""A worker killed at any instant of a publication: in the end one version, whole, as after an undisturbed run."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from tests.datasets.stage import Stage, work_and_die

from maquette.datasets import snapshots, version_files
from maquette.datasets.tables import Version
from maquette.datasets.version_reading import list_version_samples, read_manifest_checked
from maquette.db import Base, Database

EVERY_INSTANT = range(1, 120)
SOME_INSTANTS = range(8, 120, 17)


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """A second version is asked for, with a split and exported images."""
    monkeypatch.setattr(snapshots, "BATCH", 4)
    monkeypatch.setattr(version_files, "FILES_A_STEP", 2)
    home = tmp_path / "home"
    home.mkdir()
    database = Database(f"sqlite:///{home / 'maquette.db'}")
    Base.metadata.create_all(database.engine)
    made = Stage(database, home)
    made.build()
    made.add_samples([[1], [1]])
    made.publish()
    ids = made.add_samples([[1]] * 4 + [[2]] * 3 + [[]])
    made.put(*(f"{sample}.jpg" for sample in ids))
    made.ask_version(ratio="0.75", export_images=True)
    database.dispose()
    return made


def outcome(stage: Stage) -> dict[str, Any]:
    with stage.database.read() as session:
        first, second = session.scalars(select(Version).order_by(Version.number)).all()
    assert [sample.id for sample in read_manifest_checked(stage.store, first)]
    samples = list(read_manifest_checked(stage.store, second))
    assert list_version_samples(stage.store, second, 0, 100).samples == samples
    task = stage.task(second.task_id)
    return {
        "files": stage.files(),
        "manifest": second.manifest_sha256,
        "counts": (second.total_samples, second.labelled_samples, second.added_samples, second.modified_samples),
        "version": (second.name, second.state, second.message),
        "current": stage.dataset().current_version_id == second.id,
        "task": (task.state, task.result),
        "left over": list(stage.settings.cache_dir.iterdir()),
    }


@pytest.mark.parametrize("instants", [SOME_INSTANTS, pytest.param(EVERY_INSTANT, marks=pytest.mark.slow)])
def test_killed_at_any_instant(stage: Stage, tmp_path: Path, instants: range) -> None:
    undisturbed = copied(stage, tmp_path / "undisturbed")
    undisturbed.work()
    expected = outcome(undisturbed)
    assert expected["counts"] == (10, 9, 8, 0)
    assert expected["version"] == ("V002", "ready", "2 files no longer exist and were not exported.")
    killed = 0
    for instant in instants:
        home = tmp_path / f"home{instant}"
        hurt = copied(stage, home)
        url = str(hurt.database.url)
        hurt.database.dispose()
        if not work_and_die(home, url, instant):
            break
        killed += 1
        hurt.work()
        assert outcome(hurt) == expected, f"killed at instant {instant}"
        hurt.database.dispose()
        shutil.rmtree(home)
    assert killed >= 3


def copied(stage: Stage, home: Path) -> Stage:
    shutil.copytree(stage.settings.home, home)
    return Stage(Database(f"sqlite:///{home / 'maquette.db'}"), home)
