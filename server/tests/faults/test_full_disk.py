"""A disk that fills up under a running server: a clear error, reads go on, nothing is lost, no restart is needed."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from tests.conftest import Api, required
from tests.faults.serving import Server, serving, until

from maquette.datasets.tables import Version
from maquette.datasets.versions import STATUS_ERROR
from maquette.tasks.tables import ACTIVE, FAILED, SUCCEEDED, Task

DISK = "64m"
PIECE = 64 << 10
SAMPLES = 4000


@pytest.fixture
def server(template: Path) -> Iterator[Server]:
    """A server whose home is a small disk of its own, and which keeps nothing in reserve."""
    if os.getuid() != 0:
        required("only root can mount a small disk")

    def mount(home: Path) -> None:
        command = ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=0700", "maquette-test", str(home)]
        if subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode:
            required("a small disk cannot be mounted here")

    with serving(template, mount, free_space_reserve="0") as made:
        yield made


class Filler:
    """A file that takes all there is."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def fill(self, leaving: int = 0) -> None:
        with self.path.open("ab", buffering=0) as file:
            for size in (PIECE, 512):
                with contextlib.suppress(OSError):
                    while file.write(b"\0" * size):
                        pass
        assert shutil.disk_usage(self.path).free == 0
        os.truncate(self.path, self.path.stat().st_size - leaving)

    def free(self) -> None:
        self.path.unlink()


def unsized(size: int) -> Iterator[bytes]:
    """A body that does not say how long it is, so that the disk itself must refuse it."""
    for _ in range(size // PIECE):
        yield b"x" * PIECE


def refused(answer: Any) -> bool:
    """Whether the disk was full; any other failure is one of the test."""
    if answer.is_success:
        return False
    assert answer.status_code == 507, (answer.status_code, answer.text)
    assert answer.json()["error_code"] == "ModelArts.0109"
    assert "ree space" in answer.json()["error_msg"]
    return True


def labelled(api: Api) -> str:
    """A dataset of all that lies in the bucket's `in/`."""
    body = {
        "dataset_name": "animals",
        "dataset_type": 0,
        "data_sources": [{"data_type": 0, "data_path": "/data/in/"}],
        "work_path": "/data/out/",
        "labels": [{"name": "cat", "type": 0}],
    }
    dataset_id = api.post("/v2", "datasets", body).json()["dataset_id"]
    until(lambda: api.get("/v2", f"datasets/{dataset_id}/sync-data/status").json()["status"] == "COMPLETED")
    return dataset_id


@pytest.mark.slow
def test_a_full_disk_is_said_survived_and_forgotten(server: Server) -> None:
    api = server.api()
    assert api.post("/v1", "buckets", {"name": "data"}).is_success
    folder = server.settings.buckets_dir / "data" / "in"
    folder.mkdir(parents=True)
    for number in range(SAMPLES):
        (folder / f"{number}-{'n' * 200}.jpg").write_bytes(b"x")
    dataset_id = labelled(api)
    objects = "buckets/data/objects"
    assert api.put("/v1", f"{objects}/kept.bin", b"kept").is_success
    begun = api.post("/v1", "buckets/data/uploads", {"key": "big.bin", "size": 4 * PIECE}).json()
    upload = f"buckets/data/uploads/{begun['upload_id']}"
    assert api.put("/v1", f"{upload}?offset=0", b"a" * PIECE).json() == {"offset": PIECE}
    processes = server.child("api"), server.child("worker")

    filler = Filler(server.home / "filler")
    processes[1].suspend()
    first = api.post("/v2", f"datasets/{dataset_id}/versions", {"version_name": "first"}).json()["version_id"]
    filler.fill(leaving=12 * PIECE)  # room for the database, and not for the manifest
    processes[1].resume()
    told = until(lambda: (now := api.get("/v2", f"datasets/{dataset_id}/versions/{first}").json())["status"] and now)
    assert told["status"] == STATUS_ERROR
    assert "ree space" in told["message"]

    filler.fill()
    said = [
        api.put("/v1", f"{objects}/declared.bin", b"x" * PIECE),
        api.request("PUT", "/v1", f"{objects}/unsized.bin", content=unsized(4 * PIECE)),
        api.request("PUT", "/v1", f"{objects}/kept.bin", content=unsized(4 * PIECE)),
        api.put("/v1", f"{upload}?offset={PIECE}", b"b" * PIECE),
    ]
    assert [refused(answer) for answer in said] == [True] * 4

    # The database has some room inside its files. It is used up, then refused.
    names: list[str] = []
    for name in (f"team-{number}" for number in range(500)):
        if refused(api.post("/v1", "workspaces", {"name": name, "description": "d" * 250})):
            break
        names.append(name)
    else:
        pytest.fail("the database found room for everything")
    asked = api.post("/v2", f"datasets/{dataset_id}/versions", {"version_name": "full"})
    known = {first} if refused(asked) else {first, asked.json()["version_id"]}

    assert api.get("/v1", f"{objects}/kept.bin").content == b"kept"
    assert api.get("/v1", upload).json()["offset"] >= PIECE
    listed = api.get("/v1", objects, params={"delimited": "true"}).json()["objects"]
    assert [each["key"] for each in listed] == ["kept.bin"]
    assert api.get("/v2", "datasets").json()["total_number"] == 1
    assert api.get("/v2", f"datasets/{dataset_id}/data-annotations/samples").json()["sample_count"] == SAMPLES

    filler.free()
    found = api.get("/v1", "workspaces").json()["workspaces"]
    assert {each["name"] for each in found} == {"default", *names}
    assert api.put("/v1", f"{objects}/declared.bin", b"x" * PIECE).is_success
    offset = api.get("/v1", upload).json()["offset"]
    body = b"a" * PIECE + b"b" * 3 * PIECE
    assert api.put("/v1", f"{upload}?offset={offset}", body[offset:]).json() == {"offset": 4 * PIECE}
    assert api.post("/v1", f"{upload}/complete").is_success
    assert api.get("/v1", f"{objects}/big.bin").content == body

    with server.database() as database:

        def settled() -> bool:
            with database.read() as session:
                return not session.scalar(select(Task.id).where(Task.state.in_(ACTIVE)).limit(1))

        until(settled, 90, what="the end of what was asked for on the full disk")
        with database.read() as session:
            assert {row.id for row in session.scalars(select(Version))} == known
            tasks = session.scalars(select(Task).where(Task.kind == "dataset.publish")).all()
        for task in tasks:
            assert task.state == SUCCEEDED or (task.state == FAILED and "ree space" in task.error_msg), task.error_msg
    version_id = api.post("/v2", f"datasets/{dataset_id}/versions", {}).json()["version_id"]
    path = f"datasets/{dataset_id}/versions/{version_id}"
    until(lambda: api.get("/v2", path).json()["status"] != 0, what="the version")
    assert api.get("/v2", path).json()["total_sample_count"] == SAMPLES
    assert server.fsck() == "clean"
    assert (server.child("api"), server.child("worker")) == processes
    assert "Traceback" not in server.complained() or "No space left" in server.complained()
