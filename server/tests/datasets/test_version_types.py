"""Every type published: the files of its tree, and the same annotations once the version is the working set again."""

import hashlib
import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import delete, update
from tests.datasets.conftest import picture
from tests.datasets.stage import DATASET_ID, Stage, work_and_die
from tests.datasets.test_version_switching import content, switch

from maquette.datasets import version_files, version_tables
from maquette.datasets.tables import Dataset, Label, Sample, Version
from maquette.datasets.types import TYPES
from maquette.datasets.version_reading import list_version_samples
from maquette.datasets.working_set import add_samples
from maquette.db import Base, Database
from maquette.formats.masks import palette_color
from maquette.formats.voc import read_voc
from maquette.kit.errors import Invalid
from maquette.kit.ids import new_id

TREE = f"out/animals-{DATASET_ID}/annotation/V001"

BOX = {"@modelarts:shape": "bndbox", "@modelarts:feature": [[1, 1], [9, 8]], "color": "white"}
RING = {"@modelarts:shape": "polygon", "@modelarts:feature": [[1, 1], [30, 1], [30, 20]]}
HOLED = {
    "@modelarts:shape": "polygon",
    "@modelarts:feature": [[0, 0], [20, 0], [20, 20], [0, 20]],
    "@maquette:holes": [[[5, 5], [10, 5], [10, 10]]],
}
DASHED = {"@modelarts:shape": "dashed", "@modelarts:feature": [[1.5, 1], [9, 8]]}
SPAN = {"@modelarts:start_index": 0, "@modelarts:end_index": 3}
SEGMENT = {
    "@modelarts:start_time": "00:00:01.000",
    "@modelarts:end_time": "00:00:02.500",
    "@modelarts:source": "ann",
    "@modelarts:content": "hello",
}

ANNOTATIONS: dict[int, list[dict[str, Any]]] = {
    0: [{"code": 1}, {"code": 2, "score": 0.5, "annotated_by": "auto"}],
    1: [{"code": 1, "id": "1", "property": BOX}, {"code": 2, "id": "2", "property": DASHED}],
    3: [{"code": 1, "id": "1", "property": RING}, {"code": 2, "id": "2", "property": HOLED}],
    100: [{"code": 2}],
    101: [{"code": 1, "id": "1", "property": SPAN}],
    102: [
        {"code": 3, "type": 103, "id": "E1", "property": SPAN},
        {"code": 3, "type": 103, "id": "E2", "property": {"@modelarts:start_index": 4, "@modelarts:end_index": 8}},
        {"code": 1, "id": "R1", "property": {"@modelarts:from": "E1", "@modelarts:to": "E2"}},
    ],
    200: [{"code": 1}],
    201: [{"code": 0, "id": "1", "property": {"@modelarts:content": "good day"}}],
    202: [{"code": 2, "id": "1", "property": SEGMENT}, {"code": 0, "id": "2", "property": SEGMENT}],
    600: [{"code": 1, "id": "1", "property": BOX}],
    900: [],
}
SUFFIXES = {0: "jpg", 1: "jpg", 3: "png", 200: "wav", 201: "wav", 202: "wav", 600: "jpg", 900: "bin"}


def build(stage: Stage, number: int) -> None:
    """A dataset of the type with an annotated sample, and one that is not."""
    stage.build(dataset_type=number)
    kind = TYPES[number]
    with stage.database.write() as session:
        session.execute(update(Label).values(type=number))
        if number == 102:
            session.add(Label(dataset_id=DATASET_ID, code=3, name="person", type=103))
        if not kind.label_types:
            session.execute(delete(Label))
        rows: list[dict[str, Any]] = []
        for place, labels in enumerate((ANNOTATIONS[number], [])):
            source = (
                f"content://some text {place}\nmore" if kind.texts else f"obs://data/in/a/{place}.{SUFFIXES[number]}"
            )
            whole = [{"type": number, "annotated_by": "human", **label} for label in labels]
            row = {"id": new_id(), "source": source, "name": "n", "file": "obs://data/in/f", "created_at": 3}
            row |= {"sample_type": kind.sample_type, "etag": "e", "meta": {"@modelarts:size": [40, 30, 3]}}
            rows.append(row | ({"labels": whole, "state": 1, "labelled_at": 1_600_000_000_000} if labels else {}))
        add_samples(session, session.get_one(Dataset, DATASET_ID), rows)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    database = Database(f"sqlite:///{tmp_path / 'test.db'}")
    Base.metadata.create_all(database.engine)
    return Stage(database, tmp_path / "home")


