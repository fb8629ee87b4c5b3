"""What a format writes, its reader reads back to the same annotations; what it cannot carry is said. No tasks here."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maquette.datasets.annotation_rules import RULES, Subject
from maquette.datasets.exporting.documents import document_of
from maquette.datasets.exporting.naming import names
from maquette.datasets.exporting.schemas import ExportRequest
from maquette.datasets.exporting.targets import FORMATS, Bookkeeping, Target, chosen_format
from maquette.datasets.types import IMAGE_SAMPLE, TABLE, TYPES, Shape
from maquette.formats.coco import read_coco
from maquette.formats.csv_records import CsvFormat
from maquette.formats.jsonlines import read_json_lines
from maquette.formats.label_files import read_label_file
from maquette.formats.labelstudio import read_labelstudio
from maquette.formats.manifest import read_manifest
from maquette.formats.objects import unpack
from maquette.formats.samples import COLOR, SIZE, TEXT_PREFIX, Annotation, Problem, Sample
from maquette.formats.text_csv import TextColumns, read_text_csv
from maquette.formats.texts import Separators, read_combined
from maquette.formats.voc import read_voc
from maquette.formats.yolo import labels_path, read_data_yaml, read_yolo_labels
from maquette.kit.errors import Invalid

ROOT = "obs://bucket/to/"
WIDTH, HEIGHT = 40, 30
CASES = [
    (kind, form, layout)
    for kind, forms in FORMATS.items()
    if TYPES[kind].shape is not Shape.NONE
    for form in forms
    for layout in (1, 2)
]

# As `labels.check_name` takes them.
label_names = st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=12).filter(
    lambda name: name.isprintable() and name == name.strip()
)
words = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), min_size=1, max_size=40).filter(
    lambda text: text.strip() != ""
)


def coordinate(limit: int) -> st.SearchStrategy[float]:
    return st.one_of(st.integers(0, limit), st.integers(0, limit * 1000).map(lambda number: number / 1000))


points = st.tuples(coordinate(WIDTH), coordinate(HEIGHT)).map(list)


@st.composite
def shapes(draw: st.DrawFn) -> dict[str, Any]:
    """Any shape that annotations may have."""
    kind = draw(st.sampled_from(["bndbox", "polygon", "circle", "line", "dashed", "point", "polyline"]))
    count = {"bndbox": 2, "line": 2, "dashed": 2, "point": 1}.get(kind) or draw(st.integers(3, 6))
    feature: list[Any] = draw(st.lists(points, min_size=count, max_size=count))
    if kind == "circle":
        feature = [[20, 15], [draw(st.integers(1, 15))]]
    given = {"@modelarts:shape": kind, "@modelarts:feature": feature}
    if kind == "polygon" and draw(st.booleans()):
        given["@maquette:holes"] = [[[5, 5], [9, 5], [9, 9]]]
    for key in draw(st.sets(st.sampled_from(["color", "fur", "state of mind"]), max_size=2)):
        given[key] = draw(label_names)
    return given


@st.composite
def times(draw: st.DrawFn) -> dict[str, Any]:
    start, length = draw(st.integers(0, 3_000_000)), draw(st.integers(1, 100_000))
    given: dict[str, Any] = {"@modelarts:start_time": clock(start), "@modelarts:end_time": clock(start + length)}
    for key in draw(st.sets(st.sampled_from(["@modelarts:content", "@modelarts:source"]))):
        given[key] = draw(words)
    return given


def clock(ms: int) -> str:
    return f"{ms // 3_600_000:02d}:{ms // 60_000 % 60:02d}:{ms // 1000 % 60:02d}.{ms % 1000:03d}"


@st.composite
def spans(draw: st.DrawFn, length: int) -> dict[str, Any]:
    start = draw(st.integers(0, length - 1))
    return {"@modelarts:start_index": start, "@modelarts:end_index": draw(st.integers(start + 1, length))}


@st.composite
def annotations(draw: st.DrawFn, kind: int, source: str) -> list[Annotation]:
    """What a sample of this type may say, as its row becomes a file's sample."""
    shape, (first, *_) = TYPES[kind].shape, [*TYPES[kind].annotation_types.values()]
    count = draw(st.integers(0, 1 if shape is Shape.CONTENT else 4))
    length = len(source) - len(TEXT_PREFIX)
    found: list[Annotation] = []
    for number in range(1, count + 1):
        name = draw(label_names)
        if shape is Shape.CLASS:
            found += [Annotation(type=first, name=name)] if name not in [each.name for each in found] else []
        elif shape is Shape.CONTENT:
            found.append(Annotation(type=first, property={"@modelarts:content": draw(words)}))
        elif shape is Shape.TRIPLET:
            found.append(Annotation(type="text_entity", name=name, id=f"E{number}", property=draw(spans(length))))
        else:
            own = {Shape.GEOMETRY: shapes(), Shape.SEGMENT: times(), Shape.SPAN: spans(max(length, 1))}[shape]
            found.append(Annotation(type=first, name=name, id=str(number), property=draw(own)))
    if shape is Shape.TRIPLET and count:
        ends = {"@modelarts:from": "E1", "@modelarts:to": f"E{count}"}
        found.append(Annotation(type="text_triplet", name=draw(label_names), id="R1", property=ends))
    for annotation in found:
        annotation.annotated_by, annotation.creation_time = "human", "2024-01-02 03:04:05"
        if annotation.name:
            annotation.property = {COLOR: "#3399ff", **annotation.property}
    return [annotation for annotation in found if is_valid(shape, annotation, source)]


