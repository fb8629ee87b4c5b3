"""Bodies of the operations on samples, as the contract spells them, with what we add to each marked as ours."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from maquette.datasets.schemas import BatchAnswer, BatchItem, DataSource, LabelItem, LabelStats
from maquette.datasets.search_schemas import SearchCondition
from maquette.web import Contract, Own

Metadata = Annotated[dict[str, Any], Field(max_length=200)]
SampleId = Annotated[str, Field(min_length=1, max_length=64)]


class SampleLabel(Contract):
    """An annotation of a sample: its label, and in `property` what it says beyond that, by the type of the dataset.

    The content of a speech has no label, a segment of one need not have any: their name is empty.
    """

    name: Annotated[str, Field(max_length=1024)] = ""
    type: int | None = None
    annotated_by: Annotated[str, Field(max_length=200)] | None = None
    id: Annotated[str, Field(max_length=64)] | None = None
    score: Annotated[float, Field(ge=0, le=1)] | None = None
    property: Annotated[dict[str, Any], Field(max_length=50)] | None = None


SampleLabelList = Annotated[list[SampleLabel], Field(max_length=20_000)]


class SampleChange(Contract):
    """What is absent stays. `revision` is ours: the one that was read; when it is no longer current, the item fails."""

    sample_id: SampleId
    labels: SampleLabelList | None = None
    metadata: Metadata | None = None
    sample_type: int | None = None
    sample_usage: Annotated[str, Field(max_length=20)] | None = None
    revision: int | None = None


class UpdateSamples(Contract):
    samples: Annotated[list[SampleChange], Field(min_length=1, max_length=5000)]
    email: str | None = None


class LabelName(Own):
    name: Annotated[str, Field(min_length=1, max_length=1024)]
    type: int | None = None


class ChangeAlike(Own):
    """Ours: one change of many samples, those named or all that a filter finds; empty conditions find every sample.

    Labels that are classes can be put on; any label can be taken off, with all its annotations on a sample.
    """

    samples: Annotated[list[SampleId], Field(min_length=1, max_length=10_000)] | None = None
    search_conditions: Annotated[list[SearchCondition], Field(max_length=20)] | None = None
    sample_state: Annotated[str, Field(max_length=64)] = ""
    add_labels: Annotated[list[SampleLabel], Field(max_length=100)] = []
    remove_labels: Annotated[list[LabelName], Field(max_length=100)] = []
    sample_usage: Annotated[str, Field(max_length=20)] | None = None
    hard: bool | None = None

    @model_validator(mode="after")
    def _says_which_and_what(self) -> Self:
        filtered = self.search_conditions is not None or bool(self.sample_state)
        if filtered == (self.samples is not None):
            raise ValueError("give samples, or a filter (search_conditions, sample_state); one of them")
        if not (self.add_labels or self.remove_labels) and self.sample_usage is None and self.hard is None:
            raise ValueError("say what to change: add_labels, remove_labels, sample_usage or hard")
        return self


class ChangedAlike(BatchAnswer):
    """`results` are the samples that are not there. With `task_id` a task goes on with it and counts in its result."""

    changed: int = 0
    unchanged: int = 0


class NewSample(Contract):
    """A file for the input path: its bytes as base64, or the address of an object to copy."""

    name: Annotated[str, Field(min_length=1, max_length=1024)]
    data: str | None = None
    data_source: DataSource | None = None
    encoding: str = "UTF-8"
    labels: SampleLabelList | None = None
    metadata: Metadata | None = None
    sample_type: int | None = None


class UploadSamples(Contract):
    samples: Annotated[list[NewSample], Field(min_length=1, max_length=1000)]
    final_annotation: bool = True
    label_format: dict[str, Any] | None = None


class UploadedSample(BatchItem):
    """`name` is the object that was written, `info` the new sample's id."""

    name: str | None = None
    info: str | None = None


class UploadAnswer(Contract):
    success: bool
    results: list[UploadedSample]


class DeleteSamples(Contract):
    samples: Annotated[list[SampleId], Field(min_length=1, max_length=10_000)]
    delete_source: bool = False


class Labeler(Contract):
    email: str
    worker_id: str
    role: int = 0


class SampleItem(Contract):
    """`source` is where a browser loads the file, or an image's thumbnail when `process_parameter` asked for a size;
    of a text it is the text itself, `truncated` in lists when it is long.

    Ours: `obs_url` (the object itself, or the file that a text was read from), `media_url` (the whole sample),
    `thumbnail_url` (of images, up to 200 pixels a side), `truncated`, `revision` and `sample_usage`.
    """

    sample_id: str
    sample_type: int
    sample_name: str
    sample_status: str
    sample_size: int
    sample_time: int
    sample_dir: str
    source: str
    labels: list[SampleLabel]
    metadata: dict[str, Any]
    labelers: list[Labeler] | None = None
    score: str | None = None
    sample_usage: str | None = None
    obs_url: str
    media_url: str
    thumbnail_url: str
    truncated: bool = False
    revision: int


class SampleList(Contract):
    sample_count: int
    samples: list[SampleItem]


class DatasetStats(Contract):
    label_stats: list[LabelStats]
    sample_stats: dict[str, int]
    key_sample_stats: dict[str, int]
    metadata_stats: dict[str, Any]
    data_path: str
    data_spliting_enable: bool


class SearchOptions(Contract):
    """`usages` is ours: the usages that a filter may name."""

    labels: list[LabelItem]
    labelers: list[str]
    metadata: dict[str, list[str]]
    usages: list[str]


__all__ = [
    "BatchAnswer",
    "ChangeAlike",
    "ChangedAlike",
    "DatasetStats",
    "DeleteSamples",
    "LabelName",
    "NewSample",
    "SampleChange",
    "SampleItem",
    "SampleLabel",
    "SampleList",
    "SearchOptions",
    "UpdateSamples",
    "UploadAnswer",
    "UploadSamples",
    "UploadedSample",
]
