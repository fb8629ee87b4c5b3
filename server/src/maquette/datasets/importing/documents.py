"""Reading what other tools write: COCO, Label Studio and CSV or JSON lines of texts in one file, YOLO in a folder.

Documents name their pictures and sounds by path: these are looked up below the folder that the document lies in.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from maquette.datasets.importing.catalogue import Catalogue
from maquette.datasets.importing.folders import FolderRules
from maquette.datasets.importing.reading import Batch, Item, Place, numbered
from maquette.formats.coco import read_coco
from maquette.formats.csv_records import detect_format
from maquette.formats.encodings import detect_encoding
from maquette.formats.images import probe
from maquette.formats.jsonlines import read_json_lines
from maquette.formats.labelstudio import read_labelstudio
from maquette.formats.manifest import split_lines
from maquette.formats.samples import SIZE, TEXT_PREFIX, Annotation, Problem, Sample
from maquette.formats.text_csv import TextColumns, read_text_csv
from maquette.formats.yolo import labels_path, read_class_list, read_data_yaml, read_yolo_labels, usage_of
from maquette.kit.errors import Invalid, MaquetteError, TooLarge
from maquette.storage import ObjectInfo, obs_url, parse_obs_url

CONFIGS = ("data.yaml", "dataset.yaml", "classes.txt", "obj.names")


class DocumentReader:
    """A whole file of samples that refer to others. Its size is limited; positions are numbers of items."""

    def __init__(self, place: Place, files: Catalogue, rules: FolderRules, *, form: str) -> None:
        self._place = place
        self._files = files
        self._rules = rules
        self._form = form
        self._name = PurePosixPath(place.key).name
        # Of triplets the entities have a type of their own: relations are what such documents are asked for.
        self._word = next(iter(rules.kind.annotation_types.values()), "")

    def batches(self, position: dict[str, Any]) -> Iterator[Batch]:
        return numbered(self._items(), position)

    def _items(self) -> Iterator[Item | Problem]:
        for found in self._found():
            if isinstance(found, Problem):
                yield replace(found, file=self._name)
            else:
                yield self._item(found)

    def _found(self) -> Iterator[Sample | Problem]:
        if self._form == "jsonl":
            return read_json_lines(split_lines(self._chunks()))
        if self._form == "csv":
            return self._csv()
        if self._form == "coco":
            return read_coco(self._whole(), annotation_type=self._word)
        return read_labelstudio(self._whole(), annotation_type=self._word)

    def _csv(self) -> Iterator[Sample | Problem]:
        encoding = detect_encoding(self._chunks())
        if isinstance(encoding, Problem):
            yield encoding
            return
        given = self._rules.label_format or {}
        columns = TextColumns(separator=given.get("text_label_separator") or ",")
        yield from read_text_csv(self._chunks(), detect_format(self._chunks(), encoding=encoding), columns)

    def _item(self, sample: Sample) -> Item | Problem:
        where = f"{self._name}:{sample.line}" if sample.line else self._name
        if sample.source.startswith(TEXT_PREFIX):
            return Item(sample, where)
        if "://" in sample.source:
            try:
                sample.source = obs_url(*parse_obs_url(sample.source))
            except MaquetteError as error:
                return Problem(sample.line, error.message.rstrip("."), "Put the file into a bucket.", self._name)
            return Item(sample, where)
        info = self._files.find_named(sample.source)
        if info is None:
            reason = f"the file '{sample.source[:200]}' is not in the folder of the document"
            return Problem(
                sample.line, reason, "Put the files beside the document, under the names it uses.", self._name
            )
        sample.source = obs_url(self._place.bucket, info.key)
        return Item(sample, where, info)

    def _chunks(self) -> Iterator[bytes]:
        return self._place.store.read(self._place.key)

    def _whole(self) -> bytes:
        size, limit = self._place.store.head(self._place.key).size, self._rules.annotation_bytes
        if size > limit:
            raise TooLarge(f"'{self._name}' has {size} bytes, more than the limit of {limit}. Divide it into several.")
        return b"".join(self._chunks())


class YoloReader:
    """A folder of pictures with a label file each, and a list of the classes' names."""

    def __init__(self, place: Place, files: Catalogue, rules: FolderRules) -> None:
        self._place = place
        self._files = files
        self._rules = rules
        self._word = next(iter(rules.kind.annotation_types.values()), "")

    def batches(self, position: dict[str, Any]) -> Iterator[Batch]:
        return numbered(self._items(), position)

    def _items(self) -> Iterator[Item | Problem]:
        config, names, problems = self._classes()
        yield from (replace(problem, file=config) for problem in problems)
        for info in self._files.files():
            name = self._files.relative(info)
            if self._rules.kind.content_type(name):
                yield from self._picture(info, name, names)

    def _classes(self) -> tuple[str, dict[int, str], list[Problem]]:
        for config in CONFIGS:
            info = self._files.find(config)
            if info is None:
                continue
            data = b"".join(self._place.store.read(info.key, 0, 1 << 20))
            if config.endswith(".yaml"):
                read, problems = read_data_yaml(data)
                return config, read.names, problems
            return config, *read_class_list(data)
        raise Invalid(f"The folder has none of {', '.join(CONFIGS)}, so the classes have no names. Add one of them.")

    def _picture(self, info: ObjectInfo, name: str, names: dict[int, str]) -> Iterator[Item | Problem]:
        sample = Sample(source=obs_url(self._place.bucket, info.key), usage=usage_of(name))
        labels = self._files.find(labels_path(name))
        if labels is not None:
            try:
                facts = probe(self._place.store.local_path(info.key) or self._place.store.get(info.key))
            except Invalid as error:
                yield Problem(0, error.message.rstrip("."), "Replace the picture.", name)
                return
            sample.property[SIZE] = [facts.width, facts.height, facts.channels]
            data = b"".join(self._place.store.read(labels.key, 0, self._rules.annotation_bytes))
            size = (facts.width, facts.height)
            for found in read_yolo_labels(data, names, size, annotation_type=self._word):
                if isinstance(found, Annotation):
                    sample.annotations.append(found)
                else:
                    yield replace(found, file=self._files.relative(labels))
        yield Item(sample, name, info)
