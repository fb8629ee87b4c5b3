"""Bodies of the v1 training operations, as the contract spells them. Empty strings are absent values."""

from typing import Annotated, Any

from pydantic import Field

from maquette.kit.pages import INT64_MAX, Int64
from maquette.web import Contract, Own

Text = Annotated[str, Field(max_length=1024)]
Description = Annotated[str, Field(max_length=256)]
JobName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Count = Annotated[int, Field(ge=1, le=INT64_MAX)]


class Done(Contract):
    is_success: bool = True


class Parameter(Contract):
    label: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_.-]{0,63}$")]
    value: str | int | float | bool = ""


class DataSource(Contract):
    type: Annotated[str, Field(max_length=16)] = ""
    data_url: Text | None = None
    dataset_id: Text | None = None
    dataset_version: Text | None = None


class JobConfig(Contract):
    worker_server_num: Annotated[int, Field(ge=1, le=10_000)] = 1
    app_url: Text = ""
    boot_file_url: Text = ""
    parameter: list[Parameter] = Field(default_factory=list[Parameter], max_length=200)
    data_url: Text | None = None
    dataset_id: Text | None = None
    dataset_version_id: Text | None = None
    data_source: list[DataSource] = Field(default_factory=list[DataSource], max_length=20)
    spec_id: Int64
    pool_id: Annotated[str, Field(max_length=64)] | None = None
    engine_id: Int64 | None = None
    train_url: Text | None = None
    log_url: Text | None = None
    user_image_url: Text | None = None
    user_command: Annotated[str, Field(max_length=10_000)] | None = None
    create_version: bool = True
    pre_version_id: Int64 | None = None
    volumes: list[Any] = Field(default_factory=list[Any])


class CreateJob(Contract):
    job_name: JobName
    job_desc: Description = ""
    config: JobConfig
    workspace_id: Annotated[str, Field(max_length=64)] = "0"


class CreateVersion(Contract):
    job_desc: Description | None = None
    config: JobConfig


class ChangeDescription(Contract):
    job_desc: Description


class CreatedJob(Done):
    job_id: int
    job_name: str
    status: int
    create_time: int
    version_id: int | None = None
    version_name: str | None = None
    resource_id: str | None = None


class JobItem(Contract):
    job_id: int
    job_name: str
    version_id: int | None = None
    status: int
    create_time: int
    duration: int
    job_desc: str
    version_count: int


class JobList(Done):
    job_total_count: int
    job_count_limit: int
    quotas: int
    jobs: list[JobItem]


class VersionItem(Contract):
    version_id: int
    version_name: str
    pre_version_id: int | None
    engine_type: int
    engine_name: str
    engine_id: int
    engine_version: str
    status: int
    app_url: str
    boot_file_url: str
    create_time: int
    start_time: int | None
    parameter: list[Parameter]
    duration: int
    spec_id: int
    spec_code: str
    core: str
    cpu: str
    gpu: bool
    gpu_num: int
    gpu_type: str
    worker_server_num: int
    data_url: str | None
    train_url: str | None
    log_url: str | None
    dataset_id: str | None
    dataset_version_id: str | None
    dataset_name: str | None
    dataset_version_name: str | None
    data_source: list[DataSource]
    resource_id: str
    pool_id: str
    pool_name: str
    volumes: list[Any]
    reason: str | None
    error_msg: str | None
    exit_code: int | None
    signal: int | None


class VersionListItem(VersionItem):
    system_metric_list: str


class VersionList(Done):
    job_id: int
    job_name: str
    job_desc: str
    version_count: int
    versions: list[VersionListItem]


class SystemMetrics(Contract):
    """Percent of what the flavor gives, one value per `interval` minutes."""

    cpuUsage: list[str]  # noqa: N815
    memUsage: list[str]  # noqa: N815
    gpuUtil: list[str]  # noqa: N815
    interval: float


class VersionDetails(VersionItem, Done):
    job_id: int
    job_name: str
    job_desc: str
    system_metric_list: SystemMetrics


class EngineItem(Contract):
    engine_type: int
    engine_id: int
    engine_name: str
    engine_version: str


class EngineList(Done):
    engines: list[EngineItem]


class SpecItem(Contract):
    spec_id: int
    core: str
    cpu: str
    gpu_num: int
    gpu_type: str
    spec_code: str
    unit_num: int
    max_num: int
    storage: str
    interface_type: int
    no_resource: bool


class SpecList(Done):
    spec_total_count: int
    specs: list[SpecItem]


class LogQuery(Contract):
    log_file: Annotated[str, Field(max_length=128)]
    base_line: Annotated[str, Field(max_length=20)] = ""
    lines: Annotated[int, Field(ge=0, le=500)] = 50
    order: Annotated[str, Field(pattern="^(asc|desc)$")] = "desc"


class LogFiles(Done):
    log_file_list: list[str]


class LogPage(Done):
    content: str
    lines: str
    start_line: str
    end_line: str


class UsagePoint(Own):
    t: int
    cpu: float
    memory: int


class Usage(Own):
    points: list[UsagePoint]
    cpu_limit: float
    memory_limit: int
