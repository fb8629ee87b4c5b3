"""Whatever is exported is imported again to the same annotations: every type, every format, through both tasks."""

from typing import Any

import pytest
from tests.datasets.conftest import Pictures, picture

from maquette.datasets.exporting.targets import FILES, FORMATS
from maquette.datasets.types import TYPES, Shape

S, F = "@modelarts:shape", "@modelarts:feature"
DRAWN = [
    {"name": "cat", "property": {S: "bndbox", F: [[1, 2], [20.5, 20]], "color": "black"}},
    {"name": "traffic light", "property": {S: "polygon", F: [[1, 1], [30, 1], [30, 20], [4, 9.25]]}},
    {"name": "cat", "property": {S: "circle", F: [[20, 15], [5]]}},
    {"name": "cat", "property": {S: "line", F: [[0, 0], [40, 30]]}},
    {"name": "cat", "property": {S: "dashed", F: [[0, 0], [40, 30]]}},
    {"name": "cat", "property": {S: "point", F: [[7, 8]]}},
    {"name": "cat", "property": {S: "polyline", F: [[0, 0], [4, 5], [9, 3]]}},
    {
        "name": "cat",
        "property": {
            S: "polygon",
            F: [[0, 0], [40, 0], [40, 30], [0, 30]],
            "@maquette:holes": [[[10, 10], [20, 10], [20, 20], [10, 20]]],
        },
    },
]
CARRIED = {
    "COCO": ("bndbox", "polygon"),
    "YOLO": ("bndbox", "polygon"),
    "LABELSTUDIO": ("bndbox", "polygon", "circle", "point"),
}
INDEXES = {"@modelarts:start_index": 0, "@modelarts:end_index": 3}
TIMES = {"@modelarts:start_time": "00:00:01.000", "@modelarts:end_time": "00:00:02.500"}
ANNOTATIONS: dict[int, list[dict[str, Any]]] = {
    0: [{"name": "cat"}, {"name": "traffic light"}],
    1: DRAWN,
    3: DRAWN,
    100: [{"name": "cat"}, {"name": "dog"}],
    101: [{"name": "cat", "property": INDEXES}],
    102: [
        {"name": "person", "type": 103, "id": "E1", "property": INDEXES},
        {"name": "book", "type": 103, "id": "E2", "property": {**INDEXES, "@modelarts:start_index": 1}},
        {"name": "wrote", "type": 102, "id": "R1", "property": {"@modelarts:from": "E1", "@modelarts:to": "E2"}},
    ],
    200: [{"name": "cat"}, {"name": "dog"}],
    201: [{"property": {"@modelarts:content": "two, words"}}],
    202: [{"name": "cat", "property": {**TIMES, "@modelarts:content": "miau", "@modelarts:source": "tom"}}],
}
IMPORTED_AS = {
    "VOC": ("dir", ""),
    "MASK": ("dir", ""),
    "MANIFEST": ("manifest", "export.manifest"),
    "COCO": ("coco", "annotations.json"),
    "YOLO": ("yolo", ""),
    "CSV": ("csv", "texts.csv"),
    "JSONL": ("jsonl", "texts.jsonl"),
    "LABELSTUDIO": ("labelstudio", "annotations.json"),
    "TXT": ("dir", ""),
}
CASES = [
    (kind, form, layout)
    for kind, forms in FORMATS.items()
    if TYPES[kind].shape is not Shape.NONE and kind != 600
    for form in forms
    for layout in (1, 2)
]


def fill(pictures: Pictures, kind: int) -> None:
    """A dataset of two samples in folders; the first is annotated."""
    labels = {(item["name"], item.get("type", kind)): None for item in ANNOTATIONS[kind] if "name" in item}
    suffix = {0: "jpg", 1: "txt", 2: "wav"}[TYPES[kind].sample_type]
    content = {"jpg": picture(), "txt": "早上好 👋\n".encode(), "wav": b"RIFF"}[suffix]
    pictures.put(f"x/a.{suffix}", content=content)
    pictures.put(f"y/b.{suffix}", content=b'another, "text"\n' if suffix == "txt" else content)
    pictures.create(dataset_type=kind, labels=[{"name": name, "type": number} for name, number in labels])
    first = next(sample for sample in pictures.samples() if sample["sample_name"].startswith("a."))
    answer = pictures.update({"sample_id": first["sample_id"], "labels": ANNOTATIONS[kind]})
    assert answer["success"], answer


def annotations(pictures: Pictures) -> dict[str, list[Any]]:
    """What is said of each sample, by its text or its file's name; ids count where relations need them."""
    found: dict[str, list[Any]] = {}
    for sample in pictures.samples():
        text = sample["source"] if sample["source"].startswith("content://") else sample["sample_name"]
        found[text] = [
            (label["name"], label["type"], label["property"], label.get("id") if label["type"] in (102, 103) else None)
            for label in sample["labels"]
        ]
    return found


@pytest.mark.parametrize(("kind", "form", "layout"), CASES)
def test_what_is_exported_is_imported_again(pictures: Pictures, kind: int, form: str, layout: int) -> None:
    fill(pictures, kind)
    before = annotations(pictures)
    body = {"path": f"/{pictures.bucket}/to/", "annotation_format": form, "export_format": layout}
    task = pictures.ask("POST", "export-tasks", body)["task_id"]
    pictures.platform.run_tasks()
    state = pictures.ask("GET", f"export-tasks/{task}")
    assert state["status"] == "SUCCESSED", state
    assert pictures.api.put("/v1", f"buckets/{pictures.bucket}/objects/in2/", b"").status_code == 200
    source = [{"data_type": 0, "data_path": f"/{pictures.bucket}/in2/"}]
    work = f"/{pictures.bucket}/out2/"
    pictures.create(name="again", dataset_type=kind, data_sources=source, work_path=work)
    kinds, name = IMPORTED_AS[form]
    asked = {"import_path": f"/{pictures.bucket}/to/{name}", "import_type": kinds}
    imported = pictures.ask("POST", "import-tasks", asked)["task_id"]
    pictures.platform.run_tasks()
    result = pictures.ask("GET", f"import-tasks/{imported}")
    assert (result["status"], result.get("problems")) == ("COMPLETED", []), result
    expected = before
    if TYPES[kind].shape is Shape.GEOMETRY and form in CARRIED:
        lost = [loss["what"] for loss in state["losses"]]
        kept = {name: [item for item in items if carried(form, item)] for name, items in before.items()}
        assert any("shapes of kind polyline" in what for what in lost)
        assert any("polygons with holes" in what for what in lost) or form == "COCO"
        expected = kept
    assert annotations(pictures) == expected


def carried(form: str, item: Any) -> bool:
    """Whether the format has this shape; what it lacks is in the report."""
    said = item[2]
    if form == "YOLO":
        said.pop("color", None)
    return said[S] in CARRIED[form] and (form == "COCO" or "@maquette:holes" not in said)


def test_nothing_is_left_untested() -> None:
    """Tables and free files have no annotations; videos have a test of their own."""
    untested = set(FORMATS) - {kind for kind, _, _ in CASES}
    assert untested == {400, 600, 900}
    assert FORMATS[900] == (FILES,)