@pytest.mark.parametrize("number", sorted(ANNOTATIONS))
def test_published_and_made_current_again(stage: Stage, number: int) -> None:
    build(stage, number)
    version, before = stage.publish(), content(stage)
    assert version.message == ""
    with stage.database.write() as session:
        session.execute(update(Sample).values(labels=[], state=0, meta={}))
    switch(stage, version)
    assert content(stage) == before
    described = list_version_samples(stage.store, version, 0, 9).samples
    assert [sample.id for sample in described] == sorted(before)


@pytest.mark.parametrize("number", [1, 3, 600])
def test_shapes_are_in_voc_files_as_well(stage: Stage, number: int) -> None:
    build(stage, number)
    version = stage.publish()
    annotation = f"{TREE}/annotations/a/0.xml"
    masks = {f"{TREE}/segmentationClassRaw/a/0.png"} if number == 3 else set[str]()
    index = next(key for key in stage.files() if key.endswith(".index"))
    assert stage.files() == {f"{TREE}/V001.manifest", annotation, index} | masks
    (named,) = list_version_samples(stage.store, version, 0, 1).samples[0].annotations
    assert (named.annotation_format, named.annotation_loc) == ("PASCAL VOC", f"obs://data/{annotation}")
    file = read_voc(stage.store.get(annotation), annotation_type=TYPES[number].annotation_types[number])
    assert (file.problems, file.size, file.filename) == ([], (40, 30, 3), f"0.{SUFFIXES[number]}")
    said = {"@modelarts:color"}
    assert [{k: v for k, v in each.property.items() if k not in said} for each in file.annotations] == [
        label["property"] for label in ANNOTATIONS[number]
    ]
    assert [each.name for each in file.annotations] == ["cat", "dog"][: len(ANNOTATIONS[number])]
    if number == 3:
        (mask,) = masks
        assert file.mask_source == f"obs://data/{mask}"
        assert file.mask_colors == [palette_color(1), palette_color(2)]
        drawn = Image.open(io.BytesIO(stage.store.get(mask)))
        assert drawn.size == (40, 30)
        assert drawn.convert("RGB").getpixel((28, 5)) == palette_color(1)
        assert drawn.convert("RGB").getpixel((15, 15)) == palette_color(2)


def test_an_unknown_size_is_read_from_the_picture(stage: Stage) -> None:
    build(stage, 3)
    stage.put("a/0.png", content=picture(size=(50, 60), kind="PNG"))
    with stage.database.write() as session:
        session.execute(update(Sample).values(meta={}))
    version = stage.publish()
    file = read_voc(stage.store.get(f"{TREE}/annotations/a/0.xml"), annotation_type="image_segmentation")
    assert (file.size, version.message) == ((50, 60, 3), "")


def test_a_picture_that_is_gone_has_a_voc_file_without_size(stage: Stage) -> None:
    build(stage, 3)
    with stage.database.write() as session:
        session.execute(update(Sample).values(meta={}))
    assert stage.publish().message == ""
    file = read_voc(stage.store.get(f"{TREE}/annotations/a/0.xml"), annotation_type="image_segmentation")
    assert (file.size, len(file.annotations), file.mask_source) == (None, 2, None)


def test_what_a_voc_file_cannot_hold_is_said(stage: Stage) -> None:
    build(stage, 1)
    with stage.database.write() as session:
        session.execute(update(Sample).values(meta={"@modelarts:size": [5, 5, 3]}))
    assert "which a VOC file cannot hold: 1." in stage.publish().message


def test_names_do_not_meet(stage: Stage) -> None:
    build(stage, 1)
    names = ["b.jpg", "b.png", "b.png.jpg", "b.png_2.jpg"]
    with stage.database.write() as session:
        labels = [{"type": 1, "annotated_by": "human", **ANNOTATIONS[1][0]}]
        rows = [
            {"id": new_id(), "source": f"obs://{place}/{name}", "name": name, "labels": labels, "state": 1}
            for place in ("data/in", "other")
            for name in names
        ]
        add_samples(session, session.get_one(Dataset, DATASET_ID), rows)
    stage.publish()
    written = {key.removeprefix(f"{TREE}/annotations/") for key in stage.files() if key.endswith(".xml")}
    own = {"b.xml", "b.png.xml", "b.png.jpg.xml", "b.png_2.xml"}
    assert written == {"a/0.xml"} | own | {f"other/{name}" for name in own}


def test_files_of_an_attempt_that_came_to_nothing_are_gone(stage: Stage) -> None:
    build(stage, 1)
    stage.store.write(f"{TREE}/annotations/a/9.xml", b"old")
    stage.publish("V001")
    assert f"{TREE}/annotations/a/9.xml" not in stage.files()


REFUSED: list[tuple[int, dict[str, Any], str]] = [
    (3, {"ratio": "0.8"}, "train_evaluate_sample_ratio"),
    (101, {"ratio": "0.8"}, "named entities"),
    (3, {"clear_hard_property": False}, "no hard samples"),
    (200, {"clear_hard_property": False}, "sound classification"),
    (0, {"version_format": "Parquet"}, "is for tables"),
    (100, {"export_images": True}, "holds the data itself"),
    (400, {"version_format": "CarbonData"}, "Parquet"),
    (400, {"ratio": "0.5"}, "tables"),
]


