"""Names below an export's folder: safe, each once, and the same each time."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from maquette.datasets.exporting.naming import names
from maquette.formats.paths import name_problem

parts = st.sampled_from(["a", "b", "a.jpg", "a.png", "..", "", "x" * 300, "\x07"])
paths = st.lists(parts, min_size=1, max_size=3).map("/".join)


def given_names(folder: Path, wanted: list[str], *, by_stem: bool) -> list[str]:
    with names(folder / "names", by_stem=by_stem) as taken:
        taken.reserve("export.manifest")
        return [taken.give(name, f"id{number}") for number, name in enumerate(wanted)]


def test_a_name_that_is_taken_gets_the_sample_id(tmp_path: Path) -> None:
    wanted = ["x/a.jpg", "x/a.jpg", "x/a.png", "y/a.png"]
    assert given_names(tmp_path, wanted, by_stem=False) == ["x/a.jpg", "x/a-id1.jpg", "x/a.png", "y/a.png"]
    assert given_names(tmp_path, wanted, by_stem=True) == ["x/a.jpg", "x/a-id1.jpg", "x/a-id2.png", "y/a.png"]


def test_no_name_is_a_folder_too(tmp_path: Path) -> None:
    assert given_names(tmp_path, ["a", "a/b"], by_stem=False) == ["a", "id1"]
    assert given_names(tmp_path, ["a/b", "a"], by_stem=False) == ["a/b", "a-id1"]
    assert given_names(tmp_path, ["export.manifest/a.jpg"], by_stem=True) == ["id0.jpg"]


def test_names_that_no_bucket_takes_are_replaced(tmp_path: Path) -> None:
    assert given_names(tmp_path, ["a/../b.jpg", "x" * 300 + ".jpg"], by_stem=True) == ["id0.jpg", "id1.jpg"]


@settings(max_examples=200)
@given(wanted=st.lists(paths, max_size=12), by_stem=st.booleans())
def test_names_are_safe_and_never_meet(wanted: list[str], by_stem: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = given_names(Path(folder), wanted, by_stem=by_stem)
        assert found == given_names(Path(folder), wanted, by_stem=by_stem)
    assert all(name_problem(name) is None and not name.endswith("/") for name in found)
    assert len(set(found)) == len(found)
    folders = {parent for name in found for parent in map(str, Path(name).parents)}
    assert folders.isdisjoint(found)
    if by_stem:
        assert len({str(Path(name).parent / Path(name).name.rpartition(".")[0]) if "." in Path(name).name else name
                    for name in found}) == len(found)  # fmt: skip
