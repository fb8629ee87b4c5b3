"""The S3 service of the tests (`serve.py`) as they start it, fill it and make it misbehave."""

import importlib.metadata
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from maquette.storage.s3 import S3Store
from maquette.storage.s3_requests import Address

ACCESS_KEY, SECRET_KEY, REGION = "test:tester", "testing", "us-east-1"


def interpreter() -> str | None:
    """A Python that has the package `swift`: the one that is named for it, or this one, or None."""
    # By its metadata: `import swift` might find the folder of these tests.
    here = sys.executable if any(importlib.metadata.distributions(name="swift")) else None
    return os.environ.get("MAQUETTE_TEST_S3_PYTHON") or here


class S3Server:
    """Started on entry, stopped on exit; it also ends when the tests die, for its standard input is theirs."""

    def __init__(self, python: str) -> None:
        self.python = python
        self.folder = Path(tempfile.mkdtemp(prefix="maquette-s3-"))
        self.endpoint = ""

    def __enter__(self) -> "S3Server":
        command = [self.python, str(Path(__file__).with_name("serve.py")), str(self.folder)]
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log)
        assert self.process.stdout is not None
        self.endpoint = self.process.stdout.readline().decode().strip()
        if not self.endpoint:
            raise RuntimeError(f"The S3 server did not start:\n{(self.folder / 'log').read_text()}")
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.communicate()
        shutil.rmtree(self.folder, ignore_errors=True)

    def bucket(self, name: str) -> str:
        """A new bucket, made by a client that is not ours."""
        import boto3  # Takes its time, and most tests have no use for it.

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
        return S3Store(Address(bucket=bucket, **{**settings, **changes}))

    def faults(self, rules: str) -> None:
        """Make the server misbehave; `serve.py` describes the rules."""
        beside = self.folder / "fault.json.new"
        beside.write_text(rules)
        beside.replace(self.folder / "fault.json")
