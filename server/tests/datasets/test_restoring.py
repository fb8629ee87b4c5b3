"""Whatever is written: a dataset restored to a moment is what it was then, counts included. On every database."""

import itertools
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from tests.datasets.stage import ACTOR, OWNED

from maquette.buckets import Stores
from maquette.datasets import history, label_removal, restoring, restoring_task, sample_batch, working_set
from maquette.datasets.history_schemas import RestoreSample
from maquette.datasets.labels import LabelBook
from maquette.datasets.sample_schemas import ChangeAlike, SampleChange, SampleLabel
from maquette.datasets.samples import update_samples
from maquette.datasets.schemas import LabelBody
from maquette.datasets.tables import Dataset, Label, Sample, SampleLabelEntry, SampleOperation
from maquette.datasets.text_files import MISSING
from maquette.datasets.working_set import add_samples, read_samples, remove_samples
from maquette.db import Database
from maquette.kit.clock import now_ms
from maquette.kit.config import Settings
from maquette.kit.errors import MaquetteError
from maquette.kit.ids import new_id
from maquette.kit.vault import Vault
from maquette.tasks import Task, TaskRunner

NAMES = ("l0", "l1", "l2")
NUMBERS = itertools.count()
PLACE = st.integers(0, 5)
DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("annotate"), PLACE, st.sets(st.sampled_from(NAMES)), st.booleans()),
        st.tuples(st.just("batch"), st.sets(st.sampled_from(NAMES)), st.sampled_from(["", "TRAIN"])),
        st.tuples(st.just("remove"), PLACE),
        st.tuples(st.just("unlabel"), st.sampled_from(NAMES), st.integers(0, 1)),
        st.tuples(st.just("label"), st.sampled_from(NAMES)),
        st.tuples(st.just("undo"), st.integers(0, 30)),
        st.tuples(st.just("add")),
    ),
    min_size=1,
    max_size=12,
)


class Clock:
    """Every moment it is asked for is later than the last."""

    def __init__(self) -> None:
        self.now = now_ms()

    def __call__(self) -> int:
        self.now += 1
        return self.now


