"""Jobs from creation to their end, run for real: what they print, how they fail, and that nothing kills them but us."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from tests.training.conftest import Live, until

from maquette.kit.config import Settings
from maquette.pools import Workload, flavors

LOOP = b"""
import sys, time
print('begun', flush=True)
deadline = time.monotonic() + 60
while time.monotonic() < deadline:
    print('still here', flush=True)
    time.sleep(0.02)
"""
POLITE = b"""
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: (print('asked to end', flush=True), sys.exit(0)))
print('begun', flush=True)
deadline = time.monotonic() + 60
while time.monotonic() < deadline:
    time.sleep(0.01)
"""
TRAIN = b"""
import argparse, os
import moxing as mox
parser = argparse.ArgumentParser()
parser.add_argument('--data_url')
parser.add_argument('--train_url')
args = parser.parse_args()
mox.file.copy_parallel(args.data_url, '/cache/data' if os.path.isdir('/cache') else 'data')
text = mox.file.read(args.data_url + 'numbers.txt')
mox.file.write(args.train_url + 'model.txt', text.upper())
print('trained', os.environ['MA_VJ_NAME'], os.environ['MA_CODE_DIR'], flush=True)
"""
FAILING = b"""
import os, sys, time
print('begun', flush=True)
while not os.path.exists(os.path.expanduser('~/enough')):
    time.sleep(0.01)
sys.exit(7)
"""
GREEDY = b"""
print('begun', flush=True)
hoard = []
while True:
    hoard.append(b'x' * (16 << 20))
