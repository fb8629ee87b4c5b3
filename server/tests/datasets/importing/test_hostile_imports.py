"""Imports of files made to do harm, or by accident: what is wrong is listed, and everything else is taken in."""

import json
import os
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from tests.datasets.conftest import Pictures, picture
from tests.datasets.importing.test_importing import VOC, Source, lines, manifest_of

from maquette.datasets.importing import intake

CLASS = "modelarts/image_classification"


@pytest.fixture
def source(pictures: Pictures) -> Source:
    return Source(pictures)


def reasons(state: Any) -> str:
    return " | ".join(f"{problem.get('line', 0)}: {problem['reason']}" for problem in state["problems"])


def of_class(name: str, **more: Any) -> list[dict[str, Any]]:
    return [{"type": CLASS, "name": name, **more}]


def raw_manifest(source: Source, content: Iterable[bytes], **options: Any) -> Any:
    source.put({"m.manifest": b"\n".join(content)})
    return source.run("m.manifest", import_type="manifest", **options)


def test_addresses_beyond_the_users_reach_are_listed(source: Source) -> None:
    source.pictures.create(sync=False)
    made = source.pictures.api.post("/v1", "workspaces", {"name": "theirs"})
    assert made.status_code in (200, 201), made.text
    body = {"name": "their-bucket", "workspace_id": made.json()["id"]}
    assert source.pictures.api.post("/v1", "buckets", body).status_code == 201
    state = manifest_of(
        source,
        [
            {"source": "s3://their-bucket/a.jpg"},
            {"source": "s3://no-such-bucket/a.jpg"},
            {"source": "../a.jpg"},
            {"source": "s3://pictures/from/../../a.jpg"},
            {"source": "file:///etc/passwd"},
            {"source": "https://example.com/a.jpg"},
            {"source": "/etc/passwd"},
            {"source": "ok.jpg"},
        ],
    )
    assert list(source.labels()) == ["ok.jpg"]
    assert [problem["line"] for problem in state["problems"]] == [1, 2, 3, 4, 5, 6, 7]


def test_annotation_files_beyond_the_users_reach_are_listed(source: Source) -> None:
    source.pictures.create(dataset_type=1, sync=False)
    made = source.pictures.api.post("/v1", "workspaces", {"name": "theirs"})
    body = {"name": "their-bucket", "workspace_id": made.json()["id"]}
    assert source.pictures.api.post("/v1", "buckets", body).status_code == 201
    content = VOC.format(name="a.jpg", label="secret").encode()
    assert source.pictures.api.put("/v1", "buckets/their-bucket/objects/a.xml", content).status_code == 200
    box = {"type": "modelarts/object_detection"}
    state = manifest_of(
        source,
        [
            {"source": f"{number}.jpg", "annotation": [{**box, "annotation-loc": address}]}
            for number, address in enumerate(
                ["s3://their-bucket/a.xml", "../../a.xml", "s3://pictures/from/none.xml", "a.txt/../b.xml"]
            )
        ],
    )
    assert sorted(source.labels().values()) == [[]] * len(source.labels())
    assert len(state["problems"]) == 4, state["problems"]
    assert "secret" not in str(state)
    assert source.pictures.label_counts() == {}


def test_metadata_of_any_kind_stops_nothing(source: Source) -> None:
    source.pictures.create(dataset_type=1, sync=False)
    odd: list[Any] = [
        {"@modelarts:size": 5},
        {"@modelarts:size": "abc"},
        {"@modelarts:size": [1]},
        {"@modelarts:size": [[], {}]},
        {"@modelarts:size": [1e308, 5, 3]},
        {"@modelarts:hard": "perhaps"},
        {"@modelarts:hard_coefficient": 7},
        {"@modelarts:parent_source": 5},
        {"@modelarts:parent_source": "nowhere"},
        {"x": "y" * 100_000},
        {"x": None},
    ]
    state = manifest_of(source, [{"source": f"{n:02}.jpg", "property": p} for n, p in enumerate(odd)])
    assert state["imported_sample_count"] + state["problem_count"] == len(odd)
    assert "10.jpg" in source.labels()
    assert source.pictures.detail()["total_sample_count"] == state["imported_sample_count"]
    assert all("perhaps" not in str(sample["metadata"]) for sample in source.pictures.samples())


