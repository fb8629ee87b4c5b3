"""Imports over HTTP: what becomes of files of each format, and of what is wrong in them."""

import json
from collections.abc import Iterable
from typing import Any

import pytest
from tests.datasets.conftest import Pictures, picture

VOC = """<annotation><filename>{name}</filename><size><width>40</width><height>30</height><depth>3</depth></size>
<object><name>{label}</name><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>20</xmax><ymax>20</ymax></bndbox></object>
</annotation>"""


class Source:
    """A folder `from/` of the dataset's bucket, and imports of it."""

    def __init__(self, pictures: Pictures) -> None:
        self.pictures = pictures

    def put(self, files: dict[str, bytes | str]) -> None:
        for name, content in files.items():
            body = content.encode() if isinstance(content, str) else content
            answer = self.pictures.api.put("/v1", f"buckets/{self.pictures.bucket}/objects/from/{name}", body)
            assert answer.status_code == 200, answer.text

    def run(self, path: str = "", **options: Any) -> Any:
        body = {"import_path": f"s3://{self.pictures.bucket}/from/{path}", **options}
        task = self.pictures.ask("POST", "import-tasks", body)["task_id"]
        self.pictures.platform.run_tasks()
        state = self.pictures.ask("GET", f"import-tasks/{task}")
        assert state["status"] == "COMPLETED", state
        return state

    def labels(self) -> dict[str, list[str]]:
        return {
            sample["sample_name"]: sorted(label["name"] for label in sample["labels"])
            for sample in self.pictures.samples()
        }

    def texts(self) -> dict[str, list[str]]:
        return {
            sample["source"].removeprefix("content://"): sorted(label["name"] for label in sample["labels"])
            for sample in self.pictures.samples()
        }


@pytest.fixture
def source(pictures: Pictures) -> Source:
    return Source(pictures)


def lines(items: Iterable[Any]) -> str:
    return "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items)


def test_pictures_take_the_labels_beside_them_before_their_folders(source: Source) -> None:
    source.put({"Cat/1.jpg": picture(), "Cat/2.jpg": picture(), "Cat/2.txt": "Dog\nCat\n", "top.jpg": picture()})
    source.pictures.create(sync=False)
    state = source.run()
    assert source.labels() == {"1.jpg": ["Cat"], "2.jpg": ["Cat", "Dog"], "top.jpg": []}
    assert (state["imported_sample_count"], state["annotated_sample_count"], state["new_label_count"]) == (3, 2, 2)
    assert source.pictures.label_counts() == {"Cat": 2, "Dog": 1}
    again = source.run()
    assert (again["imported_sample_count"], again["existing_sample_count"]) == (0, 3)


def test_a_dry_run_tells_the_same_and_writes_nothing(source: Source) -> None:
    source.put({"Cat/1.jpg": picture(), "Cat/no.gif": b"GIF89a", "Cat/empty.jpg": b""})
    source.pictures.create(sync=False)
    dry = source.run(dry_run=True)
    assert source.labels() == {}
    assert source.pictures.label_counts() == {}
    real = source.run()
    counts = [key for key in real if key.endswith("_count")]
    assert {key: dry[key] for key in counts} == {key: real[key] for key in counts}
    assert sorted(problem["file"] for problem in real["problems"]) == ["Cat/empty.jpg", "Cat/no.gif"]
    report = source.pictures.api.get("/v2", f"datasets/{source.pictures.id}/import-tasks/{real['task_id']}/report")
    assert [json.loads(line)["file"] for line in report.text.splitlines()] == ["Cat/empty.jpg", "Cat/no.gif"]


def test_shapes_come_from_the_xml_beside_the_picture(source: Source) -> None:
    source.put({"a.jpg": picture(), "a.xml": VOC.format(name="a.jpg", label="traffic light"), "b.jpg": picture()})
    source.put({"c.jpg": picture(), "c.xml": "<annotation><object/>"})
    source.pictures.create(dataset_type=1, sync=False)
    state = source.run()
    found = {sample["sample_name"]: sample for sample in source.pictures.samples()}
    (label,) = found["a.jpg"]["labels"]
    assert (label["name"], label["property"]["@modelarts:feature"]) == ("traffic light", [[1, 2], [20, 20]])
    assert found["a.jpg"]["metadata"]["@modelarts:size"] == [40, 30, 3]
    assert found["b.jpg"]["labels"] == found["c.jpg"]["labels"] == []
    assert [problem["file"] for problem in state["problems"]] == ["c.xml"]


def manifest_of(source: Source, items: Iterable[Any], **options: Any) -> Any:
    source.put({"m.manifest": lines(items)})
    return source.run("m.manifest", import_type="manifest", **options)