def is_valid(shape: Shape, annotation: Annotation, source: str) -> bool:
    subject = Subject(source.removeprefix(TEXT_PREFIX)) if source.startswith(TEXT_PREFIX) else Subject(size=(40, 30))
    try:
        if annotation.type != "text_triplet":
            annotation.property = RULES[shape](annotation.property, subject)
    except Invalid:
        return False
    return True


@st.composite
def sample_lists(draw: st.DrawFn, kind: int) -> list[Sample]:
    found: list[Sample] = []
    for number in range(draw(st.integers(1, 3))):
        suffix = {0: "jpg", 2: "wav", 6: "jpg"}.get(TYPES[kind].sample_type, "")
        text = draw(words)
        source = TEXT_PREFIX + text if TYPES[kind].texts else f"obs://bucket/in/{number % 2}/a.{suffix}"
        if source in [sample.source for sample in found]:
            continue
        size = {SIZE: [WIDTH, HEIGHT, 3]} if TYPES[kind].sample_type == IMAGE_SAMPLE else {}
        made = draw(annotations(kind, source))
        found.append(Sample(source=source, id=f"id{number}", annotations=made, property=size))
    return found


def exported(
    target: Target, samples: list[Sample], folder: Path
) -> tuple[dict[str, bytes], dict[str, Sample], set[str]]:
    """The files of an export, the samples by the name of their file or their text, and whose were not all carried."""
    files: dict[str, bytes] = {}
    placed: dict[str, Sample] = {}
    lossy: set[str] = set()
    bookkeeping = Bookkeeping(target)
    with names(folder / "names", by_stem=target.by_stem) as taken, document_of(folder, target) as document:
        for sample in samples:
            bookkeeping.strip(sample)
            name = ""
            if not target.kind.texts:
                wanted = target.wanted_name(sample, sample.source.removeprefix("obs://bucket/in/"))
                name = taken.give(wanted, sample.source[-7:-4].replace("/", "-"))
            placed[name or sample.source] = sample
            beside = target.beside(sample, name) if name else None
            if beside:
                files.update(beside.files)
            # A document may change the sample's address; what it says of it stays.
            copy = Sample(**{slot: getattr(sample, slot) for slot in Sample.__slots__})
            losses = [*(beside.losses if beside else []), *document.add([(copy, name)])]
            if any(not loss.what.startswith(("in the mask", "the usage", "that the usage")) for loss in losses):
                lossy.add(name or sample.source)
    return {**files, **{name: (folder / name).read_bytes() for name in document.files}}, placed, lossy


def read_back(
    target: Target, files: dict[str, bytes], placed: dict[str, Sample]
) -> Iterator[tuple[str, list[Annotation]]]:
    """The annotations that the readers find, by the name of the file or by the text."""
    form, word = target.format, next(iter(target.kind.annotation_types.values()))
    if form in ("VOC", "MASK", "YOLO") or (form == "TXT" and not target.kind.texts):
        yield from beside_files(form, word, files, placed)
    elif form == "COCO":
        documents = [data for name, data in files.items() if name.startswith("annotations")]
        for sample in taken(item for data in documents for item in read_coco(data, annotation_type=word)):
            yield sample.source, sample.annotations
    else:
        for sample in taken(document_items(form, word, files)):
            yield sample.source.removeprefix(ROOT), unpack(sample).annotations


