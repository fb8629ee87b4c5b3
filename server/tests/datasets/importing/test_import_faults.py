"""A worker killed at any instant of an import: nothing twice, nothing lost, the report of an undisturbed run."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.datasets.stage import ACTOR, DATASET_ID, Stage, work_and_die

from maquette.datasets.importing import reading
from maquette.datasets.importing.schemas import ImportRequest
from maquette.datasets.importing.service import find_import, start_import
from maquette.datasets.tables import Dataset
from maquette.db import Base, Database

SOME_INSTANTS = range(1, 80, 3)
LINES = 12


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """An import in batches of three: new and known samples, new labels, and lines that are wrong."""
    monkeypatch.setattr(reading, "BATCH", 3)
    home = tmp_path / "home"
    home.mkdir()
    database = Database(f"sqlite:///{home / 'maquette.db'}")
    Base.metadata.create_all(database.engine)
    made = Stage(database, home)
    made.build()
    made.put("known.jpg")
    made.sync()
    annotation = [{"type": "modelarts/image_classification", "name": "cat"}]
    lines = [
        {"source": "obs://data/in/known.jpg", "annotation": annotation},
        *(
            {"source": f"obs://data/in/{n}.jpg", "annotation": [{**annotation[0], "name": f"n{n % 3}"}]}
            for n in range(LINES)
        ),
        {"annotation": []},
    ]
    made.store.write("m.manifest", "".join(json.dumps(line) + "\nnot json\n" for line in lines).encode())
    with database.write() as session:
        body = ImportRequest(import_path="obs://data/m.manifest", import_type="manifest")
        start_import(session, ACTOR, session.get_one(Dataset, DATASET_ID), body)
    database.dispose()
    return made


def outcome(stage: Stage) -> dict[str, Any]:
    with stage.database.read() as session:
        dataset = session.get_one(Dataset, DATASET_ID)
        run = find_import(session, dataset, stage.task_of("dataset.import"))
    return {
        "samples": [(row.source, len(row.labels), row.revision) for row in stage.samples().values()],
        "counts": (dataset.total_samples, dataset.labelled_samples),
        "run": (run.counts, run.problems, bool(run.finished_at)),
        "report": stage.store.get(run.report_url.removeprefix("obs://data/")),
        "left over": list(stage.settings.cache_dir.iterdir()),
    }


def test_killed_at_any_instant_it_ends_once_and_right(stage: Stage, tmp_path: Path) -> None:
    twin = tmp_path / "undisturbed"
    shutil.copytree(stage.settings.home, twin, symlinks=True)
    undisturbed = Stage(Database(f"sqlite:///{twin / 'maquette.db'}"), twin)
    undisturbed.work()
    expected = outcome(undisturbed)
    assert expected["counts"] == (LINES + 1, LINES + 1)
    assert expected["run"][0]["skipped"] == LINES + 3
    killed = 0
    for instant in SOME_INSTANTS:
        home = tmp_path / f"killed-{instant}"
        shutil.copytree(stage.settings.home, home, symlinks=True)
        url = f"sqlite:///{home / 'maquette.db'}"
        killed += work_and_die(home, url, instant)
        again = Stage(Database(url), home)
        again.work()
        assert outcome(again) == {**expected, "report": outcome(again)["report"]}, instant
        assert outcome(again)["report"] == expected["report"], instant
    assert killed > 10


def test_batches_are_small_enough() -> None:
    assert reading.BATCH <= 5_000
