"""The data of a published table: each CSV file of the input, read by the schema and written as CSV or Parquet.

The snapshot is only a draft here: which files there are. The version's manifest names what was written of them, with
its hash, so it is made at the end. One file is written as a whole or not at all; a killed publication goes on with the
next one, by a list of those that are done beside the draft.
"""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from maquette.buckets import Stores, open_url
from maquette.datasets.exporting.tables import converted
from maquette.datasets.exporting.targets import CSV, PARQUET
from maquette.datasets.snapshots import INDEX_FILE, MANIFEST_FILE, Snapshot, create
from maquette.datasets.tables import UNLABELLED, Dataset, Version
from maquette.datasets.version_index import IndexWriter, short_hash
from maquette.datasets.version_paths import DATA, FileNames, VersionFolder
from maquette.formats import manifest
from maquette.formats.samples import Sample
from maquette.kit.errors import Conflict
from maquette.storage import ObjectMissing
from maquette.storage.disk import disk_errors
from maquette.tasks import RunningTask
from maquette.tasks.progress import PROGRESS

ORIGIN, DIGEST = "@maquette:origin", "@maquette:sha256"
"""Properties of a line: which file the data came from, and the hash of what was written of it."""

LIST_FILE = "tables"
_SECONDS_A_STEP = 2


@dataclass(slots=True)
class VersionTables:
    """`draft` is the folder of the snapshot, `ready` the one for the manifest and index of the version."""

    stores: Stores
    task: RunningTask
    dataset: Dataset
    version: Version
    draft: Path
    ready: Path

    def write(self, drafted: Snapshot) -> tuple[Snapshot, int]:
        """Write the data, then manifest and index. Returns what they are, and how many remarks reading gave."""
        remarks = self._convert()
        with disk_errors("the manifest"):
            self.ready.mkdir(exist_ok=True)
            with create(self.ready / MANIFEST_FILE) as lines, create(self.ready / INDEX_FILE) as index:
                sidecar, whole, size = IndexWriter(index), hashlib.sha256(), 0
                for sample in self._finished():
                    line = manifest.write_line(sample)
                    lines.write(line)
                    whole.update(line)
                    size += len(line)
                    meaning = short_hash(str(sample.property[DIGEST]).encode())
                    sidecar.add(str(sample.id), meaning, line, state=UNLABELLED, codes=())
                digest = sidecar.finish({"manifest_sha256": whole.hexdigest(), "labels": []})
        return replace(drafted, manifest_sha256=whole.hexdigest(), index_sha256=digest, size=size), remarks

    def _convert(self) -> int:
        checkpoint = self.task.checkpoint
        done, at, remarks = (checkpoint.get(name, 0) for name in ("tables", "list bytes", "remarks"))
        folder, names = VersionFolder.of(self.dataset, self.version), FileNames(self.dataset)
        suffix = "parquet" if self.version.version_format == "Parquet" else "csv"
        store, _ = open_url(self.task.database, self.stores, self.task.actor, folder.address(""))
        with (self.draft / LIST_FILE).open("ab") as listed:
            # A kill may have come between an entry and its checkpoint.
            listed.truncate(at)
            for number, sample in enumerate(self._samples(self.draft / MANIFEST_FILE)):
                name = f"{DATA}{names.name(sample.source)}.{suffix}"
                if number < done:
                    continue
                digest = hashlib.sha256()
                content, losses = self._content(sample.source)
                store.write(folder.key + name, self._watched(content, digest, sample.source))
                entry = {"address": folder.address(name), "sha256": digest.hexdigest()}
                at += listed.write(orjson.dumps(entry, option=orjson.OPT_APPEND_NEWLINE))
                listed.flush()
                remarks += len(losses)
                now = {**checkpoint, "tables": number + 1, "list bytes": at, "remarks": remarks}
                with self.task.step(checkpoint=now, message=PROGRESS.say("tables-written", count=number + 1)):
                    pass
        return remarks

    def _content(self, source: str) -> tuple[Iterator[bytes], list[Any]]:
        store, key = open_url(self.task.database, self.stores, self.task.actor, source)
        form = PARQUET if self.version.version_format == "Parquet" else CSV
        header = bool(self.task.payload.get("with_column_header", True))
        try:
            return converted(store, key, self.dataset.settings, form, header=header)
        except ObjectMissing:
            reason = f"The table {source} no longer exists. Put it back, or delete its sample, then publish again."
            raise Conflict(reason) from None

    def _watched(self, content: Iterator[bytes], digest: Any, source: str) -> Iterator[bytes]:
        """The content as it passes; a long one can be cancelled on its way."""
        last = time.monotonic()
        for chunk in content:
            digest.update(chunk)
            yield chunk
            if time.monotonic() - last > _SECONDS_A_STEP:
                last = time.monotonic()
                with self.task.step(message=PROGRESS.say("copying-file", name=source)):
                    pass

    def _finished(self) -> Iterator[Sample]:
        with (self.draft / LIST_FILE).open("rb") as listed:
            for sample, line in zip(self._samples(self.draft / MANIFEST_FILE), listed, strict=True):
                entry: dict[str, str] = orjson.loads(line)
                known = {ORIGIN: sample.source, DIGEST: entry["sha256"]}
                yield replace(sample, source=entry["address"], property={**sample.property, **known})

    def _samples(self, path: Path) -> Iterator[Sample]:
        with path.open("rb") as lines:
            for sample in manifest.read_manifest(lines):
                if isinstance(sample, Sample):
                    yield sample
