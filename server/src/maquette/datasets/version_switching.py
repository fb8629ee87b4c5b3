"""Making a published version the current one: the task that writes its samples as a new generation, then swaps.

The manifest is checked by its hash, and then read by the index in batches, each one transaction, with the number of
samples done as the checkpoint; a killed task goes on there, and one that has failed leaves rows of a generation that
nothing refers to, which are dropped. Until the last transaction everybody works on in the present working set. It
becomes a restore point then, with what was annotated meanwhile in it, and the task's message says so.

A sample keeps its id. What a manifest does not say of its file, and who annotated it, comes from the row that the
working set has of it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from maquette.buckets import Stores, open_url
from maquette.datasets.cleaning import DROPPING, await_others, drop_generations
from maquette.datasets.conversion import to_values
from maquette.datasets.labels import LabelBook
from maquette.datasets.listing import EXPORT
from maquette.datasets.restore_points import SET_CURRENT, WorkingSet, described, exchange
from maquette.datasets.service import lock_dataset_row
from maquette.datasets.tables import LABELLED, UNLABELLED, Dataset, Label, Sample, SampleLabelEntry, Version, digest_of
from maquette.datasets.text_files import MISSING
from maquette.datasets.types import TABLE
from maquette.datasets.version_errors import dataset_busy, no_version, version_not_ready, wrong_version
from maquette.datasets.version_index import Record, VersionIndex
from maquette.datasets.version_reading import check_manifest, open_index, read_records
from maquette.datasets.versions import READY, SWITCHING, find_version
from maquette.datasets.working_set import batches, codes_of, score_of
from maquette.db import insert_rows
from maquette.formats import samples as formats
from maquette.formats.objects import unpack
from maquette.formats.samples import PARENT_SOURCE, TEXT_PREFIX
from maquette.kit.actor import Actor
from maquette.kit.clock import now_ms
from maquette.kit.errors import Conflict, NotFound
from maquette.storage import ObjectStore, obs_url, parse_obs_url
from maquette.tasks import LeaseLost, RunningTask, Task, TaskHandler, TaskSpec, enqueue
from maquette.tasks.handling import Interrupted
from maquette.tasks.progress import PROGRESS
from maquette.tasks.queue import active_tasks

BATCH = 5_000
BATCH_BYTES = 16 << 20
READERS = (DROPPING, EXPORT)
"""Tasks of a dataset that may be under way: they change nothing of its working set."""

_Rows = list[dict[str, Any]]

_FILE_COLUMNS = (
    Sample.id,
    Sample.file,
    Sample.parent_id,
    Sample.name,
    Sample.size,
    Sample.modified_ms,
    Sample.etag,
    Sample.revision,
    Sample.created_at,
    Sample.labelled_by,
    Sample.labelled_at,
    Sample.meta.label("meta"),
)


def ask_to_switch(session: Session, actor: Actor, dataset: Dataset, version_id: str) -> Task:
    """Ask for the version's samples as the working set of the dataset, which the caller has locked."""
    version = find_version(session, dataset, version_id)
    if dataset.dataset_type == TABLE:
        raise wrong_version("current_version_id", "is for labelled samples: tables have no versions to switch between.")
    if version.state != READY:
        raise version_not_ready(version.name)
    check_nothing_writes(session, dataset)
    title = f"{dataset.name} {version.name}"
    payload = {"version_id": version.id}
    return enqueue(session, actor, TaskSpec(SWITCHING, title, "dataset", dataset.id, dataset.workspace_id, payload))


def check_nothing_writes(session: Session, dataset: Dataset, but: str = "") -> None:
    """Raises Conflict while a task, but this one, is under way that would go on in a working set no longer there."""
    for task in active_tasks(session, dataset.id):
        if task.kind not in READERS and task.id != but:
            raise dataset_busy(dataset.name, task.kind)


def handlers(stores: Stores) -> dict[str, TaskHandler]:
    return {SWITCHING: partial(_switch, stores)}


def _switch(stores: Stores, task: RunningTask) -> dict[str, Any]:
    with task.database.read() as session:
        version = session.get(Version, task.payload["version_id"])
        dataset = session.get(Dataset, task.resource_id)
    if dataset is None or dataset.deleted:
        raise NotFound("The dataset has been deleted.")
    if version is None:
        raise no_version(task.payload["version_id"])
    try:
        if "late" not in task.checkpoint:
            store, _ = open_url(task.database, stores, task.actor, version.manifest_url)
            _Switch(task, version, store).run()
    except (LeaseLost, Interrupted):
        raise
    except Exception:
        if generation := task.checkpoint.get("generation"):
            with task.database.write() as session:
                drop_generations(session, task.actor, dataset, [generation])
        raise
    late: bool = task.checkpoint["late"]
    with task.step(message=PROGRESS.say("made-current-late" if late else "made-current", name=version.name)):
        pass
    return {"version_id": version.id, "changed_meanwhile": late}


