"""Bodies of the service operations, as the contract has them."""

from typing import Annotated, Any

from pydantic import Field, JsonValue, WithJsonSchema

from maquette.inference.history import EVENTS
from maquette.kit.sentences import Values
from maquette.web import Contract

Text = Annotated[str, Field(max_length=256)]
# Set inside the sandbox after its interpreter has begun: LD_PRELOAD and the like reach only what the model starts.
VariableName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_.-]{0,127}$")]
EventCode = Annotated[str, WithJsonSchema({"type": "string", "enum": EVENTS.codes})]


class Schedule(Contract):
    type: Annotated[str, Field(pattern="^stop$")]
    time_unit: Annotated[str, Field(pattern="^(DAYS|HOURS|MINUTES)$")]
    duration: Annotated[int, Field(ge=1, le=100_000)]


class CustomSpec(Contract):
    cpu: Annotated[float, Field(gt=0, le=1024)] | None = None
    memory: Annotated[int, Field(gt=0, le=2**31)] | None = None
    gpu_p4: Annotated[float, Field(ge=0, le=64)] | None = None


class ConfigItem(Contract):
    """One model's share of a service. Batch fields are accepted and belong to batch services."""

    model_id: Text
    specification: Text
    weight: Annotated[int, Field(ge=0, le=100)] = 100
    instance_count: Annotated[int, Field(ge=1, le=128)]
    envs: Annotated[dict[VariableName, Annotated[str, Field(max_length=4096)]], Field(max_length=128)] = {}
    custom_spec: CustomSpec | None = None
    deploy_timeout_in_seconds: Annotated[int, Field(ge=10, le=7200)] = 1200
    additional_properties: dict[str, JsonValue] = {}


class CreateService(Contract):
    service_name: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\w一-鿿-]+$")]
    infer_type: Annotated[str, Field(max_length=16)]
    description: Annotated[str, Field(max_length=100)] = ""
    workspace_id: Text = "0"
    config: Annotated[list[ConfigItem], Field(min_length=1, max_length=10)]
    schedule: Annotated[list[Schedule], Field(max_length=1)] = []
    cluster_id: Text = ""
    pool_name: Text = ""
    additional_properties: dict[str, JsonValue] = {}
    priority: Annotated[int, Field(ge=0, le=3)] | None = None


class UpdateService(Contract):
    status: Annotated[str, Field(pattern="^(running|stopped)$")] | None = None
    description: Annotated[str, Field(max_length=100)] | None = None
    config: Annotated[list[ConfigItem], Field(min_length=1, max_length=10)] | None = None
    schedule: Annotated[list[Schedule], Field(max_length=1)] | None = None
    additional_properties: dict[str, JsonValue] | None = None
    priority: Annotated[int, Field(ge=0, le=3)] | None = None


class CreatedService(Contract):
    service_id: str
    resource_ids: list[str]


class ServiceItem(Contract):
    service_id: str
    service_name: str
    description: str
    infer_type: str
    workspace_id: str
    owner: str
    tenant: str
    project: str
    status: str
    progress: int
    invocation_times: int
    failed_times: int
    publish_at: int
    transition_at: int
    operation_time: int
    schedule: list[Schedule]
    start_time: int | None
    finished_time: int | None
    due_time: int | None
    is_shared: bool = False
    shared_count: int = 0
    is_free: bool = False
    additional_properties: dict[str, Any]


class ServiceList(Contract):
    total_count: int
    count: int
    services: list[ServiceItem]


class ConfigDetail(Contract):
    model_id: str
    model_name: str
    model_version: str
    specification: str
    weight: int
    instance_count: int
    envs: dict[str, str]
    status: str
    custom_spec: dict[str, Any]
    additional_properties: dict[str, Any]
    scaling: bool = False
    support_debug: bool = False
    apis: list[Any]


class ServiceDetail(ServiceItem):
    access_address: str
    error_msg: str
    update_time: int
    config: list[ConfigDetail]
    priority: int | None
    owner_name: str


class EventItem(Contract):
    """`event_code` and `event_values` are ours: what `event_info` says, for those who say it in another language."""

    event_type: str
    event_info: str
    event_code: EventCode | None
    event_values: Values
    occur_time: int


class EventList(Contract):
    service_id: str
    service_name: str
    total_count: int
    count: int
    events: list[EventItem]


class ChangeItem(Contract):
    update_time: int
    result: str
    config: list[dict[str, Any]]
    success_num: int
    failed_num: int
    result_detail: list[dict[str, Any]] = []
    extend_config: list[str] = []


class ChangeList(Contract):
    service_id: str
    service_name: str
    logs: list[ChangeItem]


class Monitor(Contract):
    model_id: str
    model_name: str
    model_version: str
    node_id: str = "local"
    node_name: str = "local"
    invocation_times: int
    failed_times: int
    cpu_core_usage: float
    cpu_core_total: float
    cpu_memory_usage: int
    cpu_memory_total: int
    gpu_usage: float = 0
    gpu_total: float = 0
    model_instance_count: int
    model_running_instance_count: int


class MonitorList(Contract):
    service_id: str
    service_name: str
    monitors: list[Monitor]
    service_instance_count: int
    service_running_instance_count: int
    req_count_per_min: int


class InstanceItem(Contract):
    instance_id: str
    model_id: str
    revision: int
    state: str
    phase: str
    message: str
    attempt: int
    started_at: int | None
    finished_at: int | None


class InstanceList(Contract):
    instances: list[InstanceItem]


class InstanceLog(Contract):
    content: str
    offset: int
    size: int


class Specification(Contract):
    specification: str
    billing_spec: str
    category: str
    cpu_info: dict[str, Any]
    memory_info: dict[str, Any]
    gpu_info: dict[str, Any]
    npu_info: dict[str, Any] = {"unit": "MB", "npu": 0, "memory": 0}
    display_en: str
    display_cn: str
    is_open: bool = True
    spec_status: str = "normal"
    is_free: bool = True
    over_quota: bool = False
    extend_params: int = 1


class SpecificationList(Contract):
    total_count: int
    count: int
    specifications: list[Specification]
