"""A worker killed at any instant of a sync: nothing twice, nothing lost, and the counts of an undisturbed run."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.datasets.stage import DATASET_ID, Stage, work_and_die

from maquette.datasets import sync
from maquette.datasets.tables import SyncReport
from maquette.db import Base, Database

EVERY_INSTANT = range(1, 60)
SOME_INSTANTS = range(4, 60, 6)


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """A second sync that has something of everything to do: new, changed, missing and skipped files."""
    monkeypatch.setattr(sync, "BATCH", 3)
    home = tmp_path / "home"
    home.mkdir()
    database = Database(f"sqlite:///{home / 'maquette.db'}")
    Base.metadata.create_all(database.engine)
    made = Stage(database, home)
    made.build()
    made.put(*(f"old{number}.jpg" for number in range(4)))
    made.sync()
    made.put(*(f"new{number}.jpg" for number in range(7)), "readme.md")
    made.put("old0.jpg", content=b"changed since")
    made.store.delete("in/old1.jpg")
    made.ask_sync()
    database.dispose()
    return made


def outcome(stage: Stage) -> dict[str, Any]:
    with stage.database.read() as session:
        report = session.get_one(SyncReport, DATASET_ID)
    task = stage.task(report.task_id)
    return {
        "samples": sorted((row.source, row.size, bool(row.meta)) for row in stage.samples().values()),
        "total": stage.dataset().total_samples,
        "report": (report.added, report.deleted, report.total, report.skipped),
        "problems": sorted(item["source"] for item in report.problems),
        "task": (task.state, task.result),
        "left over": list(stage.settings.cache_dir.iterdir()),
    }


def copied(stage: Stage, home: Path) -> Stage:
    shutil.copytree(stage.settings.home, home, symlinks=True)
    for path in stage.root.rglob("*"):
        if path.is_file():
            # The same objects: an inode is a part of an etag, so a copy would be a changed file.
            twin = home / path.relative_to(stage.settings.home)
            twin.unlink()
            twin.hardlink_to(path)
    return Stage(Database(f"sqlite:///{home / 'maquette.db'}"), home)


@pytest.mark.parametrize("instants", [SOME_INSTANTS, pytest.param(EVERY_INSTANT, marks=pytest.mark.slow)])
def test_killed_at_any_instant(stage: Stage, tmp_path: Path, instants: range) -> None:
    undisturbed = copied(stage, tmp_path / "undisturbed")
    undisturbed.work()
    expected = outcome(undisturbed)
    assert expected["report"] == (7, 1, 11, 1)
    assert expected["task"][1]["updated"] == 1
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
    assert killed >= 4