def test_a_manifest_with_all_it_may_say(source: Source) -> None:
    source.put({"a.jpg": picture(), "voc/b.xml": VOC.format(name="b.jpg", label="cat")})
    source.pictures.create(dataset_type=1, sync=False)
    box = {"type": "modelarts/object_detection", "annotation-loc": "./voc/b.xml", "annotation-format": "PASCAL VOC"}
    state = manifest_of(
        source,
        [
            {
                "source": "a.jpg",
                "usage": "train",
                "hard": "true",
                "annotation": [{"type": "modelarts/image_classification", "name": "x"}],
            },
            {"source": "s3://pictures/from/b.jpg", "usage": "EVAL", "annotation": [box]},
            {"source": "s3://nowhere", "annotation": []},
            {"source": "obs://pictures/../x.jpg"},
            {"source": "content://text"},
            {"source": "s3://pictures/from/c.jpg", "annotation": [{**box, "annotation-loc": "voc/none.xml"}]},
        ],
    )
    found = {sample["sample_name"]: sample for sample in source.pictures.samples()}
    assert sorted(found) == ["a.jpg", "b.jpg", "c.jpg"]
    assert (found["a.jpg"]["sample_usage"], found["a.jpg"]["metadata"]["@modelarts:hard"]) == ("TRAIN", 1)
    assert found["a.jpg"]["labels"] == []
    assert found["b.jpg"]["labels"][0]["name"] == "cat"
    assert [problem["line"] for problem in state["problems"]] == [3, 4, 5, 6]


def test_only_what_was_asked_for(source: Source) -> None:
    source.pictures.create(sync=False)
    cat, dog = ({"type": "modelarts/image_classification", "name": name} for name in ("cat", "dog"))
    items = [
        {"source": "a.jpg", "annotation": [cat]},
        {"source": "b.jpg", "annotation": [cat, dog], "hard": True},
        {"source": "c.jpg"},
    ]
    assert manifest_of(source, items, difficult_only=True, dry_run=True)["imported_sample_count"] == 1
    assert manifest_of(source, items, import_annotations=False, dry_run=True)["annotated_sample_count"] == 0
    state = manifest_of(source, items, included_labels=["dog"], final_annotation=False)
    assert source.labels() == {"b.jpg": ["dog"]}
    assert (state["unconfirmed_sample_count"], state["left_out_sample_count"]) == (1, 2)


def test_texts_together_apart_and_in_gbk(source: Source) -> None:
    source.put(
        {
            "one.txt": "手感很好\tpositive\n没电\tnegative,slow\n无\n".encode("gbk"),
            "two.txt": "good\nbad\n",
            "two_result.txt": "positive\nnegative\n",
        }
    )
    source.pictures.create(dataset_type=100, sync=False)
    source.run()
    assert source.texts() == {
        "手感很好": ["positive"],
        "没电": ["negative", "slow"],
        "无": [],
        "good": ["positive"],
        "bad": ["negative"],
    }


def test_triplets_from_a_manifest(source: Source) -> None:
    source.pictures.create(dataset_type=102, sync=False)
    text = "《三体》的作者是刘慈欣"
    span = lambda start, end: {"@modelarts:start_index": start, "@modelarts:end_index": end}  # noqa: E731
    annotations = [
        {"type": "modelarts/text_entity", "name": "Book", "id": "E1", "property": span(1, 3)},
        {"type": "modelarts/text_entity", "name": "Person", "id": "E2", "property": span(8, 11)},
        {
            "type": "modelarts/text_triplet",
            "name": "Author",
            "id": "R1",
            "property": {"@modelarts:from": "E2", "@modelarts:to": "E1"},
        },
    ]
    behind = {"type": "modelarts/text_entity", "name": "Book", "property": span(9, 99)}
    state = manifest_of(
        source,
        [{"source": f"content://{text}", "annotation": annotations}, {"source": "content://x", "annotation": [behind]}],
    )
    (sample,) = source.pictures.samples()
    assert [(label["id"], label["type"]) for label in sample["labels"]] == [("E1", 103), ("E2", 103), ("R1", 102)]
    assert "behind the text" in state["problems"][0]["reason"]


def test_coco_and_yolo_and_label_studio(source: Source) -> None:
    source.put({"images/a.jpg": picture(), "labels/a.txt": "0 0.5 0.5 0.25 0.5\n", "data.yaml": "names: [cat]\n"})
    coco = {
        "images": [{"id": 1, "file_name": "a.jpg", "width": 40, "height": 30}, {"id": 2, "file_name": "none.jpg"}],
        "categories": [{"id": 1, "name": "dog"}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 10, 10]}],
    }
    source.put({"coco.json": json.dumps(coco)})
    source.pictures.create(dataset_type=1, sync=False)
    source.run(import_type="yolo")
    (sample,) = source.pictures.samples()
    assert sample["labels"][0]["property"]["@modelarts:feature"] == [[15, 7.5], [25, 22.5]]
    state = source.run("coco.json", import_type="coco")
    assert (state["changed_sample_count"], state["problem_count"]) == (1, 1)
    assert source.labels() == {"a.jpg": ["dog"]}


@pytest.mark.parametrize(
    ("number", "options", "word"),
    [
        (0, {"import_type": "coco", "import_path": "/pictures/from/x.json"}, "shapes"),
        (1, {"import_type": "csv", "import_path": "/pictures/from/x.csv"}, "texts"),
        (0, {"import_type": "manifest", "import_path": "/pictures/from/"}, "name a file"),
        (0, {"import_type": "dir", "import_path": "/pictures/from"}, "slash"),
        (0, {"import_path": "nowhere/"}, "import_path"),
        (0, {"import_type": "hdf5", "import_path": "/pictures/from/"}, "import_type"),
        (0, {"import_origin": "mrs", "import_path": "/pictures/from/"}, "mrs"),
    ],
)
def test_what_cannot_be_imported_says_why(source: Source, number: int, options: dict[str, Any], word: str) -> None:
    source.pictures.create(dataset_type=number, sync=False)
    answer = source.pictures.ask("POST", "import-tasks", options, expect=400)
    assert word in answer["error_msg"]
