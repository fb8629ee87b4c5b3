"""Nothing of one workspace is visible from another, over the whole route table, and nothing in it can be changed."""

from typing import Any

import pytest
from sqlalchemy import select
from tests.conftest import Api, Platform
from tests.faults.world import World

from maquette.db import Base, Database
from maquette.events import Event
from maquette.iam.tables import Token, User
from maquette.web.routing import StrictRoute

LEAVES_TRACES = {Token.__tablename__, "kept_answers"}


@pytest.fixture
def world(platform: Platform, api: Api) -> World:
    """The administrator's things, in a workspace that is closed to all others."""
    made = api.post("/v1", "workspaces", {"name": "secret", "auth_type": "PRIVATE"})
    assert made.is_success, made.text
    with platform.database.read() as session:
        user_id = session.scalars(select(User.id)).one()
    return World(api, platform.database, made.json()["id"], user_id)


def table(platform: Platform) -> list[tuple[str, StrictRoute]]:
    found = [
        (method, route) for route in platform.app.routes if isinstance(route, StrictRoute) for method in route.methods
    ]
    return sorted(found, key=lambda each: (each[1].path, each[0]))


def contents(database: Database) -> dict[str, list[Any]]:
    """Every row of every table, as plain values."""
    with database.read() as session:
        return {
            table.name: session.execute(select(table).order_by(*table.primary_key)).all()
            for table in Base.metadata.sorted_tables
            if table.name not in LEAVES_TRACES
        }


def ask(world: World, stranger: Api, method: str, route: StrictRoute) -> Any:
    operation = str(route.operation_id)
    body = world.body(operation)
    options: dict[str, Any] = {"json": body} if body is not None else {}
    path = world.path(route.path, stranger.project_id)
    return stranger.client.request(method, path, params=world.query(operation), headers=stranger.headers, **options)


def test_every_object_of_another_workspace_is_absent(platform: Platform, world: World) -> None:
    bob = platform.user("bob")
    before = contents(platform.database)
    for method, route in table(platform):
        if route.path.count("{") > ("{project_id}" in route.path):
            answer = ask(world, bob, method, route)
            assert answer.status_code == 404, f"{method} {route.path}: {answer.status_code} {answer.text}"
    assert contents(platform.database) == before


def test_no_list_shows_it_and_no_creation_reaches_it(platform: Platform, world: World) -> None:
    bob = platform.user("bob")
    before = contents(platform.database)
    for method, route in table(platform):
        if route.path.count("{") > ("{project_id}" in route.path) or not route.action.count(":"):
            continue
        if route.path.endswith("/workspaces") and method == "POST":
            continue
        answer = ask(world, bob, method, route)
        told = f"{method} {route.path}: {answer.status_code} {answer.text}"
        if method == "GET":
            assert answer.status_code == 200, told
            assert [mark for mark in world.marks if mark in answer.text] == [], told
        else:
            assert answer.status_code in {403, 404}, told
    assert contents(platform.database) == before


@pytest.mark.parametrize(
    "query",
    ["workspace_id={workspace}", "resource_id={dataset}", "resource_name=closed", "search=closed",
     "service_id={service}", "model_id={model}", "state=all", "search_content=closed"],
)  # fmt: skip
def test_no_filter_finds_it(platform: Platform, world: World, query: str) -> None:
    bob = platform.user("bob")
    filled = query.format(
        workspace=world.workspace_id, dataset=world.dataset_id, service=world.service_id, model=world.model_id
    )
    for method, route in table(platform):
        if method == "GET" and route.path.count("{") == 1 and "{project_id}" in route.path:
            answer = bob.client.get(f"{world.path(route.path, bob.project_id)}?{filled}", headers=bob.headers)
            given = set(filled.partition("=")[2].split())
            shown = [mark for mark in world.marks if mark in answer.text and mark not in given]
            assert (answer.status_code in {200, 403, 404}, shown) == (True, []), f"{route.path}: {answer.text}"


