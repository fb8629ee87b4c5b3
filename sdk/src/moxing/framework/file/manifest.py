"""`copy_manifest`: bringing the samples that a manifest lists to another place, with a manifest that says so."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

from moxing.framework.file import transfer
from moxing.framework.file.address import Path, is_remote, join, parse
from moxing.framework.file.stream import File

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

BATCH = 512


def copy_manifest(manifest_url: str | os.PathLike[str], dst: Path, threads: int = 16) -> tuple[str, int]:
    """Copy the samples and annotation files of a manifest under `dst`; return the new manifest's path and the number
    of samples. Each keeps its bucket and key below `dst`, so that no two collide; lines keep their order."""
    target = join(dst, os.path.basename(os.fspath(manifest_url)))
    base: str = os.path.dirname(os.fspath(manifest_url))
    transfer.make_dirs(dst)
    samples = 0
    with File(manifest_url, "r") as lines, File(target, "w") as rewritten:
        for batch in _batches(lines):
            moves: dict[str, str] = {}
            for line in batch:
                samples += 1
                _rewrite(line, base, dst, moves)
            transfer.for_each(iter(moves.items()), lambda move: transfer.copy(*move), threads)
            rewritten.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in batch)
    return target, samples


def _batches(lines: File) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for text in lines:
        if text.strip():
            batch.append(json.loads(text))
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _rewrite(line: dict[str, Any], base: str, dst: Path, moves: dict[str, str]) -> None:
    """Point one line at the new places and note what has to move. Text samples carry their content and stay."""
    source = str(line.get("source", ""))
    if source and not source.startswith("content://"):
        line["source"] = _moved(source, base, dst, moves)
    annotations: list[dict[str, Any]] = line.get("annotation") or []
    for annotation in annotations:
        if place := annotation.get("annotation-loc"):
            annotation["annotation-loc"] = _moved(str(place), base, dst, moves)


def _moved(place: str, base: str, dst: Path, moves: dict[str, str]) -> str:
    if not is_remote(place) and not place.startswith("/"):
        place = join(base, place.removeprefix("./"))  # relative to the manifest
    name = f"{parse(place).bucket}/{parse(place).key}" if is_remote(place) else place.lstrip("/")
    moves[place] = join(dst, name)
    return moves[place]
