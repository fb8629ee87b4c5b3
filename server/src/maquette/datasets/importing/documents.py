"""Reading what other tools write: COCO, Label Studio and CSV or JSON lines of texts in one file, YOLO in a folder.

Documents name their pictures and sounds by path: these are looked up below the folder that the document lies in.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import PurePosixPath
from typing import Any

from maquette.datasets.importing.catalogue import Catalogue
from maquette.datasets.importing.folders import FolderRules
from maquette.datasets.importing.manifests import whole_file
from maquette.datasets.importing.reading import Addresses, Batch, Item, Place, file_by_file, numbered
from maquette.datasets.importing.texts import read_table
from maquette.datasets.inventory import refusal
from maquette.formats.coco import read_coco
from maquette.formats.images import probe
from maquette.formats.jsonlines import read_json_lines
from maquette.formats.labelstudio import read_labelstudio
from maquette.formats.manifest import split_lines
from maquette.formats.samples import SIZE, TEXT_PREFIX, Annotation, Problem, Sample
from maquette.formats.yolo import labels_path, read_class_list, read_data_yaml, read_yolo_labels, usage_of
from maquette.kit.errors import Invalid, MaquetteError, TooLarge
from maquette.storage import ObjectInfo, obs_url

CONFIGS = ("data.yaml", "dataset.yaml", "classes.txt", "obj.names")


class DocumentReader:
    """A whole file of samples that refer to others. Its size is limited; positions are numbers of items."""

    def __init__(self, place: Place, files: Catalogue, rules: FolderRules, addresses: Addresses, *, form: str) -> None:
        self._place = place
        self._files = files
        self._rules = rules
        self._addresses = addresses
        self._form = form
        self._name = PurePosixPath(place.key).name
        # Of triplets the entities have a type of their own: relations are what such documents are asked for.
        self._word = next(iter(rules.kind.annotation_types.values()), "")

    def batches(self, position: dict[str, Any]) -> Iterator[Batch]:
        return numbered(self._items(), position, self._place.store.head(self._place.key))

    def _items(self) -> Iterator[Item | Problem]:
        for found in self._found():
            if isinstance(found, Problem):
                yield replace(found, file=self._name)
            else:
                yield self._item(found)

    def _found(self) -> Iterator[Sample | Problem]:
        store, key = self._place.store, self._place.key
        if self._form == "jsonl":
            return read_json_lines(split_lines(store.read(key)))
        if self._form == "csv":
            return read_table(store, key, self._rules.texts.separators.labels)
        data = whole_file(store, key, self._rules.annotation_bytes)
        if self._form == "coco":
            return read_coco(data, annotation_type=self._word)
        return read_labelstudio(data, annotation_type=self._word)

    def _item(self, sample: Sample) -> Item | Problem:
        where = f"{self._name}:{sample.line}" if sample.line else self._name
        if sample.source.startswith(TEXT_PREFIX):
            return Item(sample, where, weight=len(sample.source))
        if "://" in sample.source:
            try:
                sample.source = self._addresses.whole(sample.source)
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


class YoloReader:
    """A folder of pictures with a label file each, and a list of the classes' names."""

    def __init__(self, place: Place, files: Catalogue, rules: FolderRules) -> None:
        self._place = place
        self._files = files
        self._rules = rules
        self._word = next(iter(rules.kind.annotation_types.values()), "")

    def batches(self, position: dict[str, Any]) -> Iterator[Batch]:
        config, names, problems = self._classes()
        if problems and not position:
            yield Batch([replace(problem, file=config) for problem in problems], {"after": ""})
        yield from file_by_file(self._files, partial(self._of_file, names), position)

    def _of_file(self, names: dict[int, str], info: ObjectInfo, name: str) -> Iterator[Item | Problem]:
        if self._rules.kind.content_type(name):
            problem = refusal(info, self._rules.kind, self._rules.size_limit)
            if problem:
                yield Problem(0, problem[1].rstrip("."), "Leave the file out, or mend it.", name)
            else:
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
            try:
                data = whole_file(self._place.store, labels.key, self._rules.annotation_bytes)
            except TooLarge as error:
                yield Problem(0, error.message.rstrip("."), "Divide the picture.", self._files.relative(labels))
                data = b""
            size = (facts.width, facts.height)
            for found in read_yolo_labels(data, names, size, annotation_type=self._word):
                if isinstance(found, Annotation):
                    sample.annotations.append(found)
                else:
                    yield replace(found, file=self._files.relative(labels))
        yield Item(sample, name, info, labels.size if labels else 0)
