"""Sentences are read back as they were said, whatever stands in their values."""

from hypothesis import given
from hypothesis import strategies as st

from maquette.inference.history import EVENTS
from maquette.kit.sentences import Sentences, Values
from maquette.tasks.progress import PROGRESS

FOUND = Sentences({"found": "{count:d} of {kind} found.", "none": "none (at all)", "because": "failed: {why}"})


def test_a_sentence_is_read_back() -> None:
    assert FOUND.codes == ["found", "none", "because"]
    assert FOUND.say("found", count=3, kind="a.b") == "3 of a.b found."
    assert FOUND.read("3 of a.b found.") == ("found", {"count": 3, "kind": "a.b"})
    assert FOUND.read("none (at all)") == ("none", {})
    assert FOUND.read("failed: two\nlines, {braces} and: colons") == (
        "because",
        {"why": "two\nlines, {braces} and: colons"},
    )


def test_other_words_are_not_read() -> None:
    for text in ("", "x of a.b found.", "none at all", "it failed: no"):
        assert FOUND.read(text) is None


@given(reason=st.text(), number=st.text("0123456789abcdef", min_size=8, max_size=8))
def test_no_event_is_taken_for_another(reason: str, number: str) -> None:
    values = {"reason": f"{reason} is ready", "instance": number, "model": "a model 1.0"}
    for code in EVENTS.codes:
        said = EVENTS.read(EVENTS.say(code, **values))
        assert said is not None
        assert said[0] == code
        assert said[1].items() <= values.items()


@given(number=st.integers(0, 10**12), name=st.text())
def test_no_progress_is_taken_for_another(number: int, name: str) -> None:
    names = ["files", "added", "changed", "missing", "skipped", "done", "total", "count", "imported", "problems"]
    values: Values = {**dict.fromkeys(names, number), "name": name}
    for code in PROGRESS.codes:
        said = PROGRESS.read(PROGRESS.say(code, **values))
        assert said is not None
        assert said[0] == code
        assert said[1].items() <= values.items()
