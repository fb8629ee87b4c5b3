"""Publishing: what lies in the bucket afterwards, what the version says about it, and that nothing changes it."""

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from sqlalchemy import select, update
from tests.datasets.stage import ACTOR, DATASET_ID, Stage

from maquette.datasets import publishing, snapshots, version_files
from maquette.datasets.snapshots import Snapshot
from maquette.datasets.tables import UNCONFIRMED, Dataset, Label, Sample, Version
from maquette.datasets.version_reading import list_version_samples, read_manifest_checked
from maquette.datasets.versions import delete_version
from maquette.db import Database
from maquette.formats import manifest
from maquette.kit.errors import Conflict, StorageFull
from maquette.storage import LocalStore, parse_obs_url

TREE = f"out/animals-{DATASET_ID}"
MANIFEST = f"{TREE}/annotation/V001/V001.manifest"


@pytest.fixture
def stage(database: Database, tmp_path: Path) -> Stage:
    made = Stage(database, tmp_path / "home")
    made.build()
    return made


def lines(stage: Stage, version: Version) -> list[dict[str, Any]]:
    content = stage.store.get(parse_obs_url(version.manifest_url)[1])
    return [json.loads(line) for line in content.splitlines()]


def change(stage: Stage, sample_id: str, **values: Any) -> None:
    with stage.database.write() as session:
        session.execute(update(Sample).where(Sample.id == sample_id).values(**values))


def test_the_tree_and_the_manifest(stage: Stage) -> None:
    cat, both, plain = stage.add_samples([[1], [1, 2], []])
    version = stage.publish()
    assert version.manifest_url == f"obs://data/{MANIFEST}"
    index = parse_obs_url(version.index_url)[1]
    assert stage.files() == {MANIFEST, index}
    assert index.startswith(f"{TREE}/.index/V001/")
    assert hashlib.sha256(stage.store.get(MANIFEST)).hexdigest() == version.manifest_sha256
    first, second, third = lines(stage, version)
    assert first == {
        "source": f"s3://data/in/{cat}.jpg",
        "id": cat,
        "sample-type": 0,
        "annotation": [
            {
                "type": "modelarts/image_classification",
                "name": "cat",
                "property": {"@modelarts:color": "#000001"},
                "annotated-by": "human",
                "creation-time": "2020-09-13 12:26:40",
            }
        ],
    }
    assert (second["id"], [each["name"] for each in second["annotation"]]) == (both, ["cat", "dog"])
    assert third == {"source": f"s3://data/in/{plain}.jpg", "id": plain, "sample-type": 0}
    assert (version.total_samples, version.labelled_samples, version.multi_label) == (3, 2, True)
    assert [(each["name"], each["count"], each["sample_count"]) for each in version.label_stats] == [
        ("cat", 2, 2),
        ("dog", 1, 1),
    ]
    assert stage.dataset().current_version_id == version.id
    assert not list(stage.settings.cache_dir.iterdir())


def test_batches_are_as_small_as_long_lines_need(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "BATCH_BYTES", 100)
    ids = stage.add_samples([[1]] * 5)
    assert [line["id"] for line in lines(stage, stage.publish(ratio="0.5"))] == ids


