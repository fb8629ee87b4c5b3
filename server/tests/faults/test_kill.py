"""`kill -9` of the whole server in the middle of an upload, a sync, a publication and a training job.

Nothing that was acknowledged is lost, nothing half is seen, nothing happens twice, and `maquette fsck` is clean.
"""

import hashlib
import json
import os
import socket
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select
from tests.conftest import Api
from tests.faults.serving import Server, until

from maquette.datasets.tables import Dataset, Sample, SyncReport, Version
from maquette.db import Database
from maquette.events import Event
from maquette.pools import Workload
from maquette.tasks.tables import ACTIVE, SUCCEEDED, Task

CHUNK = 1 << 20
FILES = 12_000
LINES = b"""
import os, time
for number in range(100_000):
    print("line", number, flush=True)
    time.sleep(0.005)
    if os.path.exists(os.path.expanduser("~/enough")):
        break
print("lines:", number + 1, flush=True)
"""
FAILING = b"""
import os, time
print("begun", flush=True)
while not os.path.exists(os.path.expanduser("~/enough")):
    time.sleep(0.01)
print("done", flush=True)
raise SystemExit(7)
"""
MODEL = {"model_type": "Custom", "model_algorithm": "free"}
ECHO = b"""
import os
from model_service.model_service import SingleNodeService

class Echo(SingleNodeService):
    def _preprocess(self, data):
        return data

    def _inference(self, data):
        return {"echo": data, "pid": os.getpid()}
"""


def made(answer: Any) -> Any:
    assert answer.is_success, answer.text
    return answer.json()


def bucket_folder(server: Server, api: Api, name: str) -> Path:
    made(api.post("/v1", "buckets", {"name": name}))
    return server.settings.buckets_dir / name


def flood(server: Server, api: Api, path: str, announced: int, sent: bytes) -> socket.socket:
    """Begin a PUT of `announced` bytes and send fewer."""
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=60)
    head = f"PUT /v1/{api.project_id}/{path} HTTP/1.1\r\nHost: localhost\r\nX-Auth-Token: {api.token}\r\n"
    connection.sendall(f"{head}Content-Length: {announced}\r\n\r\n".encode() + sent)
    return connection


def killed_when(server: Server, holds: Callable[[], Any], what: str) -> None:
    until(holds, what=what)
    server.kill()


