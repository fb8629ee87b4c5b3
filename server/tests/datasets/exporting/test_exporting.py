"""Exports over HTTP: what lies in the folder afterwards, what the history says, and what is refused."""

import io
import json
from typing import Any

import pytest
from PIL import Image
from tests.datasets.conftest import Pictures

BOX = {"@modelarts:shape": "bndbox", "@modelarts:feature": [[1, 2], [20, 20]]}
POLYGON = {"@modelarts:shape": "polygon", "@modelarts:feature": [[1, 1], [30, 1], [30, 20]]}


class Exports:
    """A dataset, exports of it to `to/` of its bucket, and what they wrote."""

    def __init__(self, pictures: Pictures) -> None:
        self.pictures = pictures
        self.number = 0

    def create(self, kind: int, *labels: str, files: tuple[str, ...] = ("a.jpg", "b.jpg"), **fields: Any) -> None:
        self.pictures.put(*files)
        self.pictures.create(*labels, dataset_type=kind, **fields)

    def label(self, name: str, *labels: dict[str, Any], **more: Any) -> None:
        found = next(sample for sample in self.pictures.samples() if sample["sample_name"] == name)
        answer = self.pictures.update({"sample_id": found["sample_id"], "labels": list(labels), **more})
        assert answer["success"], answer

    def ask(self, *, expect: int = 200, path: str | None = None, **body: Any) -> Any:
        if path is None:
            self.number += 1
            path = f"/{self.pictures.bucket}/to{self.number}/"
        return self.pictures.ask("POST", "export-tasks", {"path": path, **body}, expect=expect)

    def run(self, *, status: str = "SUCCESSED", **body: Any) -> Any:
        task = self.ask(**body)["task_id"]
        self.pictures.platform.run_tasks()
        state = self.pictures.ask("GET", f"export-tasks/{task}")
        assert state["status"] == status, state
        return state

    def files(self, state: Any) -> dict[str, bytes]:
        """What lies in the folder of an export, by name."""
        folder = state["path"].split("/", 2)[2]
        root = self.pictures.platform.settings.buckets_dir / self.pictures.bucket / folder
        return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.fixture
def exports(pictures: Pictures) -> Exports:
    return Exports(pictures)


def test_pictures_with_classes_lie_under_their_labels_or_flat(exports: Exports) -> None:
    exports.create(0, "cat", "dog", files=("x/a.jpg", "y/a.jpg", "c.jpg"))
    first, second, _ = exports.pictures.ids()
    exports.pictures.label(first, "cat")
    exports.pictures.label(second, "dog", "cat")
    tree = exports.files(exports.run())
    assert set(tree) == {"cat/a.jpg", "cat/a.txt", "dog/a.jpg", "dog/a.txt", "c.jpg"}
    assert tree["dog/a.txt"] == b"dog\ncat\n"
    state = exports.run(export_format=2)
    renamed = f"a-{second}"
    assert set(exports.files(state)) == {"a.jpg", "a.txt", f"{renamed}.jpg", f"{renamed}.txt", "c.jpg"}
    assert {"source": "obs://pictures/in/y/a.jpg", "what": f"the name 'a.jpg': the file is '{renamed}.jpg'"} in state[
        "losses"
    ]
    assert (state["total_sample_count"], state["finished_sample_count"], state["progress"]) == (3, 3, 1.0)


def test_detection_is_voc_by_default_and_what_it_lacks_is_told(exports: Exports) -> None:
    exports.create(1, "cat")
    exports.label("a.jpg", {"name": "cat", "property": BOX}, sample_usage="TRAIN", metadata={"color": "red"})
    state = exports.run()
    files = exports.files(state)
    assert set(files) == {"a.jpg", "a.xml", "b.jpg"}
    assert b"<width>40</width>" in files["a.xml"]
    assert {"source": "obs://pictures/in/a.jpg", "what": "the usage"} in state["losses"]
    assert {"what": "the ids of samples (x2)"} in state["losses"]
    report = exports.pictures.api.get("/v2", f"datasets/{exports.pictures.id}/export-tasks/{state['task_id']}/report")
    assert [json.loads(line) for line in report.text.splitlines()] == state["losses"]
    assert state["loss_count"] == len(state["losses"])
    assert "/logs/" in state["report_url"]


