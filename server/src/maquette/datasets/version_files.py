"""What a version has in its folder beside the manifest: VOC files and masks, copies of the samples' files, tables.

    annotations/<picture>.xml            the shapes on each picture, as the manifest's `annotation-loc` names them
    segmentationClassRaw/<picture>.png   the pixels of a segmentation, as its VOC file names them
    data/                                the samples' files, when they are exported; the data of tables

All of it is written in steps whose number is the checkpoint, so that a killed publication goes on, and by several
threads, since a bucket may be far away. Nobody reads these files before the version is there.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

from maquette.buckets import Stores, open_url
from maquette.datasets.paths import input_folder
from maquette.datasets.tables import Dataset, Version
from maquette.datasets.types import IMAGE_SEGMENTATION, TYPES
from maquette.datasets.version_paths import ANNOTATIONS, DATA, MASKS, VersionFolder, below
from maquette.formats import manifest
from maquette.formats.images import probe
from maquette.formats.masks import colors_by_label, write_mask
from maquette.formats.objects import VOC, unpack
from maquette.formats.samples import SIZE, TEXT_PREFIX, Sample
from maquette.formats.shapes import size_of
from maquette.formats.voc import Color, write_voc
from maquette.kit.errors import MaquetteError
from maquette.storage import ObjectMissing, ObjectStore, obs_url, parse_obs_url
from maquette.tasks import RunningTask
from maquette.tasks.progress import PROGRESS

FILES_A_STEP = 200
AT_ONCE = 8
_HEAD_BYTES = 256 << 10


class VersionFiles:
    """The files of one version on their way. `manifest` is the finished one, as a local file."""

    def __init__(self, stores: Stores, task: RunningTask, dataset: Dataset, version: Version, local: Path) -> None:
        self._stores = stores
        self._task = task
        self._dataset = dataset
        self._type = TYPES[dataset.dataset_type]
        self._folder = VersionFolder.of(dataset, version)
        self._manifest = local
        self._store = self._open(self._folder.address(""))[0]
        self._input = obs_url(*input_folder(dataset))

    def write_annotations(self, labels: Sequence[str]) -> int:
        """Write the VOC file of each picture, and its mask. Returns how many objects they could not carry.

        `labels` are the names of all labels of the version: the place of one is its colour in the masks.
        """
        if not self._task.checkpoint.get("annotated"):
            # What an attempt has left that was cancelled, or killed before another state was published.
            for name in (ANNOTATIONS, MASKS):
                self._store.delete_many([info.key for info in self._store.walk(self._folder.key + name)])
        drawn = (sample for sample in self._samples() if any(a.annotation_format == VOC for a in sample.annotations))
        return self._in_steps("annotated", drawn, lambda sample: self._annotate(sample, labels), "pictures-described")

    def copy_files(self) -> int:
        """Copy each sample's file. Returns how many did not exist any more."""
        files = (sample for sample in self._samples() if not sample.source.startswith(TEXT_PREFIX))
        return self._in_steps("copied", files, self._copy, "files-exported")

    def _in_steps(self, what: str, items: Iterable[Sample], act: Callable[[Sample], int], said: str) -> int:
        """Do what is left of it, and add up what each item returned."""
        checkpoint = self._task.checkpoint
        done, total = checkpoint.get(what, 0), checkpoint.get(f"{what} lost", 0)
        rest = islice(items, done, None)
        with ThreadPoolExecutor(AT_ONCE, "publish") as pool:
            while batch := list(islice(rest, FILES_A_STEP)):
                total += sum(pool.map(act, batch))
                done += len(batch)
                progress = {**checkpoint, what: done, f"{what} lost": total}
                with self._task.step(checkpoint=progress, message=PROGRESS.say(said, count=done)):
                    pass
        return total

    def _samples(self) -> Iterator[Sample]:
        with self._manifest.open("rb") as lines:
            for sample in manifest.read_manifest(lines):
                if isinstance(sample, Sample):
                    yield sample

    def _annotate(self, packed: Sample, labels: Sequence[str]) -> int:
        address = next(a.annotation_loc for a in packed.annotations if a.annotation_format == VOC) or ""
        _, key = parse_obs_url(address)
        sample = unpack(packed)
        if size_of(sample) is None:
            sample.property |= self._measured(sample.source)
        colors: Sequence[Color | None] = ()
        mask = ""
        if self._type.number == IMAGE_SEGMENTATION and size_of(sample):
            colors = colors_by_label(sample.annotations, labels)
            mask = (
                key.replace(f"{self._folder.key}{ANNOTATIONS}", f"{self._folder.key}{MASKS}").removesuffix(".xml")
                + ".png"
            )
            self._store.write(mask, write_mask(sample, colors)[0])
        content, losses = write_voc(
            sample,
            annotation_type=self._type.annotation_types[self._type.number],
            mask_source=obs_url(self._folder.bucket, mask) if mask else None,
            mask_colors=colors,
        )
        self._store.write(key, content)
        # That the size is not known is one of them, and no object.
        return max(len(losses) - (size_of(sample) is None), 0)

    def _measured(self, source: str) -> dict[str, list[int]]:
        """The size of a picture that nobody has noted yet, from its header; nothing where it cannot be read."""
        try:
            store, key = self._open(source)
            facts = probe(b"".join(store.read(key, 0, _HEAD_BYTES)))
        except (MaquetteError, OSError):
            return {}
        return {SIZE: [facts.width, facts.height, facts.channels]}

    def _copy(self, sample: Sample) -> int:
        store, key = self._open(sample.source)
        target = f"{self._folder.key}{DATA}{below(self._input, sample.source)}"
        try:
            self._store.copy_from(store, key, target)
        except ObjectMissing:
            return 1
        return 0

    def _open(self, address: str) -> tuple[ObjectStore, str]:
        return open_url(self._task.database, self._stores, self._task.actor, address)
