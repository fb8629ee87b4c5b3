"""A `maquette_runtime.serve` process and a client for it."""

import contextlib
import http.client
import json
import os
import select
import socket
import subprocess
import sys
import time


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=20)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20)
        self.sock.connect(self.path)


class Service:
    def __init__(self, process, path):
        self.process = process
        self.path = path

    def ask(self, method="POST", path="/", body=None, kind="application/json"):
        connection = UnixConnection(self.path)
        try:
            body = json.dumps(body).encode() if not isinstance(body, bytes) else body
            # A body that is refused may not be read to its end: the answer is there all the same.
            with contextlib.suppress(BrokenPipeError):
                connection.request(method, path, body, {"Content-Type": kind})
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()


def start(tmp_path, socket_directory, environment, **spec):
    path = str(socket_directory / "model.sock")
    told = {"socket": path, "model_name": "m", **spec}
    (tmp_path / "spec.json").write_text(json.dumps(told))
    return subprocess.Popen(
        [sys.executable, "-m", "maquette_runtime.serve", str(tmp_path / "spec.json")],
        env={"PATH": os.environ["PATH"], **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ), path


def wait_for(process, path, seconds=30):
    until = time.monotonic() + seconds
    while not os.path.exists(path):
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < until
        select.select([], [], [], 0.01)
