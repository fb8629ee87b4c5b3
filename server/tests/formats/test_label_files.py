"""Label files: what the user guide shows, what editors make of it, and round trips."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maquette.formats.label_files import read_label_file, split_names, write_label_file
from maquette.formats.samples import Annotation, Loss, Sample

names = st.text(alphabet=st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=8)


def image(*labels: str, **more: object) -> Sample:
    return Sample(
        source="a.jpg", annotations=[Annotation(type="image_classification", name=name) for name in labels], **more
    )  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"Cat", ["Cat"]),
        (b"Cat\n\nDog\n", ["Cat", "Dog"]),
        (b"Cat\r\nDog\r\nCat\r\n", ["Cat", "Dog"]),
        (b"\xef\xbb\xbf  traffic light\t\n", ["traffic light"]),
        ("猫\n狗".encode("gbk"), ["猫", "狗"]),
        ("猫\n狗".encode(), ["猫", "狗"]),
        (b"", []),
        (b" \n\t\r\n", []),
    ],
)
def test_labels_are_read(data: bytes, expected: list[str]) -> None:
    assert read_label_file(data) == (expected, [])


@pytest.mark.parametrize(
    ("data", "line", "kept"),
    [
        (b"Cat\nD\x00g\nBird", 2, ["Cat", "Bird"]),
        (b"Cat\n\xff\xff", 2, []),
        (b"\xef\xbb\xbfCat\n\xff", 0, []),
        (b"a\x1bb", 1, []),
    ],
)
def test_what_is_no_label_is_reported(data: bytes, line: int, kept: list[str]) -> None:
    found, problems = read_label_file(data)
    assert found == kept
    assert [problem.line for problem in problems] == [line]
    assert problems[0].remedy


@given(st.binary(max_size=60))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    read_label_file(data)


@given(st.lists(names, unique=True, max_size=5))
def test_what_is_written_reads_back(labels: list[str]) -> None:
    data, losses = write_label_file(image(*labels))
    assert read_label_file(data) == (labels, [])
    assert losses == []


@given(st.lists(st.text(max_size=4), unique=True, max_size=4))
def test_every_label_is_written_or_lost(labels: list[str]) -> None:
    data, losses = write_label_file(image(*labels))
    read = read_label_file(data)[0]
    assert set(read) <= set(labels)
    assert (len(read) == len(labels)) == (losses == [])


def test_what_a_label_file_cannot_say_is_lost_by_name() -> None:
    sample = image("Cat", "Cat", usage="TRAIN")
    sample.annotations[0].confidence = 0.5
    sample.annotations[0].property = {"color": "white"}
    sample.annotations.append(Annotation(type="object_detection", name="Cat"))
    data, losses = write_label_file(sample)
    assert data == b"Cat\n"
    assert losses == [
        Loss("a.jpg", "confidences (confidence)"),
        Loss("a.jpg", "the property 'color' of annotations"),
        Loss("a.jpg", "repeated labels"),
        Loss("a.jpg", "annotations of the type object_detection"),
        Loss("a.jpg", "the usage"),
    ]


def test_several_labels_in_a_cell() -> None:
    assert split_names(" a | b||a ", "|") == ["a", "b"]
    assert split_names("a, b", "") == ["a, b"]
    assert split_names("a,\x00", ",") is None
    assert split_names("", ",") == []
