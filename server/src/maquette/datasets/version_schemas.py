"""Bodies of the operations on versions and syncs, as the contract spells them."""

from typing import Annotated, Any

from pydantic import Field

from maquette.datasets.sample_schemas import SampleItem
from maquette.datasets.schemas import LabelStats
from maquette.web import Contract


class CreateVersion(Contract):
    version_name: str | None = None
    version_format: Annotated[str, Field(pattern="^(Default|CarbonData|CSV|Parquet)$")] = "Default"
    description: Annotated[str, Field(max_length=256)] = ""
    train_evaluate_sample_ratio: Annotated[str, Field(max_length=32, coerce_numbers_to_str=True)] = "1.00"
    clear_hard_property: bool = True
    remove_sample_usage: bool = True
    export_images: bool = False
    with_column_header: bool = True


class VersionQuery(Contract):
    """`offset` is a page number."""

    status: Annotated[int, Field(ge=0, le=4)] | None = None
    train_evaluate_ratio: Annotated[str, Field(max_length=32)] = ""
    version_format: Annotated[int, Field(ge=0, le=3)] | None = None
    offset: Annotated[int, Field(ge=0, le=2**31)] = 0
    limit: Annotated[int, Field(ge=1, le=1000)] = 1000


class CreatedVersion(Contract):
    version_id: str


class VersionItem(Contract):
    """`message` says what an unfinished publication is at, or why a failed one failed.

    `previous_version_name` is ours: what it was published from, be it deleted since.
    """

    version_id: str
    version_name: str
    version_format: str
    previous_version_id: str | None = None
    previous_version_name: str | None = None
    previous_total_sample_count: int | None = None
    previous_annotated_sample_count: int | None = None
    label_stats: list[LabelStats] | None = None
    label_type: str | None = None
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

    task_id: str
    manifest_sha256: str | None = None
    seed: int | None = None


class VersionList(Contract):
    total_number: int
    versions: list[VersionItem]


class LabelDifference(Contract):
    """Samples with the label: `after` is `before` with what came in added and what went out taken off.

    `added`, `removed` and `moved_…` are of samples in both versions: one that lost one label and gained one has moved.
    """

    name: str
    type: int
    before: int
    after: int
    with_added_samples: int
    with_removed_samples: int
    added: int
    removed: int
    moved_in: int
    moved_out: int


class LabelMove(Contract):
    """A cell of the matrix of moves."""

    name: str
    type: int
    to_name: str
    to_type: int
    sample_count: int


class VersionDifferences(Contract):
    """`moves` are the thousand largest of `move_count`. A renamed label is another one."""

    base_version_id: str
    base_version_name: str
    version_id: str
    version_name: str
    added_sample_count: int
    removed_sample_count: int
    changed_sample_count: int
    unchanged_sample_count: int
    labels: list[LabelDifference]
    move_count: int
    moves: list[LabelMove]


class DifferenceItem(Contract):
    """A sample as each version has it; one of them may not have it."""

    sample_id: str
    before: SampleItem | None = None
    after: SampleItem | None = None


class DifferencePage(Contract):
    total_number: int
    samples: list[DifferenceItem]


class DifferenceQuery(Contract):
    """`offset` is a page number."""

    kind: Annotated[str, Field(pattern="^(added|removed|changed|label_added|label_removed|label_moved)$")] = "changed"
    label: Annotated[str, Field(max_length=1024)] = ""
    to_label: Annotated[str, Field(max_length=1024)] = ""
    offset: Annotated[int, Field(ge=0, le=2**31)] = 0
    limit: Annotated[int, Field(ge=1, le=1000)] = 100


class SwitchAsked(Contract):
    task_id: str


class RestorePointItem(Contract):
    """A working set that was replaced: `reason` is `set-current` or `restore`, the version the one current then."""

    generation: int
    reason: str
    version_id: str | None = None
    version_name: str | None = None
    total_sample_count: int
    annotated_sample_count: int
    created_by: str
    create_time: int


class RestorePointList(Contract):
    restore_points: list[RestorePointItem]


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
