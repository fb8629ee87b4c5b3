"""What an import could not read, one JSON object a line, kept on disk while it runs and in the bucket behind it."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

from maquette.formats.samples import Problem
from maquette.storage.disk import disk_errors

LISTED = 1_000
"""So many problems are in the history itself; the report has them all."""


class Report:
    """Appends problems to a local file. `size` belongs into the checkpoint: what lies behind it is from a lost step.

    Where the file is gone, because the import goes on beside another disk, it begins anew.
    """

    def __init__(self, path: Path, size: int = 0) -> None:
        self.path = path
        with disk_errors("the report"):
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("ab") as file:
                self.size = size if size <= file.tell() else 0
                file.truncate(self.size)

    def add(self, problems: Sequence[Problem]) -> None:
        if not problems:
            return
        lines = b"".join(orjson.dumps(described(problem), option=orjson.OPT_APPEND_NEWLINE) for problem in problems)
        with disk_errors("the report"), self.path.open("ab") as file:
            file.write(lines)
        self.size += len(lines)

    def first(self) -> list[dict[str, Any]]:
        with self.path.open("rb") as file:
            return [orjson.loads(line) for line, _ in zip(file, range(LISTED), strict=False)]


def described(problem: Problem) -> dict[str, Any]:
    return {key: value for key, value in asdict(problem).items() if value not in ("", 0)}
