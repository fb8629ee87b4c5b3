"""What a reader is: a source of samples that can go on where an interrupted import stood."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Protocol

from maquette.formats.samples import Problem, Sample
from maquette.storage import ObjectInfo, ObjectStore

BATCH = 5_000
"""Items in one transaction."""


@dataclass(slots=True)
class Item:
    """A sample with its address resolved to `obs://` or `content://`. `info` describes its file where it is known."""

    sample: Sample
    where: str
    info: ObjectInfo | None = None


@dataclass(slots=True)
class Batch:
    """Items and problems in order, and where to go on behind them: plain JSON."""

    items: list[Item | Problem]
    position: dict[str, Any]
    progress: float = 0.0
    counted: dict[str, int] = field(default_factory=dict[str, int])


class Reader(Protocol):
    """Gives batches behind a position that it gave before; `{}` is the beginning."""

    def batches(self, position: dict[str, Any]) -> Iterator[Batch]: ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where an import reads: a store, the bucket's name, and a key or a prefix that ends with a slash."""

    store: ObjectStore
    bucket: str
    key: str


def numbered(items: Iterable[Item | Problem], position: dict[str, Any], total: int | None = None) -> Iterator[Batch]:
    """Batches of a source that is read from its beginning each time: a position is the number of items passed."""
    done = int(position.get("items", 0))
    rest = islice(items, done, None)
    while batch := list(islice(rest, BATCH)):
        done += len(batch)
        yield Batch(batch, {"items": done}, done / total if total else 0.0)
