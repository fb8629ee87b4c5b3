"""One store of each kind. The S3 one talks to a real server (OpenStack Swift) that the tests start themselves.

The server needs a Python that has the package `swift`, named by MAQUETTE_TEST_S3_PYTHON, and the script that starts it.
Without them the S3 tests are left out, unless MAQUETTE_REQUIRE=all says that nothing may be.
"""

import itertools
import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest

from maquette.storage import LocalStore, MemoryStore, ObjectStore
from maquette.storage.s3 import S3Store

SCRIPT = "shared/tools/s3up.py"
ACCESS_KEY, SECRET_KEY, REGION = "test:tester", "testing", "us-east-1"


@dataclass(frozen=True)
class S3Server:
    endpoint: str
    folder: Path

    def bucket(self, name: str) -> str:
        client = boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
            region_name=REGION,
        )
        client.create_bucket(Bucket=name)
        client.close()
        return name

    def store(self, bucket: str, **changes: str) -> S3Store:
        settings = {"endpoint": self.endpoint, "access_key": ACCESS_KEY, "secret_key": SECRET_KEY, "region": REGION}
        return S3Store(bucket=bucket, **{**settings, **changes})

    def faults(self, rules: str) -> None:
        """Make the server misbehave; its own script describes the rules."""
        beside = self.folder / "fault.json.new"
        beside.write_text(rules)
        beside.replace(self.folder / "fault.json")


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    python = os.environ.get("MAQUETTE_TEST_S3_PYTHON")
    script = next((up / SCRIPT for up in Path(__file__).resolve().parents if (up / SCRIPT).exists()), None)
    if not python or not script:
        missing = "MAQUETTE_TEST_S3_PYTHON is not set" if not python else f"{SCRIPT} is not there"
        if os.environ.get("MAQUETTE_REQUIRE") == "all":
            pytest.fail(f"The S3 tests cannot run: {missing}.")
        pytest.skip(f"no S3 server: {missing}")
    folder = tmp_path_factory.mktemp("s3")
    port = _free_ports(4)
    subprocess.run([python, script, "start", folder, "--port", str(port)], check=True, timeout=60)
    try:
        yield S3Server(f"http://127.0.0.1:{port}", folder)
    finally:
        subprocess.run([python, script, "stop", folder], check=False, timeout=30)


@pytest.fixture(scope="session")
def make_s3(s3_server: S3Server) -> Callable[[], S3Store]:
    numbers = itertools.count(1)
    return lambda: s3_server.store(s3_server.bucket(f"contract-{next(numbers)}"))


@pytest.fixture(params=["local", "memory", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ObjectStore]:
    """An empty bucket of each kind."""
    made: ObjectStore
    if request.param == "local":
        made = LocalStore(tmp_path)
    elif request.param == "memory":
        made = MemoryStore()
    else:
        made = request.getfixturevalue("make_s3")()
    yield made
    made.close()


def _free_ports(count: int) -> int:
    """The first of so many neighbouring ports that nobody uses."""
    for first in range(18200 + os.getpid() % 1000 * 4, 60000, count):
        try:
            for port in range(first, first + count):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return first
    raise RuntimeError("no free ports")