def test_yolo_and_coco_measure_pictures_of_unknown_size(exports: Exports) -> None:
    exports.create(1, "dog", "cat")
    exports.label("a.jpg", {"name": "cat", "property": BOX}, sample_usage="EVAL")
    yolo = exports.files(exports.run(annotation_format="yolo"))
    assert set(yolo) == {"data.yaml", "images/val/a.jpg", "labels/val/a.txt", "images/train/b.jpg"}
    assert yolo["labels/val/a.txt"].startswith(b"1 ")
    assert b"1: cat" in yolo["data.yaml"]
    coco = exports.files(exports.run(annotation_format="COCO"))
    assert set(coco) == {"a.jpg", "b.jpg", "annotations.json", "annotations_val.json"}
    document = json.loads(coco["annotations_val.json"])
    assert document["images"] == [{"id": 1, "file_name": "a.jpg", "width": 40, "height": 30}]
    assert document["annotations"][0]["bbox"] == [1, 2, 19, 18]


def test_segmentation_has_masks_in_the_colours_of_labels_or_objects(exports: Exports) -> None:
    exports.create(3, "cat")
    other = {**POLYGON, "@modelarts:feature": [[1, 25], [10, 25], [10, 29]]}
    exports.label("a.jpg", {"name": "cat", "property": POLYGON}, {"name": "cat", "property": other})
    for form, colors in ((None, {(0, 0, 0), (128, 0, 0)}), ("MASK", {(0, 0, 0), (128, 0, 0), (0, 128, 0)})):
        files = exports.files(exports.run(**({"annotation_format": form} if form else {})))
        assert set(files) == {"a.jpg", "a.xml", "b.jpg", "segmentationClassRaw/a.png"}
        with Image.open(io.BytesIO(files["segmentationClassRaw/a.png"])) as mask:
            assert mask.size == (40, 30)
            assert {color for _, color in mask.convert("RGB").getcolors() or ()} == colors
        assert b"segmentationClassRaw/a.png</mask_source>" in files["a.xml"]


def test_what_is_chosen_is_exported(exports: Exports) -> None:
    exports.create(0, "cat", "dog", files=("a.jpg", "b.jpg", "c.jpg", "d.jpg"))
    exports.label("a.jpg", {"name": "cat"})
    exports.label("b.jpg", {"name": "dog"}, metadata={"@modelarts:hard": 1})
    ids = exports.pictures.ids()

    def names(**body: Any) -> set[str]:
        found = exports.files(exports.run(export_format=2, **body))
        return {name for name in found if name.endswith(".jpg")}

    assert names() == names(export_type=2) == {"a.jpg", "b.jpg", "c.jpg", "d.jpg"}
    assert names(export_type=0) == {"a.jpg", "b.jpg"}
    assert names(export_type=1) == names(sample_state="__NONE__") == {"c.jpg", "d.jpg"}
    assert names(export_type=0, export_params={"sample_state": "__NONE__"}) == set()
    assert names(export_type=3, export_params={"samples": [ids[0], ids[3]]}) == {"a.jpg", "d.jpg"}
    conditions = [{"label_list": {"labels": [{"name": "dog"}]}}]
    assert names(export_params={"search_conditions": conditions}) == {"b.jpg"}
    assert names(export_params={"search_conditions": [{"hard": "1"}]}) == {"b.jpg"}
    assert names(export_params={"search_conditions": conditions, "samples": [ids[0]]}) == set()


