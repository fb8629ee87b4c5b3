"""The v1 training operations over HTTP; what runs is only rows here, set to whatever state a test needs."""

import json
from typing import Any

import pytest
from sqlalchemy import select, update
from tests.conftest import Api, Platform
from tests.training.conftest import HELLO, Desk

from maquette.datasets.tables import Dataset, Version
from maquette.iam.tables import User
from maquette.pools import Workload
from maquette.pools.policy import Isolation


def become(platform: Platform, phase: str, **facts: Any) -> None:
    """Put all workloads into a phase."""
    with platform.database.write() as session:
        session.execute(update(Workload).values(phase=phase, **facts))


def test_what_jobs_can_be_made_of(desk: Desk) -> None:
    engines = desk.show("job/ai-engines?job_type=train")["engines"]
    assert engines[-1]["engine_id"] == 100
    assert all(set(engine) == {"engine_type", "engine_id", "engine_name", "engine_version"} for engine in engines)
    specs = desk.show("job/resource-specs?job_type=train&engine_id=1")
    assert specs["spec_total_count"] == len(specs["specs"])
    assert specs["specs"][0]["spec_code"] == "modelarts.vm.cpu.1u"


def test_create_show_and_list(desk: Desk) -> None:
    parameters = [{"label": "lr", "value": 0.01}, {"label": "name", "value": "a b"}, {"label": "deep", "value": True}]
    answer = desk.create("first", parameter=parameters, train_url="/train/out/")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["is_success"], told["status"], told["version_name"]) == (True, 1, "V0001")
    assert told["resource_id"].startswith("job")
    shown = desk.show(f"training-jobs/{told['job_id']}/versions/{told['version_id']}")
    assert shown["parameter"] == parameters
    assert (shown["app_url"], shown["train_url"]) == ("/train/code/", "/train/out/")
    assert (shown["spec_code"], shown["core"], shown["status"]) == ("modelarts.vm.cpu.1u", "1", 1)
    assert set(shown["system_metric_list"]) == {"cpuUsage", "memUsage", "gpuUtil", "interval"}
    listed = desk.show("training-jobs")
    assert listed["job_total_count"] == 1
    assert listed["jobs"][0]["job_name"] == "first"
    versions = desk.show(f"training-jobs/{told['job_id']}/versions")
    assert (versions["version_count"], len(versions["versions"])) == (1, 1)
    assert "cpuUsage" in json.loads(versions["versions"][0]["system_metric_list"])


@pytest.mark.parametrize(
    ("phase", "facts", "status"),
    [
        ("waiting", {}, 1),
        ("waiting", {"reason": "queued"}, 7),
        ("starting", {}, 1),
        ("running", {}, 8),
        ("stopping", {}, 9),
        ("ended", {"reason": "completed"}, 10),
        ("ended", {"reason": "out_of_memory", "message": "Too much memory."}, 11),
        ("ended", {"reason": "stopped"}, 12),
        ("ended", {"reason": "cancelled"}, 13),
        ("lost", {"reason": "lost"}, 14),
    ],
)
def test_states_are_modelarts_numbers(
    desk: Desk, platform: Platform, phase: str, facts: dict[str, str], status: int
) -> None:
    path = desk.start("job")
    become(platform, phase, **facts)
    shown = desk.show(path)
    assert shown["status"] == status
    assert shown.get("error_msg") == facts.get("message")
    assert desk.show(f"training-jobs?status=3|{status}")["job_total_count"] == 1
    assert desk.show("training-jobs?status=19")["job_total_count"] == 0


def test_lists_are_filtered_ordered_and_paged(desk: Desk) -> None:
    for name in ("b-two", "a-one", "c_two"):
        desk.start(name)
    names = [job["job_name"] for job in desk.show("training-jobs?sortBy=job_name&order=desc&per_page=2")["jobs"]]
    assert names == ["c_two", "b-two"]
    assert [job["job_name"] for job in desk.show("training-jobs?per_page=2&page=2")["jobs"]] == ["c_two"]
    assert desk.show("training-jobs?search_content=TWO")["job_total_count"] == 2
    assert desk.show("training-jobs?search_content=c_")["job_total_count"] == 1
    for order in ("job_desc", "status", "duration", "version_count", "create_time"):
        assert desk.show(f"training-jobs?sortBy={order}")["job_total_count"] == 3