def unbroken(database: Database) -> None:
    """No event is missing, and none is there twice."""
    with database.read() as session:
        numbers = list(session.scalars(select(Event.sequence).order_by(Event.sequence)))
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.slow
def test_uploads_under_way_keep_what_was_acknowledged_and_show_nothing_half(server: Server) -> None:
    api = server.api()
    bucket_folder(server, api, "files")
    body = os.urandom(3 * CHUNK)
    made(api.put("/v1", "buckets/files/objects/old.bin", b"as it was"))
    begun = made(api.post("/v1", "buckets/files/uploads", {"key": "big.bin", "size": len(body)}))
    upload = f"buckets/files/uploads/{begun['upload_id']}"
    assert made(api.put("/v1", f"{upload}?offset=0", body[:CHUNK])) == {"offset": CHUNK}

    under_way = [
        flood(server, api, "buckets/files/objects/new.bin", 4 * CHUNK, body[: 3 * CHUNK]),
        flood(server, api, "buckets/files/objects/old.bin", 4 * CHUNK, body[: 3 * CHUNK]),
        flood(server, api, f"{upload}?offset={CHUNK}", CHUNK, body[CHUNK : CHUNK + CHUNK // 2]),
    ]
    temporary = server.settings.buckets_dir / "files" / ".maquette-tmp"
    killed_when(server, lambda: temporary.is_dir() and len(list(temporary.iterdir())) == 2, "the streams' arrival")
    for connection in under_way:
        connection.close()
    server.start()

    listed = made(api.get("/v1", "buckets/files/objects"))
    assert [each["key"] for each in listed["objects"]] == ["old.bin"]
    assert api.get("/v1", "buckets/files/objects/new.bin").status_code == 404
    assert api.get("/v1", "buckets/files/objects/old.bin").content == b"as it was"

    offset = made(api.get("/v1", upload))["offset"]
    assert CHUNK <= offset <= 2 * CHUNK
    while offset < len(body):
        offset = made(api.put("/v1", f"{upload}?offset={offset}", body[offset : offset + CHUNK]))["offset"]
    first = made(api.post("/v1", f"{upload}/complete"))
    assert made(api.post("/v1", f"{upload}/complete")) == first
    assert api.get("/v1", "buckets/files/objects/big.bin").content == body
    assert server.fsck() == "clean"


@pytest.mark.slow
def test_a_sync_and_a_publication_go_on_and_end_once(server: Server) -> None:
    api = server.api()
    folder = bucket_folder(server, api, "data") / "in"
    folder.mkdir(parents=True)
    for number in range(FILES):
        (folder / f"{number:05}.jpg").write_bytes(b"x")
    with closing(Closing(server)) as database:
        dataset_id = create_dataset(api, "killed")
        killed_when(server, lambda: task_of(database, dataset_id).checkpoint, "the first batch")
        assert task_of(database, dataset_id).state in ACTIVE
        server.start()
        until(lambda: task_of(database, dataset_id).state == SUCCEEDED, what="the sync's end")
        undisturbed = create_dataset(api, "undisturbed")
        until(lambda: task_of(database, undisturbed).state == SUCCEEDED, what="the other sync's end")
        assert synced(database, dataset_id) == synced(database, undisturbed)
        assert synced(database, dataset_id)["sources"] == FILES

        version = publish(api, dataset_id)
        killed_when(server, lambda: task_of(database, dataset_id).progress > 0, "the first part of the manifest")
        assert task_of(database, dataset_id).state in ACTIVE
        assert list(server.settings.buckets_dir.rglob("*.manifest")) == []
        server.start()
        until(lambda: task_of(database, dataset_id).state == SUCCEEDED, what="the publication's end")
        second = publish(api, dataset_id)
        until(lambda: task_of(database, dataset_id).state == SUCCEEDED, what="the second publication's end")
        assert published(server, database, dataset_id) == {
            version: ("V001", FILES, FILES, 0, 0),
            second: ("V002", FILES, 0, 0, 0),
        }
        assert [path.name for path in server.settings.cache_dir.iterdir() if path.name.startswith("publish")] == []
        unbroken(database)
        with database.read() as session:
            names = list(session.scalars(select(Event.name).where(Event.resource_id == dataset_id)))
        assert names.count("createDataset") == 1
        assert names.count("publishDatasetVersion") == 2
    assert server.fsck() == "clean"


@pytest.mark.slow
def test_a_stop_in_the_middle_of_a_sync_is_quick_and_the_sync_goes_on(server: Server) -> None:
    api = server.api()
    folder = bucket_folder(server, api, "data") / "in"
    folder.mkdir(parents=True)
    for number in range(FILES):
        (folder / f"{number:05}.jpg").write_bytes(b"x")
    with closing(Closing(server)) as database:
        dataset_id = create_dataset(api, "stopped")
        until(lambda: task_of(database, dataset_id).checkpoint, what="the first batch")
        assert server.stop() == 0
        assert task_of(database, dataset_id).state in ACTIVE
        server.start()
        until(lambda: task_of(database, dataset_id).state == SUCCEEDED, what="the sync's end")
        assert synced(database, dataset_id)["sources"] == FILES
    assert server.fsck() == "clean"


@pytest.mark.slow
def test_jobs_go_on_while_the_server_is_dead_and_their_logs_are_whole(server: Server) -> None:
    api = server.api()
    bucket_folder(server, api, "train")
    lines, bad = start_job(api, "lines", LINES), start_job(api, "bad", FAILING)
    with closing(Closing(server)) as database:
        places = {path: attempt_of(server, database, path) for path in (lines, bad)}
        until(lambda: b"line 20\n" in log(places[lines]) and b"begun\n" in log(places[bad]), what="the logs")
        until(lambda: [show(api, path)["status"] for path in places] == [8, 8], what="both running")
        server.kill()

        before = len(log(places[lines]))
        enough(places[bad])
        until(lambda: len(log(places[lines])) > before + 1000, what="more lines from the orphan")
        until(lambda: log(places[bad]).endswith(b"done\n"), what="an end that nobody sees")
        server.start()

        failed = until(lambda: (told := show(api, bad))["status"] == 11 and told, what="the failure")
        assert failed["exit_code"] == 7
        assert "7" in failed["error_msg"]
        assert show(api, lines)["status"] == 8
        enough(places[lines])
        until(lambda: show(api, lines)["status"] == 10, what="the job's end")

        whole = log(places[lines]).decode().splitlines()
        printed = [line for line in whole if not line.startswith("[ModelArts Service Log]")]
        count = int(printed[-1].removeprefix("lines: "))
        assert printed == [*(f"line {number}" for number in range(count)), f"lines: {count}"]
        assert api_log(api, lines, "lines") == whole
        with database.read() as session:
            attempts = list(session.execute(select(Workload.attempt, Workload.phase)).all())
        assert attempts == [(1, "ended")] * 2
        unbroken(database)
    assert server.fsck() == "clean"


@pytest.mark.slow
def test_a_model_is_published_once_and_its_service_answers_from_the_same_process(server: Server) -> None:
    api = server.api()
    bucket_folder(server, api, "models")
    made(api.put("/v1", "buckets/models/objects/m/model/config.json", json.dumps(MODEL).encode()))
    made(api.put("/v1", "buckets/models/objects/m/model/customize_service.py", ECHO))
    body = {"model_name": "echo", "model_version": "1.0.0", "source_location": "/models/m/", "model_type": "Custom"}
    model_id = made(api.post("/v1", "models", body))["model_id"]
    server.kill()
    server.start()
    until(lambda: show(api, f"models/{model_id}")["model_status"] == "published", what="the model")

    share = {"model_id": model_id, "specification": "modelarts.vm.cpu.1u", "weight": 100, "instance_count": 1}
    body = {"service_name": "echo", "infer_type": "real-time", "config": [share]}
    service_id = made(api.post("/v1", "services", body))["service_id"]
    until(lambda: show(api, f"services/{service_id}")["status"] == "running", what="the service")
    address = f"/v1/infers/{api.project_id}/{service_id}"

    def ask() -> httpx.Response:
        return server.http.post(address, json={"a": 1}, headers=api.headers)

    first = made(ask())
    assert first["echo"] == {"a": 1}
    server.kill()
    server.start()
    again = until(lambda: (answer := ask()).is_success and answer.json(), what="an answer after the restart")
    assert again == first
    assert show(api, f"services/{service_id}")["status"] == "running"
    with closing(Closing(server)) as database:
        with database.read() as session:
            assert session.execute(select(Workload.attempt, Workload.phase)).all() == [(1, "running")]
        unbroken(database)
    assert server.fsck() == "clean"


class Closing(Database):
    """The server's database, seen from outside."""

    def __init__(self, server: Server) -> None:
        super().__init__(server.settings.database)

    def close(self) -> None:
        self.dispose()


def create_dataset(api: Api, name: str) -> str:
    body = {
        "dataset_name": name,
        "dataset_type": 0,
        "data_sources": [{"data_type": 0, "data_path": "/data/in/"}],
        "work_path": f"/data/{name}/",
        "labels": [{"name": "cat", "type": 0}],
    }
    return made(api.post("/v2", "datasets", body))["dataset_id"]


def publish(api: Api, dataset_id: str) -> str:
    return made(api.post("/v2", f"datasets/{dataset_id}/versions", {}))["version_id"]


def task_of(database: Database, dataset_id: str) -> Task:
    """The newest task of a dataset."""
    with database.read() as session:
        return session.scalars(select(Task).where(Task.resource_id == dataset_id).order_by(Task.id.desc())).first()


def synced(database: Database, dataset_id: str) -> dict[str, Any]:
    """What a sync has left behind, as numbers."""
    with database.read() as session:
        dataset = session.get_one(Dataset, dataset_id)
        report = session.get_one(SyncReport, dataset_id)
        mine = select(func.count(), func.count(Sample.source.distinct())).where(Sample.dataset_id == dataset_id)
        samples, sources = session.execute(mine).one()
    reported = (report.added, report.deleted, report.total, report.skipped, report.problems)
    return {"kept": dataset.total_samples, "samples": samples, "sources": sources, "reported": reported}


def published(server: Server, database: Database, dataset_id: str) -> dict[str, tuple[Any, ...]]:
    """Each version with its counts, after a look at its manifest."""
    with database.read() as session:
        rows = session.scalars(select(Version).where(Version.dataset_id == dataset_id)).all()
    for row in rows:
        content = (server.settings.buckets_dir / row.manifest_url.removeprefix("obs://")).read_bytes()
        assert hashlib.sha256(content).hexdigest() == row.manifest_sha256
        assert len({json.loads(line)["source"] for line in content.splitlines()}) == row.total_samples
    return {
        row.id: (row.name, row.total_samples, row.added_samples, row.deleted_samples, row.modified_samples)
        for row in rows
    }


def start_job(api: Api, name: str, code: bytes) -> str:
    made(api.put("/v1", f"buckets/train/objects/{name}/main.py", code))
    config = {
        "app_url": f"/train/{name}/",
        "boot_file_url": f"/train/{name}/main.py",
        "spec_id": 1,
        "engine_id": 100,
        "worker_server_num": 1,
    }
    told = made(api.post("/v1", "training-jobs", {"job_name": name, "config": config}))
    return f"training-jobs/{told['job_id']}/versions/{told['version_id']}"


def show(api: Api, path: str) -> dict[str, Any]:
    return made(api.get("/v1", path))


def attempt_of(server: Server, database: Database, path: str) -> Path:
    with database.read() as session:
        job = path.split("/")[1]
        row = session.scalars(select(Workload).order_by(Workload.id).offset(int(job) - 1)).first()
    assert row is not None
    return server.settings.jobs_dir / row.directory


def log(place: Path) -> bytes:
    path = place / "log"
    return path.read_bytes() if path.exists() else b""


def enough(place: Path) -> None:
    """Tell a job to end, past the platform."""
    (place / "home" / "enough").touch()


def api_log(api: Api, path: str, name: str) -> list[str]:
    """The whole log, page by page."""
    found: list[str] = []
    base = "0"
    while True:
        page = show(api, f"{path}/aom-log?log_file={name}.0&lines=500&base_line={base}")
        if page["lines"] == "0":
            return found
        found += page["content"].splitlines()
        base = page["end_line"]
