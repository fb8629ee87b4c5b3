"""What a killed worker, API or instance costs: nothing that was promised."""

import os
import signal
from collections.abc import Iterator

import pytest
from tests.inference.conftest import ECHO, Owner
from tests.running import Live, WorkerProcess, until

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("sandbox", ["process"], indirect=True)]


@pytest.fixture
def worker(live: Live) -> Iterator[WorkerProcess]:
    made = WorkerProcess(live.settings)
    yield made
    made.close()


def test_services_outlive_worker_and_api(live: Live, worker: WorkerProcess) -> None:
    owner = Owner(live)
    service = owner.deploy(owner.model())
    pid = service.ask({}).json()["pid"]
    worker.kill()
    assert service.ask({}).json()["pid"] == pid
    live.restart()
    assert service.ask({}).json()["pid"] == pid
    worker.start()
    # The next worker knows the instance as its own: what is asked for is done, and nothing is started twice.
    os.kill(pid, signal.SIGKILL)
    until(lambda: any("signal 9" in info for info in service.events()), what=service.events)
    until(lambda: (got := service.ask({})).status_code == 200 and got.json()["pid"] != pid, what=service.show)
    assert len(service.instances()) == 1
    assert service.update(status="stopped").status_code == 200
    service.comes_to("stopped")


def test_what_happened_while_no_worker_ran_is_made_good(live: Live, worker: WorkerProcess) -> None:
    owner = Owner(live)
    service = owner.deploy(owner.model())
    pid = service.ask({}).json()["pid"]
    worker.kill()
    os.kill(pid, signal.SIGKILL)
    until(lambda: service.ask({}).status_code == 503)
    worker.start()
    until(lambda: (got := service.ask({})).status_code == 200 and got.json()["pid"] != pid, what=service.show)


def test_publishing_that_was_killed_is_done_once(live: Live, worker: WorkerProcess) -> None:
    owner = Owner(live)
    source = owner.lay("large", ECHO)
    weights = live.settings.buckets_dir / owner.bucket / "large" / "model"
    for number in range(300):
        (weights / f"w{number:03d}.bin").write_bytes(bytes([number % 256]) * 300_000)
    model = owner.create_model("large", source).json()["model_id"]
    draft = live.settings.models_dir / f".{model}"
    until(lambda: draft.exists() and len(list(draft.iterdir())) > 20)
    worker.kill()
    assert not (live.settings.models_dir / model).exists()
    assert owner.show(f"models/{model}")["model_status"] == "publishing"
    worker.start()
    told = until(lambda: (got := owner.show(f"models/{model}"))["model_status"] == "published" and got)
    assert len(told["files"]) == 302
    assert told["model_size"] == sum(each["size"] for each in told["files"])
    assert sorted(path.name for path in live.settings.models_dir.iterdir()) == [model]