@dataclass(slots=True)
class _Tally:
    """What the new generation holds so far: the checkpoint, as plain values. Codes are text, as JSON has them."""

    counts: dict[str, int]
    annotations: dict[str, int]
    carriers: dict[str, int]

    def add(self, row: Mapping[str, Any]) -> None:
        self._count(self.counts, "total_samples")
        if row["state"] == LABELLED:
            self._count(self.counts, "labelled_samples")
        if row["hard"]:
            self._count(self.counts, "hard_samples")
        for label in row["labels"]:
            self._count(self.annotations, str(label["code"]))
        for code in codes_of(row["labels"]):
            self._count(self.carriers, str(code))

    @staticmethod
    def _count(where: dict[str, int], name: str) -> None:
        where[name] = where.get(name, 0) + 1


class _Switch:
    """One run of the task, from where the last one was."""

    def __init__(self, task: RunningTask, version: Version, store: ObjectStore) -> None:
        self._task = task
        self._version = version
        self._store = store

    def run(self) -> None:
        check_manifest(self._store, self._version)
        index = open_index(self._store, self._version)
        if "generation" not in self._task.checkpoint:
            self._begin()
        with self._task.database.read() as session:
            dataset = session.get_one(Dataset, self._task.resource_id)
            book = LabelBook(session, dataset)
        batches = _cut(index, int(self._task.checkpoint["done"]))
        for rows in _one_ahead(partial(self._rows, dataset, book), batches):
            self._write(rows, index.count)
        # What somebody has begun since goes on in the present working set; what is still at it then stops the switch.
        await_others(self._task, dataset.id, beside=READERS)
        self._finish()

    def _begin(self) -> None:
        """Choose the generation, and make the labels that the version had and the dataset lacks."""
        checkpoint: dict[str, Any] = {}
        with self._task.step(checkpoint=checkpoint, message=PROGRESS.say("checking-version")) as session:
            dataset = self._lock(session)
            generation = max(dataset.settings.get("next_generation", 0), dataset.generation + 1)
            dataset.settings = {**dataset.settings, "next_generation": generation + 1}
            _make_labels(session, dataset, self._version)
            checkpoint |= {
                "generation": generation,
                "done": 0,
                "began": dataset.data_updated_at,
                "tally": {"counts": {}, "annotations": {}, "carriers": {}},
            }

    def _rows(self, dataset: Dataset, book: LabelBook, records: Sequence[Record]) -> _Rows:
        """A batch of samples as rows of the new generation."""
        place = {"dataset_id": dataset.id, "generation": self._task.checkpoint["generation"]}
        samples = [unpack(sample) for sample in read_records(self._store, self._version, records)]
        known = self._known(dataset, [record.sample_id for record in records])
        return [
            {**place, **_row(book, record.sample_id, sample, known.get(record.sample_id))}
            for record, sample in zip(records, samples, strict=True)
        ]

    def _write(self, rows: _Rows, total: int) -> None:
        """One batch in one transaction, with the checkpoint."""
        checkpoint = self._task.checkpoint
        place = {"dataset_id": self._task.resource_id, "generation": checkpoint["generation"]}
        before = checkpoint["tally"]
        tally = _Tally(*(dict(before[name]) for name in ("counts", "annotations", "carriers")))
        for row in rows:
            tally.add(row)
        entries = [{**place, "sample_id": row["id"], "code": code} for row in rows for code in codes_of(row["labels"])]
        done = checkpoint["done"] + len(rows)
        now = {"counts": tally.counts, "annotations": tally.annotations, "carriers": tally.carriers}
        with self._task.step(
            progress=done / total,
            checkpoint={**checkpoint, "done": done, "tally": now},
            message=PROGRESS.say("samples-read", done=done, total=total),
        ) as session:
            self._find_parents(session, place, rows)
            insert_rows(session, Sample, rows)
            insert_rows(session, SampleLabelEntry, entries)

    def _known(self, dataset: Dataset, ids: Sequence[str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        with self._task.database.read() as session:
            for some in batches(ids):
                place = (Sample.dataset_id == dataset.id, Sample.generation == dataset.generation)
                query = select(*_FILE_COLUMNS).where(*place, Sample.id.in_(some))
                found.update((row.id, row) for row in session.connection().execute(query))
        return found

    def _find_parents(self, session: Session, place: Mapping[str, Any], rows: Sequence[dict[str, Any]]) -> None:
        """Frames that the working set does not know belong to the video that they name, if the version has it."""
        orphans = {row["id"]: row for row in rows if PARENT_SOURCE in row["metadata"] and not row["parent_id"]}
        if not orphans:
            return
        digests = {key: digest_of(_video(row)) for key, row in orphans.items()}
        here = {row["digest"]: row["id"] for row in rows}
        for some in batches(set(digests.values())):
            query = select(Sample.digest, Sample.id).where(
                Sample.dataset_id == place["dataset_id"],
                Sample.generation == place["generation"],
                Sample.digest.in_(some),
            )
            here.update((row.digest, row.id) for row in session.execute(query))
        for key, row in orphans.items():
            row["parent_id"] = here.get(digests[key], "")

    def _finish(self) -> None:
        """The one moment in which the version becomes the working set."""
        checkpoint = dict(self._task.checkpoint)
        tally = checkpoint.pop("tally")
        with self._task.step(progress=1.0, checkpoint=checkpoint) as session:
            dataset = self._lock(session)
            check_nothing_writes(session, dataset, but=self._task.id)
            version = session.get_one(Version, self._version.id)
            if version.state != READY:
                raise Conflict(f"The version '{version.name}' has been deleted meanwhile.")
            labels = self._labels(session, dataset, tally)
            new = WorkingSet(checkpoint["generation"], version.id, tally["counts"], labels)
            checkpoint["late"] = dataset.data_updated_at != checkpoint["began"]
            exchange(session, self._task.actor, dataset, new, SET_CURRENT)

    def _labels(self, session: Session, dataset: Dataset, tally: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The labels of the dataset as the new generation counts them. Raises Conflict when one was deleted since."""
        rows = session.scalars(select(Label).where(Label.dataset_id == dataset.id)).all()
        missing = set(tally["carriers"]) - {str(row.code) for row in rows}
        if missing:
            raise Conflict("Labels of the version have been deleted meanwhile. Make it the current one again.")
        return [
            described(row)
            | {
                "annotation_count": tally["annotations"].get(str(row.code), 0),
                "sample_count": tally["carriers"].get(str(row.code), 0),
            }
            for row in rows
        ]

    def _lock(self, session: Session) -> Dataset:
        dataset = lock_dataset_row(session, self._task.resource_id)
        if dataset is None:
            raise NotFound("The dataset has been deleted.")
        return dataset


def _one_ahead(make: Callable[[list[Record]], _Rows], batches: Iterable[list[Record]]) -> Iterator[_Rows]:
    """What is made of each batch, in order; the next one is made by another thread while the caller has this one."""
    with ThreadPoolExecutor(1, "set-current") as other:
        waiting: Future[_Rows] | None = None
        for batch in batches:
            coming = other.submit(make, batch)
            if waiting is not None:
                yield waiting.result()
            waiting = coming
        if waiting is not None:
            yield waiting.result()


def _cut(index: VersionIndex, done: int) -> Iterator[list[Record]]:
    """The records behind the first `done`, in batches of few enough lines and bytes."""
    while page := index.page(done, BATCH):
        size = number = 0
        for record in page:
            size += record.length
            if number and size > BATCH_BYTES:
                break
            number += 1
        yield page[:number]
        done += number


def _make_labels(session: Session, dataset: Dataset, version: Version) -> None:
    book = LabelBook(session, dataset)
    known = {(row.name, row.type) for row in book.by_code.values()}
    for label in version.label_stats:
        if (label["name"], label["type"]) in known:
            continue
        book.check_free(label["name"], label["type"])
        own = {name: label[name] for name in ("name", "type", "property", "attributes")}
        session.add(Label(dataset_id=dataset.id, code=dataset.next_label_code, **own))
        dataset.next_label_code += 1
    session.flush()


def _row(book: LabelBook, sample_id: str, sample: formats.Sample, known: Any | None) -> dict[str, Any]:
    """A sample of the version as a row of the table, by the columns' names."""
    values = to_values(book, sample, "")
    labels, meta, moment = values["labels"], values["meta"], values.get("labelled_at")
    of_file = _of_known(known) if known else _of_file(sample.source)
    labelled_by = ""
    if known:
        # The manifest has seconds: of the same second it is the same work, and its author is known.
        if moment and known.labelled_at and known.labelled_at // 1000 == moment // 1000:
            labelled_by, moment = known.labelled_by, known.labelled_at
        if MISSING in known.meta:
            meta[MISSING] = known.meta[MISSING]
    return {
        "id": sample_id,
        "source": sample.source,
        "digest": digest_of(sample.source),
        "sample_type": book.type.sample_type if sample.sample_type is None else sample.sample_type,
        "state": values.get("state", UNLABELLED),
        "usage": values["usage"],
        "hard": values["hard"],
        "labels": labels,
        "score": score_of(labels),
        "metadata": meta,
        "labelled_by": labelled_by,
        "labelled_at": moment,
        **of_file,
    }


def _of_known(known: Any) -> dict[str, Any]:
    """What the manifest does not say. The revision is above all that anybody has read: what has that one is stale."""
    return {
        "file": known.file,
        "parent_id": known.parent_id,
        "name": known.name,
        "size": known.size,
        "modified_ms": known.modified_ms,
        "etag": known.etag,
        "revision": known.revision + 1,
        "created_at": known.created_at,
    }


def _of_file(source: str) -> dict[str, Any]:
    """What is known of a sample that the working set has no row of; a sync finds out the rest."""
    text = source.removeprefix(TEXT_PREFIX) if source.startswith(TEXT_PREFIX) else None
    return {
        "file": "",
        "parent_id": "",
        "name": source.rpartition("/")[2] if text is None else " ".join(text[:40].split()),
        "size": len(text) if text is not None else 0,
        "modified_ms": 0,
        "etag": "",
        "revision": 0,
        "created_at": now_ms(),
    }


def _video(frame: Mapping[str, Any]) -> str:
    return obs_url(*parse_obs_url(str(frame["metadata"][PARENT_SOURCE])))