@pytest.mark.parametrize(("number", "options", "reason"), REFUSED)
def test_what_a_type_does_not_support_is_refused(
    stage: Stage, number: int, options: dict[str, Any], reason: str
) -> None:
    stage.build(dataset_type=number)
    with pytest.raises(Invalid, match=reason) as caught:
        stage.ask_version(**options)
    assert caught.value.code == "ModelArts.4373"


SCHEMA = [{"name": "name", "type": "String"}, {"name": "age", "type": "Int"}]


def tables(stage: Stage) -> None:
    stage.build(dataset_type=400, settings={"schema": SCHEMA, "with_column_header": True})
    with stage.database.write() as session:
        session.execute(delete(Label))
    stage.put("one.csv", content=b"name,age\nann,5\n=1+1,six\n")
    stage.put("more/two.csv", content=b"name,age\nbob,7\n")
    stage.sync()


def data_of(stage: Stage, version: Version) -> dict[str, tuple[bytes, str]]:
    """The data by the input file's name, and the hash that the manifest says."""
    found: dict[str, tuple[bytes, str]] = {}
    for sample in list_version_samples(stage.store, version, 0, 9).samples:
        key = sample.source.removeprefix("obs://data/")
        origin = str(sample.property[version_tables.ORIGIN]).removeprefix("obs://data/in/")
        found[origin] = stage.store.get(key), str(sample.property[version_tables.DIGEST])
    return found


def test_tables_as_csv(stage: Stage) -> None:
    tables(stage)
    version = stage.publish(version_format="CSV")
    data = data_of(stage, version)
    assert {key for key in stage.files() if "/data/" in key} == {f"{TREE}/data/one.csv", f"{TREE}/data/more/two.csv"}
    assert data["one.csv"][0] == b"name,age\r\nann,5\r\n\t=1+1,\r\n"
    assert data["more/two.csv"][0] == b"name,age\r\nbob,7\r\n"
    assert all(hashlib.sha256(content).hexdigest() == digest for content, digest in data.values())
    assert "not fit the schema: 1." in version.message
    assert (version.total_samples, version.label_stats) == (2, [])
    stage.put("more/two.csv", content=b"name,age\nbob,8\n")
    second = stage.publish(with_column_header=False)
    assert data_of(stage, second)["more/two.csv"][0] == b"bob,8\r\n"
    assert (second.added_samples, second.deleted_samples, second.modified_samples) == (0, 0, 2)


def test_tables_as_parquet(stage: Stage) -> None:
    from pyarrow import parquet

    tables(stage)
    data = data_of(stage, stage.publish(version_format="Parquet"))
    assert parquet.read_table(io.BytesIO(data["one.csv"][0])).to_pylist() == [
        {"name": "ann", "age": 5},
        {"name": "=1+1", "age": None},
    ]


def test_a_table_that_is_gone_fails_the_publication(stage: Stage) -> None:
    tables(stage)
    stage.store.delete("in/one.csv")
    version = stage.version(stage.ask_version())
    stage.work()
    task = stage.task(version.task_id)
    assert task.state == "failed"
    assert "obs://data/in/one.csv no longer exists" in task.error_msg


@pytest.mark.parametrize("number", [3, 400])
@pytest.mark.parametrize("instant", [6, 9, 12, 15])
def test_killed_while_files_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, instant: int
) -> None:
    monkeypatch.setattr(version_files, "FILES_A_STEP", 1)
    monkeypatch.setattr(version_files, "AT_ONCE", 1)
    home = tmp_path / "home"
    url = f"sqlite:///{tmp_path / 'test.db'}"
    stage = Stage(Database(url), home)
    Base.metadata.create_all(stage.database.engine)
    if number == 400:
        tables(stage)
    else:
        build(stage, number)
    version = stage.version(stage.ask_version())
    stage.database.dispose()
    assert work_and_die(home, url, instant)
    stage.work()
    ready = stage.version(version.id)
    assert ready.state == "ready"
    assert ready.message == ("Remarks on cells and records that do not fit the schema: 1." * (number == 400))
    files = {key.removeprefix(TREE) for key in stage.files() if not key.endswith(".index")}
    beside = (
        {"/data/one.csv", "/data/more/two.csv"}
        if number == 400
        else {"/annotations/a/0.xml", "/segmentationClassRaw/a/0.png"}
    )
    assert files == {"/V001.manifest"} | beside
    assert not list(stage.settings.cache_dir.iterdir())
    assert stage.publish().modified_samples == 0
