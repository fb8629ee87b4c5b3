"""What the prediction gateway costs: the same requests, by the same keep-alive client, through the access address (with
a token) and straight to the instance's Unix socket, in turns. The model echoes.

Other work on the machine disturbs: the fastest and the median of the rounds are told.
"""

import http.client
import json
import socket
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from serving import Served, percentile, served

ROUNDS, REQUESTS = 20, 50
_ECHO = b"""
from model_service.model_service import SingleNodeService
class Echo(SingleNodeService):
    def _report(self, *times):
        pass
"""
_BODY = json.dumps({"data": list(range(32))}).encode()


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost")
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


def main() -> list[tuple[str, str, str, str]]:
    with served() as server:
        service = _deploy(server)
        project, token = server.rest.project_id, server.rest._headers["X-Auth-Token"]
        instance = next(Path(server.settings.runtime_dir).glob("i/*/s"))
        headers = {"Content-Type": "application/json"}
        direct = (UnixConnection(str(instance)), "/", headers)
        network = http.client.HTTPConnection(urlsplit(server.url).netloc)
        gateway = (network, f"/v1/infers/{project}/{service}", headers | {"X-Auth-Token": token})
        took: dict[str, list[list[float]]] = {"direct": [], "gateway": []}
        for _ in range(ROUNDS):
            took["direct"].append(_measure(*direct))
            took["gateway"].append(_measure(*gateway))
        server.rest.call("DELETE", "v1", f"services/{service}")
        _until(lambda: not instance.exists())
    return [_row("p50", 0.5, took, "3 ms"), _row("p95", 0.95, took, "")]


def _row(name: str, share: float, took: dict[str, list[list[float]]], target: str) -> tuple[str, str, str, str]:
    of = {way: [percentile(times, share) for times in rounds] for way, rounds in took.items()}
    fastest, median = ({way: pick(values) for way, values in of.items()} for pick in (min, _median))
    figure = f"{median['gateway'] - median['direct']:.2f} ms"
    against = (
        f"gateway {median['gateway']:.2f} ms, direct {median['direct']:.2f} ms "
        f"({median['gateway'] / median['direct']:.1f} ×); fastest rounds {fastest['gateway']:.2f} and "
        f"{fastest['direct']:.2f} ms"
    )
    return f"added by the prediction gateway, {name}", figure, against, target


def _median(values: list[float]) -> float:
    return percentile(values, 0.5)


def _deploy(server: Served) -> str:
    call = server.rest.call
    call("POST", "v1", "buckets", json={"name": "bench"})
    config = json.dumps({"model_type": "Custom", "model_algorithm": "free"})
    call("PUT", "v1", "buckets/bench/objects/m/model/config.json", content=config)
    call("PUT", "v1", "buckets/bench/objects/m/model/customize_service.py", content=_ECHO)
    wanted: dict[str, Any] = {"model_name": "echo", "source_location": "/bench/m/", "model_type": "Custom"}
    model = call("POST", "v1", "models", json=wanted)["model_id"]
    _until(lambda: call("GET", "v1", f"models/{model}")["model_status"] == "published")
    item = {"model_id": model, "specification": "modelarts.vm.cpu.1u", "weight": 100, "instance_count": 1}
    wanted = {"service_name": "echo", "infer_type": "real-time", "config": [item]}
    service = call("POST", "v1", "services", json=wanted)["service_id"]
    _until(lambda: call("GET", "v1", f"services/{service}")["status"] == "running")
    return service


def _until(holds) -> None:
    until = time.monotonic() + 60
    while not holds():
        if time.monotonic() > until:
            raise SystemExit("the service did not come up")
        time.sleep(0.05)


def _measure(connection: http.client.HTTPConnection, path: str, headers: dict[str, str]) -> list[float]:
    """Milliseconds of each request."""
    took: list[float] = []
    for _ in range(REQUESTS):
        begun = time.perf_counter()
        connection.request("POST", path, _BODY, headers)
        answer = connection.getresponse()
        content = answer.read()
        took.append((time.perf_counter() - begun) * 1000)
        if answer.status != 200:
            raise SystemExit(f"{answer.status} {content.decode()}")
    return took


if __name__ == "__main__":
    for row in main():
        print(" | ".join(row))
