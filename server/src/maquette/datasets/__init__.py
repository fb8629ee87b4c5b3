"""Datasets: labelled collections of files in a bucket, their labels, samples and published versions.

find_dataset          a dataset the actor can see
find_version          a version of it
read_manifest_checked the samples of a published version, verified against its hash
handlers              the domain's background tasks, for the worker
"""

from maquette.datasets.background import handlers
from maquette.datasets.service import find_dataset
from maquette.datasets.version_reading import read_manifest_checked
from maquette.datasets.versions import find_version

__all__ = ["find_dataset", "find_version", "handlers", "read_manifest_checked"]
