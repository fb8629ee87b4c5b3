"""Reading what attempts leave behind, whatever they wrote."""

import json
from pathlib import Path

from maquette.pools import usage_of
from maquette.pools.watching import read_bytes


def test_usage_is_thinned_from_its_end(tmp_path: Path) -> None:
    lines = [json.dumps({"t": t, "cpu": 0.5, "memory": t * 10}) for t in range(1000)]
    (tmp_path / "usage.jsonl").write_text("\n".join([*lines, '{"t": 10']))
    points = usage_of(tmp_path, 100)
    assert len(points) <= 100
    assert points[-1]["t"] >= 980
    assert [point["t"] for point in points] == sorted(point["t"] for point in points)


def test_nonsense_and_nothing_are_no_usage(tmp_path: Path) -> None:
    assert usage_of(tmp_path) == []
    (tmp_path / "usage.jsonl").write_text('[]\nnull\n{"t": "x"}\n')
    assert usage_of(tmp_path) == []


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "log").symlink_to(tmp_path / "secret")
    assert read_bytes(tmp_path / "log", 0, 100) == (b"", 0)