def test_a_name_is_taken_once_in_a_workspace_and_free_after_deletion(desk: Desk, platform: Platform) -> None:
    path = desk.start("mine")
    refused = desk.create("mine")
    assert refused.status_code == 409
    assert refused.json() == {
        "is_success": False,
        "error_code": "ModelArts.0103",
        "error_message": refused.json()["error_message"],
    }
    become(platform, "ended", reason="completed")
    assert desk.api.delete("/v1", path.partition("/versions")[0]).json() == {"is_success": True}
    assert desk.create("mine").status_code == 200
    platform.run_tasks()
    assert desk.show("training-jobs")["job_total_count"] == 1
    with platform.database.read() as session:
        assert len(session.scalars(select(Workload)).all()) == 1


def test_versions_are_numbered_and_remembered(desk: Desk, platform: Platform) -> None:
    first = desk.start("job")
    job = first.partition("/versions")[0]
    body = {"config": desk.config(pre_version_id=1, train_url="/train/o/"), "job_desc": "better"}
    second = desk.api.post("/v1", f"{job}/versions", body).json()
    assert second["version_name"] == "V0002"
    assert desk.show(f"{job}/versions/{second['version_id']}")["pre_version_id"] == 1
    become(platform, "ended", reason="completed")
    assert desk.api.delete("/v1", f"{job}/versions/{second['version_id']}").status_code == 200
    assert desk.api.get("/v1", f"{job}/versions/{second['version_id']}").status_code == 404
    platform.run_tasks()
    third = desk.api.post("/v1", f"{job}/versions", body).json()
    assert third["version_name"] == "V0003"
    shown = desk.show(f"{job}/versions")
    assert (shown["version_count"], shown["job_desc"]) == (2, "better")
    assert [each["version_name"] for each in shown["versions"]] == ["V0003", "V0001"]
    assert desk.api.post("/v1", f"{job}/versions", {"config": desk.config(pre_version_id=77)}).status_code == 404


def test_a_job_without_a_version_waits_for_one(desk: Desk) -> None:
    told = desk.create("draft", create_version=False).json()
    assert "version_id" not in told
    assert desk.show("training-jobs")["jobs"][0]["version_count"] == 0
    answer = desk.api.post("/v1", f"training-jobs/{told['job_id']}/versions", {"config": desk.config()})
    assert answer.json()["version_name"] == "V0001"


def test_a_stream_is_resumed_at_no_matter_what_number(desk: Desk, platform: Platform) -> None:
    path = desk.start("job")
    become(platform, "ended", reason="completed")
    for number in ("12", "9" * 5000, "²", "-1"):
        answer = desk.api.get("/v1", f"{path}/log-stream", headers={"Last-Event-ID": number.encode()})
        assert (answer.status_code, "event: end" in answer.text) == (200, True)


def test_stopping_what_has_ended_is_refused(desk: Desk, platform: Platform) -> None:
    path = desk.start("job")
    assert desk.api.post("/v1", f"{path}/stop").json() == {"is_success": True}
    assert desk.api.post("/v1", f"{path}/stop").status_code == 200
    become(platform, "ended", reason="stopped")
    assert desk.api.post("/v1", f"{path}/stop").status_code == 409


def test_deleting_a_running_job_stops_it_first(desk: Desk, platform: Platform) -> None:
    path = desk.start("job")
    become(platform, "running")
    assert desk.api.delete("/v1", path.partition("/versions")[0]).status_code == 200
    assert desk.api.get("/v1", path).status_code == 404
    with platform.database.read() as session:
        assert session.scalars(select(Workload)).one().wanted == "stopped"


