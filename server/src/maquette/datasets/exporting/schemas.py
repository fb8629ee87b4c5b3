"""Bodies of the operations on exports, as the contract spells them, with what we add marked as ours."""

from typing import Annotated, Any, Literal

from pydantic import Field

from maquette.datasets.sample_schemas import SampleId
from maquette.web import Contract

DIR, NEW_DATASET = "DIR", "NEW_DATASET"
TREE, FLAT = 1, 2
LABELED, UNLABELED = 0, 1
CARBON = "CarbonData"

Share = Annotated[str, Field(max_length=32, coerce_numbers_to_str=True)]
Name = Annotated[str, Field(max_length=100)]


class ExportParams(Contract):
    clear_hard_property: bool = True
    export_dataset_version_format: Name | None = None
    export_dataset_version_name: Name | None = None
    export_dest: Literal["DIR", "NEW_DATASET"] = DIR
    export_new_dataset_name: Name | None = None
    export_new_dataset_work_path: Annotated[str, Field(max_length=700)] | None = None
    ratio_sample_usage: bool = False
    sample_state: Annotated[str, Field(max_length=64)] = ""
    samples: Annotated[list[SampleId], Field(max_length=10_000)] | None = None
    search_conditions: Annotated[list[dict[str, Any]], Field(max_length=100)] | None = None
    train_sample_ratio: Share = "1.00"


class ExportRequest(Contract):
    """What is named narrows: state, type, conditions and samples all hold.

    `annotation_format` knows, beside VOC and COCO, our own: YOLO, MANIFEST, TXT, CSV, JSONL, LABELSTUDIO, MASK.
    `version_format` knows Parquet.
    """

    path: Annotated[str, Field(min_length=3, max_length=700)]
    annotation_format: Annotated[str, Field(max_length=32)] | None = None
    export_format: Annotated[int, Field(ge=TREE, le=FLAT)] = TREE
    export_params: ExportParams = ExportParams()
    export_type: Annotated[int, Field(ge=0, le=3)] | None = None
    sample_state: Annotated[str, Field(max_length=64)] = ""
    version_format: Annotated[str, Field(pattern="^(Default|CarbonData|CSV|Parquet)$")] | None = None
    version_id: Annotated[str, Field(max_length=64)] | None = None
    with_column_header: bool = True

    @property
    def to_dataset(self) -> bool:
        return self.export_params.export_dest == NEW_DATASET


class ExportAsked(Contract):
    task_id: str


class ExportLoss(Contract):
    """What could not be carried; without a source it concerns all samples."""

    what: str
    source: str | None = None


class ExportState(Contract):
    """Ours: `annotation_format`, `loss_count`, `losses`, `absent_sample_count`, `new_dataset_id`, `seed`, `report_url`.

    A state in a list leaves the ids of `export_params.samples` and the losses out.
    """

    task_id: str
    status: str
    path: str
    progress: float
    create_time: int
    update_time: int
    total_sample_count: int = 0
    finished_sample_count: int = 0
    absent_sample_count: int = 0
    export_type: int | None = None
    export_format: int
    export_params: ExportParams
    annotation_format: str | None = None
    version_format: str | None = None
    version_id: str | None = None
    new_dataset_id: str | None = None
    seed: int | None = None
    loss_count: int = 0
    losses: list[ExportLoss] | None = None
    report_url: str | None = None
    error_code: str | None = None
    error_msg: str | None = None


class ExportList(Contract):
    total_count: int
    export_tasks: list[ExportState]
