"""Bodies of the AI application operations, as the contract has them."""

from typing import Annotated, Any

from pydantic import Field, JsonValue

from maquette.web import Contract


class CreateModel(Contract):
    model_name: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\w一-鿿-]+$")]
    model_version: Annotated[str, Field(max_length=20, pattern=r"^\d{1,3}\.\d{1,3}\.\d{1,3}$")] = "1.0.0"
    source_location: Annotated[str, Field(max_length=1100)] = ""
    source_type: Annotated[str, Field(max_length=16)] = ""
    source_job_id: Annotated[str, Field(max_length=64)] = ""
    source_job_version: Annotated[str, Field(max_length=64)] = ""
    model_type: Annotated[str, Field(max_length=32)]
    runtime: Annotated[str, Field(max_length=128)] = ""
    description: Annotated[str, Field(max_length=100)] = ""
    model_algorithm: Annotated[str, Field(max_length=36)] = ""
    execution_code: Annotated[str, Field(max_length=1100)] = ""
    input_params: list[dict[str, JsonValue]] = []
    output_params: list[dict[str, JsonValue]] = []
    dependencies: list[dict[str, JsonValue]] = []
    model_metrics: Annotated[str, Field(max_length=10_000)] = ""
    apis: Annotated[str, Field(max_length=100_000)] = ""
    initial_config: Annotated[str, Field(max_length=100_000)] = ""
    install_type: list[Annotated[str, Field(max_length=16)]] = []
    workspace_id: Annotated[str, Field(max_length=64)] = "0"


class CreatedModel(Contract):
    model_id: str


class ModelListItem(Contract):
    model_id: str
    model_name: str
    model_version: str
    model_type: str
    model_status: str
    model_size: int
    description: str
    owner: str
    tenant: str
    project: str
    workspace_id: str
    source_type: str
    model_source: str
    install_type: list[str]
    create_at: int
    market_flag: bool = False
    tunable: bool = False
    publishable_flag: bool = True
    source_copy: str = "true"
    specification: dict[str, str] = {}


class ModelList(Contract):
    models: list[ModelListItem]
    total_count: int
    count: int


class ModelDetail(ModelListItem):
    source_location: str
    source_job_id: str
    source_job_version: str
    model_algorithm: str
    runtime: str
    execution_code: str
    input_params: list[Any]
    output_params: list[Any]
    dependencies: list[Any]
    model_metrics: str
    apis: str
    health: dict[str, Any]
    config: str
    error_msg: str
    owner_name: str
    files: list[Any]
    model_labels: list[str] = []
    labels_map: dict[str, str] = {}
    model_docs: list[dict[str, str]] = []


class DeleteFailure(Contract):
    model_id: str
    error_code: str
    error_msg: str


class DeletedModels(Contract):
    delete_success_list: list[str]
    delete_failed_list: list[DeleteFailure]


class Runtime(Contract):
    ai_engine: str
    runtimes: list[str]
    request_mode: list[str]
    accelerators: list[dict[str, str]]
    arch: list[str]
    status_list: list[str]
    image_source: list[str]


class RuntimeList(Contract):
    count: int
    total_count: int
    engine_runtimes: list[Runtime]