def beside_files(
    form: str, word: str, files: dict[str, bytes], placed: dict[str, Sample]
) -> Iterator[tuple[str, list[Annotation]]]:
    for name in placed:
        stem = name.rpartition(".")[0]
        if form == "YOLO":
            classes = read_data_yaml(files["data.yaml"])[0].names
            found = read_yolo_labels(files.get(labels_path(name), b""), classes, (WIDTH, HEIGHT), annotation_type=word)
            yield name, taken_of(found)
        elif form == "TXT":
            labels, problems = read_label_file(files.get(f"{stem}.txt", b""))
            assert problems == []
            yield name, [Annotation(type=word, name=label) for label in labels]
        elif f"{stem}.xml" in files:
            voc = read_voc(files[f"{stem}.xml"], annotation_type=word)
            assert voc.problems == []
            yield name, voc.annotations
        else:
            yield name, []


def document_items(form: str, word: str, files: dict[str, bytes]) -> Iterator[Sample | Problem]:
    if form == "MANIFEST":
        return read_manifest(files["export.manifest"].splitlines(keepends=True))
    if form == "JSONL":
        return read_json_lines(files["texts.jsonl"].split(b"\n"))
    if form == "CSV":
        return read_text_csv([files["texts.csv"]], CsvFormat(), TextColumns())
    if form == "TXT":
        return read_combined([files["texts.txt"]], Separators())
    return iter(read_labelstudio(files["annotations.json"], annotation_type=word))


def taken(items: Any) -> list[Sample]:
    found = list(items)
    assert [item for item in found if isinstance(item, Problem)] == []
    return found


def taken_of(items: Any) -> list[Annotation]:
    return taken(items)  # type: ignore[return-value]


@pytest.mark.parametrize(("kind", "form", "layout"), CASES)
@settings(max_examples=25)
@given(data=st.data())
def test_what_is_written_reads_back_the_same(kind: int, form: str, layout: int, data: st.DataObject) -> None:
    samples = data.draw(sample_lists(kind))
    labels = list(dict.fromkeys(item.name for sample in samples for item in sample.annotations if item.name))
    target = Target(form, TYPES[kind], ROOT, labels, layout)
    with tempfile.TemporaryDirectory() as folder:
        files, placed, lossy = exported(target, samples, Path(folder))
    assert len(placed) == len(samples)
    if lossy == set(placed):
        return  # nothing may be left to read, which some readers call a problem
    found = dict(read_back(target, files, placed))
    for name, sample in placed.items():
        if name not in lossy:
            assert found[name] == sample.annotations
    if form in ("VOC", "MANIFEST", "MASK"):
        assert lossy == set()


@pytest.mark.parametrize("kind", FORMATS)
def test_the_guides_format_is_the_default(kind: int) -> None:
    expected = {0: "TXT", 1: "VOC", 3: "VOC", 400: "CSV", 900: "FILES"}.get(kind, "MANIFEST")
    assert chosen_format(TYPES[kind], ExportRequest(path="/b/to/")) == expected
    if kind != TABLE:
        for form in FORMATS[kind][: None if kind != 900 else 0]:
            assert chosen_format(TYPES[kind], ExportRequest(path="/b/to/", annotation_format=form.lower())) == form


def test_a_manifest_is_json_lines_that_name_the_copies() -> None:
    shape = {"@modelarts:shape": "bndbox", "@modelarts:feature": [[1, 2], [20, 20]]}
    sample = Sample(
        source="obs://bucket/in/x/a.jpg", annotations=[Annotation(type="object_detection", name="cat", property=shape)]
    )
    target = Target("MANIFEST", TYPES[1], ROOT, ["cat"])
    with tempfile.TemporaryDirectory() as folder:
        files, _, _ = exported(target, [sample], Path(folder))
    line = json.loads(files["export.manifest"])
    assert line["source"] == "s3://bucket/to/x/a.jpg"
    assert line["annotation"][0]["annotation-loc"] == "s3://bucket/to/x/a.xml"
    assert set(files) == {"export.manifest", "x/a.xml"}