"""
WORKER = (
    "from maquette.kit.config import Settings; from maquette.worker import main; s = Settings(); s.prepare(); main(s)"
)


def test_a_job_prints_and_completes(running: Live) -> None:
    desk = running.desk
    script = b"import sys; print('hello', sys.argv[1:], flush=True)"
    path = desk.start("hello", script, parameter=[{"label": "lr", "value": 0.1}])
    told = desk.ended(path)
    assert (told["status"], told["exit_code"]) == (10, 0), desk.log(path)
    assert "error_msg" not in told
    assert told["start_time"]
    assert "hello ['--lr=0.1']" in desk.log(path)


def test_a_job_reads_and_writes_its_bucket_and_leaves_its_log(running: Live) -> None:
    desk = running.desk
    desk.put("data/numbers.txt", b"one two")
    path = desk.start("train", TRAIN, data_url="/train/data/", train_url="obs://train/out/", log_url="/train/logs/")
    assert desk.ended(path)["status"] == 10, desk.log(path)
    assert desk.read("out/model.txt") == b"ONE TWO"
    name = desk.show(path)["resource_id"].removeprefix("job")
    log = f"logs/modelarts-job-{name}-worker-0.log"
    until(lambda: f"trained ma-job-{name}".encode() in desk.read(log), what="the log in its bucket")
    until(lambda: not (_directory(running) / "home").exists(), what="the end of its scratch")


def test_a_jobs_token_ends_with_it(running: Live) -> None:
    desk = running.desk
    path = desk.start("token", POLITE)
    desk.says(path, "begun")
    token = json.loads((_directory(running) / "files" / "0").read_text())["token"]

    def ask() -> int:
        answer = running.platform.client.get(f"/v1/{desk.api.project_id}/buckets", headers={"X-Auth-Token": token})
        return answer.status_code

    assert ask() == 200
    desk.api.post("/v1", f"{path}/stop")
    desk.ended(path)
    assert ask() == 401
    assert token not in desk.log(path)


def test_a_job_that_fails_says_why(running: Live) -> None:
    desk = running.desk
    failed = desk.ended(desk.start("fails", b"import sys; sys.exit(3)"))
    assert (failed["status"], failed["exit_code"], failed["reason"]) == (11, 3, "failed")
    assert failed["error_msg"] == "The command ended with exit code 3."
    killed = desk.ended(desk.start("killed", b"import os; os.kill(os.getpid(), 11)"))
    assert (killed["signal"], killed["reason"]) == (11, "signal")
    assert "SIGSEGV" in killed["error_msg"]


def test_a_job_that_takes_too_much_memory_says_so(running: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    small = replace(flavors()[0], memory=256 << 20)
    monkeypatch.setattr("maquette.pools.workloads.find_flavor", lambda _code: small)
    desk = running.desk
    told = desk.ended(desk.start("greedy", GREEDY))
    assert (told["status"], told["reason"]) == (11, "out_of_memory")
    assert "MiB of memory" in told["error_msg"]


def test_stopping_a_job_asks_it_first(running: Live) -> None:
    desk = running.desk
    path = desk.start("loops", POLITE)
    desk.says(path, "begun")
    assert desk.api.post("/v1", f"{path}/stop").status_code == 200
    told = desk.ended(path)
    assert (told["status"], told["error_msg"]) == (12, "It was stopped by admin.")
    assert "asked to end" in desk.log(path)


def test_a_deleted_running_job_leaves_nothing(running: Live) -> None:
    desk = running.desk
    path = desk.start("gone", POLITE)
    desk.says(path, "begun")
    assert desk.api.delete("/v1", path.partition("/versions")[0]).status_code == 200
    until(lambda: not list(running.settings.jobs_dir.iterdir()), what="an empty jobs directory")
    until(lambda: not _workloads(running), what="an empty table")


def test_a_log_is_followed_as_it_grows(running: Live) -> None:
    desk = running.desk
    path = desk.start("follow", b"import time\nfor i in range(5):\n    print('step', i, flush=True); time.sleep(0.1)\n")
    events: list[tuple[str, dict[str, Any]]] = []
    url = f"/v1/{desk.api.project_id}/{path}/log-stream"
    with running.platform.client.stream("GET", url, headers=desk.api.headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        name = ""
        for line in answer.iter_lines():
            field, _, value = line.partition(": ")
            if field == "event":
                name = value
            elif field == "data":
                events.append((name, json.loads(value)))
    assert events[-1][0] == "end"
    assert events[-1][1]["status"] == 10
    assert "".join(told["text"] for name, told in events if name == "log") == desk.log(path)


def test_usage_is_shown_while_it_runs(running: Live) -> None:
    desk = running.desk
    path = desk.start("usage", LOOP)
    points = until(lambda: desk.show(f"{path}/usage")["points"], what="a point of usage")
    assert points[0]["memory"] > 0
    assert desk.show(path)["system_metric_list"]["memUsage"]
    desk.api.post("/v1", f"{path}/stop")
    desk.ended(path)


@pytest.mark.slow
def test_a_killed_worker_kills_no_job(live: Live) -> None:
    desk = live.desk
    worker = _worker(live.settings)
    path = desk.start("lives", LOOP)
    desk.says(path, "still here")
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    log = _directory(live) / "log"
    before = log.stat().st_size
    until(lambda: log.stat().st_size > before + 200, what="more of the log")
    assert desk.show(path)["status"] == 8
    again = _worker(live.settings)
    try:
        assert desk.api.post("/v1", f"{path}/stop").status_code == 200
        told = desk.ended(path)
        assert (told["status"], told["reason"]) == (12, "stopped")
        assert "begun" in desk.show(f"{path}/aom-log?log_file=lives.0&lines=20")["content"]
    finally:
        again.terminate()
        again.wait(20)


@pytest.mark.slow
def test_what_ended_while_no_worker_lived_is_told_truly(live: Live) -> None:
    desk = live.desk
    worker = _worker(live.settings)
    path = desk.start("alone", FAILING)
    desk.says(path, "begun")
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    (_directory(live) / "home" / "enough").touch()
    until(lambda: json.loads((_directory(live) / "state.json").read_text())["phase"] == "exited", what="its end")
    again = _worker(live.settings)
    try:
        told = desk.ended(path)
        assert (told["status"], told["exit_code"]) == (11, 7)
    finally:
        again.terminate()
        again.wait(20)


def _workloads(live: Live) -> Sequence[Workload]:
    with live.database.read() as session:
        return session.scalars(select(Workload)).all()


def _directory(live: Live) -> Path:
    return live.settings.jobs_dir / _workloads(live)[0].directory


def _worker(settings: Settings) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "MAQUETTE_HOME": str(settings.home), "MAQUETTE_SANDBOX": settings.sandbox}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    return subprocess.Popen([sys.executable, "-c", WORKER], env=environment, start_new_session=True)
