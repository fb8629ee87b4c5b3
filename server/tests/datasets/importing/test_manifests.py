"""The manifest reader on its own: where it stands after each batch, and manifests that are cut, huge or hostile."""

import json
from typing import Any

import pytest

from maquette.datasets.importing import manifests
from maquette.datasets.importing.manifests import ManifestReader
from maquette.datasets.importing.reading import Item, Place
from maquette.formats.samples import Problem
from maquette.kit.errors import NotFound
from maquette.storage import MemoryStore


def nowhere(address: str) -> Any:
    raise NotFound(f"There is nothing at {address}.")


def reader(content: bytes) -> ManifestReader:
    store = MemoryStore()
    store.write("sub/x.manifest", content)
    return ManifestReader(Place(store, "data", "sub/x.manifest"), nowhere, 1 << 20)


def found(content: bytes, position: dict[str, Any] | None = None) -> list[Item | Problem]:
    return [item for batch in reader(content).batches(position or {}) for item in batch.items]


def line(number: int) -> bytes:
    return json.dumps({"source": f"{number}.jpg"}).encode() + b"\n"


def test_going_on_from_any_batch_gives_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifests, "BATCH", 4)
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
