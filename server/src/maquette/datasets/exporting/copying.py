"""The second step of an export: the samples' files into its folder, with what lies beside each, many at once.

All of it may be done again: the same entry gives the same bytes under the same name.
"""

from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

from maquette.buckets import Stores, open_bucket
from maquette.datasets.exporting.spool import Entry, Outcome
from maquette.datasets.exporting.tables import converted
from maquette.datasets.exporting.targets import DATASET, Target
from maquette.datasets.types import TABLE
from maquette.formats.images import probe
from maquette.formats.samples import PARENT_SOURCE, SIZE, Loss, Sample
from maquette.formats.shapes import size_of
from maquette.kit.errors import Invalid
from maquette.storage import ObjectMissing, ObjectStore, obs_url, parse_obs_url
from maquette.storage.base import Writing
from maquette.tasks import RunningTask

AT_ONCE = 16
"""So many files are under way: each waits for the disk or the network most of its time."""

GONE = "the sample: its file does not exist any more"


class Copier:
    """Writes entries into the folder at the target's root, as the user who asked for the export."""

    def __init__(
        self, task: RunningTask, stores: Stores, target: Target, pool: ThreadPoolExecutor, settings: Mapping[str, Any]
    ) -> None:
        self._task = task
        self._stores = stores
        self._target = target
        self._pool = pool
        self._settings = settings
        self._opened: dict[str, ObjectStore] = {}
        bucket, self._prefix = parse_obs_url(target.root)
        self._into = self._store(bucket)

    def write(self, entries: Sequence[Entry]) -> list[Outcome]:
        """Write these entries, and tell what became of each."""
        buckets = {parse_obs_url(entry.sample.source)[0] for entry in entries if entry.name}
        waits = self._into.waits or any(self._store(bucket).waits for bucket in buckets)
        with self._into.together() as into:
            write = partial(self._write, into)
            return list(self._pool.map(write, entries) if waits else map(write, entries))

    def _write(self, into: Writing, entry: Entry) -> Outcome:
        if not entry.name:
            return Outcome()
        outcome = Outcome()
        bucket, key = parse_obs_url(entry.sample.source)
        try:
            if self._target.kind.number == TABLE and self._target.format != DATASET:
                outcome.losses += self._convert(into, self._opened[bucket], key, entry)
            else:
                info = into.copy_from(self._opened[bucket], key, self._prefix + entry.name)
                outcome.file = [info.size, info.modified_ms, info.etag]
        except ObjectMissing:
            return Outcome(absent=True, losses=[Loss(entry.sample.source, GONE)])
        if self._target.needs_size and entry.sample.annotations and size_of(entry.sample) is None:
            outcome.size = self._measure(self._opened[bucket], key)
        placed = self._target.beside(measured(entry.sample, outcome), entry.name)
        for name, data in placed.files:
            into.write(self._prefix + name, data)
        outcome.losses += placed.losses
        return outcome

    def _convert(self, into: Writing, store: ObjectStore, key: str, entry: Entry) -> list[Loss]:
        header = bool(self._settings["header"])
        schema = self._settings["dataset"]
        chunks, losses = converted(store, key, schema, self._target.format, header=header)
        into.write(self._prefix + entry.name, chunks)
        return [replace(loss, source=entry.sample.source) for loss in losses]

    def _measure(self, store: ObjectStore, key: str) -> list[int] | None:
        try:
            facts = probe(store.local_path(key) or store.get(key))
        except Invalid:
            return None
        return [facts.width, facts.height, facts.channels]

    def _store(self, bucket: str) -> ObjectStore:
        if bucket not in self._opened:
            self._opened[bucket] = open_bucket(self._task.database, self._stores, self._task.actor, bucket)
        return self._opened[bucket]


def measured(sample: Sample, outcome: Outcome) -> Sample:
    """The sample with the size of its picture, where that was looked up."""
    return replace(sample, property={**sample.property, SIZE: outcome.size}) if outcome.size else sample


def following(sample: Sample, videos: Mapping[str, str]) -> Sample:
    """The sample; a frame names the copy of its video, where that was exported too."""
    parent = sample.property.get(PARENT_SOURCE)
    if not isinstance(parent, str) or parent not in videos:
        return sample
    return replace(sample, property={**sample.property, PARENT_SOURCE: videos[parent]})


@contextmanager
def copying_threads() -> Generator[ThreadPoolExecutor]:
    """The threads of one export; what has not begun when it ends is dropped."""
    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="export")
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def first_in(store: ObjectStore, prefix: str) -> str:
    """The name of something that lies below the prefix, empty when nothing does."""
    page = store.list(prefix, limit=2)
    return next((info.key[len(prefix) :] for info in page.objects if info.key != prefix), "")


def address(path: str) -> str:
    return obs_url(*parse_obs_url(path))