def test_the_description_can_be_changed(desk: Desk) -> None:
    path = desk.start("job").partition("/versions")[0]
    assert desk.api.put("/v1", path, {"job_desc": "ünïcode"}).json() == {"is_success": True}
    assert desk.show("training-jobs")["jobs"][0]["job_desc"] == "ünïcode"
    assert desk.api.put("/v1", path, {"job_desc": "x" * 257}).status_code == 400


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"boot_file_url": "/train/code/absent.py"}, "does not exist"),
        ({"boot_file_url": "/train/other/main.py"}, "does not lie in the code directory"),
        ({"boot_file_url": "/train/code/../main.py"}, "cannot be used"),
        ({"boot_file_url": "/train/code/"}, "does not lie"),
        ({"app_url": "", "boot_file_url": "/train/code/main.py"}, "app_url is missing"),
        ({"app_url": "http://train/code/"}, "names no object"),
        ({"app_url": "/nobody/code/", "boot_file_url": "/nobody/code/main.py"}, "no bucket 'nobody'"),
        ({"train_url": "/nobody/out/"}, "no bucket 'nobody'"),
        ({"data_url": "/train/nothing-here/"}, "There is nothing at"),
        ({"engine_id": 1 << 40}, "no engine"),
        ({"spec_id": 999}, "no flavor"),
        ({"pool_id": "pool1234"}, "no resource pool"),
        ({"worker_server_num": 2}, "one machine"),
        ({"user_image_url": "repo/image:1"}, "custom image"),
        ({"volumes": [{"nfs": {}}]}, "volume"),
        ({"dataset_id": "x"}, "both its id"),
        ({"dataset_id": "x", "dataset_version_id": "y"}, "dataset"),
        ({"parameter": [{"label": "a b", "value": "1"}]}, "label"),
        ({"parameter": [{"label": "a", "value": "1\n2"}]}, "control characters"),
        ({"spec_id": 2**63}, "spec_id"),
        ({"engine_id": -(2**63) - 1}, "engine_id"),
        ({"parameter": [{"label": "-rf", "value": "1"}]}, "label"),
    ],
)
def test_wrong_configs_are_named(desk: Desk, changes: dict[str, Any], part: str) -> None:
    answer = desk.create("job", **changes)
    assert answer.status_code in (400, 404), answer.text
    told = answer.json()
    assert told["is_success"] is False
    assert part.lower() in told["error_message"].lower()
    assert desk.show("training-jobs")["job_total_count"] == 0


def test_a_job_takes_from_its_own_workspace_and_the_default_one(desk: Desk, api: Api) -> None:
    """What its token will not open is refused when it is asked for, not when the job runs."""
    mine, other = (api.post("/v1", "workspaces", {"name": name}).json()["id"] for name in ("mine", "other"))
    for bucket, workspace in (("of-mine", mine), ("of-other", other)):
        assert api.post("/v1", "buckets", {"name": bucket, "workspace_id": workspace}).status_code in (200, 201)
    desk.put("code/main.py", HELLO)
    codes: dict[tuple[str, str], int] = {}
    for home in ("0", mine):
        for bucket in ("train", "of-mine", "of-other"):
            config = desk.config(train_url=f"/{bucket}/out/")
            body = {"job_name": f"{bucket}-in-{home[:8]}", "workspace_id": home, "config": config}
            answer = api.post("/v1", "training-jobs", body)
            codes[home, bucket] = answer.status_code
            if bucket == "train":
                versions = f"training-jobs/{answer.json()['job_id']}/versions"
                refused = api.post("/v1", versions, {"config": desk.config(train_url="/of-other/out/")})
                assert "no bucket 'of-other'" in refused.json()["error_message"]
    assert codes == {
        ("0", "train"): 200,
        ("0", "of-mine"): 404,
        ("0", "of-other"): 404,
        (mine, "train"): 200,
        (mine, "of-mine"): 200,
        (mine, "of-other"): 404,
    }
    assert (
        api.post("/v1", "training-jobs", {"job_name": "j", "workspace_id": "none", "config": config}).status_code == 404
    )


@pytest.mark.parametrize("name", ["", "a b", "x" * 65, "../x", "a\n", "名", "a;b"])
def test_names_are_safe(desk: Desk, name: str) -> None:
    assert desk.create(name).status_code == 400


@pytest.mark.parametrize("number", [2**63, -1, 0, "1e5", "x", 2**64, "٣"])
def test_ids_out_of_range_are_wrong_not_crashes(desk: Desk, number: Any) -> None:
    for path in (f"training-jobs/{number}/versions", f"training-jobs/1/versions/{number}"):
        assert desk.api.get("/v1", path).status_code in (400, 404)
    assert desk.api.get("/v1", f"training-jobs/{2**63}/versions").status_code == 400


