"""Bodies of the operations on imports, as the contract spells them, with what we add marked as ours."""

from typing import Annotated, Any

from pydantic import Field

from maquette.datasets.schemas import DataSource, LabelBody, LabelFormat
from maquette.web import Contract

FORMATS = ("dir", "manifest", "coco", "yolo", "labelstudio", "csv", "jsonl")
LabelNames = Annotated[list[LabelBody | str], Field(max_length=10_000)]


class ImportRequest(Contract):
    """`import_type` knows, beside `dir` and `manifest`, our own: coco, yolo, labelstudio, csv, jsonl.

    `dry_run` is ours: everything is read and judged, nothing is written, and the report tells what would be.
    """

    import_path: Annotated[str, Field(min_length=3, max_length=1024)]
    import_type: Annotated[str, Field(pattern=f"^({'|'.join(FORMATS)})$")] = "dir"
    import_origin: str = "obs"
    import_annotations: bool = True
    import_samples: bool = True
    difficult_only: bool = False
    final_annotation: bool = True
    included_labels: LabelNames = []
    excluded_labels: LabelNames = []
    label_format: LabelFormat | None = None
    data_source: DataSource | None = None
    import_folder: str | None = None
    with_column_header: bool = True
    dry_run: bool = False


class ImportAsked(Contract):
    task_id: str


class ImportProblem(Contract):
    reason: str
    remedy: str
    file: str | None = None
    line: int | None = None


class ImportState(Contract):
    """`import_type` is 0 for a directory and 1 for a manifest; `format`, `dry_run` and the counts behind are ours."""

    task_id: str
    dataset_id: str
    status: str
    import_path: str
    import_type: int
    format: str
    dry_run: bool
    create_time: int
    update_ms: int
    elapsed_time: int
    progress: float
    total_sample_count: int = 0
    imported_sample_count: int = 0
    annotated_sample_count: int = 0
    unconfirmed_sample_count: int = 0
    changed_sample_count: int = 0
    existing_sample_count: int = 0
    left_out_sample_count: int = 0
    new_label_count: int = 0
    problem_count: int = 0
    problems: list[ImportProblem] | None = None
    report_url: str | None = None
    error_code: str | None = None
    error_msg: str | None = None


class ImportList(Contract):
    total_count: int
    import_tasks: list[ImportState]


def without_secrets(body: ImportRequest) -> dict[str, Any]:
    """The request as its history keeps it."""
    kept = body.model_dump(mode="json", exclude_none=True)
    kept.get("data_source", {}).get("source_info", {}).pop("user_password", None)
    return kept