def test_a_version_is_exported_as_it_was_published(exports: Exports) -> None:
    exports.create(0, "cat", "dog")
    exports.label("a.jpg", {"name": "cat"})
    version = exports.pictures.ask("POST", "versions", {}, expect=201)["version_id"]
    exports.pictures.platform.run_tasks()
    exports.label("a.jpg", {"name": "dog"})
    assert set(exports.files(exports.run(version_id=version))) == {"cat/a.jpg", "cat/a.txt", "b.jpg"}
    assert set(exports.files(exports.run(version_id=version, export_type=1))) == {"b.jpg"}
    answer = exports.ask(version_id=version, sample_state="__NONE__", expect=400)
    assert answer["error_code"] == "ModelArts.4380"
    exports.ask(version_id="none", expect=404)


def test_hard_flags_and_a_split_on_request(exports: Exports) -> None:
    files = tuple(f"{number}.jpg" for number in range(10))
    exports.create(0, "cat", files=files)
    for name in files:
        exports.label(name, {"name": "cat"}, metadata={"@modelarts:hard": 1})
    params = {"ratio_sample_usage": True, "train_sample_ratio": 0.8, "clear_hard_property": False}
    state = exports.run(annotation_format="MANIFEST", export_params=params)
    lines = [json.loads(line) for line in exports.files(state)["export.manifest"].splitlines()]
    assert sorted(line["usage"] for line in lines) == ["EVAL"] * 2 + ["TRAIN"] * 8
    assert {line["hard"] for line in lines} == {"true"}
    assert isinstance(state["seed"], int)
    plain = exports.run(annotation_format="MANIFEST")
    assert b"hard" not in exports.files(plain)["export.manifest"]


def test_files_that_are_gone_are_told_and_left_out(exports: Exports) -> None:
    exports.create(0, "cat")
    exports.label("a.jpg", {"name": "cat"})
    assert exports.pictures.api.delete("/v1", "buckets/pictures/objects/in/a.jpg").status_code == 204
    state = exports.run(annotation_format="MANIFEST")
    assert (state["finished_sample_count"], state["absent_sample_count"]) == (1, 1)
    files = exports.files(state)
    assert set(files) == {"b.jpg", "export.manifest"}
    assert b"a.jpg" not in files["export.manifest"]
    assert {"source": "obs://pictures/in/a.jpg", "what": "the sample: its file does not exist any more"} in state[
        "losses"
    ]


def test_free_files_keep_their_folders(exports: Exports) -> None:
    exports.create(900, files=("x/a.bin", "x/data.yaml", "b"))
    assert set(exports.files(exports.run())) == {"x/a.bin", "x/data.yaml", "b"}
    assert set(exports.files(exports.run(export_format=2))) == {"a.bin", "data.yaml", "b"}


def test_tables_as_csv_and_parquet(exports: Exports) -> None:
    from pyarrow import parquet

    exports.pictures.put("t.csv", content=b"name,year\nAnn,1999\n=1+1,bad\n")
    schema = [{"name": "name", "type": "String"}, {"name": "year", "type": "Int"}]
    source = [{"data_type": 0, "data_path": "/pictures/in/", "with_column_header": True}]
    exports.pictures.create(dataset_type=400, schema=schema, data_sources=source)
    state = exports.run(version_format="CSV", with_column_header=False)
    assert exports.files(state) == {"t.csv": b"Ann,1999\r\n\t=1+1,\r\n"}
    assert "1 cells of the column 'year'" in state["losses"][-1]["what"]
    assert exports.files(exports.run())["t.csv"].startswith(b"name,year\r\n")
    files = exports.files(exports.run(version_format="Parquet"))
    assert parquet.read_table(io.BytesIO(files["t.parquet"])).to_pydict() == {
        "name": ["Ann", "=1+1"],
        "year": [1999, None],
    }
    refused = exports.ask(version_format="CarbonData", expect=400)
    assert "Parquet" in refused["error_msg"]