@pytest.mark.parametrize(
    "query",
    ["per_page=0", "per_page=1001", "page=0", "page=65536", "sortBy=id;drop", "order=up", "status=x", "status=|"],
)
def test_wrong_queries_are_named(desk: Desk, query: str) -> None:
    answer = desk.api.get("/v1", f"training-jobs?{query}")
    assert answer.status_code == 400
    assert answer.json()["is_success"] is False


def test_another_workspace_is_invisible(desk: Desk, platform: Platform) -> None:
    made = desk.api.post("/v1", "workspaces", {"name": "private", "auth_type": "PRIVATE"}).json()
    body = {"job_name": "secret", "config": desk.config(HELLO), "workspace_id": made["id"]}
    told = desk.api.post("/v1", "training-jobs", body).json()
    path = f"training-jobs/{told['job_id']}/versions/{told['version_id']}"
    bob = platform.user("bob")
    job = path.partition("/versions")[0]
    for method, target in [
        ("GET", path),
        ("GET", f"{job}/versions"),
        ("GET", f"{path}/log/file-names"),
        ("GET", f"{path}/aom-log?log_file=secret.0"),
        ("GET", f"{path}/log-stream"),
        ("GET", f"{path}/usage"),
        ("POST", f"{path}/stop"),
        ("DELETE", path),
        ("DELETE", job),
    ]:
        assert bob.request(method, "/v1", target).status_code == 404, target
    assert bob.put("/v1", job, {"job_desc": ""}).status_code == 404
    assert bob.post("/v1", f"{job}/versions", {"config": desk.config()}).status_code == 404
    assert bob.get("/v1", f"training-jobs?workspace_id={made['id']}").json()["job_total_count"] == 0
    assert bob.post("/v1", "training-jobs", body | {"job_name": "x"}).status_code == 404


def test_the_same_key_has_one_effect(desk: Desk) -> None:
    body = {"job_name": "once", "config": desk.config(HELLO)}
    answers = [desk.api.post("/v1", "training-jobs", body, headers={"Idempotency-Key": "k1"}).json() for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert desk.show("training-jobs")["job_total_count"] == 1


def test_without_a_sandbox_members_are_told_why_not(desk: Desk, platform: Platform) -> None:
    platform.app.state.isolation = Isolation("process", False, "bubblewrap (bwrap) is not installed")
    bob = platform.user("bob")
    answer = bob.post("/v1", "training-jobs", {"job_name": "x", "config": desk.config(HELLO)})
    assert answer.status_code == 403
    assert "bwrap" in answer.json()["error_message"]


def test_a_published_dataset_is_its_manifest(desk: Desk, platform: Platform) -> None:
    with platform.database.write() as session:
        user = session.scalars(select(User).where(User.name == "admin")).one()
        place = {"project_id": desk.api.project_id, "workspace_id": "0", "owner_id": user.id}
        session.add(
            Dataset(id="d1", name="cats", dataset_type=0, data_sources=[], data_url="/t/", work_path="/t/", **place)
        )
        session.flush()
        for number, state in enumerate(("ready", "creating"), 1):
            url = f"/train/work/V00{number}/V00{number}.manifest"
            session.add(
                Version(
                    id=f"v{number}", dataset_id="d1", name=f"V00{number}", number=number, state=state, manifest_url=url
                )
            )
    path = desk.start("job", dataset_id="d1", dataset_version_id="v1")
    shown = desk.show(path)
    assert shown["data_url"] == "obs://train/work/V001/V001.manifest"
    assert (shown["dataset_name"], shown["dataset_version_name"]) == ("cats", "V001")
    assert "not published" in desk.create("other", dataset_id="d1", dataset_version_id="v2").json()["error_message"]
    several = [
        {"type": "dataset", "dataset_id": "d1", "dataset_version": "v1"},
        {"type": "obs", "data_url": "/train/code/"},
    ]
    assert desk.create("several", data_source=several).status_code == 200
