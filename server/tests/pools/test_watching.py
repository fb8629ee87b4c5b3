"""Reading what attempts leave behind, whatever they wrote."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maquette.pools import usage_of
from maquette.pools.watching import read_bytes, read_text

CHINESE = "第1轮:损失 0.5，精度 𝟗𝟎%。\n"


@pytest.mark.parametrize("grows", [True, False])
@pytest.mark.parametrize("limit", range(4, 12))
def test_no_piece_of_a_text_cuts_a_character(tmp_path: Path, limit: int, grows: bool) -> None:
    """From every byte, whole characters only; and what follows a piece joins it."""
    whole = CHINESE.encode()
    (tmp_path / "log").write_bytes(whole)
    for start in range(len(whole) + 1):
        following = whole[start:].decode(errors="ignore")  # without what is left of a character before
        read, position = "", start
        while (piece := read_text(tmp_path / "log", position, limit, grows=grows)).content:
            assert len(piece.content.encode()) <= limit
            read, position = read + piece.content, piece.end
        assert (read, position, piece.size) == (following, len(whole), len(whole))


def test_a_character_that_is_still_on_its_way_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes("完成".encode()[:-1])
    assert read_text(path, 0, 100, grows=True).content == "完"
    assert read_text(path, 3, 100, grows=True).end == 3
    assert read_text(path, 3, 100, grows=False).content == "\ufffd"
    path.write_bytes("完成".encode())
    assert read_text(path, 3, 100, grows=True).content == "成"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(content=st.binary(max_size=200), limit=st.integers(4, 20))
def test_any_bytes_come_whole_in_pieces(tmp_path: Path, content: bytes, limit: int) -> None:
    path = tmp_path / "log"
    path.write_bytes(content)
    read, position = "", 0
    while (piece := read_text(path, position, limit, grows=False)).end < len(content):
        assert piece.end > position
        read, position = read + piece.content, piece.end
    assert piece.end == len(content)
    kept = "".join(letter for letter in read + piece.content if letter != "\ufffd")
    assert kept == "".join(letter for letter in content.decode(errors="replace") if letter != "\ufffd")


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
