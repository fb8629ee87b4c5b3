"""AI applications over HTTP. `offset` counts pages from 0, as the contract has it."""

import platform as machine
from typing import Annotated, Any

import orjson
from fastapi import Query
from pydantic import Field

from maquette.kit.errors import Invalid, MaquetteError
from maquette.kit.pages import page_numbered
from maquette.pools.interpreter import interpreter_of
from maquette.registry import service
from maquette.registry.schemas import (
    CreatedModel,
    CreateModel,
    DeletedModels,
    DeleteFailure,
    ModelDetail,
    ModelList,
    ModelListItem,
    Runtime,
    RuntimeList,
)
from maquette.registry.tables import Model
from maquette.web import ActorDep, Contract, Router, SessionDep, SettingsDep

router = Router("/v1/{project_id}/models", "models")

_ENGINES = {
    "torch": ("PyTorch", "pytorch"),
    "scikit-learn": ("Scikit_Learn", "scikit_learn"),
    "xgboost": ("XGBoost", "xgboost"),
    "tensorflow": ("TensorFlow", "tensorflow"),
}
_SHORT = Field(max_length=128)


class ListQuery(Contract):
    model_name: Annotated[str, _SHORT] = ""
    exact_match: bool = False
    model_version: Annotated[str, _SHORT] = ""
    model_status: Annotated[str, _SHORT] = ""
    description: Annotated[str, _SHORT] = ""
    model_type: Annotated[str, _SHORT] = ""
    not_model_type: Annotated[str, _SHORT] = ""
    workspace_id: Annotated[str, _SHORT] = "0"
    offset: Annotated[int, Field(ge=0, le=2**31)] = 0
    limit: Annotated[int, Field(ge=1, le=1000)] = 1000
    sort_by: Annotated[str, _SHORT] = "create_at"
    order: Annotated[str, Field(pattern="^(asc|desc)$")] = "desc"


@router.get("", action="modelarts:model:list")
def list_models(actor: ActorDep, session: SessionDep, query: Annotated[ListQuery, Query()]) -> ModelList:
    wanted = service.ModelFilter(
        workspace_id=query.workspace_id,
        name=query.model_name,
        exact=query.exact_match,
        version=query.model_version,
        status=query.model_status,
        description=query.description,
        model_type=query.model_type,
        not_model_type=query.not_model_type,
        sort_by=query.sort_by,
        descending=query.order == "desc",
    )
    page = page_numbered(query.limit, query.offset)
    rows, total = service.list_models(session, actor, wanted, page.skip, page.limit)
    return ModelList(models=[ModelListItem(**_summary(row)) for row in rows], total_count=total, count=len(rows))


@router.post("", action="modelarts:model:create")
def create_model(body: CreateModel, actor: ActorDep, session: SessionDep) -> CreatedModel:
    """Make an AI application from a training job's output or from an OBS folder; its package is copied behind."""
    model = service.create_model(session, actor, body, _parse_apis(body.apis))
    return CreatedModel(model_id=model.id)


@router.get("/ai-engine-runtimes", action="modelarts:model:list", operation_id="ShowModelEngineAndRuntime")
def show_runtimes(settings: SettingsDep) -> RuntimeList:
    """The engines of the interpreter that services run on."""
    python = interpreter_of(settings.job_python)
    runtimes = [
        Runtime(
            ai_engine=engine,
            runtimes=[
                f"{prefix}_{python.packages[package].split('+')[0]}-cpu-py_{python.version}",
                f"python{python.version}",
            ],
            request_mode=["sync", "sync"],
            accelerators=[{"type": "none"}, {"type": "none"}],
            arch=[machine.machine()] * 2,
            status_list=["normal", "normal"],
            image_source=["base_image", "base_image"],
        )
        for package, (engine, prefix) in _ENGINES.items()
        if package in python.packages
    ]
    return RuntimeList(count=len(runtimes), total_count=len(runtimes), engine_runtimes=runtimes)


@router.get("/{model_id}", action="modelarts:model:get")
def show_model(model_id: str, actor: ActorDep, session: SessionDep) -> ModelDetail:
    row = service.find_model(session, actor, model_id)
    return _describe(row, service.failure_of(session, row))


@router.delete("/{model_id}", action="modelarts:model:delete")
def delete_model(model_id: str, actor: ActorDep, session: SessionDep, cascade: bool = False) -> DeletedModels:
    """Delete one version, or with `cascade` every version of the application; those in use stay and are named."""
    model = service.find_model(session, actor, model_id)
    done: list[str] = []
    failed: list[DeleteFailure] = []
    for row in service.versions_of(session, actor, model) if cascade else [model]:
        try:
            service.delete_model(session, actor, row)
            done.append(row.id)
        except MaquetteError as error:
            failed.append(DeleteFailure(model_id=row.id, error_code=error.code, error_msg=error.message))
    return DeletedModels(delete_success_list=done, delete_failed_list=failed)


def _parse_apis(text: str) -> list[Any]:
    """The interfaces are a JSON array in a string, as the contract has them."""
    if not text:
        return []
    try:
        value: Any = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Invalid(f"apis is not valid JSON: {error.msg} at line {error.lineno}.") from None
    if not isinstance(value, list):
        raise Invalid("apis must be a JSON array.")
    return value  # pyright: ignore[reportUnknownVariableType]


def _summary(row: Model) -> dict[str, Any]:
    return {
        "model_id": row.id,
        "model_name": row.name,
        "model_version": row.version,
        "model_type": row.model_type,
        "model_status": row.status,
        "model_size": row.size,
        "description": row.description,
        "owner": row.owner_id,
        "tenant": row.owner_id,
        "project": row.project_id,
        "workspace_id": row.workspace_id,
        "source_type": row.source_type,
        "model_source": "auto" if row.source_type == "auto" else "custom",
        "install_type": row.install_type,
        "create_at": row.created_at,
    }


def _describe(row: Model, failure: str) -> ModelDetail:
    config = {
        "model_type": row.model_type,
        "model_algorithm": row.model_algorithm,
        "apis": row.apis,
        "metrics": row.metrics,
    }
    return ModelDetail(
        **_summary(row),
        source_location=row.source_location,
        source_job_id=row.source_job_id,
        source_job_version=row.source_job_version,
        model_algorithm=row.model_algorithm,
        runtime=row.runtime,
        execution_code=row.execution_code,
        input_params=row.input_params,
        output_params=row.output_params,
        dependencies=row.dependencies,
        model_metrics=row.metrics.get("given") or orjson.dumps(row.metrics).decode(),
        apis=orjson.dumps(row.apis).decode(),
        health=row.health,
        config=orjson.dumps(config).decode(),
        error_msg=failure,
        owner_name=row.owner_name,
        files=row.files,
    )
