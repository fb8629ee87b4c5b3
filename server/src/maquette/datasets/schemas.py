"""Bodies of the operations on datasets and labels, as the contract spells them."""

from typing import Annotated, Any

from pydantic import Field

from maquette.web import Contract

LongText = Annotated[str, Field(max_length=1024)]


class LabelProperty(Contract):
    """`category` is ours: what kind of thing the label says, where a segment of speech may have several."""

    category: LongText | None = Field(default=None, alias="@maquette:category")
    color: str | None = Field(default=None, alias="@modelarts:color")
    default_shape: str | None = Field(default=None, alias="@modelarts:default_shape")
    from_type: LongText | None = Field(default=None, alias="@modelarts:from_type")
    rename_to: LongText | None = Field(default=None, alias="@modelarts:rename_to")
    shortcut: Annotated[str, Field(max_length=32)] | None = Field(default=None, alias="@modelarts:shortcut")
    to_type: LongText | None = Field(default=None, alias="@modelarts:to_type")


class LabelAttributeValue(Contract):
    id: LongText | None = None
    value: LongText | None = None


class LabelAttribute(Contract):
    default_value: LongText | None = None
    id: LongText | None = None
    name: LongText | None = None
    type: Annotated[str, Field(pattern="^(text|select)$")] | None = None
    values: Annotated[list[LabelAttributeValue], Field(max_length=1000)] | None = None


class LabelBody(Contract):
    """A label in a request. Without a type it gets the dataset's own."""

    name: str
    type: int | None = None
    property: LabelProperty | None = None
    attributes: Annotated[list[LabelAttribute], Field(max_length=100)] | None = None


class LabelItem(Contract):
    name: str
    type: int
    property: LabelProperty
    attributes: list[LabelAttribute] | None = None


class LabelList(Contract):
    total_number: int
    labels: list[LabelItem]


class LabelStats(LabelItem):
    count: int
    sample_count: int


class BatchItem(Contract):
    """One item of a batch. `sample_id`, `revision` and `error_details` are ours."""

    success: bool
    error_code: str | None = None
    error_msg: str | None = None
    error_details: dict[str, Any] | None = None
    sample_id: str | None = None
    revision: int | None = None


class BatchAnswer(Contract):
    """`results` come, in the order of the request, when an item failed or revisions were asked for.

    `task_id` is ours: the platform task that finishes what could not be done within the request.
    """

    success: bool
    error_code: str | None = None
    error_msg: str | None = None
    results: list[BatchItem] | None = None
    task_id: str | None = None


LabelBodies = Annotated[list[LabelBody], Field(min_length=1, max_length=1000)]


class Labels(Contract):
    labels: LabelBodies


class DataSource(Contract):
    data_path: str | None = None
    data_type: int = 0
    schema_maps: list[dict[str, Any]] | None = None
    source_info: dict[str, Any] | None = None
    with_column_header: bool | None = None


class TableField(Contract):
    """A column of a table's schema; `type` is one of the guide's table 2-6, in any case."""

    name: Annotated[str, Field(min_length=1, max_length=256)]
    type: Annotated[str, Field(max_length=32)] = "String"
    description: LongText | None = None
    schema_id: int | None = None


class LabelFormat(Contract):
    """How texts and labels stand in text files: apart (`label_type` 0) or together (1), and what separates them."""

    label_type: Annotated[str, Field(pattern="^[01]$")] = "1"
    text_label_separator: Annotated[str, Field(max_length=16)] | None = None
    text_sample_separator: Annotated[str, Field(max_length=16)] | None = None


class CreateDataset(Contract):
    dataset_name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,100}$")]
    dataset_type: int = 0
    data_sources: Annotated[list[DataSource], Field(min_length=1, max_length=1)]
    work_path: Annotated[str, Field(min_length=3, max_length=700)]
    work_path_type: int = 0
    data_format: str = "Default"
    description: Annotated[str, Field(max_length=256)] = ""
    import_annotations: bool = True
    import_data: bool = False
    labels: Annotated[list[LabelBody], Field(max_length=1000)] = []
    managed: bool = False
    table_schema: Annotated[list[TableField], Field(max_length=4000)] | None = Field(default=None, alias="schema")
    label_format: LabelFormat | None = None
    content_labeling: bool = Field(default=False, description="ours: speech segments also hold what is said")
    workforce_information: dict[str, Any] | None = None
    workspace_id: str = "0"


class CreatedDataset(Contract):
    """`import_task_id` names the task that fills the new dataset from its input path."""

    dataset_id: str
    import_task_id: str | None = None


class UpdateDataset(Contract):
    add_labels: LabelBodies | None = None
    current_version_id: str | None = None
    dataset_name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,100}$")] | None = None
    delete_labels: LabelBodies | None = None
    description: Annotated[str, Field(max_length=256)] | None = None
    update_labels: LabelBodies | None = None


class DatasetId(Contract):
    """`task_id` is ours: the task that makes another version the current one."""

    dataset_id: str
    task_id: str | None = None


class AnnotationFile(Contract):
    url: str
    create_time: int
    file_id: str
    file_name: str = Field(alias="file_Name")
    size: int


class DatasetDetail(Contract):
    dataset_id: str
    dataset_name: str
    dataset_type: int
    dataset_format: int = 0
    data_format: str
    data_sources: list[DataSource]
    data_url: str
    description: str
    status: int
    create_time: int
    update_time: int
    data_update_time: int
    total_sample_count: int
    annotated_sample_count: int
    unconfirmed_sample_count: int
    deleted_sample_count: int
    hard_sample_count: int = Field(description="ours: samples marked as hard")
    next_version_num: int
    current_version_id: str | None = None
    current_version_name: str | None = None
    dataset_version_count: int = 0
    work_path: str
    work_path_type: int
    inner_work_path: str
    inner_annotation_path: str
    inner_data_path: str
    inner_log_path: str
    inner_temp_path: str
    inner_task_path: str
    workspace_id: str
    enterprise_project_id: str = "0"
    managed: bool
    import_data: bool
    import_task_id: str | None = None
    exist_running_task: bool | None = None
    running_tasks_id: list[str] | None = None
    exist_workforce_task: bool = False
    workforce_task_count: int = 0
    label_task_count: int = 1
    content_labeling: bool = False
    feature_supports: list[str] = ["0"]
    table_schema: list[TableField] | None = Field(default=None, alias="schema")
    label_format: LabelFormat | None = None
    labels: list[LabelItem] | None = None
    versions: list[dict[str, Any]] | None = None
    samples: list[AnnotationFile] | None = None


class DatasetList(Contract):
    total_number: int
    datasets: list[DatasetDetail]
