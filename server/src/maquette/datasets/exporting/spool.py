"""What an export is to write, and what became of it, as files on disk: batches of entries, and of their outcomes.

Entries are written once, from one state of the dataset; their digest tells whether they are still whole. An outcome is
written when its batch is done and is the same whoever writes it, so that nothing depends on who was killed when.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import orjson

from maquette.formats.samples import Annotation, Loss, Sample
from maquette.storage.disk import disk_errors

BATCH = 1_000
LISTED = 1_000
"""So many losses are in the history itself; the report has them all."""


@dataclass(slots=True)
class Entry:
    """A sample and the name of its file below the export's folder, empty for a text.

    `label` and `parent_id` are what its row says beyond that: its name in lists, and the video it belongs to.
    """

    name: str
    sample: Sample
    label: str = ""
    parent_id: str = ""


@dataclass(slots=True)
class Outcome:
    """What became of an entry: the copied file as size, time and etag; the size of its picture if it was looked up."""

    absent: bool = False
    file: list[Any] | None = None
    size: list[int] | None = None
    losses: list[Loss] = field(default_factory=list[Loss])


class Spool:
    """The files of one export, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write_entries(self, number: int, entries: Sequence[Entry]) -> bytes:
        """Write a batch; returns its digest."""
        data = b"".join(orjson.dumps(entry, option=orjson.OPT_APPEND_NEWLINE) for entry in entries)
        self._write(self._entries(number), data)
        return hashlib.sha256(data).digest()

    def entries(self, number: int) -> Iterator[Entry]:
        with self._entries(number).open("rb") as lines:
            for line in lines:
                body = orjson.loads(line)
                yield Entry(body["name"], _sample(body["sample"]), body["label"], body["parent_id"])

    def digest(self, batches: int) -> str:
        """The digest of all batches, or an empty one when a file is gone."""
        whole = hashlib.sha256()
        for number in range(batches):
            path = self._entries(number)
            if not path.is_file():
                return ""
            with path.open("rb") as file:
                whole.update(hashlib.file_digest(file, "sha256").digest())
        return whole.hexdigest()

    def write_outcomes(self, number: int, outcomes: Sequence[Outcome]) -> None:
        self._write(self._outcomes(number), orjson.dumps(outcomes))

    def outcomes(self, number: int) -> list[Outcome] | None:
        """What became of a batch, or None when that was not written, or not whole."""
        try:
            found = orjson.loads(self._outcomes(number).read_bytes())
        except (FileNotFoundError, orjson.JSONDecodeError):
            return None
        return [_outcome(body) for body in found]

    def write_row_losses(self, number: int, losses: Sequence[Loss]) -> None:
        """Keep what a batch lost when it became rows."""
        self._write(self._row_losses(number), orjson.dumps(losses))

    def row_losses(self, number: int) -> list[Loss]:
        return [Loss(**loss) for loss in orjson.loads(self._row_losses(number).read_bytes())]

    def _write(self, path: Path, data: bytes) -> None:
        with disk_errors("the export's list of samples"):
            self.folder.mkdir(parents=True, exist_ok=True)
            beside = path.with_suffix(".part")
            with beside.open("wb") as file:
                file.write(data)
            beside.replace(path)

    def _entries(self, number: int) -> Path:
        return self.folder / f"entries-{number}"

    def _row_losses(self, number: int) -> Path:
        return self.folder / f"rows-{number}"

    def _outcomes(self, number: int) -> Path:
        return self.folder / f"outcomes-{number}"


def _outcome(body: dict[str, Any]) -> Outcome:
    losses = [Loss(**loss) for loss in body.pop("losses")]
    return Outcome(**body, losses=losses)


def _sample(body: dict[str, Any]) -> Sample:
    annotations = [Annotation(**each) for each in body.pop("annotations")]
    return Sample(**body, annotations=annotations)


class LossReport:
    """What could not be carried, one JSON object a line; `first` are those that stand in the history itself."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self.first: list[dict[str, Any]] = []
        with disk_errors("the report"):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("wb")

    def add(self, losses: Iterable[Loss]) -> None:
        with disk_errors("the report"):
            for loss in losses:
                body = {"source": loss.source, "what": loss.what} if loss.source else {"what": loss.what}
                self.count += 1
                if len(self.first) < LISTED:
                    self.first.append(body)
                self._file.write(orjson.dumps(body, option=orjson.OPT_APPEND_NEWLINE))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with disk_errors("the report"):
            self._file.close()


def read_losses(path: Path) -> Iterator[Loss]:
    with path.open("rb") as lines:
        for line in lines:
            body = orjson.loads(line)
            yield Loss(body.get("source", ""), body["what"])
