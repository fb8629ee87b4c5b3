"""`maquette_runtime.serve` as a process: readiness, requests, errors, draining."""

import json
import os
import select
import signal
import socket
import sys
import threading

import pytest
from sdk_testkit.service import Service, UnixConnection, start, wait_for
from sdk_testkit.wanted import wanted

CONFIG = {"model_type": "PyTorch", "apis": [{"url": "/predict", "method": "post"}]}
SERVICE = """
import os, sys, time
import sibling
import log
from metric.metrics_manager import MetricsManager
from model_service.pytorch_model_service import PTServingBaseService

logger = log.getLogger(__name__)

class Middle(PTServingBaseService):
    pass

class Service(Middle):
    def __init__(self, model_name, model_path):
        super(PTServingBaseService, self).__init__(model_name, model_path)
        assert os.path.isfile(model_path) and self.model_path == model_path
        assert model_name + "_LatencyInference" in MetricsManager.metrics

    def _inference(self, data):
        if data.get("exit"):
            sys.exit(3)
        if "sleep" in data:
            time.sleep(data["sleep"])
        if "wrong" in data:
            raise KeyError(data["wrong"])
        if "images" in data:
            return {name: len(file.read()) for name, file in data["images"].items()}
        return {"echo": data, "env": os.environ.get("MINE")}
"""


@pytest.fixture
def service(tmp_path, socket_directory, platform, server):
    for name, text in {
        "config.json": json.dumps(CONFIG),
        "customize_service.py": SERVICE,
        "sibling.py": "",
        "w.pt": "x",
    }.items():
        server.put("b", f"app/model/{name}", text.encode())
    spec = {
        "model": "obs://b/app",
        "directory": str(tmp_path / "package"),
        "environments": {"MINE": "1"},
        "body_limit": 100_000,
    }
    process, path = start(tmp_path, socket_directory, platform, **spec)
    wait_for(process, path)
    yield Service(process, path)
    if process.poll() is None:
        process.kill()
    process.communicate()


def test_requests_and_errors(service):
    assert service.ask("GET", "/health") == (200, {"health": "true"})
    assert service.ask(body={"a": 1}) == (200, {"echo": {"a": 1}, "env": "1"})
    assert service.ask(path="/predict?x=1", body={}) == (200, {"echo": {}, "env": "1"})
    form = b'--X\r\nContent-Disposition: form-data; name="images"; filename="a"\r\n\r\n12345\r\n--X--\r\n'
    assert service.ask(body=form, kind="multipart/form-data; boundary=X") == (200, {"a": 5})
    status, told = service.ask(body={"wrong": "colour"})
    assert (status, told) == (500, {"error_code": "ModelArts.4503", "error_msg": "KeyError: 'colour'"})
    assert service.ask(body={"exit": True})[0] == 500
    assert service.ask(body=b"{")[0] == 400
    assert service.ask(body=b"--X", kind="multipart/form-data; boundary=X")[0] == 400
    assert service.ask(path="/none")[0] == 404
    assert service.ask("PUT")[0] == 405
    assert service.ask(body=b"1" * 100_001)[0] == 413
    service.process.send_signal(signal.SIGTERM)
    log = service.process.communicate(timeout=20)[0]
    assert service.process.returncode == 0
    assert "Traceback" in log
    assert "KeyError: 'colour'" in log
    assert "inference" in log
    assert not os.path.exists(service.path)


def test_connections_are_kept_and_bodies_may_be_chunked(service):
    connection = UnixConnection(service.path)
    for number in range(3):
        connection.request(
            "POST", "/", iter([b'{"n": ', str(number).encode(), b"}"]), {"Content-Type": "application/json"}
        )
        assert json.loads(connection.getresponse().read())["echo"] == {"n": number}
    kept = connection.sock
    connection.request("POST", "/", b"{}", {"Content-Type": "application/json"})
    connection.getresponse().read()
    assert connection.sock is kept
    connection.close()


def test_malformed_requests_are_refused(service):
    for sent in (
        b"nonsense\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nA: " + b"a" * 70_000,
    ):
        with socket.socket(socket.AF_UNIX) as raw:
            raw.settimeout(20)
            raw.connect(service.path)
            raw.sendall(sent)
            assert raw.recv(100).startswith(b"HTTP/1.1 4")


def test_requests_in_progress_finish_after_sigterm(service):
    idle = UnixConnection(service.path)
    idle.request("GET", "/health")
    idle.getresponse().read()
    answers = []
    asking = threading.Thread(target=lambda: answers.append(service.ask(body={"sleep": 0.5})))
    asking.start()
    select.select([], [], [], 0.2)
    service.process.send_signal(signal.SIGTERM)
    asking.join()
    assert answers[0][0] == 200
    service.process.communicate(timeout=20)
    assert service.process.returncode == 0
    idle.close()


def test_a_package_that_cannot_be_served_says_why(tmp_path, socket_directory, platform):
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "config.json").write_text(json.dumps(CONFIG))
    process, path = start(tmp_path, socket_directory, platform, model=str(tmp_path / "app"))
    log = process.communicate(timeout=30)[0]
    assert process.returncode == 66
    assert "needs one" in log
    assert not os.path.exists(path)
    process, _ = start(tmp_path, socket_directory, platform, model="obs://b/none")
    assert "cannot be downloaded" in process.communicate(timeout=30)[0]
    assert process.returncode == 65


def test_scikit_learn_packages_need_no_code(tmp_path, monkeypatch):
    joblib = wanted("joblib")
    linear = wanted("sklearn.linear_model")
    from maquette_runtime.package import Package
    from maquette_runtime.serve import Predictor, Request

    (tmp_path / "config.json").write_text('{"model_type": "Scikit_Learn"}')
    joblib.dump(linear.LinearRegression().fit([[0.0], [1.0]], [0.0, 2.0]), tmp_path / "model.m")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", list(sys.path))
    package = Package(str(tmp_path))
    request = Request("POST", "/", "HTTP/1.1")
    request.body = b'{"data": {"req_data": [{"x": 3}]}}'
    status, answer = Predictor(package, package.service("m"), 1).handle(request)
    assert status == 200
    assert json.loads(answer)[0]["predictresult"] == pytest.approx(6.0)