def test_objects_of_any_kind_stop_nothing(source: Source) -> None:
    source.pictures.create(dataset_type=1, sync=False)
    odd: list[Any] = [
        5,
        [5],
        [{}],
        [{"name": 5, "property": 5}],
        [{"name": "a", "property": {"@modelarts:shape": "bndbox", "@modelarts:feature": [[1, 1], [5, 5]]}, "id": 7}],
        [{"name": "a", "property": {"@modelarts:shape": "bndbox", "@modelarts:feature": [[1, 1], [5, True]]}}],
        [{"name": "a", "property": {"@modelarts:shape": "bndbox", "@modelarts:feature": [[1, 1], ["5", 5]]}}],
        [{"name": "a", "property": {"@modelarts:shape": ["bndbox"], "@modelarts:feature": 5}}],
        [{"name": "a", "property": {"@modelarts:shape": "circle", "@modelarts:feature": [[1, 1], [1e999]]}}],
        [
            {
                "name": "a",
                "confidence": 5,
                "property": {"@modelarts:shape": "point", "@modelarts:feature": [[1, 1]]},
            }
        ],
    ]
    items = [
        {
            "source": f"{n}.jpg",
            "annotation": [{"type": "modelarts/object_detection", "property": {"@maquette:objects": objects}}],
        }
        for n, objects in enumerate(odd)
    ]
    content = lines(items).replace("Infinity", "1e999")
    source.put({"m.manifest": content})
    state = source.run("m.manifest", import_type="manifest")
    assert state["imported_sample_count"] + state["problem_count"] >= len(odd)
    found = {sample["sample_name"]: sample for sample in source.pictures.samples()}
    assert found["4.jpg"]["labels"][0]["id"] == "7"
    assert "9.jpg" not in found or found["9.jpg"]["labels"][0].get("score", 0) <= 1


