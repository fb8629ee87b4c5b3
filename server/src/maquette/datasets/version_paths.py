"""Where the files of a version lie, and how those are named that belong to a sample. Bytes are not touched here."""

from dataclasses import dataclass
from itertools import chain, count

from maquette.datasets.paths import inner_paths, input_folder
from maquette.datasets.tables import Dataset, Version
from maquette.storage import obs_url, parse_obs_url

ANNOTATIONS, MASKS, DATA = "annotations/", "segmentationClassRaw/", "data/"


@dataclass(frozen=True, slots=True)
class VersionFolder:
    """A version's own folder: the bucket of the dataset's work path, and a key that ends with a slash."""

    bucket: str
    key: str

    @staticmethod
    def of(dataset: Dataset, version: Version) -> "VersionFolder":
        bucket, annotation = parse_obs_url(inner_paths(dataset)["inner_annotation_path"])
        return VersionFolder(bucket, f"{annotation}{version.name}/")

    def address(self, name: str) -> str:
        return obs_url(self.bucket, self.key + name)


class FileNames:
    """A name for the file that belongs to each sample, asked once for each in the order of the manifest.

    It is that of the sample's own file, with its folders, without its suffix; where that is taken already, with it.
    """

    def __init__(self, dataset: Dataset) -> None:
        self._start = obs_url(*input_folder(dataset))
        # Millions of names are kept by their hashes: two that collide by chance only get the longer form.
        self._taken: set[int] = set()

    def name(self, source: str) -> str:
        whole = below(self._start, source)
        stem = whole.rpartition(".")[0] or whole
        wanted = chain((stem, whole), (f"{whole}_{number}" for number in count(2)))
        name = next(each for each in wanted if hash(each) not in self._taken)
        self._taken.add(hash(name))
        return name


def below(folder: str, source: str) -> str:
    """The path below the folder; files from elsewhere keep their whole address, so that equal names do not meet."""
    return source[len(folder) :] if source.startswith(folder) else source.partition("://")[2]
