"""A dry run's memory: what its earlier batches would have left, so that later ones are judged as an import would."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from maquette.datasets.inventory import Seen, seen_keys


class Rehearsal:
    """The sources are kept on disk, the labels are few."""

    def __init__(self, sources: Seen) -> None:
        self._sources = sources
        self._labels: set[tuple[str, int]] = set()

    def note(self, sources: Sequence[str]) -> frozenset[str]:
        """Remember these sources; gives those of them that were noted before."""
        new = self._sources.lacks(sources)
        self._sources.add(new)
        return frozenset(sources).difference(new)

    def is_new_label(self, name: str, number: int) -> bool:
        new = (name, number) not in self._labels
        self._labels.add((name, number))
        return new


@contextmanager
def rehearsal(path: Path) -> Generator[Rehearsal]:
    """An empty memory, with its file at `path` for as long."""
    with seen_keys(path) as seen:
        yield Rehearsal(seen)