def test_objects_of_an_own_workspace_cannot_be_made_of_anothers(platform: Platform, world: World) -> None:
    """Bob's own dataset, job, model and service refuse what lies in the closed workspace."""
    bob = platform.user("bob")
    assert bob.post("/v1", "buckets", {"name": "bobs"}).is_success
    assert bob.put("/v1", "buckets/bobs/objects/code/main.py", b"print()").is_success
    assert bob.put("/v1", "buckets/bobs/objects/in/a.jpg", b"x").is_success
    own = world.dataset("bobs") | {
        "workspace_id": "0",
        "data_sources": [{"data_type": 0, "data_path": "/bobs/in/"}],
        "work_path": "/bobs/out/",
    }
    assert bob.post("/v2", "datasets", own).is_success
    job = world.job() | {"app_url": "/bobs/code/", "boot_file_url": "/bobs/code/main.py", "train_url": "/bobs/out/"}
    job_alone = {name: value for name, value in job.items() if not name.startswith("dataset")}
    tries = {
        "data_path": ("/v2", "datasets", own | {"dataset_name": "b2", "data_sources": [{"data_path": "/closed/in/"}]}),
        "work_path": ("/v2", "datasets", own | {"dataset_name": "b3", "work_path": "/closed/out/"}),
        "dataset": ("/v1", "training-jobs", {"job_name": "j1", "config": job}),
        "code": ("/v1", "training-jobs", {"job_name": "j2", "config": job_alone | {
            "app_url": "/closed/code/", "boot_file_url": "/closed/code/main.py"}}),
        "data": ("/v1", "training-jobs", {"job_name": "j4", "config": job_alone | {"data_url": "/closed/in/"}}),
        "train": ("/v1", "training-jobs", {"job_name": "j5", "config": job_alone | {"train_url": "/closed/out/"}}),
        "log": ("/v1", "training-jobs", {"job_name": "j6", "config": job_alone | {"log_url": "/closed/out/"}}),
        "source job": ("/v1", "models", {"model_name": "m1", "model_type": "Custom", "source_location": "",
                                         "source_job_id": str(world.job_id),
                                         "source_job_version": str(world.job_version_id)}),
        "model": ("/v1", "services", world.service() | {"service_name": "s1"}),
        "copy": ("/v1", "buckets/bobs/copy", {"source": "in/a.jpg", "target": "in/a.jpg", "target_bucket": "closed"}),
    }  # fmt: skip
    for what, (version, path, body) in tries.items():
        answer = bob.post(version, path, body)
        assert answer.status_code in {403, 404}, f"{what}: {answer.status_code} {answer.text}"
    body = {"model_name": "m2", "model_type": "Custom", "source_location": "/closed/model/"}
    model_id = bob.post("/v1", "models", body).json()["model_id"]
    platform.run_tasks()
    assert bob.get("/v1", f"models/{model_id}").json()["model_status"] == "failed"
    own_id = bob.get("/v2", "datasets").json()["datasets"][0]["dataset_id"]
    asked = bob.get("/v2", f"datasets/{own_id}/versions/{world.dataset_version_id}")
    assert asked.status_code == 404
    sample = {"samples": [{"sample_id": world.sample_id, "labels": [{"name": "cat", "type": 0}]}]}
    assert bob.put("/v2", f"datasets/{own_id}/data-annotations/samples", sample).json()["success"] is False
    bob.post("/v2", f"datasets/{own_id}/data-annotations/samples/delete", {"samples": [world.sample_id]})
    assert world.api.get("/v2", f"datasets/{world.dataset_id}/data-annotations/samples/{world.sample_id}").is_success
    with platform.database.read() as session:
        events = session.scalars(
            select(Event).where(Event.user_name == "bob", Event.resource_id == world.dataset_id)
        ).all()
    assert events == []