def test_a_line_that_nobody_could_read_is_not_published(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    (sample,) = stage.add_samples([[1]])
    monkeypatch.setattr(manifest, "MAX_LINE_BYTES", 100)
    version = stage.version(stage.ask_version())
    stage.work()
    assert f"The sample {sample} makes a line of more than" in stage.task(version.task_id).error_msg


def test_an_empty_dataset_publishes_an_empty_version(stage: Stage) -> None:
    version = stage.publish()
    assert (version.total_samples, stage.store.get(MANIFEST)) == (0, b"")
    assert list(read_manifest_checked(stage.store, version)) == []
    assert list_version_samples(stage.store, version, 0, 10).total == 0


def test_a_suggestion_that_nobody_confirmed_is_not_published(stage: Stage) -> None:
    (sample,) = stage.add_samples([[1]])
    guess = [{"code": 1, "type": 0, "annotated_by": "auto", "score": 0.7}]
    change(stage, sample, labels=guess, state=UNCONFIRMED)
    version = stage.publish()
    assert "annotation" not in lines(stage, version)[0]
    assert version.labelled_samples == 0
    change(stage, sample, state=1)
    (annotation,) = lines(stage, stage.publish())[0]["annotation"]
    assert (annotation["annotated-by"], annotation["confidence"]) == ("auto", 0.7)


def test_hard_examples_are_written_only_when_they_are_asked_for(stage: Stage) -> None:
    easy, hard = stage.add_samples([[1], [1]])
    meta = {"@modelarts:hard_coefficient": 0.9}
    change(stage, hard, hard=True, meta=meta)
    assert not any("hard" in line for line in lines(stage, stage.publish()))
    first, second = lines(stage, stage.publish(clear_hard_property=False))
    assert (first["id"], first["hard"], first["annotation"][0]["hard"]) == (easy, "false", "false")
    assert (second["hard"], second["hard-coefficient"], second["annotation"][0]["hard"]) == ("true", 0.9, "true")


def test_a_split_is_stratified_recorded_and_repeatable(stage: Stage) -> None:
    stage.add_samples([[1]] * 10 + [[2]] * 20 + [[]] * 5)
    version = stage.publish(ratio="0.8")
    found = lines(stage, version)
    sides = Counter((line.get("annotation", [{}])[0].get("name"), line["usage"]) for line in found)
    assert sides == {
        ("cat", "TRAIN"): 8, ("cat", "EVAL"): 2,
        ("dog", "TRAIN"): 16, ("dog", "EVAL"): 4,
        (None, "TRAIN"): 4, (None, "EVAL"): 1,
    }  # fmt: skip
    with stage.database.write() as session:
        twin = session.get_one(Version, stage.ask_version(ratio="0.8"))
        twin.seed = version.seed
    stage.work()
    assert lines(stage, stage.version(twin.id)) == found
    assert {row.usage for row in stage.samples().values()} == {""}


def test_earlier_usage_is_removed_or_kept(stage: Stage) -> None:
    kept, *_ = stage.add_samples([[1]] * 4)
    change(stage, kept, usage="TEST")
    assert not any("usage" in line for line in lines(stage, stage.publish()))
    usages = [line.get("usage") for line in lines(stage, stage.publish(remove_sample_usage=False))]
    assert usages == ["TEST", None, None, None]
    split = [line["usage"] for line in lines(stage, stage.publish(remove_sample_usage=False, ratio="0.5"))]
    assert split[0] == "TEST"
    assert set(split[1:]) == {"TRAIN", "EVAL"}


def test_what_is_published_is_one_state_of_the_working_set(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the snapshot is being written, somebody labels every sample and adds and deletes others."""
    monkeypatch.setattr(snapshots, "BATCH", 2)
    ids = stage.add_samples([[]] * 7)
    report = publishing._Publication._report

    def meanwhile(self: Any, done: int, total: int) -> None:
        report(self, done, total)
        with stage.database.write() as session:
            values = {"labels": [{"code": 1, "type": 0}], "state": 1}
            session.execute(update(Sample).where(Sample.id.in_(ids)).values(values))
            last = session.scalars(select(Sample).order_by(Sample.id.desc()).limit(1)).one()
            session.delete(last)
        stage.add_samples([[2]])

    monkeypatch.setattr(publishing._Publication, "_report", meanwhile)
    version = stage.publish(ratio="0.5")
    found = lines(stage, version)
    assert [line["id"] for line in found] == ids
    assert not any("annotation" in line for line in found)


def test_differences_to_the_version_before(stage: Stage) -> None:
    one, two, three, _ = stage.add_samples([[1], [1], [], []])
    first = stage.publish()
    assert (first.previous_version_id, first.added_samples, first.deleted_samples) == ("", 4, 0)
    change(stage, one, labels=[{"code": 2, "type": 0, "annotated_by": "human"}])
    change(stage, two, labelled_at=1_700_000_000_000)
    with stage.database.write() as session:
        session.delete(session.get_one(Sample, (DATASET_ID, 1, three)))
    stage.add_samples([[1], [2]])
    second = stage.publish(ratio="0.5")
    assert second.previous_version_id == first.id
    assert (second.added_samples, second.deleted_samples, second.modified_samples) == (2, 1, 1)


def test_a_lost_index_of_the_version_before_does_not_stop_a_publication(stage: Stage) -> None:
    stage.add_samples([[1]])
    stage.store.delete(parse_obs_url(stage.publish().index_url)[1])
    second = stage.publish()
    assert "differences to V001 are unknown" in second.message


def test_images_are_exported_with_their_folders(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(version_files, "FILES_A_STEP", 2)
    stage.put("a/1.jpg", content=b"one")
    stage.put("b/1.jpg", content=b"two")
    stage.put("c.jpg")
    stage.store.write("imported/d.jpg", b"three")
    stage.sync()
    stage.add_samples([[]], source="obs://data/imported/d.jpg", name="d.jpg")
    stage.store.delete("in/c.jpg")
    version = stage.publish(export_images=True)
    data = f"{TREE}/annotation/V001/data"
    copies = {key.removeprefix(data): stage.store.get(key) for key in stage.files() if key.startswith(f"{data}/")}
    assert copies == {"/a/1.jpg": b"one", "/b/1.jpg": b"two", "/data/imported/d.jpg": b"three"}
    assert "1 files no longer exist" in version.message
    assert {line["source"] for line in lines(stage, version)} >= {"s3://data/in/a/1.jpg", "s3://data/in/c.jpg"}


def test_later_changes_do_not_reach_a_version(stage: Stage) -> None:
    (sample,) = stage.add_samples([[1]])
    version = stage.publish()
    change(stage, sample, labels=[], state=0)
    with stage.database.write() as session:
        session.execute(update(Label).values(name=Label.name + "2"))
        dataset = session.get_one(Dataset, DATASET_ID)
        delete_version(session, ACTOR, dataset, version.id)
    assert stage.dataset().current_version_id == ""
    assert [each.annotations[0].name for each in read_manifest_checked(stage.store, version)] == ["cat"]
    assert stage.publish().name == "V002"


def test_pages_of_a_version(stage: Stage) -> None:
    ids = stage.add_samples([[1], [2], [], [1, 2], [1]])
    version = stage.publish()

    def page(*arguments: Any) -> tuple[int, list[str | None]]:
        found = list_version_samples(stage.store, version, *arguments)
        return found.total, [sample.id for sample in found.samples]

    assert page(0, 10) == (5, ids)
    assert page(3, 1) == (5, [ids[3]])
    assert page(9, 5) == (5, [])
    assert page(0, 10, "cat") == (3, [ids[0], ids[3], ids[4]])
    assert page(1, 1, "cat") == (3, [ids[3]])
    assert page(0, 10, "", 0) == (1, [ids[2]])
    assert page(0, 10, "dog", 1) == (2, [ids[1], ids[3]])
    assert page(0, 10, "dog", 0) == (0, [])
    assert page(0, 10, "horse") == (0, [])


def test_a_flipped_byte_is_always_named(stage: Stage) -> None:
    stage.add_samples([[1], [2], []])
    version = stage.publish()
    for url in (version.manifest_url, version.index_url):
        key = parse_obs_url(url)[1]
        whole = stage.store.get(key)
        for at in range(0, len(whole), 23):
            stage.store.write(key, whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            with pytest.raises(Conflict, match="version 'V001' cannot be used") as caught:
                list_version_samples(stage.store, version, 0, 10)
            assert caught.value.code == "ModelArts.4374"
            if url == version.manifest_url:
                with pytest.raises(Conflict, match="version 'V001' cannot be used"):
                    read_manifest_checked(stage.store, version)
        stage.store.delete(key)
        with pytest.raises(Conflict, match="is missing"):
            list_version_samples(stage.store, version, 0, 10)
        stage.store.write(key, whole)
    assert len(list(read_manifest_checked(stage.store, version))) == 3


def failing(stage: Stage) -> None:
    """Publish on a full disk: the task fails with a clear error, and there is no version."""
    version_id = stage.ask_version()
    stage.work()
    task = stage.task(stage.version(version_id).task_id)
    assert (task.state, task.error_code) == ("failed", "ModelArts.0109")
    assert stage.version(version_id).manifest_url == ""
    assert stage.dataset().current_version_id == ""
    assert not list(stage.settings.cache_dir.iterdir())


def test_a_full_disk_under_the_home(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def create(_: Path) -> BinaryIO:
        return Path("/dev/full").open("wb")

    stage.add_samples([[1]])
    with monkeypatch.context() as patch:
        patch.setattr(snapshots, "create", create)
        failing(stage)
    assert stage.publish().name == "V002"


def test_a_full_bucket(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise StorageFull("The bucket is full.")

    stage.add_samples([[1]])
    with monkeypatch.context() as patch:
        patch.setattr(LocalStore, "adopt", full)
        failing(stage)
    assert stage.files() == set()
    assert stage.publish().total_samples == 1


def test_a_snapshot_can_be_a_checkpoint() -> None:
    made = Snapshot(manifest_sha256="x", label_stats=[{"name": "cat"}])
    assert Snapshot(**json.loads(json.dumps({field: getattr(made, field) for field in Snapshot.__slots__}))) == made
