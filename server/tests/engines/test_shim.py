"""What the shim reads from the kernel, where the ordinary way and its substitute must agree."""

import json
import os
import subprocess
import time
from pathlib import Path

import pytest

from maquette.engines.shim import kernel, supervisor
from maquette.engines.shim.journal import Log

from .conftest import until


def test_descendants_are_found_with_and_without_lists_of_children(monkeypatch: pytest.MonkeyPatch) -> None:
    process = subprocess.Popen(["/bin/sh", "-c", "sleep 60 & sleep 60"])
    try:
        until(lambda: len(kernel.descendants(process.pid)) == 2)
        listed = kernel.descendants(process.pid)
        monkeypatch.setattr(kernel.os.path, "exists", lambda path: False)
        assert sorted(kernel.descendants(process.pid)) == sorted(listed)
        assert kernel.weigh(listed)[0] > 0
        assert 0 < kernel.proportional(listed) <= kernel.weigh(listed)[0]
    finally:
        for pid in (*kernel.descendants(process.pid), process.pid):
            kernel.send(pid, 9)
        process.wait()


def test_a_number_in_a_kernel_file(tmp_path: Path) -> None:
    (tmp_path / "memory.events").write_text("low 0\noom 2\noom_kill 3\n")
    assert kernel.read_key(f"{tmp_path}/memory.events", b"oom_kill") == 3
    assert kernel.read_key(f"{tmp_path}/absent", b"oom_kill") == 0


def test_the_log_tells_its_end_and_its_last_line(tmp_path: Path) -> None:
    (tmp_path / "log").touch()
    log = Log(f"{tmp_path}/log", 1000, None)
    assert log.take()
    os.write(log.sink, b"one\ntwo\n")
    os.close(log.sink)
    assert not log.take()
    assert log.last_line() == "two"
    os.close(log.file)
    os.close(log.source)


def test_a_process_that_has_ended_is_not_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = {"cgroup": None, "kernel_memory": False, "kernel_processes": False, "sandbox": False, "boot": "b"}
    bounds = {"memory_bytes": 1 << 40, "processes": 100, "log_bytes": 1000, "owner": None}
    (tmp_path / "log").touch()
    (tmp_path / "launch.json").write_text(json.dumps(plan | bounds))
    watching = supervisor.Supervisor(str(tmp_path))
    process = subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin
    assert process.stdout
    process.stdin.write(b"!\n")
    process.stdin.flush()
    assert process.stdout.readline() == b"!\n"  # by now it holds memory
    monkeypatch.setattr(supervisor, "descendants", lambda _: [process.pid])
    usage = tmp_path / "usage.jsonl"
    watching.measure(time.monotonic())
    assert len(usage.read_text().splitlines()) == 1
    process.stdin.close()  # it ends, and nobody has asked for its exit code yet
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    watching.measure(time.monotonic() + 10)
    assert len(usage.read_text().splitlines()) == 1
    process.stdout.close()
    process.wait()