def test_the_same_sample_twice_in_a_batch_and_across_batches(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("maquette.datasets.importing.reading.BATCH", 2)
    source.pictures.create(sync=False)
    items = [
        {"source": "a.jpg", "annotation": of_class("one"), "id": "theirs"},
        {"source": "s3://pictures/from/a.jpg", "annotation": of_class("two"), "id": "theirs"},
        {"source": "b.jpg", "annotation": of_class("one"), "id": "theirs"},
        {"source": "a.jpg", "annotation": of_class("three")},
        {"source": "./b.jpg"},
        {"source": "c.jpg"},
    ]
    dry = manifest_of(source, items, dry_run=True)
    assert source.labels() == {}
    state = manifest_of(source, items)
    assert source.labels() == {"a.jpg": ["three"], "b.jpg": ["one"], "c.jpg": []}
    assert "theirs" not in source.pictures.ids()
    counts = [key for key in state if key.endswith("_count")]
    assert {key: dry[key] for key in counts} == {key: state[key] for key in counts}
    assert (state["imported_sample_count"], state["changed_sample_count"], state["existing_sample_count"]) == (3, 1, 1)


def test_what_is_as_it_was_is_no_change(source: Source) -> None:
    source.pictures.create(sync=False)
    items = [{"source": "a.jpg", "usage": "EVAL", "hard": True, "annotation": of_class("one")}, {"source": "b.jpg"}]
    manifest_of(source, items)
    state = manifest_of(source, items)
    assert (state["changed_sample_count"], state["existing_sample_count"]) == (0, 2)
    state = manifest_of(source, [{"source": "a.jpg", "annotation": of_class("two")}])
    (sample, _) = source.pictures.samples()
    assert (sample["sample_usage"], sample["metadata"]["@modelarts:hard"], sample["revision"]) == ("EVAL", 1, 1)


def test_labels_that_cannot_be(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MOST_LABELS", 3)
    source.pictures.create(sync=False)
    names = ["a" * 65, "tab\there", "", " edge ", "交通灯 🚦", "50%", "a/b"]
    state = manifest_of(
        source,
        [
            *({"source": f"{n}.jpg", "annotation": of_class(name)} for n, name in enumerate(names)),
            {"source": "x.jpg", "annotation": of_class("over the limit")},
            {"source": "y.jpg", "annotation": of_class("50%", property={"@modelarts:color": "red; }"})},
        ],
    )
    assert source.pictures.label_counts() == {"交通灯 🚦": 1, "50%": 2, "a/b": 1}
    assert sorted(source.labels()) == ["4.jpg", "5.jpg", "6.jpg", "y.jpg"]
    assert "64 printable" in reasons(state)
    assert "3 labels" in reasons(state)


def test_a_colour_that_is_none_is_passed_over(source: Source) -> None:
    source.pictures.create(sync=False)
    manifest_of(source, [{"source": "a.jpg", "annotation": of_class("cat", property={"@modelarts:color": "red; }"})}])
    assert source.labels() == {"a.jpg": ["cat"]}


def test_a_label_that_is_leaving_fails_its_samples_only(source: Source) -> None:
    source.put({"a.jpg": picture()})
    source.pictures.create("cat", sync=False)
    manifest_of(source, [{"source": "a.jpg", "annotation": of_class("cat")}])
    body = {"import_path": "s3://pictures/from/m.manifest", "import_type": "manifest"}
    items = [{"source": "b.jpg", "annotation": of_class("cat")}, {"source": "c.jpg", "annotation": of_class("dog")}]
    source.put({"m.manifest": lines(items)})
    task = source.pictures.ask("POST", "import-tasks", body)["task_id"]
    source.pictures.ask("POST", "data-annotations/labels/delete", {"labels": [{"name": "cat"}]})
    source.pictures.platform.run_tasks()
    state = source.pictures.ask("GET", f"import-tasks/{task}")
    assert state["status"] == "COMPLETED", state
    assert "c.jpg" in source.labels()


def test_lines_of_any_shape(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("maquette.datasets.importing.manifests.MAX_LINE_BYTES", 50_000)
    monkeypatch.setattr("maquette.formats.manifest.MAX_LINE_BYTES", 50_000)
    source.pictures.create(sync=False)
    state = raw_manifest(
        source,
        [
            b"\xef\xbb\xbf" + b'{"source": "a.jpg"}',
            b'{"source": "' + b"x" * 100_000 + b'"}',
            b'{"source": "deep.jpg", "property": ' + b"[" * 5_000 + b"]" * 5_000 + b"}",
            b'{"source": "b.jpg", "property": {"x": NaN}}',
            b'{"source": "\\u0000.jpg"}',
            b'{"source": "\xff.jpg"}',
            b'{"source": "' + "标签".encode("gbk") + b'.jpg"}',
            b'{"source": "b.jpg", "annotation": "x"}',
            b'{"source": ["b.jpg"]}',
            b'{"source": "c.jpg", "annotation": [{"type": "x"}]}\r',
            b"null",
            b"\x00",
            b'{"source": "\\ud800.jpg"}',
            b'{"source": "d.jpg", "annotation": [{"type": "' + CLASS.encode() + b'", "name": "n", '
            b'"creation-time": "9999999-01-01"}]}',
            b'{"source": "cut.jpg", "anno',
        ],
    )
    assert list(source.labels()) == ["a.jpg", "c.jpg", "d.jpg"]
    assert [problem["line"] for problem in state["problems"]] == [2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 15]


def test_odd_names_and_links_in_a_folder(source: Source, tmp_path: Path) -> None:
    decomposed = unicodedata.normalize("NFD", "é.jpg")
    folder = tmp_path / "shared"
    (folder / "in").mkdir(parents=True)
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "s.jpg").write_bytes(picture())
    (secret / "l.txt").write_text("leaked")
    for name in ("50%25.jpg", "a b#c?.jpg", decomposed, "é.jpg", "l.jpg"):
        (folder / "in" / name).write_bytes(picture())
    (folder / "in" / "link.jpg").symlink_to(secret / "s.jpg")
    (folder / "in" / "l.txt").symlink_to(secret / "l.txt")
    (folder / "in" / "all").symlink_to(secret)
    (folder / "in" / "loop").symlink_to(folder)
    os.mkfifo(folder / "in" / "pipe.jpg")
    (folder / "in" / os.fsdecode(b"\xff.jpg")).write_bytes(picture())
    source.pictures.create(sync=False)
    answer = source.pictures.api.post("/v1", "buckets", {"name": "shared", "path": str(folder)})
    assert answer.status_code == 201, answer.text
    task = source.pictures.ask("POST", "import-tasks", {"import_path": "/shared/in/"})["task_id"]
    source.pictures.platform.run_tasks()
    state = source.pictures.ask("GET", f"import-tasks/{task}")
    assert state["status"] == "COMPLETED", state
    assert set(source.labels()) == {"50%25.jpg", "a b#c?.jpg", decomposed, "é.jpg", "l.jpg"}
    assert source.pictures.label_counts() == {}


def test_documents_find_files_by_any_spelling_of_their_name(source: Source) -> None:
    names = [unicodedata.normalize("NFD", "é.jpg"), "50%.jpg", "sub/deep.jpg", "wîn.jpg"]
    source.put({"images/" + quote(name): picture() for name in names})
    spelled = [
        "é.jpg",
        "images/50%.jpg",
        "C:\\data\\sub\\deep.jpg",
        "images/" + unicodedata.normalize("NFD", "wîn.jpg"),
    ]
    coco = {
        "images": [{"id": n, "file_name": name, "width": 40, "height": 30} for n, name in enumerate(spelled)],
        "categories": [{"id": 1, "name": "dog"}],
        "annotations": [
            {"id": n, "image_id": n, "category_id": 1, "bbox": [1, 2, 10, 10]} for n in range(len(spelled))
        ],
    }
    source.put({"coco.json": json.dumps(coco)})
    source.pictures.create(dataset_type=1, sync=False)
    state = source.run("coco.json", import_type="coco")
    assert state["problems"] == []
    assert len(source.labels()) == 4


def test_annotation_files_that_are_wrong(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    lol = "<!DOCTYPE lolz [<!ENTITY lol 'lol'><!ENTITY lol2 '&lol;&lol;'>]><annotation>&lol2;</annotation>"
    whole = VOC.format(name="x.jpg", label="cat")
    files: dict[str, bytes | str] = {
        "bomb.xml": lol,
        "cut.xml": whole[:150],
        "empty.xml": "",
        "gbk.xml": b"\xff\xfe\x00",
        "good.xml": whole,
        "huge.xml": whole + " " * 3_000,
        "orphan.xml": whole,
    }
    monkeypatch.setattr(source.pictures.platform.settings, "annotation_bytes", 2_000)
    source.put({**files, **{name.replace(".xml", ".jpg"): picture() for name in files if name != "orphan.xml"}})
    source.pictures.create(dataset_type=1, sync=False)
    state = source.run()
    found = source.labels()
    assert {name for name, labels in found.items() if labels} == {"good.jpg"}
    assert len(found) == 6
    assert sorted(problem["file"] for problem in state["problems"]) == sorted(set(files) - {"good.xml"})
    huge = next(problem for problem in state["problems"] if problem["file"] == "huge.xml")
    assert "2000" in huge["reason"]


def test_texts_in_mixed_encodings(source: Source) -> None:
    source.put(
        {
            "mixed.txt": "好\tyes\n".encode() + "坏的东西\tno\n".encode("gbk"),
            "bom.txt": b"\xef\xbb\xbf" + "好\tyes\r\nlong\t".encode() + b"x" * 200 + b"\n" + b"y" * (101 << 10) + b"\n",
            "nul.txt": b"a\x00b\tyes\nfine\tyes\n",
            "labels.csv": 'text,label\n文本一,yes\n"two\nlines",no\n'.encode("gbk"),
        }
    )
    source.pictures.create(dataset_type=100, sync=False)
    state = source.run()
    assert {"好", "fine", "文本一", "two\nlines"} <= set(source.texts())
    assert {problem["file"] for problem in state["problems"]} >= {"mixed.txt", "bom.txt", "nul.txt"}
    assert source.texts()["文本一"] == ["yes"]


def test_frames_bring_their_video_once(source: Source) -> None:
    source.put({"a.mp4": b"\0\0\0\x18ftypmp42"})
    source.pictures.create(dataset_type=600, sync=False)

    def frame(name: str, parent: Any, at: float) -> dict[str, Any]:
        about = {
            "@modelarts:parent_source": parent,
            "@modelarts:time_in_video": at,
            "@modelarts:size": [40, 30, 3],
        }
        shape = {"@modelarts:shape": "bndbox", "@modelarts:feature": [[1, 1], [5, 5]]}
        objects = [{"name": "car", "property": shape}]
        own = {"type": "modelarts/object_detection", "property": {"@maquette:objects": objects}}
        return {"source": name, "property": about, "annotation": [own], "sample-type": 0}

    items = [
        frame("a_t1.jpg", "s3://pictures/from/a.mp4", 1.0),
        {"source": "a.mp4"},
        frame("a_t2.jpg", "a.mp4", 2.0),
        frame("b_t1.jpg", "s3://pictures/from/b.mp4", 1.0),
        frame("c_t1.jpg", "s3://nowhere-at-all/c.mp4", 1.0),
        frame("d_t1.jpg", 5, 1.0),
        frame("e_t1.jpg", "s3://pictures/from/e.txt", 1.0),
        frame("f_t1.jpg", "s3://BAD/../x", 1.0),
    ]
    dry = manifest_of(source, items, dry_run=True)
    state = manifest_of(source, items)
    assert [problem["line"] for problem in state["problems"]] == [5, 6, 7, 8], state["problems"]
    assert sorted(source.labels()) == ["a.mp4", "a_t1.jpg", "a_t2.jpg", "b.mp4", "b_t1.jpg"]
    assert dry["imported_sample_count"] == state["imported_sample_count"] == 5
    assert source.pictures.detail()["total_sample_count"] == 5


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tar.gz", "a.TGZ"])
def test_an_archive_says_what_to_do_first(source: Source, name: str) -> None:
    source.pictures.create(sync=False)
    for path in (f"/pictures/from/{name}", f"/pictures/from/{name}/"):
        for form in ("dir", "yolo", "manifest"):
            answer = source.pictures.ask("POST", "import-tasks", {"import_path": path, "import_type": form}, expect=400)
            if path.endswith(name):
                assert "extract" in answer["error_msg"].lower()


def test_separators_that_cannot_be_told_apart_are_refused_at_once(source: Source) -> None:
    source.pictures.create(dataset_type=100, sync=False)
    wrong = {"text_sample_separator": ",", "text_label_separator": ","}
    body = {"import_path": "/pictures/from/", "label_format": wrong}
    assert "separator" in source.pictures.ask("POST", "import-tasks", body, expect=400)["error_msg"]


def test_an_import_path_in_another_workspace_is_refused_at_once(source: Source) -> None:
    source.pictures.create(sync=False)
    made = source.pictures.api.post("/v1", "workspaces", {"name": "theirs"})
    body = {"name": "their-bucket", "workspace_id": made.json()["id"]}
    assert source.pictures.api.post("/v1", "buckets", body).status_code == 201
    answer = source.pictures.ask("POST", "import-tasks", {"import_path": "/their-bucket/in/"}, expect=400)
    assert "workspace" in answer["error_msg"]


def test_tables_are_compared_with_the_schema(source: Source) -> None:
    schema = [{"name": "name", "type": "STRING"}, {"name": "count", "type": "INT"}]
    source.put(
        {
            "good.csv": "name,count\nann,1\n",
            "bad.csv": "name,count\nann,x\nbob,2,3\ncid,99999999999\n",
            "other.csv": "a,b,c\n1,2,3\n",
            "gbk.csv": "name,count\n安,1\n".encode("gbk"),
            "note.txt": "no table",
        }
    )
    source.pictures.create(dataset_type=400, schema=schema, sync=False)
    dry = source.run(dry_run=True)
    state = source.run()
    assert sorted(sample["sample_name"] for sample in source.pictures.samples()) == ["bad.csv", "gbk.csv", "good.csv"]
    about = {problem["file"]: problem["reason"] for problem in state["problems"]}
    assert set(about) == {"bad.csv", "other.csv", "note.txt"}
    assert any("2 cells" in problem["reason"] for problem in state["problems"])
    assert dry["problem_count"] == state["problem_count"]


def test_free_format_takes_everything(source: Source) -> None:
    source.put({"a.bin": b"\0\1", "sub/b.txt": "x", "c": "y", "empty": b""})
    source.pictures.create(dataset_type=900, sync=False)
    dry = source.run(dry_run=True)
    state = source.run()
    assert sorted(sample["sample_name"] for sample in source.pictures.samples()) == ["a.bin", "b.txt", "c"]
    assert dry["imported_sample_count"] == state["imported_sample_count"] == 3
    state = manifest_of(source, [{"source": "d.dat"}, {"source": "d.dat", "annotation": of_class("x")}])
    assert state["imported_sample_count"] == 1


def test_a_folder_without_files_says_so(source: Source) -> None:
    source.pictures.create(sync=False)
    task = source.pictures.ask("POST", "import-tasks", {"import_path": "/pictures/nothing/"})["task_id"]
    source.pictures.platform.run_tasks()
    state = source.pictures.ask("GET", f"import-tasks/{task}")
    assert state["status"] == "FAILED"
    assert "no files" in state["error_msg"]


def test_relations_go_with_their_entities(source: Source) -> None:
    source.pictures.create(dataset_type=102, sync=False)
    span = {"@modelarts:start_index": 0, "@modelarts:end_index": 1}
    annotations = [
        {"type": "modelarts/text_entity", "name": "A", "id": "E1", "property": span},
        {"type": "modelarts/text_entity", "name": "B", "id": "E2", "property": span},
        {
            "type": "modelarts/text_triplet",
            "name": "r",
            "id": "R1",
            "property": {"@modelarts:from": "E1", "@modelarts:to": "E2"},
        },
    ]
    manifest_of(source, [{"source": "content://text", "annotation": annotations}], excluded_labels=["B"])
    (sample,) = source.pictures.samples()
    assert [label["name"] for label in sample["labels"]] == ["A"]
