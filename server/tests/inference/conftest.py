"""A live platform with models that echo, and somebody who deploys them."""

import json
from importlib import import_module
from typing import Any

import httpx
import pytest
from tests.conftest import Api
from tests.running import Live, home, live, running, sandbox, until

from maquette.pools.flavors import Machine

__all__ = ["home", "live", "running", "sandbox"]

CONFIG = {"model_type": "Custom", "model_algorithm": "free"}
ECHO = """
import os, time
from model_service.model_service import SingleNodeService

class Echo(SingleNodeService):
    def __init__(self, model_name, model_path):
        super().__init__(model_name, model_path)

    def _preprocess(self, data):
        return data

    def _inference(self, data):
        if isinstance(data, dict):
            if "sleep" in data:
                time.sleep(data["sleep"])
            if data.get("die"):
                os._exit(9)
            if "size" in data:
                return "x" * data["size"]
            if "images" in data:
                return {name: len(file.read()) for name, file in data["images"].items()}
        return {"echo": data, "model": "MARK", "mine": os.environ.get("MINE"), "pid": os.getpid()}
"""
ON_CPU = "modelarts.vm.cpu.1u"


class Owner:
    """Somebody with a bucket, models and services."""

    def __init__(self, live: Live, api: Api | None = None, bucket: str = "models") -> None:
        self.live = live
        self.api = api or live.api
        self.bucket = bucket
        made = self.api.post("/v1", "buckets", {"name": bucket})
        assert made.status_code in (200, 201), made.text

    def put(self, key: str, content: str | bytes) -> None:
        content = content.encode() if isinstance(content, str) else content
        answer = self.api.put("/v1", f"buckets/{self.bucket}/objects/{key}", content)
        assert answer.status_code == 200, answer.text

    def lay(self, folder: str, code: str = ECHO, **config: Any) -> str:
        self.put(f"{folder}/model/config.json", json.dumps(CONFIG | config))
        self.put(f"{folder}/model/customize_service.py", code)
        return f"/{self.bucket}/{folder}/"

    def create_model(self, name: str, source: str, **changes: Any) -> Any:
        body = {"model_name": name, "source_location": source, "model_type": "Custom", **changes}
        return self.api.post("/v1", "models", body)

    def model(self, name: str = "echo", code: str | None = None, **config: Any) -> str:
        """Publish a model that answers with its own name."""
        source = self.lay(name, code if code is not None else ECHO.replace("MARK", name), **config)
        answer = self.create_model(name, source)
        assert answer.status_code == 200, answer.text
        identity = answer.json()["model_id"]
        told = until(lambda: (got := self.show(f"models/{identity}"))["model_status"] != "publishing" and got)
        assert told["model_status"] == "published", told
        return identity

    def show(self, path: str) -> dict[str, Any]:
        answer = self.api.get("/v1", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def config(self, *models: str, weights: tuple[int, ...] = (), **changes: Any) -> list[dict[str, Any]]:
        shares = weights or (100,)
        return [
            {"model_id": model, "specification": ON_CPU, "weight": weight, "instance_count": 1, **changes}
            for model, weight in zip(models, shares, strict=True)
        ]

    def create(self, name: str, config: list[dict[str, Any]], **changes: Any) -> Any:
        body = {"service_name": name, "infer_type": "real-time", "config": config, **changes}
        return self.api.post("/v1", "services", body)

    def deploy(self, *models: str, name: str = "echo", **changes: Any) -> "Service":
        answer = self.create(name, self.config(*models, **changes))
        assert answer.status_code == 200, answer.text
        service = Service(self, answer.json()["service_id"])
        service.comes_to("running")
        return service


class Service:
    def __init__(self, owner: Owner, identity: str) -> None:
        self.owner = owner
        self.id = identity
        self.path = f"services/{identity}"

    def show(self) -> dict[str, Any]:
        return self.owner.show(self.path)

    def comes_to(self, *statuses: str, seconds: float = 60) -> dict[str, Any]:
        until(
            lambda: self.show()["status"] in statuses,
            seconds,
            what=lambda: (statuses, self.show(), self.events(), self.instances(), self.log()),
        )
        return self.show()

    def update(self, **changes: Any) -> Any:
        return self.owner.api.put("/v1", self.path, changes)

    def events(self) -> list[str]:
        return [item["event_info"] for item in self.owner.show(f"{self.path}/events")["events"]][::-1]

    def instances(self) -> list[dict[str, Any]]:
        return self.owner.show(f"{self.path}/instances")["instances"]

    def log(self) -> str:
        logs = [self.owner.show(f"{self.path}/instances/{row['instance_id']}/log") for row in self.instances()]
        return "\n".join(log["content"] for log in logs)

    @property
    def address(self) -> str:
        """The path of the access address."""
        return "/" + self.show()["access_address"].split("/", 3)[3]

    def ask(self, body: Any = None, path: str = "", **options: Any) -> httpx.Response:
        headers = self.owner.api.headers | options.pop("headers", {})
        if body is not None:
            options["json"] = body
        url = f"/v1/infers/{self.owner.api.project_id}/{self.id}{path}"
        return self.owner.live.http.request(options.pop("method", "POST"), url, headers=headers, **options)


@pytest.fixture
def owner(running: Live) -> Owner:
    return Owner(running)


@pytest.fixture(autouse=True)
def roomy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with slots enough for any test; flavors are as on a small one."""
    big = Machine(16, 64 << 30)
    for name in ("flavors", "reconciler"):
        monkeypatch.setattr(import_module(f"maquette.pools.{name}"), "machine", lambda: big)
