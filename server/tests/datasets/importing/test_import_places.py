"""Imports on each database and from each kind of bucket, and what happens around them meanwhile."""

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from tests.datasets.stage import ACTOR, DATASET_ID, OWNED, Stage
from tests.swift.running import ACCESS_KEY, REGION, SECRET_KEY

from maquette.buckets import Bucket
from maquette.datasets.importing import reading
from maquette.datasets.importing.background import _Import  # pyright: ignore[reportPrivateUsage]
from maquette.datasets.importing.schemas import ImportRequest
from maquette.datasets.importing.service import describe_import, find_import, start_import
from maquette.datasets.service import delete_dataset
from maquette.datasets.tables import Dataset, Label, Sample, SampleLabelEntry
from maquette.datasets.working_set import change_samples, read_samples
from maquette.db import Database
from maquette.kit.errors import Conflict
from maquette.tasks.queue import cancel, find_task

CLASS = "modelarts/image_classification"


@pytest.fixture
def stage(database: Database, tmp_path: Path) -> Stage:
    home = tmp_path / "home"
    home.mkdir()
    made = Stage(database, home)
    made.build()
    return made


def of(number: int, name: str) -> dict[str, Any]:
    return {"source": f"{number:04}.jpg", "annotation": [{"type": CLASS, "name": name}]}


def write(stage: Stage, items: list[Any], key: str = "m.manifest") -> None:
    stage.store.write(key, "".join(json.dumps(item) + "\n" for item in items).encode())


def ask(stage: Stage, path: str = "obs://data/m.manifest", form: str = "manifest", **more: Any) -> str:
    with stage.database.write() as session:
        body = ImportRequest(import_path=path, import_type=form, **more)
        return start_import(session, ACTOR, session.get_one(Dataset, DATASET_ID), body).id


def state(stage: Stage, task: str) -> Any:
    with stage.database.read() as session:
        run = find_import(session, session.get_one(Dataset, DATASET_ID), task)
        return describe_import(session, run, problems=True)


def check_counts(stage: Stage) -> None:
    """The kept counts are those that counting gives."""
    with stage.database.read() as session:
        dataset = session.get_one(Dataset, DATASET_ID)
        rows = session.scalars(select(Sample).where(Sample.generation == dataset.generation)).all()
        assert dataset.total_samples == len(rows)
        assert dataset.labelled_samples == sum(row.state == 1 for row in rows)
        for label in session.scalars(select(Label)):
            entries = select(func.count()).select_from(SampleLabelEntry).where(SampleLabelEntry.code == label.code)
            entries = entries.where(SampleLabelEntry.generation == dataset.generation)
            carrying = sum(label.code in {each["code"] for each in row.labels} for row in rows)
            assert label.sample_count == carrying == session.scalar(entries), label.name