class World:
    """A dataset of its own, with what can be done to it."""

    def __init__(self, database: Database, stores: Stores, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self.settings = Settings()
        self.runner = TaskRunner(database, {restoring_task.KIND: restoring_task.handler(database, stores)})
        number = next(NUMBERS)
        self.id = f"d{number}"
        with database.write() as session:
            values = {"dataset_type": 0, "data_sources": [], "data_url": "/none/in/", "work_path": "/none/out/"}
            session.add(Dataset(id=self.id, name=self.id, **OWNED, **values))
        for name in NAMES:
            self.do(("label", name))
        for _ in range(4):
            self.do(("add",))

    def do(self, deed: Any) -> None:
        """Do one deed; one that cannot be done changes nothing."""
        with self.database.write() as session:
            dataset = session.get_one(Dataset, self.id, with_for_update=True)
            book = LabelBook(session, dataset)
            try:
                getattr(self, deed[0])(session, book, *deed[1:])
            except MaquetteError:
                session.rollback()

    def annotate(self, session: Any, book: LabelBook, place: int, names: set[str], hard: bool) -> None:
        labels = [SampleLabel(name=name) for name in sorted(names)]
        change = SampleChange(sample_id=self.ids(session)[place], labels=labels, metadata={"@modelarts:hard": hard})
        update_samples(session, ACTOR, book, [change])

    def batch(self, session: Any, book: LabelBook, names: set[str], usage: str) -> None:
        labels = [SampleLabel(name=name) for name in sorted(names)]
        asked = ChangeAlike(search_conditions=[], add_labels=labels, sample_usage=usage)
        sample_batch.change_alike(session, ACTOR, book.dataset, asked)

    def remove(self, session: Any, book: LabelBook, place: int) -> None:
        rows = read_samples(session, book.dataset, [self.ids(session)[place]])
        remove_samples(session, book.dataset, ACTOR, list(rows.values()))

    def unlabel(self, session: Any, book: LabelBook, name: str, policy: int) -> None:
        label_removal.remove_labels(session, ACTOR, book.dataset, [book.find(name)], policy)

    def label(self, session: Any, book: LabelBook, name: str) -> None:
        book.add(self.settings, LabelBody(name=name))

    def undo(self, session: Any, book: LabelBook, number: int) -> None:
        rows = session.execute(select(SampleOperation.id, SampleOperation.sample_id).where(*history.own(book.dataset)))
        operations = sorted((row.id, row.sample_id) for row in rows)
        if operations:
            operation, sample = operations[number % len(operations)]
            restoring.restore_sample(session, ACTOR, book.dataset, sample, RestoreSample(operation_id=operation), ())

    def add(self, session: Any, book: LabelBook) -> None:
        key = new_id()
        add_samples(session, book.dataset, [{"id": key, "source": f"obs://none/in/{key}.jpg", "name": f"{key}.jpg"}])

    def ids(self, session: Any) -> list[str]:
        """Ids of samples, and of none behind them."""
        return [*session.scalars(select(Sample.id).where(Sample.dataset_id == self.id).order_by(Sample.id)), *"abcdef"]

    def restore(self, moment: int) -> dict[str, Any]:
        with self.database.write() as session:
            dataset = session.get_one(Dataset, self.id)
            task, undo_time = restoring_task.start_restore(session, ACTOR, dataset, moment, dry_run=False)
            key = task.id
        self.runner.run_until_idle()
        with self.database.read() as session:
            done = session.get_one(Task, key)
            assert done.state == "succeeded", done.error_msg
            return {**(done.result or {}), "undo_time": undo_time}

    def picture(self) -> dict[str, Any]:
        """The samples, what they say, and the counts that are kept; the counts are right."""
        with self.database.read() as session:
            dataset = session.get_one(Dataset, self.id)
            names = {row.code: row.name for row in session.scalars(select(Label).where(Label.dataset_id == self.id))}
            counts = {
                row.name: (row.sample_count, row.annotation_count)
                for row in session.scalars(select(Label).where(Label.dataset_id == self.id))
                if row.sample_count or row.annotation_count
            }
            rows = session.scalars(select(Sample).where(Sample.dataset_id == self.id).order_by(Sample.id)).all()
            carried = Counter(names[label["code"]] for row in rows for label in row.labels)
            assert counts == {name: (number, number) for name, number in carried.items()}
            entries = session.execute(
                select(SampleLabelEntry.sample_id, SampleLabelEntry.code).where(SampleLabelEntry.dataset_id == self.id)
            )
            assert {tuple(row) for row in entries} == {(row.id, label["code"]) for row in rows for label in row.labels}
            kept = (dataset.total_samples, dataset.labelled_samples, dataset.hard_samples)
            assert kept == (len(rows), sum(row.state == 1 for row in rows), sum(row.hard for row in rows))
            samples = {
                row.id: {
                    "created": row.created_at,
                    "labels": sorted(names[label["code"]] for label in row.labels),
                    "rest": (row.state, row.hard, row.usage, row.labelled_by, row.labelled_at, row.source),
                    "meta": {key: value for key, value in row.meta.items() if key != MISSING},
                }
                for row in rows
            }
            return {"samples": samples, "deleted": dataset.deleted_samples}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    for module in (working_set, restoring_task):
        monkeypatch.setattr(module, "now_ms", made)
    return made


@pytest.fixture
def stores(tmp_path: Path) -> Stores:
    return Stores(Settings(home=tmp_path), Vault(tmp_path))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=DEEDS, since=DEEDS)
def test_restored_to_a_moment_is_as_it_was(
    database: Database, stores: Stores, clock: Clock, before: list[Any], since: list[Any]
) -> None:
    world = World(database, stores, clock)
    for deed in before:
        world.do(deed)
    moment, then = clock(), world.picture()
    for deed in since:
        world.do(deed)
    now = world.picture()
    result = world.restore(moment)
    assert (result["blocked"], result["busy"]) == (0, 0)
    found = world.picture()
    added = {key: sample for key, sample in now["samples"].items() if sample["created"] > moment}
    assert found["samples"] == then["samples"] | added
    if ("add",) not in since:
        assert found["deleted"] == then["deleted"]
    world.restore(result["undo_time"])
    assert world.picture() == now
