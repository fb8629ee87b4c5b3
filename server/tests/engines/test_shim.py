"""What the shim reads from the kernel, where the ordinary way and its substitute must agree."""

import os
import subprocess
from pathlib import Path

import pytest

from maquette.engines.shim import kernel
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