def test_on_every_database(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BATCH", 7)
    odd = [{"source": "odd.jpg", "property": {"x": "\\ ' \" % \u2028 😀", "n": 2**60}}]
    write(stage, [of(n, f"label {n % 3} 图%") for n in range(40)] + odd + [of(n, "again") for n in range(5)])
    dry = ask(stage, dry_run=True)
    stage.work()
    assert stage.dataset().total_samples == 0
    real = ask(stage)
    stage.work()
    told, done = state(stage, dry), state(stage, real)
    assert (done.status, done.imported_sample_count, done.changed_sample_count) == ("COMPLETED", 41, 5)
    assert (told.imported_sample_count, told.changed_sample_count, told.new_label_count) == (41, 5, 4)
    check_counts(stage)


def test_import_and_labelling_at_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody labels what an import is labelling: whoever is last wins, and the counts stay exact."""
    monkeypatch.setattr(reading, "BATCH", 5)
    write(stage, [{"source": f"{n:04}.jpg"} for n in range(60)])
    ask(stage)
    stage.work()
    write(stage, [of(n, "dog" if n % 2 else "cat") for n in range(60)] + [of(n, "new") for n in range(60, 90)])
    ask(stage)
    ids = [row.id for row in stage.samples().values()]
    errors: list[Exception] = []

    def label() -> None:
        values: dict[str, Any] = {"state": 1, "hard": True, "usage": "", "meta": {}, "labelled_by": "b"}
        values |= {"labels": [{"code": 1, "type": 0, "annotated_by": "human"}], "labelled_at": 1}
        try:
            for sample_id in reversed(ids):
                with stage.database.write() as session:
                    dataset = session.get_one(Dataset, DATASET_ID, with_for_update=True)
                    row = read_samples(session, dataset, [sample_id])[sample_id]
                    change_samples(session, dataset, ACTOR, [(row, values)], "annotate")
        except Exception as error:
            errors.append(error)

    person = threading.Thread(target=label)
    person.start()
    stage.work()
    person.join()
    assert errors == []
    assert stage.dataset().total_samples == 90
    check_counts(stage)


def after_some_batches(monkeypatch: pytest.MonkeyPatch, number: int, act: Callable[[], None]) -> None:
    """Do something else once an import has committed so many batches."""
    take, seen = _Import._take, iter(range(1, 1_000_000))  # pyright: ignore[reportPrivateUsage]

    def taking(self: Any, *arguments: Any) -> None:
        take(self, *arguments)
        if next(seen) == number:
            act()

    monkeypatch.setattr(_Import, "_take", taking)
    monkeypatch.setattr(reading, "BATCH", 4)


def test_a_cancelled_import_keeps_what_it_took_in(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    write(stage, [of(n, "cat") for n in range(6)] + [{"no": "source"}] * 2 + [of(n, "cat") for n in range(6, 20)])
    task = ask(stage)

    def stop() -> None:
        with stage.database.write() as session:
            cancel(session, find_task(session, ACTOR, task))

    after_some_batches(monkeypatch, 2, stop)
    stage.work()
    told = state(stage, task)
    assert (told.status, told.imported_sample_count, told.problem_count) == ("FAILED", 6, 2)
    assert [problem.line for problem in told.problems] == [7, 8]
    assert "cancelled" in told.error_msg
    assert list(stage.settings.cache_dir.iterdir()) == []
    check_counts(stage)


def test_a_dataset_deleted_meanwhile(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    write(stage, [of(n, "cat") for n in range(20)])
    task = ask(stage)

    def delete() -> None:
        with stage.database.write() as session:
            delete_dataset(session, ACTOR, session.get_one(Dataset, DATASET_ID))

    after_some_batches(monkeypatch, 2, delete)
    stage.work()
    assert stage.task(task).state in ("cancelled", "failed")
    assert list(stage.settings.cache_dir.iterdir()) == []
    with stage.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Sample)) == 0


def test_another_working_set_meanwhile(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    write(stage, [of(n, "cat") for n in range(20)])
    task = ask(stage)

    def swap() -> None:
        with stage.database.write() as session:
            session.get_one(Dataset, DATASET_ID).generation = 2

    after_some_batches(monkeypatch, 2, swap)
    stage.work()
    assert stage.task(task).state == "failed"
    assert "Another version" in stage.task(task).error_msg
    with stage.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Sample).where(Sample.generation == 2)) == 0


def test_a_folder_that_changes_between_attempts(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(12):
        stage.store.write(f"from/cat/{number:02}.jpg", b"x")
    task = ask(stage, "obs://data/from/", "dir")

    def die() -> None:
        stage.store.delete("from/cat/04.jpg")
        stage.store.delete("from/cat/00.jpg")
        stage.store.write("from/cat/99.jpg", b"x")
        stage.store.write("from/cat/06.jpg", b"changed")
        with stage.database.write() as session:
            row = find_task(session, ACTOR, task)
            row.lease_token, row.lease_until = "of another", 0

    after_some_batches(monkeypatch, 1, die)
    stage.work()
    stage.work()
    assert state(stage, task).status == "COMPLETED"
    assert list(stage.samples()) == [f"{n:02}.jpg" for n in (0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 99)]
    check_counts(stage)


def test_a_switch_of_versions_is_waited_for(stage: Stage) -> None:
    from maquette.datasets.versions import SWITCHING
    from maquette.tasks import TaskSpec, enqueue

    with stage.database.write() as session:
        enqueue(session, ACTOR, TaskSpec(SWITCHING, "x", "dataset", DATASET_ID, "0", {"version_id": "x"}))
    with pytest.raises(Conflict, match="under way"):
        ask(stage)


@pytest.fixture
def remote(stage: Stage, s3_server: Any) -> Iterator[Any]:
    """A bucket on a real S3 server, beside the dataset's own on disk."""
    name = s3_server.bucket(f"import-{abs(hash(str(stage.settings.home))) % 10**9}")
    with stage.database.write() as session:
        session.add(
            Bucket(
                name="remote",
                kind="s3",
                endpoint=s3_server.endpoint,
                remote_bucket=name,
                access_key=ACCESS_KEY,
                sealed_secret=stage.stores.seal(SECRET_KEY),
                region=REGION,
                **OWNED,
            )
        )
    store = s3_server.store(name)
    yield store
    store.close()
    stage.stores.close()


def test_from_s3(stage: Stage, remote: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BATCH", 3)
    for number in range(10):
        remote.write(f"from/cat/{number} %图.jpg", b"x")
        remote.write(f"from/cat/{number} %图.txt", b"one\ntwo\n")
    folder = ask(stage, "obs://remote/from/", "dir")
    stage.work()
    assert state(stage, folder).imported_sample_count == 10, stage.task(folder).error_msg
    lines = [{"source": f"from/cat/{n} %图.jpg", "annotation": [{"type": CLASS, "name": "three"}]} for n in range(10)]
    remote.write("m.manifest", "".join(json.dumps(line) + "\n" for line in lines).encode())
    again = ask(stage, "obs://remote/m.manifest")
    stage.work()
    assert state(stage, again).changed_sample_count == 10, stage.task(again).error_msg
    check_counts(stage)


def test_from_s3_that_answers_late(stage: Stage, remote: Any, s3_server: Any) -> None:
    """What the service refuses for a moment is asked for again."""
    remote.write("m.manifest", b"".join(b'{"source": "%d.jpg"}\n' % n for n in range(100)))
    task = ask(stage, "obs://remote/m.manifest")
    s3_server.faults(json.dumps([{"action": "503", "method": "GET", "match": "manifest", "n": 2}]))
    try:
        stage.work()
    finally:
        s3_server.faults("[]")
    assert state(stage, task).imported_sample_count == 100, stage.task(task).error_msg
