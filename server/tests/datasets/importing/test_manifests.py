"""The manifest reader on its own: where it stands after each batch, and manifests that are cut, huge or hostile."""

import json
from typing import Any

import pytest

from maquette.datasets.importing import manifests, reading
from maquette.datasets.importing.manifests import ManifestReader
from maquette.datasets.importing.reading import Addresses, Item, Place
from maquette.formats.samples import Problem
from maquette.kit.errors import Conflict, NotFound
from maquette.storage import MemoryStore


def bucket(name: str) -> MemoryStore:
    if name in ("other", "third"):
        return MemoryStore()
    raise NotFound(f"There is no bucket {name}.")


def reader(content: bytes) -> ManifestReader:
    store = MemoryStore()
    store.write("sub/x.manifest", content)
    place = Place(store, "data", "sub/x.manifest")
    return ManifestReader(place, Addresses(place, bucket), manifest_bytes=1 << 30, annotation_bytes=1 << 20)


def found(content: bytes, position: dict[str, Any] | None = None) -> list[Item | Problem]:
    return [item for batch in reader(content).batches(position or {}) for item in batch.items]


def line(number: int) -> bytes:
    return json.dumps({"source": f"{number}.jpg"}).encode() + b"\n"


def test_going_on_from_any_batch_gives_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BATCH", 4)
    content = b"".join(line(number) + b"\n" * (number % 2) + b"no json\r\n" for number in range(30))
    batches = list(reader(content).batches({}))
    everything = [item for batch in batches for item in batch.items]
    assert len(everything) == 60
    assert batches[-1].position["offset"] == len(content)
    for number, batch in enumerate(batches):
        rest = [item for later in batches[number + 1 :] for item in later.items]
        assert found(content, batch.position) == rest


def test_addresses_are_made_whole() -> None:
    given = [
        b'{"source": "a.jpg"}',
        b'{"source": "./b.jpg"}',
        b'{"source": "s3://other/c.jpg"}',
        b'{"source": "/third/d.jpg"}',
    ]
    items = found(b"\xef\xbb\xbf" + b"\n".join(given))
    sources = [item.sample.source for item in items if isinstance(item, Item)]
    assert sources == ["obs://data/sub/a.jpg", "obs://data/sub/b.jpg", "obs://other/c.jpg", "obs://third/d.jpg"]


def test_a_cut_manifest_loses_one_line_at_most() -> None:
    content = b"".join(line(number) for number in range(50))
    for cut in range(0, len(content), 37):
        items = found(content[:cut])
        whole = content[:cut].count(b"\n")
        assert sum(isinstance(item, Item) for item in items) in (whole, whole + 1)
        assert len(items) - whole in (0, 1)


def test_a_line_without_an_end_is_one_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifests, "MAX_LINE_BYTES", 1000)
    items = found(line(1) + b"x" * 5_000_000 + b"\n" + line(3))
    assert [type(item) for item in items] == [Item, Problem, Item]
    assert isinstance(items[1], Problem)
    assert items[1].line == 2


def test_a_batch_is_bounded_by_what_it_was_read_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BATCH_BYTES", 1_000)
    content = b"".join(b'{"source": "%d.jpg", "property": {"x": "%s"}}\n' % (n, b"y" * 400) for n in range(30))
    batches = list(reader(content).batches({}))
    assert [len(batch.items) for batch in batches] == [3] * 10 + [0]


def test_a_manifest_that_has_changed_is_not_gone_on_with() -> None:
    made = reader(line(1) * 10)
    (batch,) = made.batches({})
    made._place.store.write("sub/x.manifest", line(2) * 10)  # pyright: ignore[reportPrivateUsage]
    with pytest.raises(Conflict, match="changed"):
        list(made.batches(batch.position))
