"""Reading what a version published, never without checking that it is still that.

A whole manifest is checked by its hash before the first sample is given out. A page is found through the index, whose
own hash is a part of its name, and each of its lines is checked by the line's hash. A changed byte names the version.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from maquette.datasets.tables import Version
from maquette.datasets.version_errors import damaged_version, version_not_ready
from maquette.datasets.version_index import DamagedIndex, Record, VersionIndex, short_hash
from maquette.formats import manifest
from maquette.formats import samples as formats
from maquette.storage import ObjectInfo, ObjectMissing, ObjectStore, parse_obs_url

_VERIFIED_AT_MOST = 256
_verified: OrderedDict[tuple[str, str, int], None] = OrderedDict()


@dataclass(frozen=True, slots=True)
class VersionPage:
    """Samples of a version in the order of their ids, and how many there are in all that match."""

    total: int
    samples: list[formats.Sample]


def read_manifest_checked(store: ObjectStore, version: Version) -> Iterator[formats.Sample]:
    """Every sample of the version, in bounded memory. Raises at once when the manifest is not what was published.

    `store` is the bucket of `manifest_url`. The bytes are read twice: nobody may act on the beginning of a manifest
    whose end turns out to be wrong.
    """
    check_manifest(store, version)
    return _samples(store, _manifest_key(version), version)


def check_manifest(store: ObjectStore, version: Version) -> None:
    """Raises Conflict when the manifest is not what was published."""
    for _ in _hashed(store, _manifest_key(version), version):
        pass


def list_version_samples(
    store: ObjectStore, version: Version, offset: int, limit: int, label_name: str = "", state: int | None = None
) -> VersionPage:
    """A page of the version: `offset` samples are passed over. Costs the page (and its filters), not the manifest."""
    _manifest_key(version)
    index = open_index(store, version)
    wanted: list[list[str]] = [] if state is None else [[f"state {state}"]]
    if label_name:
        wanted.append([f"label {code}" for code, name, _ in index.about["labels"] if name == label_name])
    total, records = index.select(wanted, offset, limit)
    return VersionPage(total, list(read_records(store, version, records)))


def read_records(store: ObjectStore, version: Version, records: Iterable[Record]) -> Iterator[formats.Sample]:
    """The samples behind records of the version's index, each line checked; neighbours are one read."""
    key = _manifest_key(version)
    for group in _neighbours(records):
        start, end = group[0].offset, group[-1].offset + group[-1].length
        try:
            body = b"".join(store.read(key, start, end))
        except ObjectMissing:
            raise damaged_version(version.name, version.manifest_url, "is missing") from None
        for record in group:
            line = body[record.offset - start : record.offset - start + record.length]
            sample = next(manifest.read_manifest([line]), None)
            if short_hash(line) != record.line_hash or not isinstance(sample, formats.Sample):
                how = f"has been changed at byte {record.offset}"
                raise damaged_version(version.name, version.manifest_url, how)
            yield sample


def open_index(store: ObjectStore, version: Version) -> VersionIndex:
    """The version's index, its bytes checked once for as long as the object stays the same."""
    _, key = parse_obs_url(version.index_url)
    try:
        info = store.head(key)
        _verify_index(store, version, info)
        index = VersionIndex(lambda start, end: b"".join(store.read(key, start, end)), info.size)
    except ObjectMissing:
        raise damaged_version(version.name, version.index_url, "is missing") from None
    except DamagedIndex as error:
        raise damaged_version(version.name, version.index_url, f"is no index: {error}") from None
    return index


def _verify_index(store: ObjectStore, version: Version, info: ObjectInfo) -> None:
    mark = (version.index_url, info.etag, info.size)
    if mark in _verified:
        return
    digest = hashlib.sha256()
    for chunk in store.read(info.key):
        digest.update(chunk)
    if f"/{digest.hexdigest()}.index" not in version.index_url:
        raise damaged_version(version.name, version.index_url, "has been changed since")
    _verified[mark] = None
    while len(_verified) > _VERIFIED_AT_MOST:
        _verified.popitem(last=False)


def _manifest_key(version: Version) -> str:
    if not version.manifest_url or not version.manifest_sha256:
        raise version_not_ready(version.name)
    return parse_obs_url(version.manifest_url)[1]


def _hashed(store: ObjectStore, key: str, version: Version) -> Iterator[bytes]:
    """The manifest's bytes, followed by an error when they are not those that were published."""
    digest = hashlib.sha256()
    try:
        for chunk in store.read(key):
            digest.update(chunk)
            yield chunk
    except ObjectMissing:
        raise damaged_version(version.name, version.manifest_url, "is missing") from None
    if digest.hexdigest() != version.manifest_sha256:
        raise damaged_version(version.name, version.manifest_url, "has been changed since")


def _samples(store: ObjectStore, key: str, version: Version) -> Iterator[formats.Sample]:
    for sample in manifest.read_manifest(manifest.split_lines(_hashed(store, key, version))):
        if isinstance(sample, formats.Problem):
            raise damaged_version(version.name, version.manifest_url, f"has a bad line {sample.line}: {sample.reason}")
        yield sample


def _neighbours(records: Iterable[Record]) -> Iterator[list[Record]]:
    group: list[Record] = []
    for record in records:
        if group and record.offset != group[-1].offset + group[-1].length:
            yield group
            group = []
        group.append(record)
    if group:
        yield group
