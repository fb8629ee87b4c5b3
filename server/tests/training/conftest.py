"""A whole platform for jobs: the API on its Unix socket in a thread, and a worker in this process or its own."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from tests.conftest import PASSWORD, Api, Platform
from tests.running import WorkerThread, home, sandbox, until

from maquette.db import Database
from maquette.kit.config import Settings

__all__ = ["home", "sandbox", "until"]  # fixtures and a helper that the tests here take from their conftest

HELLO = b"print('hello from the job', flush=True)\n"


class Desk:
    """Someone who has a bucket and trains."""

    def __init__(self, api: Api, bucket: str = "train") -> None:
        self.api = api
        self.bucket = bucket
        made = api.post("/v1", "buckets", {"name": bucket})
        assert made.status_code in (200, 201), made.text

    def put(self, key: str, content: bytes) -> None:
        answer = self.api.put("/v1", f"buckets/{self.bucket}/objects/{key}", content)
        assert answer.status_code == 200, answer.text

    def read(self, key: str) -> bytes:
        return self.api.get("/v1", f"buckets/{self.bucket}/objects/{key}").content

    def config(self, script: bytes | None = None, **changes: Any) -> dict[str, Any]:
        """A config that runs this script; without one, the code must be there already."""
        if script is not None:
            self.put("code/main.py", script)
        return {
            "worker_server_num": 1,
            "app_url": f"/{self.bucket}/code/",
            "boot_file_url": f"/{self.bucket}/code/main.py",
            "spec_id": 1,
            "pool_id": "public",
            "engine_id": 100,
            **changes,
        }

    def create(self, name: str, script: bytes | None = HELLO, **changes: Any) -> Any:
        return self.api.post("/v1", "training-jobs", {"job_name": name, "config": self.config(script, **changes)})

    def start(self, name: str, script: bytes | None = HELLO, **changes: Any) -> str:
        """Create a job; answers with the path of its version."""
        answer = self.create(name, script, **changes)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        return f"training-jobs/{told['job_id']}/versions/{told['version_id']}"

    def show(self, path: str) -> dict[str, Any]:
        answer = self.api.get("/v1", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def log(self, path: str) -> str:
        name = self.show(f"{path}/log/file-names")["log_file_list"][0]
        return self.show(f"{path}/aom-log?log_file={name}&lines=500")["content"]

    def ended(self, path: str, seconds: float = 60) -> dict[str, Any]:
        return until(
            lambda: (told := self.show(path))["status"] in (10, 11, 12, 13, 14) and told, seconds, what="the job's end"
        )

    def says(self, path: str, text: str, seconds: float = 60) -> None:
        until(lambda: text in self.log(path), seconds, what=f"'{text}' in the log")


@pytest.fixture
def desk(api: Api) -> Desk:
    return Desk(api)


class Live:
    """The API of a home, in this process, answering on the workloads' socket."""

    def __init__(self, settings: Settings) -> None:
        settings.prepare()
        self.settings = settings
        self.database = Database(settings.database, settings.worker_socket)
        self.platform = Platform(settings, self.database)
        config = uvicorn.Config(self.platform.app, uds=str(settings.workload_socket), log_level="error", lifespan="off")
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        until(lambda: self.server.started, what="the API")
        self.desk = Desk(Api(self.platform.client, "admin", PASSWORD))

    def close(self) -> None:
        self.server.should_exit = True
        self.thread.join(10)
        self.platform.client.close()
        self.database.dispose()


@pytest.fixture
def live(home: Path, sandbox: str) -> Iterator[Live]:
    made = Live(Settings(home=home, sandbox=sandbox))
    yield made
    made.close()


@pytest.fixture
def running(live: Live) -> Iterator[Live]:
    """The same with a worker."""
    worker = WorkerThread(live.settings)
    yield live
    worker.close()