def test_a_new_dataset_has_everything(exports: Exports) -> None:
    exports.create(1, "cat", files=("x/a.jpg", "b.jpg"))
    pictures = exports.pictures
    color = {"@modelarts:color": "#123456", "@modelarts:shortcut": "k"}
    attributes = [{"name": "fur", "type": "text", "default_value": "", "id": "0"}]
    dog = {"name": "dog", "property": color, "attributes": attributes}
    pictures.ask("POST", "data-annotations/labels", {"labels": [dog]})
    exports.label("a.jpg", {"name": "dog", "property": {**BOX, "fur": "long"}}, sample_usage="TRAIN")
    params = {
        "export_dest": "NEW_DATASET",
        "export_new_dataset_name": "second",
        "export_new_dataset_work_path": "/pictures/second-out/",
    }
    state = exports.run(path="/pictures/second/", export_params=params)
    before = pictures.samples()
    labels = pictures.ask("GET", "data-annotations/labels")
    pictures.id = state["new_dataset_id"]
    detail = pictures.detail()
    assert (detail["dataset_name"], detail["dataset_type"], detail["data_url"]) == ("second", 1, "/pictures/second/")
    assert (detail["total_sample_count"], detail["annotated_sample_count"]) == (2, 1)
    assert pictures.ask("GET", "data-annotations/labels") == labels
    after = pictures.samples()
    assert [sample["labels"] for sample in after] == [sample["labels"] for sample in before]
    assert [sample["obs_url"] for sample in after] == ["obs://pictures/second/x/a.jpg", "obs://pictures/second/b.jpg"]
    assert after[0]["sample_usage"] == "TRAIN"
    assert pictures.label_counts() == {"cat": 0, "dog": 1}
    pictures.ask("POST", "sync-data")
    pictures.platform.run_tasks()
    status = pictures.ask("GET", "sync-data/status")
    assert (status["add_sample_count"], status["deleted_sample_count"]) == (0, 0)


def test_a_new_dataset_of_texts_holds_the_texts(exports: Exports) -> None:
    exports.pictures.put("t.txt", content=b"one\ntwo\n")
    exports.pictures.create("cat", dataset_type=100)
    exports.label("t.txt:1", {"name": "cat"})
    params = {"export_dest": "NEW_DATASET", "export_new_dataset_name": "second"}
    params["export_new_dataset_work_path"] = "/pictures/second-out/"
    state = exports.run(path="/pictures/second/", export_params=params)
    exports.pictures.id = state["new_dataset_id"]
    assert [sample["source"] for sample in exports.pictures.samples()] == ["content://one", "content://two"]
    assert exports.pictures.label_counts() == {"cat": 1}


def test_a_new_dataset_is_refused_before_anything_is_copied(exports: Exports) -> None:
    exports.create(0, "cat")
    params = {"export_dest": "NEW_DATASET", "export_new_dataset_name": "flowers"}
    params["export_new_dataset_work_path"] = "/pictures/second-out/"
    path = "/pictures/second/"
    assert exports.ask(path=path, export_params=params, expect=409)["error_code"] == "ModelArts.4353"
    inside = {**params, "export_new_dataset_name": "new", "export_new_dataset_work_path": "/pictures/second/out/"}
    assert exports.ask(path=path, export_params=inside, expect=400)["error_code"] == "ModelArts.4361"
    del inside["export_new_dataset_work_path"]
    assert exports.ask(path=path, export_params=inside, expect=400)["error_code"] == "ModelArts.4380"
    assert exports.pictures.ask("GET", "export-tasks")["total_count"] == 0


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        (0, {"annotation_format": "VOC"}, "ModelArts.4380"),
        (900, {"annotation_format": "VOC"}, "ModelArts.4380"),
        (0, {"version_format": "CSV"}, "ModelArts.4380"),
        (900, {"export_params": {"ratio_sample_usage": True, "train_sample_ratio": "0.8"}}, "ModelArts.4380"),
        (0, {"export_params": {"ratio_sample_usage": True}}, "ModelArts.4380"),
        (0, {"sample_state": "none"}, "ModelArts.0101"),
        (0, {"export_params": {"search_conditions": [{"kvp": "1"}]}}, "ModelArts.0101"),
        (0, {"path": "/pictures/in/to/"}, "ModelArts.4361"),
        (0, {"path": "/pictures/in/"}, "ModelArts.4361"),
        (0, {"path": "/pictures/to"}, "ModelArts.4361"),
        (0, {"path": "/pictures/../to/"}, "ModelArts.4361"),
    ],
)
def test_what_cannot_be_is_refused(exports: Exports, kind: int, body: dict[str, Any], code: str) -> None:
    exports.create(kind)
    assert exports.ask(**body, expect=400)["error_code"] == code


