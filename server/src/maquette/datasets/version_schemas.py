"""Bodies of the operations on versions and syncs, as the contract spells them."""

from typing import Annotated, Any

from pydantic import Field

from maquette.datasets.schemas import LabelStats
from maquette.web import Contract


class CreateVersion(Contract):
    version_name: str | None = None
    version_format: Annotated[str, Field(pattern="^(Default|CarbonData|CSV)$")] = "Default"
    description: Annotated[str, Field(max_length=256)] = ""
    train_evaluate_sample_ratio: Annotated[str, Field(max_length=32, coerce_numbers_to_str=True)] = "1.00"
    clear_hard_property: bool = True
    remove_sample_usage: bool = True
    export_images: bool = False


class VersionQuery(Contract):
    """`offset` is a page number."""

    status: Annotated[int, Field(ge=0, le=4)] | None = None
    train_evaluate_ratio: Annotated[str, Field(max_length=32)] = ""
    version_format: Annotated[int, Field(ge=0, le=2)] | None = None
    offset: Annotated[int, Field(ge=0, le=2**31)] = 0
    limit: Annotated[int, Field(ge=1, le=1000)] = 1000


class CreatedVersion(Contract):
    version_id: str


class VersionItem(Contract):
    """`message` says what an unfinished publication is at, or why a failed one failed."""

    version_id: str
    version_name: str
    version_format: str
    previous_version_id: str | None = None
    status: int
    message: str | None = None
    create_time: int
    update_time: int
    total_sample_count: int
    annotated_sample_count: int
    add_sample_count: int
    deleted_sample_count: int
    modified_sample_count: int
    total_sub_sample_count: int = 0
    annotated_sub_sample_count: int = 0
    manifest_path: str | None = None
    data_path: str | None = None
    is_current: bool
    analysis_status: int = 0
    train_evaluate_sample_ratio: str
    clear_hard_property: bool
    remove_sample_usage: bool
    export_images: bool
    description: str
    task_type: int
    extract_serial_number: bool = False


class VersionDetail(VersionItem):
    """`task_id`, `manifest_sha256` and `seed` are ours: who publishes, what must not change, how it was divided."""

    label_stats: list[LabelStats] | None = None
    label_type: str | None = None
    previous_total_sample_count: int | None = None
    previous_annotated_sample_count: int | None = None
    task_id: str
    manifest_sha256: str | None = None
    seed: int | None = None


class VersionList(Contract):
    total_number: int
    versions: list[VersionItem]


class SyncStatusAnswer(Contract):
    """`skipped_sample_count` and `problems` are ours: files that did not become samples, and which files are gone."""

    status: str
    dataset_id: str
    task_id: str | None = None
    create_time: int | None = None
    duration_time: int | None = None
    add_sample_count: int | None = None
    deleted_sample_count: int | None = None
    total_sample_count: int | None = None
    skipped_sample_count: int | None = None
    problems: list[dict[str, Any]] | None = None
    error_code: str | None = None
    error_msg: str | None = None


class SyncAsked(Contract):
    """Empty in the contract; `task_id` is ours."""

    task_id: str
