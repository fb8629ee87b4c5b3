"""Pages of a listing against the plainest possible model: all names, sorted and cut."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from maquette.storage import LocalStore, MemoryStore, ObjectStore

# Characters around the slash (0x2F) in the order of bytes, and some of two to four bytes.
segments = st.text(alphabet="ab-.!/0é猫😀".replace("/", ""), min_size=1, max_size=3).filter(
    lambda s: s not in (".", "..")
)
keys = st.lists(segments, min_size=1, max_size=4).map("/".join)


def without_clashes(names: set[str]) -> list[str]:
    """A name is a file or a folder: leave out files where a folder has to be."""
    return [name for name in names if not any(other.startswith(name + "/") for other in names)]


def model(names: list[str], prefix: str, delimited: bool, after: str) -> list[str]:
    found = {name for name in names if name.startswith(prefix)}
    if delimited:
        cut = {name: name.find("/", len(prefix)) for name in found}
        found = {name if cut[name] < 0 else name[: cut[name] + 1] for name in found}
    return sorted((name for name in found if name.encode() > after.encode()), key=str.encode)


def paged(store: ObjectStore, prefix: str, delimited: bool, after: str, limit: int) -> list[str]:
    names: list[str] = []
    while True:
        page = store.list(prefix, delimited=delimited, after=after, limit=limit)
        part = sorted([*(o.key for o in page.objects), *page.prefixes], key=str.encode)
        assert len(part) <= limit
        names += part
        if page.next_after is None:
            return names
        assert part[-1] == page.next_after
        after = page.next_after


@settings(deadline=None, max_examples=150)
@given(
    names=st.sets(keys, max_size=12).map(without_clashes),
    prefix=st.one_of(st.just(""), keys, keys.map(lambda key: key + "/")),
    delimited=st.booleans(),
    after=st.one_of(st.just(""), keys, keys.map(lambda key: key + "/")),
    limit=st.integers(1, 5),
)
def test_pages_equal_the_sorted_model(names: list[str], prefix: str, delimited: bool, after: str, limit: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"")
        memory = MemoryStore()
        for name in names:
            memory.write(name, b"")
        expected = model(names, prefix, delimited, after)
        for store in (LocalStore(Path(folder)), memory):
            assert paged(store, prefix, delimited, after, limit) == expected
            walked = sorted(found.key for found in store.walk(prefix))
            assert walked == sorted(name for name in names if name.startswith(prefix))
