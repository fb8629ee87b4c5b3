"""JSON lines: what annotation tools write, spans that do not fit, relations without ends, and round trips."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maquette.formats.jsonlines import read_json_lines, write_json_line
from maquette.formats.samples import END_INDEX, FROM, START_INDEX, TO, Annotation, Problem, Sample


def read(*lines: str | bytes | dict[str, Any]) -> list[Sample | Problem]:
    return list(
        read_json_lines(
            json.dumps(x).encode() if isinstance(x, dict) else x.encode() if isinstance(x, str) else x for x in lines
        )
    )


def sample(line: str | bytes | dict[str, Any]) -> Sample:
    found = read(line)[0]
    assert isinstance(found, Sample), found
    return found


def entity(start: int, end: int, name: str, own: str | None = None) -> Annotation:
    return Annotation(type="text_entity", name=name, id=own, property={START_INDEX: start, END_INDEX: end})


def classes(*names: str) -> list[Annotation]:
    return [Annotation(type="text_classification", name=name) for name in names]


@pytest.mark.parametrize(
    ("line", "annotations"),
    [
        ({"text": "Michael Jordan"}, []),
        ({"text": "Michael Jordan", "label": []}, []),
        ({"text": "Michael Jordan", "label": None}, []),
        ({"text": "Michael Jordan", "label": "pos"}, classes("pos")),
        ({"text": "Michael Jordan", "label": 5}, classes("5")),
        ({"text": "Michael Jordan", "labels": ["pos", " neg ", "pos"]}, classes("pos", "neg")),
        ({"data": "Michael Jordan", "label": [[0, 7, "First"], [8, 14, "Last"]]},
         [entity(0, 7, "First"), entity(8, 14, "Last")]),
        ({"text": "Michael Jordan", "entities": [{"start": 0, "end": 14, "label": "Person"}]},
         [entity(0, 14, "Person")]),
        ({"text": "Michael Jordan", "label": ["pos"], "entities": [[0, 1, "M"]]}, [*classes("pos"), entity(0, 1, "M")]),
        ({"text": "𠮷野家 is open", "label": [[0, 3, "Shop"]]}, [entity(0, 3, "Shop")]),
    ],
)  # fmt: skip
def test_what_tools_write_is_read(line: dict[str, Any], annotations: list[Annotation]) -> None:
    assert sample(line).annotations == annotations


def test_relations() -> None:
    found = sample(
        {
            "id": 17,
            "text": '"Three Body" is written by Liu Cixin.',
            "entities": [
                {"id": 4711, "start_offset": 27, "end_offset": 36, "label": "Person"},
                {"id": 4712, "start_offset": 0, "end_offset": 12, "label": "Book"},
            ],
            "relations": [
                {"id": 9, "from_id": 4711, "to_id": 4712, "type": "Author"},
                {"id": 10, "from_id": 4712, "to_id": 4711, "type": "Works"},
            ],
            "Comments": [],
        }
    )
    assert found.id == "17"
    assert found.annotations == [
        entity(27, 36, "Person", "E1"),
        entity(0, 12, "Book", "E2"),
        Annotation(type="text_triplet", name="Author", id="R1", property={FROM: "E1", TO: "E2"}),
        Annotation(type="text_triplet", name="Works", id="R2", property={FROM: "E2", TO: "E1"}),
    ]


def test_given_words_stay_ids_and_numbers_avoid_them() -> None:
    spans = [{"id": own, "start": 0, "end": 1, "label": "x"} for own in ("E1", 1, "E3", 2, 3)]
    found = sample({"text": "ab", "entities": spans})
    assert [annotation.id for annotation in found.annotations] == ["E1", "E2", "E3", "E4", "E5"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not JSON"),
        ("[" * 5000, "not JSON"),
        ("[]", "no JSON object"),
        ({"label": "pos"}, "no text"),
        ({"text": " "}, "no text"),
        ({"text": 1}, "no text"),
        ({"text": "a\x00"}, "U+0000"),
        ({"text": "a", "label": {"pos": 1}}, "neither a name nor a list"),
        ({"text": "a", "label": True}, "neither a name nor a list"),
        ({"text": "a", "label": [True]}, "no name"),
        ({"text": "a", "label": ["x\ny"]}, "no name"),
        ({"text": "a", "label": [[0, 1]]}, "[start, end, label]"),
        ({"text": "a", "label": [[0, 1, ""]]}, "no name"),
        ({"text": "a", "label": [[0, 2, "x"]]}, "0 to 2"),
        ({"text": "a", "label": [[-1, 1, "x"]]}, "does not lie"),
        ({"text": "a", "label": [[1, 1, "x"]]}, "does not lie"),
        ({"text": "a", "label": [[0, 1.0, "x"]]}, "whole numbers"),
        ({"text": "a", "label": [[False, True, "x"]]}, "whole numbers"),
        ({"text": "a", "label": [["0", "1", "x"]]}, "whole numbers"),
        ({"text": "a", "entities": [{}]}, "whole numbers"),
        ({"text": "a", "entities": [{"id": [], "start": 0, "end": 1, "label": "x"}]}, "neither a number nor a word"),
        ({"text": "a", "entities": [{"id": 1, "start": 0, "end": 1, "label": "x"}] * 2}, "same id"),
        ({"text": "a", "relations": [[1, 2]]}, "no object"),
        ({"text": "a", "relations": [{"from_id": 1, "to_id": 2, "type": "x"}]}, "no entity"),
        ({"text": "a", "entities": [[0, 1, "x"]], "relations": [{"type": "x"}]}, "no entity"),
        ({"text": "a", "entities": [{"id": 1, "start": 0, "end": 1, "label": "x"}],
          "relations": [{"from_id": 1, "to_id": 1}]}, "no name"),
        (b'{"text": "\xff"}', "not JSON"),
    ],
)  # fmt: skip
def test_a_bad_line_is_reported_and_the_next_one_read(line: str | bytes | dict[str, Any], reason: str) -> None:
    found = read(b'\xef\xbb\xbf{"text": "first"}', "", line, {"text": "last"})
    assert [item.source for item in found if isinstance(item, Sample)] == ["content://first", "content://last"]
    (bad,) = [item for item in found if isinstance(item, Problem)]
    assert bad.line == 3
    assert reason in bad.reason
    assert bad.remedy


@given(st.lists(st.binary(max_size=40), max_size=3))
def test_no_bytes_make_it_raise(lines: list[bytes]) -> None:
    list(read_json_lines(lines))


keys = st.sampled_from(
    ["text", "label", "labels", "entities", "relations", "id", "start", "end", "start_offset", "end_offset",
     "from_id", "to_id", "type"]
)  # fmt: skip
values = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 3) | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=10,
)


@settings(deadline=None)
@given(st.dictionaries(keys, values))
def test_no_object_makes_it_raise_and_what_is_read_is_written(body: dict[str, Any]) -> None:
    for item in read({"text": "abc"} | body):
        if isinstance(item, Sample):
            line, losses = write_json_line(item)
            if losses == []:
                assert sample(line) == item


def test_what_is_written() -> None:
    original = Sample(
        source="content://ab",
        id="s1",
        annotations=[
            entity(0, 1, "A", "E1"),
            *classes("pos"),
            Annotation(type="text_triplet", name="R", id="R1", property={FROM: "E1", TO: "E1"}),
        ],
    )
    line, losses = write_json_line(original)
    assert line == (
        b'{"id":"s1","text":"ab","label":["pos"],"entities":[{"id":"E1","start_offset":0,"end_offset":1,"label":"A"}],'
        b'"relations":[{"id":"R1","from_id":"E1","to_id":"E1","type":"R"}]}\n'
    )
    assert losses == []


word = st.text(alphabet=st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=5)
content = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1).filter(
    str.strip
)


@st.composite
def samples(draw: st.DrawFn) -> Sample:
    text = draw(content)
    annotations = classes(*draw(st.lists(word, unique=True, max_size=3)))
    ids = draw(st.lists(word, unique=True, max_size=3))
    for own in [*ids, None]:
        start = draw(st.integers(0, len(text) - 1))
        annotations.append(entity(start, draw(st.integers(start + 1, len(text))), draw(word), own))
    if ids:
        for own in [*draw(st.lists(word, unique=True, max_size=2)), None]:
            ends = {FROM: draw(st.sampled_from(ids)), TO: draw(st.sampled_from(ids))}
            annotations.append(Annotation(type="text_triplet", name=draw(word), id=own, property=ends))
    return Sample(source="content://" + text, id=draw(st.none() | word), annotations=annotations)


@settings(deadline=None)
@given(samples())
def test_what_is_written_reads_back_equal(original: Sample) -> None:
    line, losses = write_json_line(original)
    assert losses == []
    assert line.count(b"\n") == 1
    assert sample(line) == original
    assert write_json_line(sample(line))[0] == line


@pytest.mark.parametrize(
    ("annotation", "what"),
    [
        (entity(0, 3, "x"), "entities that do not lie in the text"),
        (entity(True, 2, "x"), "entities that do not lie in the text"),
        (entity(0, 1, " "), "labels whose name is not one line of plain text"),
        (entity(0, 1, "x", "E1"), "annotations whose id is not their own"),
        (Annotation(type="text_triplet", name="x", property={FROM: "E1", TO: "E9"}),
         "relations whose entities are not there"),
        (Annotation(type="text_triplet", name="x", id="R1", property={FROM: "E1", TO: "E1"}),
         "annotations whose id is not their own"),
        (Annotation(type="audio_content"), "annotations of the type audio_content"),
        (Annotation(type="text_classification", name="pos"), "repeated labels"),
        (Annotation(type="text_classification", name="new", hard=True), "hard flags of annotations (hard)"),
        (Annotation(type="text_classification", name="new", property={"a": 1}), "the property 'a' of annotations"),
    ],
)  # fmt: skip
def test_losses_are_named_and_the_rest_is_written(annotation: Annotation, what: str) -> None:
    relation = Annotation(type="text_triplet", name="r", id="R1", property={FROM: "E1", TO: "E1"})
    good = [*classes("pos"), entity(0, 1, "x", "E1"), relation]
    line, losses = write_json_line(Sample(source="content://ab", annotations=[*good, annotation]))
    assert [loss.what for loss in losses] == [what]
    kept = sample(line).annotations
    assert [item for item in kept if item.name != "new"] == good


def test_what_is_no_text_is_lost() -> None:
    assert write_json_line(Sample(source="obs://b/a.jpg"))[0] == b""
    assert write_json_line(Sample(source="content://a\x00"))[0] == b""
    assert [loss.what for loss in write_json_line(Sample(source="content://a\ud800"))[1]] == [
        "a text with U+0000 or half of a character"
    ]
