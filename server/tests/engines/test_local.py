"""What is the local engine's own: its choice of isolation, and the limits it asks of the kernel."""

from pathlib import Path

import pytest

from maquette.engines import LocalEngine, Phase
from maquette.engines.base import Launch
from maquette.engines.cgroups import Bounds, Groups
from maquette.kit.errors import Invalid


def test_without_bubblewrap_the_engine_says_so_and_falls_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    isolation = LocalEngine(tmp_path / "home").isolation()
    assert (isolation.kind, isolation.strong) == ("process", False)
    assert "not installed" in isolation.why


def test_nothing_runs_where_a_sandbox_is_required_and_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    engine = LocalEngine(tmp_path / "home", sandbox="bubblewrap")
    assert not engine.isolation().strong
    launch = Launch(key="a", directory=tmp_path / "a", command=("/bin/true",), env={})
    engine.launch(launch)
    seen = engine.observe(launch.directory)
    assert (seen.phase, seen.reason) == (Phase.EXITED, "not_started")
    assert "not installed" in seen.message


def test_an_unknown_sandbox_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid):
        LocalEngine(tmp_path, sandbox="chroot")


def test_limits_are_given_to_the_kernel_where_it_takes_them(tmp_path: Path) -> None:
    groups = Groups(tmp_path, frozenset({"memory", "pids", "cpu"}))
    group = groups.make("job", Bounds(memory_bytes=1 << 30, processes=100, cpu=1.5))
    assert group is not None
    assert group == tmp_path / "job"
    assert {file.name: file.read_text() for file in group.iterdir()} == {
        "memory.max": str(1 << 30),
        "memory.oom.group": "1",
        "memory.swap.max": "0",
        "pids.max": "100",
        "cpu.max": "150000 100000",
    }
    assert Groups(None).make("job", Bounds(1, 1, 1)) is None