def test_nothing_is_written_over(exports: Exports) -> None:
    exports.create(0)
    exports.run(path="/pictures/to/")
    answer = exports.ask(path="/pictures/to/", expect=409)
    assert (answer["error_code"], "'a.jpg'" in answer["error_msg"]) == ("ModelArts.4382", True)
    exports.ask(path="/pictures/other/")
    assert exports.ask(path="/pictures/other/below/", expect=409)["error_code"] == "ModelArts.4383"
    answer = exports.pictures.api.put("/v1", "buckets/pictures/objects/other/mine.txt", b"mine")
    assert answer.status_code == 200
    exports.pictures.platform.run_tasks()
    state = exports.pictures.ask("GET", "export-tasks", limit=1)["export_tasks"][0]
    assert (state["status"], state["error_code"]) == ("FAILED", "ModelArts.4382")
    assert set(exports.files(state)) == {"mine.txt"}


def test_the_history_is_newest_first(exports: Exports) -> None:
    exports.create(0)
    first, second = exports.run(export_type=2), exports.run(export_type=0)
    listed = exports.pictures.ask("GET", "export-tasks")
    assert [task["task_id"] for task in listed["export_tasks"]] == [second["task_id"], first["task_id"]]
    assert listed["total_count"] == 2
    assert exports.pictures.ask("GET", "export-tasks", export_type=2)["total_count"] == 1
    assert (
        exports.pictures.ask("GET", "export-tasks", limit=1, offset=1)["export_tasks"][0]["task_id"] == first["task_id"]
    )
    exports.pictures.ask("GET", "export-tasks/none", expect=404)
    exports.pictures.ask("GET", f"export-tasks/{second['task_id']}/report", expect=404)


def test_other_workspaces_see_and_write_nothing(exports: Exports) -> None:
    exports.create(0)
    task_id = exports.run()["task_id"]
    pictures, api = exports.pictures, exports.pictures.api
    closed = api.post("/v1", "workspaces", {"name": "closed", "auth_type": "PRIVATE"}).json()["id"]
    bob = pictures.platform.user("bob")
    answer = api.post("/v1", "buckets", {"name": "secret", "workspace_id": closed})
    assert answer.status_code == 201, answer.text
    assert pictures.ask("POST", "export-tasks", {"path": "/secret/to/"}, expect=404, api=bob)
    assert exports.ask(path="/secret/to/", expect=400)["error_code"] == "ModelArts.4361"
    place = {"data_sources": [{"data_type": 0, "data_path": "/secret/in/"}], "work_path": "/secret/out/"}
    body = {"dataset_name": "hidden", "dataset_type": 0, "workspace_id": closed, **place}
    hidden = api.post("/v2", "datasets", body).json()["dataset_id"]
    for path in (f"datasets/{hidden}/export-tasks", f"datasets/{hidden}/export-tasks/{task_id}"):
        assert bob.get("/v2", path).status_code == 404
    assert bob.post("/v2", f"datasets/{hidden}/export-tasks", {"path": "/pictures/to/"}).status_code == 404
    assert api.get("/v2", f"datasets/{hidden}/export-tasks/{task_id}").status_code == 404
    assert api.get("/v2", f"datasets/{hidden}/export-tasks/{task_id}/report").status_code == 404
